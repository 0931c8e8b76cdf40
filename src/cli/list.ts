/** `drydock list`: the lessons and how far one has come. */
import stringWidth from 'string-width';
import { Exit } from '../errors.ts';
import type { Course, Lesson } from '../lesson/types.ts';
import { type LessonProgress, lessonProgress, type Progress } from '../progress/index.ts';
import type { Command, Context } from './command.ts';
import { currentLesson, openLearner } from './learner.ts';

export const command: Command = {
  name: 'list',
  summary: 'the lessons, and how far you have come',
  usage: ['list [--json]'],
  options: { json: { type: 'boolean', help: 'one JSON object instead of text' } },
  examples: [
    { type: 'drydock list', does: 'shows all lessons' },
    { type: "drydock list --json | jq -r '.current'", does: 'names the lesson you are at' },
  ],
  most: 0,
  run: async (context) => {
    const { course, progress } = openLearner(context);
    const current = course.lessons.length ? currentLesson(course, progress) : null;
    if (context.values['json']) context.print(JSON.stringify(listAsJson(course, progress.state, current)));
    else printList(context, course, progress.state, current);
    return Exit.done;
  },
};

/** Prints the list as text: one line for a lesson, its state in words. */
export function printList(context: Pick<Context, 'print'>, course: Course, progress: Progress, current: Lesson | null): void {
  context.print(course.title);
  const titles = Math.max(0, ...course.lessons.map((lesson) => stringWidth(lesson.title)));
  const ids = Math.max(0, ...course.lessons.map((lesson) => lesson.id.length));
  for (const part of course.parts) {
    context.print();
    context.print(part.title);
    for (const lesson of course.lessons.filter((one) => part.lessons.includes(one.id))) {
      const done = lessonProgress(progress, lesson.id);
      const mark = lesson.id === current?.id ? '>' : done.state === 'passed' ? '✓' : ' ';
      const title = lesson.title + ' '.repeat(titles - stringWidth(lesson.title));
      context.print(`${mark} ${lesson.id.padEnd(ids)}  ${title}  ${stateInWords(done, lesson)}`.trimEnd());
    }
  }
}

/** `passed`, `begun, 3 attempts`, or how long it takes. */
export function stateInWords(done: LessonProgress, lesson: Lesson): string {
  if (done.state === 'passed') return done.last && !done.last.passed ? 'passed, but fails now' : 'passed';
  if (done.state === 'untouched') return `${lesson.minutes} min`;
  return done.attempts ? `begun, ${done.attempts} ${done.attempts === 1 ? 'attempt' : 'attempts'}` : 'begun';
}

function listAsJson(course: Course, progress: Progress, current: Lesson | null): object {
  return {
    schema: 'drydock.list/1',
    title: course.title,
    current: current?.id ?? null,
    parts: course.parts.map((part) => ({
      title: part.title,
      lessons: course.lessons.filter((lesson) => part.lessons.includes(lesson.id)).map((lesson) => {
        const { state, attempts, hints, seconds, last, drills } = lessonProgress(progress, lesson.id);
        return {
          id: lesson.id, number: lesson.number, title: lesson.title, minutes: lesson.minutes, goal: lesson.goal, needs: lesson.needs, files: lesson.files,
          state, attempts, hints, seconds, last: last ?? null, drills: drills ?? { of: 0, right: 0 },
        };
      }),
    })),
  };
}
