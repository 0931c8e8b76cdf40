/**
 * A lock on a file that the kernel gives back when its holder dies, whatever it dies of.
 *
 * Node has no flock(2). The lock is taken by util-linux's flock, which then waits on a pipe of ours: if this process ends,
 * the pipe closes and the lock is free.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';

/**
 * Waits until `file` (made if missing) is ours alone; `onWait` is called once if another process holds it.
 * Disposing gives it back.
 */
export async function holdFile(file: string, onWait: () => void): Promise<AsyncDisposable> {
  const child = spawn('flock', ['--exclusive', '--no-fork', file, 'sh', '-c', 'echo held; exec cat'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const waiting = setTimeout(onWait, 300);
  try {
    const first = await Promise.race([
      once(child.stdout, 'data').then(() => 'held' as const),
      ended.then(() => 'ended' as const),
      once(child, 'error').then(([cause]) => Promise.reject(cause)),
    ]);
    if (first === 'ended') throw new Error(`flock ${file}: ended with ${child.exitCode ?? child.signalCode}`);
  } finally {
    clearTimeout(waiting);
  }
  return {
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      await ended;
    },
  };
}
