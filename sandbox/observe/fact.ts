/**
 * A fact: a typed value read from the kernel, together with where it was read and the lines that say so.
 *
 * One reading serves three uses: a check compares the value, a failure shows the evidence, the X-ray names the file.
 */
import type { Evidence } from '../wire/verdict.ts';

export type Fact<T> = {
  /** What it is, in a few words that fit before "is": `the command's host name`. */
  readonly name: string;
  readonly value: T;
  readonly evidence: readonly Evidence[];
};

/** Makes a fact from one source. `lines` are the lines of that source that matter, not all of them. */
export function fact<T>(name: string, value: T, source: string, lines: readonly string[]): Fact<T> {
  return { name, value, evidence: [{ source, lines: [...lines] }] };
}

/** A fact that follows from others: its evidence is theirs. */
export function derive<T>(name: string, value: T, ...from: readonly Fact<unknown>[]): Fact<T> {
  return { name, value, evidence: from.flatMap((f) => f.evidence) };
}

/** A fact about a part of another: of the other's evidence only the lines that `matters` keeps. */
export function narrow<T>(name: string, value: T, from: Fact<unknown>, matters: (line: string) => boolean): Fact<T> {
  return { name, value, evidence: from.evidence.map(({ source, lines }) => ({ source, lines: lines.filter(matters) })) };
}

/** `the command` → `the command's`, for names of facts. */
export function possessive(label: string): string {
  return label.endsWith('s') ? `${label}'` : `${label}'s`;
}
