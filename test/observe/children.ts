/** Real processes for tests to look at. Needs nothing but util-linux's unshare(1) and user namespaces. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { view } from '../../sandbox/observe/live.ts';
import type { ProcessView } from '../../sandbox/observe/process.ts';
import { findByArgv, flatten, tree } from '../../sandbox/observe/scan.ts';

/** A child and everything below it, killed at the end of the block. */
export class Child implements AsyncDisposable {
  readonly process: ChildProcess;

  constructor(argv: readonly string[], env: Record<string, string> = {}) {
    const [program, ...args] = argv;
    this.process = spawn(program as string, args, { stdio: ['pipe', 'pipe', 'ignore'], env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', ...env } });
  }

  get pid(): number {
    if (this.process.pid === undefined) throw new Error(`${this.process.spawnfile} cannot be started`);
    return this.process.pid;
  }

  /** The process at or below this one that runs exactly this, as soon as there is one. */
  async running(argv: readonly string[]): Promise<ProcessView> {
    return await until(() => findByArgv(argv, flatten(tree(this.pid)).map((process) => process.pid)));
  }

  /** Its first line of output. */
  async says(): Promise<string> {
    const [bytes] = await once(this.process.stdout as NodeJS.ReadableStream, 'data');
    return String(bytes).trimEnd();
  }

  async kill(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = once(this.process, 'exit');
    // From the leaves: a process whose parent has gone is nobody's child any more.
    for (const process of flatten(tree(this.pid)).reverse()) quietly(() => globalThis.process.kill(process.pid, 'SIGKILL'));
    await ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}

/** The first value that `look` gives; fails after five seconds without one. */
export async function until<T>(look: () => T | undefined | false): Promise<T> {
  for (const deadline = performance.now() + 5_000; performance.now() < deadline; await sleep(5)) {
    const found = look();
    if (found !== undefined && found !== false) return found;
  }
  throw new Error('it did not come to pass');
}

/** This very process. */
export const self = (): ProcessView => view(process.pid, 'the judge');

function quietly(act: () => void): void {
  try {
    act();
  } catch {
    // Gone already.
  }
}
