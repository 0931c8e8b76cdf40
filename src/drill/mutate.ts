/** Puts a mistake into a box, and makes the question of it. Pure. */
import { createHash } from 'node:crypto';
import { planLay, written } from '../lesson/lay/plan.ts';
import { overlay, type Tree } from '../lesson/tree.ts';
import type { Choice } from './types.ts';

/**
 * The learner's box with the difference between a solution and the same with a mistake in it; null where that difference does not
 * fit, since learners write other code than the reference. That it fits says nothing of what it does: the kernel has to be asked.
 */
export function withMistake(mine: Tree, solution: Tree, mistake: Tree): Tree | null {
  const changes = planLay(mine, solution, mistake, 'drill');
  if (changes.length === 0 || changes.some(({ kind }) => kind === 'conflict')) return null;
  return overlay(mine, written(changes));
}

/** The same list in another order, which is the seed's. */
export function shuffled<T>(items: readonly T[], seed: string, nameOf: (item: T) => string): T[] {
  const place = (item: T): string => createHash('sha256').update(`${seed}\0${nameOf(item)}`).digest('hex');
  return items.map((item) => ({ item, at: place(item) })).sort((a, b) => (a.at < b.at ? -1 : 1)).map(({ item }) => item);
}

/** How many answers there are to choose from. */
const CHOICES = 4;

/**
 * The right answer among others of the same lesson, in the seed's order. `alsoTrue` are those that what was seen shows as well:
 * they would be right, too.
 */
export function choicesFor(known: readonly Choice[], right: Choice, alsoTrue: readonly string[], seed: string): Choice[] {
  const others = known.filter(({ id, title }) => id !== right.id && title !== right.title && !alsoTrue.includes(id));
  const wrong = shuffled(others, `${seed}/others`, ({ id }) => id).slice(0, CHOICES - 1);
  return shuffled([right, ...wrong], `${seed}/order`, ({ id }) => id);
}
