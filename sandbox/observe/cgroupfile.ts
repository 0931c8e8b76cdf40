/**
 * The files of a version 2 cgroup as typed values; see the kernel's admin-guide/cgroup-v2 and cgroups(7). Pure.
 */
import { ParseError } from './errors.ts';
import { integer, linesOf, quote } from './text.ts';

/** A number in the file's own unit, or `max`: no limit. */
export type CgroupLimit = number | 'max';

/** cpu.max: at most `quota` microseconds of CPU time in every `period` microseconds. */
export type CpuMax = { readonly quota: CgroupLimit; readonly period: number };

/** memory.max, memory.swap.max, pids.max, … Throws ParseError. */
export function parseLimit(text: string, source: string): CgroupLimit {
  const word = text.trim();
  return word === 'max' ? 'max' : amount(word, source, text);
}

/** One number: memory.current, pids.current, … Throws ParseError. */
export function parseAmount(text: string, source: string): number {
  return amount(text.trim(), source, text);
}

/** `KEY VALUE` lines: cgroup.events, memory.events, cpu.stat, pids.events, memory.stat. Throws ParseError. */
export function parseFlatKeyed(text: string, source: string): Record<string, number> {
  const values = Object.create(null) as Record<string, number>;
  for (const line of linesOf(text)) {
    const [, key, value] = /^(\S+) (\S+)$/.exec(line) ?? [];
    if (key === undefined || value === undefined) throw new ParseError(source, line, 'expected a key and a number');
    values[key] = amount(value, source, line);
  }
  return values;
}

/** Controllers in cgroup.controllers and cgroup.subtree_control. */
export function parseWords(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

/** pids in cgroup.procs or cgroup.threads; 0 stands for a process that the reader's pid namespace does not show. */
export function parsePids(text: string, source: string): number[] {
  return linesOf(text).map((line) => integer(line, source, line));
}

/** cpu.max: `max 100000` or `50000 100000`. Throws ParseError. */
export function parseCpuMax(text: string, source: string): CpuMax {
  const [quota, period] = parseWords(text);
  if (quota === undefined || period === undefined) throw new ParseError(source, text.trimEnd(), 'expected a quota and a period');
  return { quota: parseLimit(quota, source), period: integer(period, source, text.trimEnd()) };
}

/** cgroup.freeze: whether it was asked to freeze (cgroup.events says whether it has). Throws ParseError. */
export function parseSwitch(text: string, source: string): boolean {
  const word = text.trim();
  if (word !== '0' && word !== '1') throw new ParseError(source, word, 'expected 0 or 1');
  return word === '1';
}

/**
 * A count of the kernel's, which may be 64 bits wide. Beyond 2^53 a double is not exact, and nothing that a wall measures
 * gets there; such a number is still one.
 */
function amount(word: string, source: string, line: string): number {
  if (!/^\d+$/.test(word)) throw new ParseError(source, line.trimEnd(), `expected a number or "max", found ${quote(word)}`);
  return Number(word);
}
