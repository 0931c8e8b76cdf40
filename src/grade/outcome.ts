/** From checks to a lesson, from lessons to a submission. Pure. */
import type { CheckResult } from '../check/wire.ts';
import type { LessonResult, Outcome } from './result.ts';

/** The mildest first: a lesson is as its worst check, a submission as its worst lesson. */
const severity: readonly Outcome[] = ['pass', 'fail', 'timeout', 'output', 'disk', 'pids', 'memory', 'error', 'tamper', 'rejected', 'infra'];

export function worst(outcomes: readonly Outcome[], none: Outcome): Outcome {
  return outcomes.reduce((worse, one) => (severity.indexOf(one) > severity.indexOf(worse) ? one : worse), outcomes[0] ?? none);
}

/** What checks come to. None at all is no pass; a check that was blocked has not passed. */
export function outcomeOf(checks: readonly Pick<CheckResult, 'status'>[]): Outcome {
  return worst(checks.map(({ status }) => (status === 'blocked' ? 'fail' : status)), 'error');
}

/** The points that a list of checks earned; only a pass earns any. */
export function earned(checks: readonly Pick<CheckResult, 'status' | 'points'>[]): number {
  return checks.reduce((sum, { status, points }) => sum + (status === 'pass' ? points : 0), 0);
}

export function totals(lessons: readonly Pick<LessonResult, 'points' | 'maxPoints'>[]): { points: number; maxPoints: number } {
  return { points: lessons.reduce((sum, { points }) => sum + points, 0), maxPoints: lessons.reduce((sum, { maxPoints }) => sum + maxPoints, 0) };
}
