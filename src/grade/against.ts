/** What a new grading changes: who rises, who falls, and by which checks. Nothing is replaced by it. Pure. */
import { inOrder } from './gradebook.ts';
import type { SubmissionResult } from './result.ts';

export type Change = {
  student: string;
  /** Null where there is no mark: not there, or the machine failed. */
  before: { points: number; maxPoints: number; outcome: string } | null;
  after: { points: number; maxPoints: number; outcome: string } | null;
  /** Points, of the lessons that both have. */
  difference: number;
  /** What is different, in words: checks, files, the course. */
  why: string[];
};

export type Comparison = { rises: Change[]; falls: Change[]; others: Change[]; same: number };

/** Compares two gradings. A student is the same by id; a pseudonym is, where both were made with the same salt. */
export function compare(old: readonly SubmissionResult[], now: readonly SubmissionResult[]): Comparison {
  const before = new Map(inOrder(old).map((result) => [result.student.id, result]));
  const after = new Map(inOrder(now).map((result) => [result.student.id, result]));
  const changes = [...new Set([...before.keys(), ...after.keys()])].sort().map((student) => change(student, before.get(student), after.get(student)));
  return {
    rises: changes.filter(({ difference }) => difference > 0),
    falls: changes.filter(({ difference }) => difference < 0),
    others: changes.filter(({ difference, why }) => difference === 0 && why.length > 0),
    same: changes.filter(({ difference, why }) => difference === 0 && why.length === 0).length,
  };
}

function change(student: string, before: SubmissionResult | undefined, after: SubmissionResult | undefined): Change {
  const marks = { before: mark(before), after: mark(after) };
  if (!before || !after) return { student, ...marks, difference: 0, why: [before ? 'it is not in the new grading' : 'it was not in the old grading'] };
  if (before.outcome === 'infra' || after.outcome === 'infra') return { student, ...marks, difference: 0, why: [`there is no ${before.outcome === 'infra' ? 'old' : 'new'} mark: the machine failed`] };
  const shared = before.outcome === 'rejected' || after.outcome === 'rejected' ? null : new Set(before.lessons.map(({ lesson }) => lesson).filter((id) => after.lessons.some(({ lesson }) => lesson === id)));
  const points = (result: SubmissionResult): number => (shared ? result.lessons.filter(({ lesson }) => shared.has(lesson)).reduce((sum, lesson) => sum + lesson.points, 0) : result.points);
  const difference = points(after) - points(before);
  const checks = checkChanges(before, after);
  const why = [...checks, ...(before.outcome !== after.outcome && (before.outcome === 'rejected' || after.outcome === 'rejected') ? [`${before.outcome} → ${after.outcome}${after.reason ? `: ${after.reason}` : ''}`] : [])];
  return { student, ...marks, difference, why: why.length > 0 ? [...why, ...circumstances(before, after)] : [] };
}

function mark(result: SubmissionResult | undefined): Change['before'] {
  return result && result.outcome !== 'infra' ? { points: result.points, maxPoints: result.maxPoints, outcome: result.outcome } : null;
}

function checkChanges(before: SubmissionResult, after: SubmissionResult): string[] {
  const old = new Map(before.lessons.flatMap(({ lesson, checks }) => checks.map((check) => [`${lesson} ${check.id}`, check])));
  return after.lessons.flatMap(({ lesson, checks }) => checks.flatMap((check) => {
    const was = old.get(`${lesson} ${check.id}`);
    if (!was) return before.lessons.some((one) => one.lesson === lesson) ? [`${lesson} ${check.id}: a new check, ${check.status}`] : [];
    if (was.status === check.status && was.points === check.points) return [];
    const mistake = check.mistake ? ` (${check.mistake.title})` : '';
    return [`${lesson} ${check.id}: ${was.status} → ${check.status}${was.points === check.points ? '' : `, ${was.points} → ${check.points} points`}${mistake}`];
  }));
}

/** What was not the same around it, so that a change can be laid at the right door. */
function circumstances(before: SubmissionResult, after: SubmissionResult): string[] {
  return [
    ...(before.submission.digest !== after.submission.digest ? ['the files are not the same'] : ['the files are the same']),
    ...(before.course.version !== after.course.version ? [`the course is another version (${before.course.version}, now ${after.course.version})`] : []),
    ...(before.seed !== after.seed ? [`another seed (${before.seed}, now ${after.seed})`] : []),
    ...(before.kernel && after.kernel && before.kernel.image !== after.kernel.image ? ['another image of the kernel'] : []),
    ...(before.flaky || after.flaky ? ['it is flaky: it came out both ways in one grading'] : []),
  ];
}

/** The comparison as text, a paragraph for each student whose mark changes. */
export function comparisonText({ rises, falls, others, same }: Comparison): string {
  const points = (side: Change['before']): string => (side ? `${side.points}/${side.maxPoints} ${side.outcome}` : 'no mark');
  const part = (title: string, changes: readonly Change[]): string[] => (changes.length === 0 ? [] : [
    '', `${title} (${changes.length})`,
    ...changes.flatMap(({ student, before, after, difference, why }) => [
      `  ${student}: ${points(before)} → ${points(after)}${difference === 0 ? '' : ` (${difference > 0 ? '+' : '−'}${Math.abs(difference)})`}`,
      ...why.map((line) => `    ${line}`),
    ]),
  ]);
  const head = `Against the old grading: ${rises.length} rise, ${falls.length} fall, ${others.length} change otherwise, ${same} stay. Nothing was replaced.`;
  return `${[head, ...part('Would fall', falls), ...part('Would rise', rises), ...part('Otherwise', others)].join('\n')}\n`;
}
