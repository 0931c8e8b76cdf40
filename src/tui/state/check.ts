/** Where the marking of one lesson stands. */
import type { CheckResult, Leftover, Verdict } from '../../check/wire.ts';

export type CheckState = {
  /**
   * `none`: never asked for. `queued`: asked for, the kernel is not ready. `failed`: no verdict, `why` says it.
   */
  at: 'none' | 'queued' | 'running' | 'done' | 'cancelled' | 'failed';
  /** Results so far: what this run has judged, over what the run before it had. */
  results: readonly CheckResult[];
  /** Ids that this run has judged; the others are of the run before. */
  fresh: readonly string[];
  verdict: Verdict | undefined;
  leftovers: readonly Leftover[];
  why: string | undefined;
  /** A file that does not parse, which explains most of what fails. */
  syntax: SyntaxProblem | undefined;
};

export type SyntaxProblem = { file: string; line: number; message: string };

export const noCheck: CheckState = { at: 'none', results: [], fresh: [], verdict: undefined, leftovers: [], why: undefined, syntax: undefined };

export const isBusy = (check: CheckState): boolean => check.at === 'queued' || check.at === 'running';

/** `result` over what is known of the same check; a new check goes to the end. */
export function withResult(check: CheckState, result: CheckResult): CheckState {
  const known = check.results.some((one) => one.id === result.id);
  return {
    ...check,
    results: known ? check.results.map((one) => (one.id === result.id ? result : one)) : [...check.results, result],
    fresh: [...check.fresh.filter((id) => id !== result.id), result.id],
  };
}

export const didNotPass = (result: CheckResult): boolean => result.status !== 'pass' && result.status !== 'blocked';

/** The check to explain: the first that does not pass, of this run if there is one, else of the run before. */
export function firstFailure(check: CheckState): CheckResult | undefined {
  const failures = check.results.filter(didNotPass);
  return failures.find((result) => check.fresh.includes(result.id)) ?? failures[0];
}

export const passedCount = (check: CheckState): number => check.results.filter((result) => result.status === 'pass').length;
