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

export type Format = (of: ClassResults) => OutputFile[];
