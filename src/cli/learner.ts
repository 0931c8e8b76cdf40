/** What most commands begin with: the course, the learner's progress, and which lesson is meant. */
import { findLesson } from '../lesson/find.ts';
import { languagesOf } from '../lesson/language.ts';
import { loadCourse } from '../lesson/load.ts';
import type { Course, Lesson } from '../lesson/types.ts';
import { lessonProgress, openProgress, type ProgressEvent, type ProgressStore } from '../progress/index.ts';
import { UserError } from '../errors.ts';
import type { Context } from './command.ts';

export type Learner = { course: Course; progress: ProgressStore };

/** Loads the course and opens the progress; says on standard error what happened to a damaged progress file. */
export function openLearner(context: Context): Learner {
  const course = loadCourse(context.root, languagesOf(context.env));
  const progress = openProgress(context.workspace, context.now);
  if (progress.notice) context.warn(`drydock: ${progress.notice}`);
  if (progress.problem) sayProblem(context, progress.problem);
  return { course, progress };
}

/** Records events, and says so where they could not be saved. */
export function record(context: Context, progress: ProgressStore, ...events: ProgressEvent[]): void {
  const said = progress.problem !== null;
  progress.apply(...events);
  if (progress.problem && !said) sayProblem(context, progress.problem);
}

/** The lesson named first on the command line, or the current one. Throws UserError where there is no such lesson. */
export function chosenLesson(context: Context, { course, progress }: Learner): Lesson {
  const named = context.positionals[0];
  return named === undefined ? currentLesson(course, progress) : findLesson(course, named);
}

/** The lesson the learner is at: the one opened last, else the first that has not passed, else the last of all. */
export function currentLesson(course: Course, progress: ProgressStore): Lesson {
  const opened = course.lessons.find((lesson) => lesson.id === progress.state.current);
  const next = course.lessons.find((lesson) => lessonProgress(progress.state, lesson.id).state !== 'passed');
  const lesson = opened ?? next ?? course.lessons.at(-1);
  if (!lesson) throw new UserError('This course has no lessons.', { next: ['drydock course new SLUG   begins one'] });
  return lesson;
}

/** The columns that text may take: the terminal's, at most 80. */
export function textWidth(context: Context): number {
  return Math.min(80, context.stdout.columns ?? 80);
}

function sayProblem(context: Context, problem: UserError): void {
  context.warn(`drydock: ${problem.message}`);
  for (const line of problem.next) context.warn(`  → ${line}`);
}
