/** A command in a wall, from the judge's side: its streams, its end, and the limit that ended it. */
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cgroupsAbove } from '../observe/cgrouptree.ts';
import { view } from '../observe/live.ts';
import { presentOnly } from '../observe/procfile.ts';
import { modesOf } from '../observe/tty.ts';
import type { TerminalModes } from '../observe/tty.ts';
import type { Ending, TerminalSize } from '../wire/messages.ts';
import { duplicate, pipe } from './calls.ts';
import { killCgroup, removeDirectory } from './cgroup.ts';
import type { Child } from './child.ts';
import { descendantsOf, isStill, killProcess } from './descendants.ts';
import type { WallNamespaces } from './holder.ts';
import { WALL_ID } from './ids.ts';
import { pipeInput, terminalInput } from './input.ts';
import type { Input } from './input.ts';
import { isLaunched, launch } from './launch.ts';
import type { WallLimits } from './limits.ts';
import { isFull, limitMet, readMeter } from './meter.ts';
import type { Meter } from './meter.ts';
import { Output } from './output.ts';
import { openTerminal, resizeTerminal } from './terminal.ts';

export type SpawnOptions = {
  /** Working directory in the wall; /work unless said. */
  cwd?: string;
  /** Environment added to the wall's own. */
  env?: Readonly<Record<string, string>>;
  /** A terminal of this size; without it, pipes. */
  terminal?: TerminalSize;
  /** Milliseconds of wall clock; the wall's limit unless said, `Infinity` for none. */
  timeLimit?: number;
  /** Bytes of output; the wall's limit unless said, `Infinity` for none. */
  outputLimit?: number;
  /** Bytes for its standard input, which then ends; without it, standard input stays open. */
  input?: string;
  /** Descriptors of the caller's that become 3, 4, … of the command; the caller closes its own. */
  descriptors?: readonly number[];
};

export type OutputListener = (stream: 'stdout' | 'stderr', bytes: Buffer) => Promise<unknown> | void;

export interface WallProcess {
  /** The command itself, in the judge's pid namespace; resolves once it runs (or has run). */
  readonly pid: Promise<number>;
  /** Its cgroup, as the judge's path. */
  readonly cgroup: string;
  /** Called with every chunk; the stream waits for a promise that is returned. With a terminal all is `stdout`. */
  onOutput(listener: OutputListener): void;
  /** What has come so far, capped. */
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  /** True once every stream of its output has come to its end: nobody holds one open any more. */
  readonly released: boolean;
  write(bytes: Uint8Array): void;
  endInput(): void;
  resize(size: TerminalSize): void;
  /** Sends a signal to the command, from outside. Does nothing once it has ended. */
  signal(name: NodeJS.Signals): void;
  /** Kills it and everything it has started, and waits until that is gone. */
  kill(): Promise<void>;
  /** How it ended. Its children may go on. */
  readonly ended: Promise<Ending>;
  /** How it left its terminal, once it has ended; null where it had none, or is still there. */
  readonly leftModes: TerminalModes | null;
}

/** What a command needs of its wall. */
export type WallParts = {
  namespaces: WallNamespaces;
  /** The wall's cgroup and the one for this command, as the judge's paths. */
  cgroup: string;
  leaf: string;
  /** Descriptors of the wall's devpts, and of what it can fill. */
  devpts: number;
  storage: readonly number[];
  /** Cgroups whose processes the judge has killed together with the box that would have removed them: they are nobody's leftovers. */
  orphaned: Set<string>;
  limits: WallLimits;
};

/** kill() looks again after longer and longer pauses, up to this one, in milliseconds. */
const LAST_PAUSE = 1_000;

/** A command from its start, which throws SystemCallError where there is none. The wall sees this, others a WallProcess. */
export class Running implements WallProcess {
  readonly pid: Promise<number>;
  readonly ended: Promise<Ending>;
  readonly cgroup: string;
  readonly #parts: WallParts;
  readonly #child: Child;
  readonly #outputs: Output[];
  readonly #input: Input;
  /** The terminal's master, as the input holds it. */
  readonly #master: number | undefined;
  readonly #before: Meter;
  readonly #listeners: OutputListener[] = [];
  #room: number;
  #stopped: 'timeout' | 'output' | undefined;
  #over = false;
  #leftModes: TerminalModes | null = null;
  #leafGone = false;

  constructor(parts: WallParts, argv: readonly string[], options: SpawnOptions) {
    this.#parts = parts;
    this.cgroup = parts.leaf;
    this.#before = readMeter(parts.cgroup);
    this.#room = options.outputLimit ?? parts.limits.output;
    const streams = options.terminal === undefined ? pipes() : terminal(parts.devpts, options.terminal);
    try {
      this.#child = launch({
        argv, namespaces: parts.namespaces, leaf: parts.leaf, cwd: options.cwd ?? '/work', env: options.env ?? {},
        stdio: [...streams.theirs, ...(options.descriptors ?? [])], terminal: options.terminal !== undefined, fileSize: parts.limits.disk,
      });
    } catch (error) {
      streams.ours.forEach((descriptor) => fs.closeSync(descriptor));
      throw error;
    } finally {
      new Set(streams.theirs).forEach((descriptor) => fs.closeSync(descriptor));
    }
    this.#master = streams.master;
    this.#outputs = streams.outputs.map((descriptor, index) => (
      new Output(descriptor, streams.master !== undefined, (bytes) => this.#take(index === 0 ? 'stdout' : 'stderr', bytes))
    ));
    this.#input = streams.master === undefined ? pipeInput(streams.input) : terminalInput(streams.master);
    if (options.input !== undefined) {
      this.#input.write(Buffer.from(options.input));
      this.#input.end();
    }
    this.ended = this.#toItsEnd(options.timeLimit ?? parts.limits.time);
    this.pid = this.#running();
    // Whoever is not interested in it need not catch.
    this.ended.catch(() => {});
  }

  onOutput(listener: OutputListener): void {
    this.#listeners.push(listener);
  }

  get stdout(): Buffer {
    return this.#outputs[0]?.bytes ?? Buffer.alloc(0);
  }

  get stderr(): Buffer {
    return this.#outputs[1]?.bytes ?? Buffer.alloc(0);
  }

  get released(): boolean {
    return this.#outputs.every((output) => output.ended);
  }

  get leftModes(): TerminalModes | null {
    return this.#leftModes;
  }

  write(bytes: Uint8Array): void {
    if (!this.#over) this.#input.write(bytes);
  }

  endInput(): void {
    if (!this.#over) this.#input.end();
  }

  resize(size: TerminalSize): void {
    if (this.#master !== undefined && !this.#over) resizeTerminal(this.#master, size);
  }

  signal(name: NodeJS.Signals): void {
    if (!this.#over) this.#child.kill(name);
  }

  async kill(): Promise<void> {
    // Those that have been moved to other cgroups are known by their parents only, while these live.
    const family = this.#over ? [] : descendantsOf(this.#child.pid);
    for (const { pid } of family) {
      const cgroups = presentOnly(() => cgroupsAbove(view(pid).cgroup().value, path.dirname(this.#parts.leaf))).flat();
      for (const { directory } of cgroups) this.#parts.orphaned.add(directory);
    }
    this.signal('SIGKILL');
    if (!this.#leafGone) await killCgroup(this.#parts.leaf);
    family.forEach(killProcess);
    for (let pause = 1; pause < LAST_PAUSE && family.some(isStill); pause *= 1.5) await sleep(pause);
    await this.ended.catch(() => {});
    this.release();
  }

  /** Its pid; see `pid` for when it is the command. */
  get child(): number {
    return this.#child.pid;
  }

  /** True until `ended` is settled. */
  get running(): boolean {
    return !this.#over;
  }

  /** Gives its cgroup back, if nothing is in it; whether it is gone. Only then may another command get that name. */
  release(): boolean {
    if (this.#over) this.#leafGone ||= removeDirectory(this.#parts.leaf);
    return this.#leafGone;
  }

  /** Closes the judge's ends of its streams, for good. */
  close(): void {
    this.#over = true;
    this.#input.close();
    for (const output of this.#outputs) output.close();
  }

  #take(stream: 'stdout' | 'stderr', bytes: Buffer): Promise<unknown> | void {
    if (this.#over || this.#room < 0) return undefined;
    const part = bytes.subarray(0, this.#room);
    this.#room -= bytes.length;
    if (this.#room < 0) this.#stop('output');
    const taken = this.#listeners.map((listener) => listener(stream, part)).filter((each) => each !== undefined);
    return taken.length === 0 ? undefined : Promise.all(taken);
  }

  #stop(why: 'timeout' | 'output'): void {
    this.#stopped ??= why;
    this.kill().catch(() => {});
  }

  async #running(): Promise<number> {
    const { pid } = this.#child;
    while (!this.#over && !isLaunched(pid)) await sleep(2);
    return pid;
  }

  async #toItsEnd(timeLimit: number): Promise<Ending> {
    const clock = Number.isFinite(timeLimit) ? setTimeout(() => this.#stop('timeout'), timeLimit) : undefined;
    try {
      const { code, signal } = await this.#child.exited;
      await Promise.all(this.#outputs.map((output) => output.drain()));
      const full = isFull(this.#parts.storage);
      const limit = limitMet({ before: this.#before, after: readMeter(this.#parts.cgroup), stopped: this.#stopped, full, code, signal });
      return { code, signal, ...(limit === undefined ? {} : { limit }) };
    } finally {
      clearTimeout(clock);
      // Settings are the terminal's, not the process's: they outlive it, and the master can still ask.
      if (this.#master !== undefined && !this.#over) this.#leftModes = modesOf(this.#master);
      this.#over = true;
      this.#input.close();
      this.release();
    }
  }
}

type Streams = {
  /** Descriptors 0, 1, 2 of the command. */
  theirs: number[];
  outputs: number[];
  input: number;
  master?: number;
  /** All that stay with the judge. */
  ours: number[];
};

/** Real pipes that the wall's root owns: sockets, which are Node's own way, and foreign pipes cannot be opened by way of /dev/stdout. */
function pipes(): Streams {
  const [stdin, stdout, stderr] = [pipe(), pipe(), pipe()];
  for (const [end] of [stdin, stdout, stderr]) fs.fchownSync(end, WALL_ID, WALL_ID);
  return { theirs: [stdin[0], stdout[1], stderr[1]], outputs: [stdout[0], stderr[0]], input: stdin[1], ours: [stdin[1], stdout[0], stderr[0]] };
}

function terminal(devpts: number, size: TerminalSize): Streams {
  const { master, slave } = openTerminal(devpts, size);
  // Reading ends, and closes its descriptor, when the last slave has gone: writing and resizing use one of their own.
  const second = duplicate(master);
  return { theirs: [slave, slave, slave], outputs: [master], input: second, master: second, ours: [master, second] };
}
