/** Runs a command line of Drydock in this process, with a world made for it. */
import { PassThrough, Writable } from 'node:stream';
import { dispatch } from '../../src/cli/dispatch.ts';
import type { World } from '../../src/cli/command.ts';
import type { Sandbox } from '../../src/check/types.ts';
import { tinyRoot } from '../lesson/fixture.ts';

export type Ran = { exit: number; out: string; err: string };

export type Options = Partial<Pick<World, 'root' | 'cwd' | 'env' | 'signal'>> & {
  /** What somebody at a terminal types, line by line; without it there is no terminal. */
  answers?: readonly string[];
  sandbox?: Sandbox;
  columns?: number;
};

class Collected extends Writable {
  text = '';
  isTTY = false;
  columns = 80;
  rows = 24;
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

/** `drydock ARGV…` in the tiny course (or `root`). */
export async function drydock(argv: readonly string[], options: Options = {}): Promise<Ran> {
  const [stdout, stderr] = [new Collected(), new Collected()];
  const stdin = Object.assign(new PassThrough(), { isTTY: options.answers !== undefined });
  stdout.isTTY = options.answers !== undefined;
  if (options.columns !== undefined) stdout.columns = options.columns;
  for (const answer of options.answers ?? []) stdin.write(`${answer}\n`);
  const exit = await dispatch(argv, {
    root: options.root ?? tinyRoot,
    cwd: options.cwd ?? '/',
    env: options.env ?? {},
    stdin, stdout, stderr,
    now: () => Date.UTC(2026, 0, 2, 3, 4, 5),
    signal: options.signal ?? new AbortController().signal,
    openSandbox: () => {
      if (!options.sandbox) throw new Error('no sandbox was expected');
      return options.sandbox;
    },
  });
  return { exit, out: stdout.text, err: stderr.text };
}
