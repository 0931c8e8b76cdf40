/** Which lesson did somebody mean by `5`, `05`, `05-root` or `root`? */
import { UserError } from '../errors.ts';
import { nearest } from './nearest.ts';
import type { Course, Lesson } from './types.ts';

/**
 * Finds a lesson by its number, its id, the words of its id (`root`), or the beginning of either where only one fits.
 *
 * Throws UserError with the nearest names where there is none.
 */
export function findLesson(course: Course, argument: string): Lesson {
  const wanted = argument.trim().toLowerCase().replace(/\/+$/, '').replace(/^lessons\//, '');
  const exact = course.lessons.find((lesson) => lesson.id === wanted || words(lesson) === wanted);
  if (exact) return exact;
  if (/^\d+$/.test(wanted)) {
    const numbered = course.lessons.find((lesson) => lesson.number === Number(wanted));
    if (numbered) return numbered;
  } else if (wanted) {
    const begun = course.lessons.filter((lesson) => lesson.id.startsWith(wanted) || words(lesson).startsWith(wanted));
    if (begun.length === 1 && begun[0]) return begun[0];
  }
  throw unknown(course, argument, wanted);
}

/** The lesson after this one in the course, or null after the last. */
export function lessonAfter(course: Course, lesson: Lesson): Lesson | null {
  return course.lessons[course.lessons.findIndex((one) => one.id === lesson.id) + 1] ?? null;
}

/** The lessons before this one, in order. */
export function lessonsBefore(course: Course, lesson: Lesson): Lesson[] {
  return course.lessons.slice(0, Math.max(0, course.lessons.findIndex((one) => one.id === lesson.id)));
}

function words(lesson: Lesson): string {
  return lesson.id.slice(3);
}

function unknown(course: Course, argument: string, wanted: string): UserError {
  const near = nearest(wanted.replace(/^\d+-/, ''), course.lessons.map(words));
  const begun = course.lessons.filter((lesson) => wanted.length >= 2 && lesson.id.includes(wanted));
  const names = [...new Set([...begun, ...course.lessons.filter((lesson) => near.includes(words(lesson)))].map((lesson) => lesson.id))];
  const range = course.lessons.length ? `Lessons are ${course.lessons[0]?.id} to ${course.lessons.at(-1)?.id}; \`drydock list\` shows them.` : 'This course has no lessons yet.';
  return new UserError(`There is no lesson "${argument}".`, {
    next: names.length ? [`Did you mean ${names.join(', ')}?`, range] : [range],
  });
}
