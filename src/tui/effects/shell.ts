/**
 * A shell in the sandbox on the learner's terminal: every byte that is typed goes there, every byte that comes is shown.
 *
 * Its own way out, for a sandbox that hangs: Ctrl-], which no shell uses (telnet's escape).
 */
import type { ReadStream } from 'node:tty';
import type { Sandbox, RunHandle } from '../../check/types.ts';
import type { Ending, TerminalSize, WireFile } from '../../check/wire.ts';

const ESCAPE = 0x1d;

export type ShellTerminal = {
  stdin: NodeJS.ReadableStream & Partial<Pick<ReadStream, 'setRawMode' | 'isRaw'>>;
  stdout: NodeJS.WritableStream & { columns?: number; rows?: number };
};

/** Runs the shell until it ends, or until Ctrl-]. Rejects where the kernel was lost. */
export async function runShell(sandbox: Sandbox, box: WireFile[], terminal: ShellTerminal, env: Record<string, string>): Promise<Ending | 'left'> {
  const { stdin, stdout } = terminal;
  const size = (): TerminalSize => ({ columns: stdout.columns ?? 80, rows: stdout.rows ?? 24 });
  let over = false;
  const handle = sandbox.run({ wall: 'playground', box, argv: ['bash'], cwd: '/work', env, terminal: size() }, (_stream, bytes) => {
    // A shell that was left may still have something to say; the screen is the tutor's again.
    if (!over) stdout.write(bytes);
  });
  const left = Promise.withResolvers<'left'>();
  const typed = (chunk: Buffer | string): void => {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk, 'utf8') : chunk;
    const escape = bytes.indexOf(ESCAPE);
    if (escape !== 0) handle.write(escape < 0 ? bytes : bytes.subarray(0, escape));
    if (escape >= 0) left.resolve('left');
  };
  const resized = (): void => handle.resize(size());
  await using _raw = rawInput(stdin, typed);
  stdout.on('resize', resized);
  try {
    return await Promise.race([handle.ended.then((end) => end.ending), left.promise.then((word) => hangUp(handle, word, stdout))]);
  } finally {
    over = true;
    stdout.off('resize', resized);
  }
}

/**
 * Nobody waits for the end of a shell that was left: it may be the very thing that hangs. Its prompt is left, too; what comes now
 * begins a line of its own.
 */
function hangUp(handle: RunHandle, word: 'left', stdout: ShellTerminal['stdout']): 'left' {
  stdout.write('\r\n');
  handle.ended.catch(() => undefined);
  handle.signal('SIGHUP');
  handle.end();
  return word;
}

/**
 * Reads the terminal byte by byte; puts its mode back, and has stopped reading, when disposed of. Node stops only in its
 * next tick: whoever began to read before that would be stopped instead of us, and never hear a key again.
 */
function rawInput(stdin: ShellTerminal['stdin'], typed: (chunk: Buffer | string) => void): AsyncDisposable {
  const before = stdin.isRaw ?? false;
  stdin.setRawMode?.(true);
  stdin.on('data', typed);
  stdin.resume();
  return {
    async [Symbol.asyncDispose]() {
      stdin.off('data', typed);
      stdin.pause();
      stdin.setRawMode?.(before);
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}
