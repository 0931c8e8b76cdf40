/** Writing a workspace as it stands at a lesson: for authors, for the gate and for tests. */
import fs from 'node:fs';
import { UserError } from '../../errors.ts';
import { readTree, type Tree } from '../tree.ts';
import type { Course, Lesson } from '../types.ts';
import { linkModules } from './modules.ts';
import { mistakeTree, solutionTree, starterTree } from './trees.ts';
import { noteBrought } from './update.ts';
import { boxFolder, putFiles, recordLaid } from './workspace.ts';

/** Which state of a lesson: its end, its beginning, or its end with a mistake in it. */
export type LaidState = { kind: 'solution' } | { kind: 'starter' } | { kind: 'mistake'; name: string };

/** The whole `box` in one of a lesson's states. Throws UserError for an unknown mistake. */
export function stateTree(course: Course, lesson: Lesson, state: LaidState): Tree {
  switch (state.kind) {
    case 'solution':
      return solutionTree(course, lesson);
    case 'starter':
      return starterTree(course, lesson);
    case 'mistake':
      return mistakeTree(course, lesson, state.name);
  }
}

/**
 * Writes `folder`/box. A box that is there must be empty, unless `force` says that its files may be replaced (they are kept
 * aside). `now` is in milliseconds since the epoch.
 *
 * Throws UserError; returns a sentence where the editor will not find its types, else null.
 */
export function layWorkspace(course: Course, lesson: Lesson, folder: string, state: LaidState, now: number, force = false): string | null {
  const box = boxFolder(folder);
  const tree = stateTree(course, lesson, state);
  if (!force && fs.existsSync(box) && readTree(box).size) {
    throw new UserError(`${box} is not empty.`, { next: ['Name another folder, or say --force: what it replaces is kept aside.'] });
  }
  putFiles(folder, tree, `course lay ${lesson.id}`, now);
  recordLaid(folder, lesson.id, solutionTree(course, lesson), readTree(box));
  noteBrought(course, lesson, folder);
  return linkModules(course.root, folder);
}
