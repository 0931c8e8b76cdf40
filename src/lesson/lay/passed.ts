/** The learner's box as it was when it last passed. */
import { lessonsBefore } from '../find.ts';
import type { Tree } from '../tree.ts';
import type { Course, Lesson } from '../types.ts';
import { passedOf } from './workspace.ts';

/** The version kept for this lesson, or else for the nearest before it; undefined where none was kept. */
export function lastPassed(course: Course, lesson: Lesson, workspace: string): { lesson: Lesson; box: Tree } | undefined {
  for (const one of [...lessonsBefore(course, lesson), lesson].reverse()) {
    const box = passedOf(workspace, one.id);
    if (box) return { lesson: one, box };
  }
  return undefined;
}
