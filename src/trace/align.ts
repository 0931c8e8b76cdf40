/**
 * Puts the calls of two runs beside each other: the pairing, in both runs' order, whose pairs are most alike (Needleman and
 * Wunsch, with nothing to pay for a gap). Pure.
 */
import type { Normal } from './normal.ts';

export type Pair = { readonly mine: number | null; readonly reference: number | null };

/** Below this, two calls are not the same call in another way, but two calls. */
const LEAST = 0.3;

/** From this likeness on two calls are about the same thing. */
export const SAME_THING = 0.5;

/** How much alike two calls are, from 0 to 1. 1 where only what one is free to choose differs. */
export function likeness(a: Normal, b: Normal): number {
  if (a.family !== b.family) return 0;
  const manner = overlap(a.manner, b.manner);
  if (a.subject === b.subject) return 0.5 + 0.4 * manner + (a.detail === b.detail ? 0.1 : 0.05);
  // Two ways into another root; a file system in another place; another program. Others are about different things.
  const related = a.family === 'root' ? 0.45 : a.family === 'mount' ? relatedMounts(a.subject, b.subject) : a.family === 'umount' ? 0.35 : 0;
  return related === 0 ? 0 : related + 0.05 * manner;
}

function relatedMounts(a: string, b: string): number {
  const [kindA, placeA] = halves(a);
  const [kindB, placeB] = halves(b);
  if (kindA === kindB) return 0.35;
  // A device may be bound, or a small file system be mounted, at one place: what counts is the place.
  return placeA === placeB && placeA.startsWith('ROOT') && kindA !== 'remount' && kindB !== 'remount' && kindA !== 'propagation of' && kindB !== 'propagation of' ? 0.35 : 0;
}

function halves(subject: string): [string, string] {
  const at = subject.lastIndexOf(' ');
  return [subject.slice(0, at).replace(/ at$/, ''), subject.slice(at + 1)];
}

/** Every call of both runs once, in order; in each run the order is kept. */
export function align(mine: readonly Normal[], reference: readonly Normal[]): Pair[] {
  const width = reference.length + 1;
  const best = new Float64Array((mine.length + 1) * width);
  const at = (i: number, j: number): number => best[i * width + j] ?? 0;
  const score = (i: number, j: number): number => {
    const [a, b] = [mine[i], reference[j]];
    const found = a === undefined || b === undefined ? 0 : likeness(a, b);
    return found < LEAST ? -1 : found;
  };
  for (let i = mine.length - 1; i >= 0; i -= 1) {
    for (let j = reference.length - 1; j >= 0; j -= 1) best[i * width + j] = Math.max(at(i + 1, j), at(i, j + 1), at(i + 1, j + 1) + score(i, j));
  }
  const pairs: Pair[] = [];
  for (let [i, j] = [0, 0]; i < mine.length || j < reference.length;) {
    const alike = i < mine.length && j < reference.length ? score(i, j) : -1;
    if (alike >= 0 && at(i, j) === at(i + 1, j + 1) + alike) pairs.push({ mine: i++, reference: j++ });
    // Where both have calls of their own, mine come first: what one does instead explains what one lacks.
    else if (i < mine.length && (j === reference.length || at(i, j) === at(i + 1, j))) pairs.push({ mine: i++, reference: null });
    else pairs.push({ mine: null, reference: j++ });
  }
  return pairs;
}

/** The share of what both have in what either has; two empty sets are the same. */
function overlap(a: readonly string[], b: readonly string[]): number {
  const all = new Set([...a, ...b]);
  return all.size === 0 ? 1 : [...all].filter((word) => a.includes(word) && b.includes(word)).length / all.size;
}
