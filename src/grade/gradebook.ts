/**
 * The gradebook: what a class comes to, in a form that does not depend on who graded which part of it, in which order, or when.
 *
 * It holds the canonical part of every result, and what is missing or doubtful. Pure.
 */
import type { ClassRecord } from './class.ts';
import { canonicalLine } from './canonical.ts';
import type { SubmissionResult } from './result.ts';

/** Something that keeps a gradebook from being whole. */
export type Trouble = { kind: 'gap' | 'double' | 'conflict' | 'infra'; who: string; what: string };

export type Gradebook = {
  course: ClassRecord['course'];
  results: readonly SubmissionResult[];
  troubles: readonly Trouble[];
};

/** By student, then by submission: the order of everything that is made from results. */
export function inOrder(results: readonly SubmissionResult[]): SubmissionResult[] {
  const of = ({ student, submission, key }: SubmissionResult): string => JSON.stringify([student.id, submission.id ?? submission.name, key]);
  return [...results].sort((a, b) => (of(a) < of(b) ? -1 : of(a) > of(b) ? 1 : 0));
}

/** What is missing: members of the class without a result, in the parts that `parts` says were to be graded. */
export function gapsOf(record: ClassRecord, results: readonly SubmissionResult[], parts: 'all' | 'own' = 'all'): Trouble[] {
  const there = new Set(results.map(({ submission }) => submission.id));
  return record.submissions
    .filter(({ id, part }) => !there.has(id) && (parts === 'all' || record.shard === null || record.shard.index === part))
    .map(({ student, part }) => ({
      kind: 'gap' as const, who: student.id, what: record.shard ? `not graded: it belongs to part ${part + 1} of ${record.shard.count}` : 'not graded yet',
    }));
}

/** Results that are no marks, since the machine failed. */
export function infraOf(results: readonly SubmissionResult[]): Trouble[] {
  return results.filter(({ outcome }) => outcome === 'infra').map(({ student, reason }) => ({ kind: 'infra', who: student.id, what: reason ?? 'the machine failed' }));
}

/** The gradebook as JSON: a line for each result, so that two of them can be compared by diff(1). */
export function gradebookText({ course, results, troubles }: Gradebook): string {
  const lines = inOrder(results).map((result) => `  ${canonicalLine(result)}`);
  const sorted = sortTroubles(troubles).map((trouble) => `  ${JSON.stringify(trouble)}`);
  return `{"schema":"drydock.gradebook/1",\n"course":${JSON.stringify(course)},\n"complete":${troubles.every(({ kind }) => kind === 'double')},\n`
    + `"troubles":[${sorted.length ? `\n${sorted.join(',\n')}\n` : ''}],\n"results":[${lines.length ? `\n${lines.join(',\n')}\n` : ''}]}\n`;
}

export function sortTroubles(troubles: readonly Trouble[]): Trouble[] {
  const of = ({ kind, who, what }: Trouble): string => JSON.stringify([kind, who, what]);
  const seen = new Map(troubles.map((trouble) => [of(trouble), trouble]));
  return [...seen].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, trouble]) => trouble);
}

/** When a class was graded, by its newest result: so that the same results make the same report, whenever it is made. */
export function generatedAt(results: readonly SubmissionResult[]): string {
  return results.map((result) => result.gradedAt).sort().at(-1) ?? new Date(0).toISOString();
}
