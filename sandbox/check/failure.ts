/**
 * How a check can end other than well. Everything else that is thrown in a check is our own trouble, and so an `error`,
 * never a verdict on the learner's code.
 */
import type { CheckStatus, Evidence } from '../wire/verdict.ts';

/** What a failed check has to say. */
export type Findings = { readonly expected: string; readonly observed: string; readonly evidence: readonly Evidence[] };

/** Something does not hold that must hold. */
export class CheckFailure extends Error implements Findings {
  override name = 'CheckFailure';
  readonly expected: string;
  readonly observed: string;
  readonly evidence: readonly Evidence[];

  constructor(findings: Findings) {
    super(`expected: ${findings.expected}\nobserved: ${findings.observed}`);
    this.expected = findings.expected;
    this.observed = findings.observed;
    this.evidence = findings.evidence;
  }
}

/** The statuses that a limit gives. */
export type LimitStatus = Extract<CheckStatus, 'timeout' | 'memory' | 'pids' | 'output' | 'disk'>;

/** A limit was met. `observed` says which and what it was. */
export class LimitReached extends Error {
  override name = 'LimitReached';
  readonly status: LimitStatus;
  readonly evidence: readonly Evidence[];

  constructor(status: LimitStatus, observed: string, evidence: readonly Evidence[] = []) {
    super(observed);
    this.status = status;
    this.evidence = evidence;
  }
}

/** The judge was reached for: traced, signalled, or its files changed. */
export class Tampering extends Error {
  override name = 'Tampering';
  readonly evidence: readonly Evidence[];

  constructor(observed: string, evidence: readonly Evidence[] = []) {
    super(observed);
    this.evidence = evidence;
  }
}

/** The check stopped because nobody waits for it any more. */
export class Cancelled extends Error {
  override name = 'Cancelled';

  constructor() {
    super('cancelled');
  }
}
