/** From what a check's body did to what is reported. Pure. */
import { GoneError } from '../observe/errors.ts';
import type { CheckResult, CheckStatus, Evidence } from '../wire/verdict.ts';
import { Cancelled, CheckFailure, LimitReached, Tampering } from './failure.ts';
import type { LimitStatus } from './failure.ts';

/** A check's status and what there is to say. */
export type Outcome = { status: CheckStatus; expected: string; observed: string; evidence: readonly Evidence[] };

/** Most lines of one source, and longest line, that a result carries: the learner may have made them. */
const MOST_LINES = 24;
const LONGEST_LINE = 400;

/** The body returned. A check that claimed nothing has not been passed, it is broken. */
export function returned(claims: number): Outcome {
  if (claims > 0) return { status: 'pass', expected: '', observed: '', evidence: [] };
  return { status: 'error', expected: '', observed: 'the check states nothing: it made no claim about any fact', evidence: [] };
}

/** The body threw. Whatever is not known is our own trouble: an `error`, never a pass and never the learner's failure. */
export function threw(error: unknown): Outcome {
  if (error instanceof CheckFailure) return { status: 'fail', expected: error.expected, observed: error.observed, evidence: error.evidence };
  if (error instanceof LimitReached) return { status: error.status, expected: '', observed: error.message, evidence: error.evidence };
  if (error instanceof Tampering) return { status: 'tamper', expected: '', observed: error.message, evidence: error.evidence };
  if (error instanceof Cancelled) return { status: 'error', expected: '', observed: 'the check was cancelled', evidence: [] };
  if (error instanceof GoneError) {
    return {
      status: 'fail',
      expected: 'the process should still be there when the judge looks at it',
      observed: error.message,
      evidence: [{ source: error.what, lines: ['gone'] }],
    };
  }
  return { status: 'error', expected: '', observed: describe(error), evidence: [] };
}

/** A limit of the wall that was met while a check failed is why it failed. A pass stays one: the limit did not matter. */
export function withLimit(outcome: Outcome, limit: LimitStatus | undefined): Outcome {
  if (limit === undefined || (outcome.status !== 'fail' && outcome.status !== 'timeout')) return outcome;
  return { ...outcome, status: limit };
}

/** The result as it is reported: texts and evidence cut to a size that can be shown. */
export function result(
  check: { id: string; title: string; points: number },
  outcome: Outcome,
  more: Partial<Pick<CheckResult, 'did' | 'mistake' | 'blockedBy' | 'fired'>> & { durationMs: number },
): CheckResult {
  return {
    id: check.id,
    title: check.title,
    points: check.points,
    status: outcome.status,
    did: more.did ?? '',
    expected: cut(outcome.expected),
    observed: cut(outcome.observed),
    evidence: outcome.evidence.map(cutEvidence),
    ...(more.mistake === undefined ? {} : { mistake: more.mistake }),
    ...(more.blockedBy === undefined ? {} : { blockedBy: more.blockedBy }),
    ...(more.fired === undefined ? {} : { fired: more.fired }),
    durationMs: Math.round(more.durationMs),
  };
}

function cutEvidence({ source, lines }: Evidence): Evidence {
  const shown = lines.slice(0, MOST_LINES).map(cut);
  return { source: cut(source), lines: lines.length > MOST_LINES ? [...shown, `… ${lines.length - MOST_LINES} more lines`] : shown };
}

function cut(text: string): string {
  return text.length <= LONGEST_LINE ? text : `${text.slice(0, LONGEST_LINE)}…`;
}

function describe(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
