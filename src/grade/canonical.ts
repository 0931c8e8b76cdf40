/**
 * What of a result must be the same whenever the same submission is graded with the same seed: the marks, and what they rest on.
 *
 * Left out is what names a moment or a process: times (a file's too: a checkout makes new ones), durations, how often the machine failed, and the texts and lines that a
 * check observed, since they hold process numbers. Pure.
 */
import type { SubmissionResult } from './result.ts';

/** The stable part of a result, keys in a fixed order. */
export function canonical(result: SubmissionResult): object {
  const { schema, key, submission, student, outcome, points, maxPoints, lessons, discarded, reason, seed, kernel, sharedKernel, course } = result;
  return {
    schema, key,
    submission: { ...(submission.id ? { id: submission.id } : {}), name: submission.name, digest: submission.digest, files: submission.files, ...(submission.claims ? { claims: submission.claims } : {}) },
    student: { id: student.id, name: student.name, ...(student.email ? { email: student.email } : {}), pseudonym: student.pseudonym },
    outcome, points, maxPoints,
    lessons: lessons.map((lesson) => ({
      lesson: lesson.lesson, title: lesson.title, outcome: lesson.outcome, points: lesson.points, maxPoints: lesson.maxPoints,
      checks: lesson.checks.map((check) => ({
        id: check.id, points: check.points, status: check.status,
        ...(check.mistake ? { mistake: check.mistake.id } : {}),
        ...(check.blockedBy ? { blockedBy: check.blockedBy } : {}),
      })),
      leftovers: [...new Set(lesson.leftovers.map(({ kind, lesson: taught }) => `${kind} ${taught}`))].sort(),
    })),
    discarded,
    ...(reason === undefined ? {} : { reason }),
    seed,
    ...(kernel ? { kernel: { kind: kernel.kind, release: kernel.release, image: kernel.image } } : {}),
    sharedKernel,
    course: { version: course.version, title: course.title },
  };
}

/** One line of JSON; two results are the same where their lines are. */
export function canonicalLine(result: SubmissionResult): string {
  return JSON.stringify(canonical(result));
}
