/** Beginning a lesson in the learner's workspace, and going back to its beginning. */
import { lessonsBefore } from '../find.ts';
import { pick, sameFile, type Tree } from '../tree.ts';
import type { Course, Lesson } from '../types.ts';
import { linkModules } from './modules.ts';
import { type Change, planLay, written } from './plan.ts';
import { ownFiles, previousTree, solutionTree, starterTree } from './trees.ts';
import { noteBrought } from './update.ts';
import { baseOf, type KeptSet, laidLesson, putFiles, readBox, recordLaid, startOf } from './workspace.ts';

/** What beginning a lesson would do. Nothing is touched yet. */
export type Start = {
  lesson: Lesson;
  changes: Change[];
  /** Lessons between the one laid last and this one, which were never begun here. */
  skipped: Lesson[];
  /**
   * Changes that bring reference code of earlier lessons into the learner's box: only after a confirmation.
   */
  reference: Change[];
  /** This lesson or a later one is laid already: there is nothing to bring. */
  laidAlready: boolean;
};

/** Decides what beginning a lesson does to the learner's files. Throws UserError where they cannot be read. */
export function planStart(course: Course, lesson: Lesson, workspace: string): Start {
  const laid = laidLesson(workspace);
  const laidIndex = laid === null ? -1 : course.lessons.findIndex((one) => one.id === laid);
  const index = course.lessons.findIndex((one) => one.id === lesson.id);
  if (laidIndex >= index) return { lesson, changes: [], skipped: [], reference: [], laidAlready: true };

  const mine = readBox(workspace);
  const unrecorded = laidIndex < 0 && mine.size > 0;
  const base = laidIndex >= 0 && laid !== null ? recordedBase(course, workspace, laid) : unrecordedBase(course, lesson, mine);
  const changes = planLay(mine, base, starterTree(course, lesson), lesson.id);
  // Somebody who comes with a box of their own has skipped nothing; they did it elsewhere.
  const skipped = unrecorded ? [] : course.lessons.slice(laidIndex + 1, index);
  return { lesson, changes, skipped, reference: referenceChanges(course, lesson, changes, skipped), laidAlready: false };
}

/** Does what was planned. `kept` says where the files are that were replaced; `note` is a sentence for the learner. */
export function applyStart(course: Course, start: Start, workspace: string, now: number): { kept: KeptSet | null; note: string | null } {
  if (start.laidAlready) return { kept: null, note: null };
  const kept = putFiles(workspace, written(start.changes), `start ${start.lesson.id}`, now);
  recordLaid(workspace, start.lesson.id, solutionTree(course, start.lesson), readBox(workspace));
  noteBrought(course, start.lesson, workspace);
  return { kept, note: linkModules(course.root, workspace) };
}

/** What going back to the beginning of a lesson would do. */
export type Reset = {
  lesson: Lesson;
  /** The files that differ from what they were, as they were. */
  files: Tree;
  /** Where they come from: the learner's own box when the lesson began, or the course. */
  from: 'my start' | 'reference';
};

/**
 * Decides what going back does. Without `reference` the box becomes what it was when the learner began the lesson; where
 * they never did, or with `reference`, what the course has. Files that neither knows are left alone.
 */
export function planReset(course: Course, lesson: Lesson, workspace: string, reference: boolean): Reset {
  const own = reference ? null : startOf(workspace, lesson.id);
  const mine = readBox(workspace);
  const files = new Map([...(own ?? starterTree(course, lesson))].filter(([name, file]) => !sameFile(mine.get(name), file)));
  return { lesson, files, from: own ? 'my start' : 'reference' };
}

/** Goes back; what was replaced is kept aside first. */
export function applyReset(course: Course, reset: Reset, workspace: string, now: number): { kept: KeptSet | null; note: string | null } {
  const kept = putFiles(workspace, reset.files, `reset ${reset.lesson.id}`, now);
  recordLaid(workspace, reset.lesson.id, solutionTree(course, reset.lesson), readBox(workspace));
  if (reset.from === 'reference') noteBrought(course, reset.lesson, workspace);
  return { kept, note: linkModules(course.root, workspace) };
}

function recordedBase(course: Course, workspace: string, laid: string): Tree {
  const recorded = baseOf(workspace, laid);
  const lesson = course.lessons.find((one) => one.id === laid);
  return recorded.size || !lesson ? recorded : solutionTree(course, lesson);
}

/**
 * A box that the course never laid: the learner brought it. Files the reference has, too, were most likely grown from it;
 * those that are missing were not removed by anybody.
 */
function unrecordedBase(course: Course, lesson: Lesson, mine: Tree): Tree {
  return pick(previousTree(course, lesson), (name) => mine.has(name));
}

function referenceChanges(course: Course, lesson: Lesson, changes: readonly Change[], skipped: readonly Lesson[]): Change[] {
  const starter = ownFiles(lesson, 'starter');
  const solutions = lessonsBefore(course, lesson).map((one) => ownFiles(one, 'solution'));
  return changes.filter((change) =>
    solutions.some((tree) => tree.has(change.path)) && (skipped.length > 0 || !starter.has(change.path)));
}
