/** A class put in order for reports: texts tamed, students sorted by name, a cell for every lesson of every student. */
import type { SubmissionResult } from '../../grade/result.ts';
import type { Cell, ClassResults, CourseLesson, Entry, Prepared } from './class.ts';
import { limits, line, tamed } from './tame.ts';

export function prepare({ results, course, generatedAt }: ClassResults): Prepared {
  const sorted = inOrder(results.map(tamed));
  const lessons = allLessons(course.lessons, sorted);
  const taken = new Set<string>();
  const students = sorted.map((result) => entry(result, lessons, taken));
  return { results: sorted, course: { title: line(course.title), lessons }, generatedAt: line(generatedAt, limits.name), students };
}

/** By name as people sort them, then by what tells two apart; a person's hand-ins from the oldest to the newest. */
function inOrder(results: readonly SubmissionResult[]): SubmissionResult[] {
  return results
    .map((result) => ({ result, keys: sortKeys(result) }))
    .sort((a, b) => byKeys(a.keys, b.keys) || byKeys([JSON.stringify(a.result)], [JSON.stringify(b.result)]))
    .map(({ result }) => result);
}

function sortKeys({ student, submission, key, gradedAt }: SubmissionResult): string[] {
  const folded = student.name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  return [folded, student.name, student.id, submission.submittedAt ?? '', submission.name, key, gradedAt];
}

/** Compares UTF-16 units: the same on every machine, whatever its language. */
export function byKeys(a: readonly string[], b: readonly string[]): number {
  for (const [at, one] of a.entries()) {
    const other = b[at] ?? '';
    if (one !== other) return one < other ? -1 : 1;
  }
  return 0;
}

/** The course's lessons, and after them those that only results know of: no mark may be lost. */
function allLessons(known: readonly CourseLesson[], results: readonly SubmissionResult[]): CourseLesson[] {
  const lessons = new Map(known.map(({ id, title, maxPoints }) => [line(id, limits.name), { id: line(id, limits.name), title: line(title), maxPoints }]));
  const others = results.flatMap((result) => result.lessons)
    .filter(({ lesson }) => !lessons.has(lesson))
    .sort((a, b) => byKeys([a.lesson, a.title, `${a.maxPoints}`], [b.lesson, b.title, `${b.maxPoints}`]));
  for (const { lesson, title, maxPoints } of others) if (!lessons.has(lesson)) lessons.set(lesson, { id: lesson, title, maxPoints });
  return [...lessons.values()];
}

function entry(result: SubmissionResult, lessons: readonly CourseLesson[], taken: Set<string>): Entry {
  const cells = lessons.map((lesson) => cellOf(result, lesson));
  const whole = cells.every((cell) => cell.points !== null) && result.outcome !== 'infra';
  return {
    result,
    slug: slugOf(result.student.id || result.submission.name, taken),
    cells,
    total: whole ? cells.reduce((sum, cell) => sum + (cell.points ?? 0), 0) : null,
    maxTotal: cells.reduce((sum, cell) => sum + cell.lesson.maxPoints, 0),
  };
}

/** What could not be taken in earns nothing; what the machine failed at is no mark; and what nobody graded is none either. */
function cellOf(result: SubmissionResult, lesson: CourseLesson): Cell {
  const own = result.lessons.find((one) => one.lesson === lesson.id);
  if (own) return { lesson: { ...lesson, maxPoints: own.maxPoints }, state: own.outcome, points: own.outcome === 'infra' ? null : own.points, result: own };
  if (result.outcome === 'rejected') return { lesson, state: 'rejected', points: 0, result: undefined };
  return { lesson, state: result.outcome === 'infra' ? 'infra' : 'missing', points: null, result: undefined };
}

/** Letters, digits, `-` and `_`; no two alike on a file system that ignores case; no device of Windows. */
function slugOf(name: string, taken: Set<string>): string {
  const plain = name.normalize('NFKD').replace(/[^A-Za-z0-9_-]+/g, '-').replace(/^[-_]+|[-_]+$/g, '').slice(0, 60) || 'student';
  const base = /^(con|prn|aux|nul|com\d|lpt\d)$/i.test(plain) ? `student-${plain}` : plain;
  for (let number = 1; ; number++) {
    const slug = number === 1 ? base : `${base}-${number}`;
    if (taken.has(slug.toLowerCase())) continue;
    taken.add(slug.toLowerCase());
    return slug;
  }
}
