/** What the learner's progress remembers of a verdict: how it ended, the points, what failed, and how to repeat it. Pure. */
import type { LastVerdict } from '../progress/index.ts';
import type { Verdict } from './wire.ts';

/** `at` is when, in ISO 8601. */
export function remembered({ checks, passed, seed }: Verdict, at: string): LastVerdict {
  const points = (some: Verdict['checks']): number => some.reduce((sum, check) => sum + check.points, 0);
  return {
    at,
    passed,
    points: points(checks.filter((check) => check.status === 'pass')),
    of: points(checks),
    failed: checks.filter((check) => check.status !== 'pass' && check.status !== 'blocked').map((check) => check.id),
    seed,
  };
}
