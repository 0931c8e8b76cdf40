/**
 * /proc/PID/uid_map and gid_map; see user_namespaces(7). Pure.
 */
import { integer, linesOf } from './text.ts';

/** A range of ids: `inside` is the first in the process's user namespace, `outside` the first in the reader's. */
export type IdRange = { readonly inside: number; readonly outside: number; readonly length: number };

/** The map, empty where none has been written yet. Throws ParseError. */
export function parseIdMap(text: string, source = 'uid_map'): IdRange[] {
  return linesOf(text).map((line) => {
    const [inside, outside, length] = line.trim().split(/ +/);
    return { inside: integer(inside, source, line), outside: integer(outside, source, line), length: integer(length, source, line) };
  });
}

/** What an outside id is called inside, undefined where it is not mapped (the kernel then shows 65534). */
export function idInside(map: readonly IdRange[], outside: number): number | undefined {
  const range = map.find((r) => outside >= r.outside && outside < r.outside + r.length);
  return range === undefined ? undefined : range.inside + (outside - range.outside);
}

/** What an inside id is called outside, undefined where it is not mapped. */
export function idOutside(map: readonly IdRange[], inside: number): number | undefined {
  const range = map.find((r) => inside >= r.inside && inside < r.inside + r.length);
  return range === undefined ? undefined : range.outside + (inside - range.inside);
}

/** The map of a kernel's first user namespace: every id is itself. */
export function isIdentity(map: readonly IdRange[]): boolean {
  return map.length === 1 && map[0]?.inside === 0 && map[0].outside === 0 && map[0].length === 4294967295;
}
