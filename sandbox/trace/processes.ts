/** The processes of a run: how they are numbered, what they are called, and which of their threads speaks for them. */
import path from 'node:path';
import { readProc } from '../observe/procfile.ts';
import type { TraceProcess } from '../wire/trace.ts';
import { processOfThread } from './world.ts';

type Known = { readonly id: number; readonly parent: number | null; readonly pid: number; label: string | undefined; speaker: number; alive: boolean };

/** Programs that run somebody else's script: that one's name says more. */
const interpreters = /^(node|nodejs|perl|python[\d.]*|sh|bash|dash|ruby|deno|bun)$/;

export class Processes {
  readonly #known: Known[] = [];
  readonly #byThread = new Map<number, Known>();
  /** Who started a process that has not stopped yet. */
  readonly #parents = new Map<number, Known>();

  /** A thread of whom the tracer hears for the first time. */
  seen(tid: number): void {
    if (this.#byThread.has(tid)) return;
    const pid = processOfThread(tid) ?? tid;
    const process = this.#byThread.get(pid) ?? this.#new(pid, this.#parents.get(pid) ?? this.#parentOf(pid));
    this.#byThread.set(tid, process);
  }

  /** `tid` is new, and `by` is the thread that started it. */
  born(tid: number, by: number): void {
    const parent = this.#byThread.get(by);
    if (parent !== undefined && processOfThread(tid) !== parent.pid) this.#parents.set(tid, parent);
  }

  /** A program has begun; the first one gives the process its name. */
  becomes(tid: number): void {
    this.seen(tid);
    const process = this.#byThread.get(tid);
    if (process === undefined) return;
    process.label ??= labelOf(commandLine(tid));
    process.speaker = tid;
  }

  ended(tid: number): void {
    const process = this.#byThread.get(tid);
    this.#byThread.delete(tid);
    if (process !== undefined && process.pid === tid) process.alive = false;
    // Its other threads have the same namespaces, as a rule.
    if (process !== undefined && process.speaker === tid) process.speaker = process.pid;
  }

  of(tid: number): Known & { label: string } {
    this.seen(tid);
    const process = this.#byThread.get(tid);
    if (process === undefined) throw new TypeError(`thread ${tid} is not known`);
    return { ...process, label: process.label ?? this.#inherited(process) };
  }

  /** How the process with this pid is called, with its number: there may be several of a kind. */
  label(pid: number): string {
    const process = this.#known.findLast((one) => one.pid === pid);
    return process === undefined ? `process ${pid}` : process.label ?? this.#inherited(process);
  }

  /** Living processes by pid, and a thread of each; the caller and its thread first. */
  speakers(caller: number): Map<number, number> {
    this.seen(caller);
    const own = this.#byThread.get(caller);
    if (own !== undefined) own.speaker = caller;
    const others = this.#known.filter((one) => one.alive && one !== own);
    return new Map([[own?.pid ?? caller, caller], ...others.map(({ pid, speaker }) => [pid, speaker] as const)]);
  }

  get all(): TraceProcess[] {
    return this.#known.map((one) => ({ id: one.id, parent: one.parent, label: one.label ?? this.#inherited(one) }));
  }

  #new(pid: number, parent: Known | undefined): Known {
    const process: Known = { id: this.#known.length + 1, parent: parent?.id ?? null, pid, label: undefined, speaker: pid, alive: true };
    this.#known.push(process);
    this.#byThread.set(pid, process);
    return process;
  }

  #parentOf(pid: number): Known | undefined {
    try {
      const parent = Number(/^PPid:\s+(\d+)/m.exec(readProc(pid, 'status'))?.[1]);
      return this.#known.findLast((one) => one.pid === parent);
    } catch {
      // Gone already: then nobody will hear of it again.
      return undefined;
    }
  }

  #inherited(process: Known): string {
    const parent = this.#known.find((one) => one.id === process.parent);
    return parent === undefined ? `process ${process.id}` : `child of ${parent.label ?? this.#inherited(parent)}`;
  }
}

/** `box.ts run`, `ip link add`, `mount`: the program, or the script it runs, and the words after it that are no options. Pure. */
export function labelOf(argv: readonly string[]): string {
  const [program = '', ...words] = argv;
  const name = path.basename(program);
  const script = interpreters.test(name) ? words.findIndex((word) => !word.startsWith('-')) : -1;
  const inline = script >= 0 && /^-[ce]$/.test(words[script - 1] ?? '');
  const [said, rest] = script < 0 || inline ? [name, script < 0 && !interpreters.test(name) ? words : []] : [path.basename(words[script] ?? name), words.slice(script + 1)];
  const other = rest.findIndex((word) => !/^[a-z]+$/.test(word));
  return [said, ...rest.slice(0, Math.min(2, other < 0 ? rest.length : other))].join(' ').slice(0, 60);
}

/** The words with which a process was started; none where it is gone. */
export function commandLine(tid: number): string[] {
  try {
    return readProc(tid, 'cmdline').split('\0').slice(0, -1);
  } catch {
    return [];
  }
}
