/**
 * Grades a class: several submissions at a time, each in a kernel of its own; what is graded stays graded.
 *
 * The folder of a class holds `results/` (one file for each submission, by its key), `graded/` (the very files that were judged),
 * `class.json` (who belongs to it and which part this is) and, for the instructor alone, `private/`.
 */
import path from 'node:path';
import * as v from 'valibot';
import { UserError } from '../errors.ts';
import { type Found, NEVER } from './found.ts';
import { ingest, ingestLimits } from './ingest/index.ts';
import { visible } from './ingest/show.ts';
import { packBox } from './pack.ts';
import type { SubmissionResult } from './result.ts';
import { dealOut, type Shard } from './shard.ts';
import { ResultStore, writeAtomic } from './store.ts';
import { type Person, pseudonymOf, type Student, studentOf } from './student.ts';
import { gradeIngested, type Grading, keyOf, type Submission } from './submission.ts';

export type ClassEvent =
  | { event: 'begin'; total: number }
  | { event: 'graded'; result: SubmissionResult; done: number; total: number; fresh: boolean };

export type ClassRun = {
  found: readonly Found[];
  roster?: readonly Person[] | undefined;
  salt: string;
  out: string;
  shard?: Shard | undefined;
  workers: number;
  grading: Grading;
  onEvent?(event: ClassEvent): void;
};

/** Who belongs to a class, and which part of it was graded: beside the results, so that what is missing can be told. */
export const ClassSchema = v.object({
  schema: v.literal('drydock.class/1'),
  course: v.object({ title: v.string(), version: v.string(), lessons: v.array(v.object({ id: v.string(), title: v.string(), maxPoints: v.number() })) }),
  seed: v.string(),
  image: v.string(),
  shard: v.nullable(v.object({ index: v.number(), count: v.number() })),
  submissions: v.array(v.object({
    id: v.string(),
    student: v.object({ id: v.string(), name: v.string(), email: v.optional(v.string()), pseudonym: v.boolean() }),
    part: v.number(),
  })),
});
export type ClassRecord = v.InferOutput<typeof ClassSchema>;

type Member = Submission & { found: Found; part: number };

/** Grades what belongs to this part, and returns its results in the order of the submissions. Rejects like gradeSubmission. */
export async function gradeClass(run: ClassRun): Promise<{ results: SubmissionResult[]; record: ClassRecord }> {
  const parts = dealOut(run.found.map(({ name }) => name), run.shard?.count ?? 1);
  const members = run.found.map((found): Member => member(found, parts.get(found.name) ?? 0, run));
  refuseTwoOfOne(members);
  const record = recordOf(members, run);
  writeAtomic(path.join(run.out, 'class.json'), `${JSON.stringify(record, null, 1)}\n`);
  writeWho(members, run);
  const store = new ResultStore(run.out);
  store.sweep();
  const mine = members.filter(({ part }) => run.shard === undefined || part === run.shard.index);
  run.onEvent?.({ event: 'begin', total: mine.length });
  const results: (SubmissionResult | undefined)[] = [];
  let done = 0;
  let next = 0;
  const work = async (): Promise<void> => {
    for (let at = next++; at < mine.length; at = next++) {
      run.grading.signal.throwIfAborted();
      const { result, fresh } = await gradeOrRecall(mine[at] as Member, store, run);
      results[at] = result;
      done += 1;
      run.onEvent?.({ event: 'graded', result, done, total: mine.length, fresh });
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: Math.max(1, Math.min(run.workers, mine.length)) }, async () => {
    try {
      await work();
    } catch (error) {
      next = mine.length; // The others finish what they are at.
      throw error;
    }
  }));
  const failed = ended.find((end) => end.status === 'rejected');
  if (failed && !run.grading.signal.aborted) throw failed.reason;
  return { results: results.filter((result) => result !== undefined), record };
}

/** A roster may know somebody by more than one name; which of their submissions counts is not for us to say. */
function refuseTwoOfOne(members: readonly Member[]): void {
  const sorted = [...members].sort((a, b) => (a.student.id < b.student.id ? -1 : 1));
  const twice = sorted.find(({ student }, at) => student.id === sorted[at + 1]?.student.id);
  if (!twice) return;
  const theirs = members.filter(({ student }) => student.id === twice.student.id).map(({ found }) => visible(found.name));
  throw new UserError(`${visible(twice.student.name)} has more than one submission: ${theirs.join(' and ')}.`, { next: ['Take away all but the one that counts.'], exit: NEVER });
}

/** Judges a submission, unless its result is there. One that the machine failed for is judged again. */
async function gradeOrRecall(submission: Member, store: ResultStore, { grading, out }: ClassRun): Promise<{ result: SubmissionResult; fresh: boolean }> {
  const taken = await ingest(submission.source, grading.ingest ?? ingestLimits);
  const known = store.get(keyOf(submission.id, taken, grading));
  if (known && known.outcome !== 'infra') {
    // The roster may have changed since: whose it is is said anew.
    const result = { ...known, submission: { ...known.submission, name: submission.name }, student: submission.student };
    if (JSON.stringify(result) !== JSON.stringify(known)) store.put(result);
    return { result, fresh: false };
  }
  const result = await gradeIngested(submission, taken, grading);
  if (taken.ok) writeAtomic(path.join(out, 'graded', `${taken.digest}.tar.gz`), packBox(taken.box));
  store.put(result);
  return { result, fresh: true };
}

function member(found: Found, part: number, { roster, salt }: ClassRun): Member {
  const student: Student = studentOf(found, roster, salt);
  const id = pseudonymOf(found.name, salt);
  return { found, source: found.source, id, name: student.pseudonym ? id : found.name, student, part };
}

function recordOf(members: readonly Member[], { grading, shard }: ClassRun): ClassRecord {
  const { course, seed, image } = grading;
  return {
    schema: 'drydock.class/1',
    course: { title: course.title, version: course.version, lessons: course.lessons.map(({ id, title, maxPoints }) => ({ id, title, maxPoints })) },
    seed, image,
    shard: shard ?? null,
    submissions: members.map(({ id, student, part }) => ({ id, student, part })).sort((a, b) => (a.id < b.id ? -1 : 1)),
  };
}

/** Which pseudonym is whose: for the instructor, in a folder that only they can read. */
function writeWho(members: readonly Member[], { out }: ClassRun): void {
  // A spreadsheet takes what begins like this for a formula.
  const cell = (text: string): string => `"${(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
  const rows = members.map(({ id, found, student }) => [id, found.name, student.pseudonym ? '' : student.id].map(cell).join(','));
  writeAtomic(path.join(out, 'private', 'who-is-who.csv'), `${['pseudonym,submission,student', ...rows].join('\r\n')}\r\n`, 0o600);
}
