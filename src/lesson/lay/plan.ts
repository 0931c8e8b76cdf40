/**
 * What starting a lesson does to a learner's files, decided before anything is touched. Pure.
 *
 * Invariants: a file that the learner changed is either left as it is or merged; it is never replaced. A change of the
 * lesson's is never dropped in silence: where it cannot be merged, it lies beside the learner's file.
 */
import { sameFile, textFile, textOf, type Tree, type TreeFile } from '../tree.ts';
import { type Conflict, merge3 } from './merge.ts';

/** What happens to one file. */
export type Change =
  /** It was not there. */
  | { kind: 'new'; path: string; after: TreeFile }
  /** The learner had not touched it: it is replaced by the lesson's. */
  | { kind: 'update'; path: string; before: TreeFile; after: TreeFile }
  /** Both changed it, in different places: both changes are in the result. */
  | { kind: 'merge'; path: string; before: TreeFile; after: TreeFile }
  /**
   * It stays as the learner has it; the lesson's version lies beside it, to be brought together by hand. `lesson`: what the lesson
   * changes in the reference's file, where that is known.
   */
  | { kind: 'conflict'; path: string; before: TreeFile | null; side: string; after: TreeFile; why: Why; conflicts: Conflict[]; lesson?: { before: TreeFile; after: TreeFile } };

/** Why a file could not be merged. */
export type Why =
  /** Learner and lesson changed the same lines. */
  | 'same lines'
  /** The learner removed the file, and the lesson changes it. */
  | 'removed'
  /** A file of this name is there already, and the course never laid it. */
  | 'not from the course'
  /** Not text, so lines cannot be compared. */
  | 'not text';

/**
 * Compares what is there with what a lesson brings.
 *
 * - `mine`: the learner's files.
 * - `base`: the reference that `mine` was last brought up to: the solution of the lesson laid last.
 * - `theirs`: the box at the beginning of the new lesson.
 * - `label`: the lesson's id; names the file beside a conflict.
 *
 * Returns the changes in order of path; files that stay as they are do not appear.
 */
export function planLay(mine: Tree, base: Tree, theirs: Tree, label: string): Change[] {
  const changes: Change[] = [];
  for (const [path, after] of theirs) {
    const change = planFile(path, mine.get(path), base.get(path), after, label);
    if (change) changes.push(change);
  }
  return changes;
}

function planFile(path: string, before: TreeFile | undefined, base: TreeFile | undefined, after: TreeFile, label: string): Change | null {
  // The lesson brings nothing new, or the learner has it already.
  if (sameFile(base, after) || sameFile(before, after)) return null;
  const side = besides(path, label);
  const clash = (why: Why, conflicts: Conflict[] = [], content = after): Change & { kind: 'conflict' } =>
    ({ kind: 'conflict', path, before: before ?? null, side, after: content, why, conflicts });
  if (!before) return base ? clash('removed') : { kind: 'new', path, after };
  if (sameFile(before, base)) return { kind: 'update', path, before, after };
  if (!base) return clash('not from the course');
  const [a, o, b] = [before, base, after].map(textOf);
  if (typeof a !== 'string' || typeof o !== 'string' || typeof b !== 'string') return clash('not text');
  const merged = merge3(a, o, b, { mine: 'yours', base: 'the reference until now', theirs: `lesson ${label}` });
  const file = textFile(merged.text, before.executable);
  if (merged.conflicts.length) return { ...clash('same lines', merged.conflicts, file), lesson: { before: base, after } };
  return sameFile(file, before) ? null : { kind: 'merge', path, before, after: file };
}

/** Where the lesson's version goes in a conflict. Not `.ts` at the end, so that neither editor nor Node takes it for code. */
export function besides(path: string, label: string): string {
  return `${path}.${label}`;
}

/** The files that a plan writes: whole, ready to be put in place. */
export function written(changes: readonly Change[]): Tree {
  return new Map(changes.map((change) => [change.kind === 'conflict' ? change.side : change.path, change.after]));
}
