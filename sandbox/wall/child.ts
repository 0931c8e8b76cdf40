/**
 * Child processes by posix_spawn(3) and wait(2), instead of Node's own.
 *
 * Node forks: the kernel copies the page tables of the whole judge and then faults on every page it writes to, which in
 * user-mode Linux costs as much as starting two small programs. posix_spawn shares the memory until execve(2).
 */
import { constants } from 'node:os';
import { isMainThread } from 'node:worker_threads';
import { errnoOf, SystemCallError } from '../observe/errors.ts';
import { posixSpawn, waitFor } from './spawning.ts';

/** How a child ended, as wait(2) has it: one of the two is null. */
export type Exit = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

export type ChildOptions = {
  /** The program's absolute path, and its arguments with argv[0]. */
  path: string;
  argv: readonly string[];
  env: Readonly<Record<string, string>>;
  /** Descriptors that become 0, 1, 2, … */
  stdio: readonly number[];
};

export class Child {
  /** In the pid namespace of the judge. */
  readonly pid: number;
  readonly exited: Promise<Exit>;
  #over = false;

  /**
   * Starts a program in the calling thread's namespaces, in a session of its own, at `/`, with no signal blocked or ignored.
   * Throws SystemCallError.
   */
  constructor(options: ChildOptions) {
    watch();
    const env = Object.entries(options.env).map(([name, value]) => `${name}=${value}`);
    this.pid = posixSpawn(options.path, options.argv, env, options.stdio);
    this.exited = new Promise((resolve) => {
      children.set(this.pid, (status) => {
        this.#over = true;
        resolve(exitOf(status));
      });
    });
  }

  /** Sends a signal, unless it has been waited for: its pid may be another's by then. */
  kill(signal: NodeJS.Signals): void {
    if (this.#over) return;
    try {
      process.kill(this.pid, signal);
    } catch (error) {
      if (errnoOf(error) !== 'ESRCH') throw new SystemCallError('kill', `${this.pid}, ${signal}`, errnoOf(error) ?? 'EINVAL', { cause: error });
    }
  }
}

/** Who is waited for, by pid. */
const children = new Map<number, (status: number) => void>();

/**
 * How often to look without being told to, in milliseconds: Node delivers signals to the main thread only. There it is done
 * all the same, so that the process does not end for want of work while a child is waited for.
 */
const LOOK = isMainThread ? 1_000 : 10;

let clock: NodeJS.Timeout | undefined;

/** Waits for our own children only: Node waits for its own, each by its pid, and so do we. */
function watch(): void {
  if (clock !== undefined) return;
  if (isMainThread) process.on('SIGCHLD', reap);
  clock = setInterval(reap, LOOK);
}

function unwatch(): void {
  if (isMainThread) process.off('SIGCHLD', reap);
  clearInterval(clock);
  clock = undefined;
}

function reap(): void {
  for (const [pid, ended] of children) {
    const status = waitFor(pid);
    if (status === undefined) continue;
    children.delete(pid);
    ended(status);
  }
  if (children.size === 0) unwatch();
}

/** The status word of wait(2): the low seven bits are a signal's number, the next byte is the exit code. */
export function exitOf(status: number): Exit {
  const number = status & 0x7f;
  if (number === 0) return { code: (status >> 8) & 0xff, signal: null };
  const name = Object.entries(constants.signals).find(([, value]) => value === number)?.[0];
  return { code: null, signal: (name ?? `SIG${number}`) as NodeJS.Signals };
}
