/** From a submission to its result: taken in, judged in a kernel of its own, put together and held against the schema. */
import { createHash } from 'node:crypto';
import * as v from 'valibot';
import type { GradedCourse } from './course.ts';
import { ingest, type Ingested, ingestLimits, type IngestLimits } from './ingest/index.ts';
import { type Bench, type Judged, judge } from './judge.ts';
import { totals, worst } from './outcome.ts';
import { type SubmissionResult, SubmissionResultSchema } from './result.ts';
import type { Student } from './student.ts';

/**
 * What is graded. `name` is what the result calls it: a pseudonym's result must not carry the folder's name. `id` tells it from the
 * others of its class whoever its student turns out to be.
 */
export type Submission = { source: string; id: string; name: string; student: Student };

export type Grading = Bench & {
  course: GradedCourse;
  /** The guest image's hash, where it is known before a kernel runs. */
  image: string;
  ingest?: IngestLimits;
  now(): number;
};

/**
 * Grades one submission. Rejects only where nothing can be graded on this machine (UserError), or when it is aborted; what is wrong
 * with the submission, or goes wrong with a kernel, is in the result.
 */
export async function gradeSubmission(submission: Submission, grading: Grading): Promise<SubmissionResult> {
  return gradeIngested(submission, await ingest(submission.source, grading.ingest ?? ingestLimits), grading);
}

/** The same for one that was taken in before. */
export async function gradeIngested(submission: Submission, taken: Ingested, grading: Grading): Promise<SubmissionResult> {
  const began = performance.now();
  const judged: Judged | undefined = taken.ok ? await judge(taken.box, grading.course.lessons, grading) : undefined;
  const lessons = judged === undefined || judged.infra !== undefined ? [] : judged.lessons;
  const { course } = grading;
  const result: SubmissionResult = {
    schema: 'drydock.grade/1',
    key: keyOf(submission.id, taken, grading),
    submission: {
      id: submission.id, name: submission.name, digest: taken.ok ? taken.digest : '', files: taken.ok ? taken.files : [], submittedAt: taken.submittedAt,
      ...(taken.ok && taken.claims !== undefined ? { claims: taken.claims } : {}),
    },
    student: submission.student,
    outcome: !taken.ok ? (taken.machine ? 'infra' : 'rejected') : judged?.infra !== undefined ? 'infra' : worst(lessons.map(({ outcome }) => outcome), 'error'),
    points: totals(lessons).points,
    maxPoints: course.lessons.reduce((sum, { maxPoints }) => sum + maxPoints, 0),
    lessons: taken.ok ? lessons : [],
    discarded: taken.discarded,
    ...reasonOf(taken, judged),
    seed: grading.seed,
    ...(judged?.kernel ? { kernel: judged.kernel } : {}),
    sharedKernel: judged?.kernel?.kind === 'here',
    course: { version: course.version, title: course.title },
    attempts: judged?.attempts ?? 1,
    flaky: judged?.flaky ?? false,
    gradedAt: new Date(grading.now()).toISOString(),
    durationMs: Math.round(performance.now() - began),
  };
  return v.parse(SubmissionResultSchema, result);
}

function reasonOf(taken: Ingested, judged: Judged | undefined): { reason?: string } {
  if (!taken.ok) return { reason: taken.reason };
  if (judged?.infra === undefined) return {};
  const why = judged.infra.replaceAll(/\s+/g, ' ').trim().slice(0, 300);
  return { reason: `The machine failed ${judged.attempts} times while it was judged (${why}); this is no mark. Run the same command again: what is graded stays graded.` };
}

/** What a result is the result of. The same submission, lessons, grader, image, seed and limits have the same key. */
export function keyOf(id: string, taken: Ingested, { course, image, seed, limits, ingest: ingestLimit = ingestLimits, kernel }: Grading): string {
  const parts = {
    schema: 1, id, submission: taken.ok ? taken.digest : `rejected ${taken.reason}`, discarded: taken.discarded,
    lessons: course.lessons.map(({ id, digest }) => [id, digest]), grader: course.version, image, kernel, seed, limits, ingest: ingestLimit,
  };
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
