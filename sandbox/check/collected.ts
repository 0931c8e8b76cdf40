/**
 * Lessons that a check file defined, so that a file which was imported once can be judged again without being imported
 * again: Node keeps every module it has ever imported.
 */
import { describeLesson } from './lesson.ts';
import type { DefineLesson } from './api.ts';

export type Collected = { id: string; define: Parameters<DefineLesson>[1] };

let collecting: Collected[] | undefined;

/** Begins a list of what is defined from now on, until the next call. */
export function startCollecting(): Collected[] {
  collecting = [];
  return collecting;
}

/** Describes these lessons to vitest once more, as if their file had been imported. */
export function collectAgain(lessons: readonly Collected[]): void {
  for (const { id, define } of lessons) describeLesson(id, define);
}

/** Defines the checks of one lesson: what a check file calls. */
export const lesson: DefineLesson = (id, define) => {
  collecting?.push({ id, define });
  describeLesson(id, define);
};
