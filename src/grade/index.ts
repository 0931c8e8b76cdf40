/** The grader's door: submissions in, results out. Formats are in src/report/grade, commands in src/cli. */
export { canonical, canonicalLine } from './canonical.ts';
export { gradeClass } from './class.ts';
export type { ClassEvent, ClassRecord, ClassRun } from './class.ts';
export { loadGraded } from './course.ts';
export type { GradedCourse, GradedLesson } from './course.ts';
export { findSubmissions, NEVER } from './found.ts';
export { gradebookText } from './gradebook.ts';
export { ingest, ingestLimits } from './ingest/index.ts';
export type { Ingested, IngestLimits } from './ingest/index.ts';
export { judgeLimits } from './judge.ts';
export type { JudgeLimits } from './judge.ts';
export { merge } from './merge.ts';
export type { LessonResult, Outcome, SubmissionResult } from './result.ts';
export { gradeSubmission } from './submission.ts';
export type { Grading, Submission } from './submission.ts';
