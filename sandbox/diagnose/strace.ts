/**
 * Reads what `strace -f -o FILE` writes, line by line; see strace(1). Pure: the lines come from trace.ts.
 *
 *     412 pivot_root("/new", "/new/old") = -1 EINVAL (Invalid argument)
 *     412 execve("/bin/true", ["true"], 0x7ffd… <unfinished ...>
 *     412 <... execve resumed>) = 0
 *     412 --- SIGSTOP {si_signo=SIGSTOP, si_code=SI_KERNEL} ---
 *     412 --- stopped by SIGSTOP ---
 *     412 +++ exited with 125 +++
 */
import { splitArguments } from './strace-values.ts';

/** One system call, complete. */
export type Call = {
  /** The thread that made it, in the tracer's pid namespace. */
  readonly pid: number;
  readonly name: string;
  /** The arguments as strace prints them; see strace-values.ts for reading them. */
  readonly args: readonly string[];
  /** What it returned; null where strace does not know ("?": the process ended in it). */
  readonly result: number | null;
  /** EINVAL and the like, where it failed. */
  readonly errno?: string;
};

/** What one line says. */
export type TraceEvent =
  | { readonly kind: 'call'; readonly call: Call }
  /** A signal was delivered. `injected`: by strace itself, which gives it no sender. */
  | { readonly kind: 'signal'; readonly pid: number; readonly signal: string; readonly injected: boolean }
  | { readonly kind: 'stopped'; readonly pid: number; readonly signal: string }
  | { readonly kind: 'exited'; readonly pid: number; readonly code: number }
  | { readonly kind: 'killed'; readonly pid: number; readonly signal: string }
  /** Anything else: half a call, a message of strace's. */
  | { readonly kind: 'other'; readonly line: string };

const UNFINISHED = ' <unfinished ...>';

/** Turns lines into events. Remembers calls that another thread's line interrupted. Never throws. */
export class TraceReader {
  readonly #unfinished = new Map<number, string>();

  /** One line, without its end. */
  read(line: string): TraceEvent {
    const [, digits, rest] = /^(\d+)\s+(.*)$/s.exec(line) ?? [];
    const other: TraceEvent = { kind: 'other', line };
    if (digits === undefined || rest === undefined) return other;
    const pid = Number(digits);
    if (rest.startsWith('+++')) return this.#ending(pid, rest) ?? other;
    if (rest.startsWith('---')) return signalOf(pid, rest) ?? other;
    if (rest.endsWith(UNFINISHED) && !rest.startsWith('<...')) {
      this.#unfinished.set(pid, rest.slice(0, -UNFINISHED.length));
      return other;
    }
    const resumed = /^<\.\.\. (\w+) resumed>(.*)$/s.exec(rest);
    if (resumed !== null) return this.#resume(pid, resumed[1] ?? '', resumed[2] ?? '') ?? other;
    const call = parseCall(pid, rest);
    return call === undefined ? other : { kind: 'call', call };
  }

  #resume(pid: number, name: string, tail: string): TraceEvent | undefined {
    const head = this.#unfinished.get(pid);
    if (head?.startsWith(`${name}(`) !== true) return undefined;
    if (tail.endsWith(UNFINISHED)) {
      this.#unfinished.set(pid, head + tail.slice(0, -UNFINISHED.length));
      return undefined;
    }
    this.#unfinished.delete(pid);
    const call = parseCall(pid, head + tail);
    return call === undefined ? undefined : { kind: 'call', call };
  }

  #ending(pid: number, rest: string): TraceEvent | undefined {
    const code = /^\+\+\+ exited with (\d+) \+\+\+$/.exec(rest)?.[1];
    const signal = /^\+\+\+ killed by (SIG\w+)/.exec(rest)?.[1];
    const by = /^\+\+\+ superseded by execve in pid (\d+) \+\+\+$/.exec(rest)?.[1];
    const head = this.#unfinished.get(Number(by));
    if (by !== undefined && head !== undefined) {
      // A thread other than the first one called execve(2): it goes on under the first one's number.
      this.#unfinished.delete(Number(by));
      this.#unfinished.set(pid, head);
      return undefined;
    }
    this.#unfinished.delete(pid);
    if (code !== undefined) return { kind: 'exited', pid, code: Number(code) };
    return signal === undefined ? undefined : { kind: 'killed', pid, signal };
  }
}

/** All events of a whole text. */
export function readTrace(text: string): TraceEvent[] {
  const reader = new TraceReader();
  return text.split('\n').filter((line) => line !== '').map((line) => reader.read(line));
}

function signalOf(pid: number, rest: string): TraceEvent | undefined {
  const stopped = /^--- stopped by (SIG\w+) ---$/.exec(rest)?.[1];
  if (stopped !== undefined) return { kind: 'stopped', pid, signal: stopped };
  const signal = /^--- (SIG\w+) \{(.*)\} ---$/s.exec(rest);
  if (signal === null) return undefined;
  return { kind: 'signal', pid, signal: signal[1] ?? '', injected: signal[2]?.includes('si_code=SI_KERNEL') ?? false };
}

function parseCall(pid: number, text: string): Call | undefined {
  const name = /^(\w+)\(/.exec(text)?.[1];
  if (name === undefined) return undefined;
  const found = splitArguments(text, name.length + 1);
  if (found === undefined) return undefined;
  const [, result, errno] = /^\s*= (\?|-?\d+|-?0x[0-9a-f]+)(?:<.*?>)?(?: (E[A-Z0-9]+))?(?: |$)/s.exec(text.slice(found.end)) ?? [];
  if (result === undefined) return undefined;
  return { pid, name, args: found.args, result: result === '?' ? null : Number(result), ...(errno === undefined ? {} : { errno }) };
}
