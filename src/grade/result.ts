/**
 * What grading one submission comes to: one JSON document per submission, from which every report and export is made.
 *
 * Everything in it that came from a submission (names, paths, texts of checks) is untrusted: capped when it is taken in, and
 * escaped by whoever writes it into another format. Points are integers.
 */
import * as v from 'valibot';
import { CheckResultSchema, KernelSchema, LeftoverSchema } from '../check/wire.ts';

/**
 * How a submission ended. `pass`: everything asked for passed. `fail`: it was judged, and something did not. The next ones: it met that
 * limit in at least one check and nothing worse. `rejected`: it could not be taken in. `infra`: the machine failed, not the submission;
 * that is never a mark.
 */
export const outcomes = ['pass', 'fail', 'error', 'timeout', 'memory', 'pids', 'output', 'disk', 'tamper', 'rejected', 'infra'] as const;
export const OutcomeSchema = v.picklist(outcomes);

const PointsSchema = v.pipe(v.number(), v.integer(), v.minValue(0));

/** A file of the submission that was not used, and why: `node_modules/`, a config of its own, a file outside of box. */
export const DiscardedSchema = v.object({ path: v.string(), why: v.string() });

/** One lesson of one submission. */
export const LessonResultSchema = v.object({
  lesson: v.string(),
  title: v.string(),
  outcome: OutcomeSchema,
  points: PointsSchema,
  maxPoints: PointsSchema,
  checks: v.array(CheckResultSchema),
  leftovers: v.array(LeftoverSchema),
  durationMs: v.number(),
});

export const SubmissionResultSchema = v.object({
  schema: v.literal('drydock.grade/1'),
  /** What this result is the result of: SHA-256 over submission, lessons, grader version, image, seed and limits. */
  key: v.string(),
  submission: v.object({
    /** What it is called where its name must not show: a pseudonym made from the name and the class's salt. */
    id: v.optional(v.string()),
    /** As it was handed in: the folder's or archive's name, without directories. */
    name: v.string(),
    /** SHA-256 of the files that count; empty where it was rejected. */
    digest: v.string(),
    files: v.array(v.object({ path: v.string(), sha256: v.string(), bytes: v.number() })),
    /** The newest time among its files (ISO 8601), or null; it does not move when it is graded again. */
    submittedAt: v.nullable(v.string()),
    /** The lesson it says it is for: what `drydock submit` wrote into it. Decides nothing. */
    claims: v.optional(v.string()),
  }),
  /** Who handed it in: from the roster, else a pseudonym. */
  student: v.object({ id: v.string(), name: v.string(), email: v.optional(v.string()), pseudonym: v.boolean() }),
  outcome: OutcomeSchema,
  points: PointsSchema,
  maxPoints: PointsSchema,
  lessons: v.array(LessonResultSchema),
  discarded: v.array(DiscardedSchema),
  /** For `rejected` and `infra`: one sentence that a student (or the instructor) understands, and what to do next. */
  reason: v.optional(v.string()),
  seed: v.string(),
  /** Absent where no kernel was needed. */
  kernel: v.optional(KernelSchema),
  /** True where it was not judged in a private kernel of its own (inside the VM: a fresh wall). */
  sharedKernel: v.boolean(),
  course: v.object({ version: v.string(), title: v.string() }),
  /** How often it was judged because the machine failed, 1 where it did not; and whether two attempts differed. */
  attempts: v.number(),
  flaky: v.boolean(),
  gradedAt: v.string(),
  durationMs: v.number(),
});

export type Outcome = v.InferOutput<typeof OutcomeSchema>;
export type Discarded = v.InferOutput<typeof DiscardedSchema>;
export type LessonResult = v.InferOutput<typeof LessonResultSchema>;
export type SubmissionResult = v.InferOutput<typeof SubmissionResultSchema>;
