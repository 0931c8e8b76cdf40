/** What a report of a whole class is made from, and what it is made into. */
import type { SubmissionResult } from '../../grade/result.ts';

export type CourseLesson = { id: string; title: string; maxPoints: number };

/** Results in any order: reports put them into one of their own. `generatedAt` is ISO 8601. */
export type ClassResults = {
  results: readonly SubmissionResult[];
  course: { title: string; lessons: readonly CourseLesson[] };
  generatedAt: string;
};

/** A file to be written below --out. The path is relative, with `/`, and safe on every file system. */
export type OutputFile = { path: string; text: string };

/** What a format makes of a class that `prepare` has put in order. */
export type Format = (of: Prepared) => OutputFile[];

/** A class whose texts are harmless and short, and whose order is settled. */
export type Prepared = ClassResults & { readonly students: readonly Entry[] };

/** One submission of a prepared class, with what several formats want to know of it. */
export type Entry = {
  result: SubmissionResult;
  /** Safe as the name of a file and as an anchor, and unique in the class. */
  slug: string;
  /** One for each of the course's lessons, in order. */
  cells: readonly Cell[];
  /** What it comes to, or null where at least one lesson has no mark. */
  total: number | null;
  maxTotal: number;
};

/** A student's mark in a lesson. `points` is null where there is no mark: the machine failed, or nobody graded it. */
export type Cell = { lesson: CourseLesson; state: CellState; points: number | null; result: SubmissionResult['lessons'][number] | undefined };
export type CellState = SubmissionResult['outcome'] | 'missing';
