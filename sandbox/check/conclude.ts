/** From what was seen during a check to its result: the diagnosis is made here. */
import { diagnose } from '../diagnose/diagnose.ts';
import type { FailedCall } from '../diagnose/doctor.ts';
import type { ProcessFacts } from '../diagnose/scene.ts';
import type { CheckResult, Evidence } from '../wire/verdict.ts';
import { result } from './outcome.ts';
import type { Outcome } from './outcome.ts';
import type { PlannedCheck } from './plan.ts';
import type { Run } from './run.ts';
import type { Stage } from './stage.ts';

/** A check that has run, with everything that is known about it. */
export type Seen = {
  readonly check: PlannedCheck;
  readonly stage: Stage;
  readonly outcome: Outcome;
  /** The wall's first process before and after; absent where it could not be looked at. */
  readonly wall?: { readonly before: ProcessFacts; readonly after: ProcessFacts };
  readonly durationMs: number;
};

/** A failed one, with the result it has got so far. */
export type Examined = Seen & { readonly result: CheckResult };

/** True where the learner's code is why. */
export function isFailure(outcome: Outcome): boolean {
  return outcome.status !== 'pass' && outcome.status !== 'error' && outcome.status !== 'blocked';
}

/** The result of a check. Can be called again when more has become known about the uses of box. */
export function conclude(run: Run, { check, stage, outcome, wall, durationMs }: Seen): CheckResult {
  const { allRules, lesson } = run.session;
  const fails = isFailure(outcome);
  const runs = stage.uses.map((use) => use.facts());
  const diagnosis = wall && (fails || allRules) ? diagnose({ lesson, check: check.id, wall, runs, notes: stage.notes }) : undefined;
  const call = fails ? runs.flatMap((facts) => facts.calls ?? [])[0] : undefined;
  return result(check, {
    ...outcome,
    observed: call === undefined ? outcome.observed : `${outcome.observed}; ${words(call)}`,
    evidence: fails ? merge(outcome.evidence, diagnosis?.evidence ?? [], call?.evidence ?? []) : outcome.evidence,
  }, {
    did: outcome.status === 'pass' ? '' : stage.transcript(),
    ...(fails && diagnosis?.mistake ? { mistake: diagnosis.mistake } : {}),
    // A rule that threw is the course's fault: the gate sees it as a name that no mistake has.
    ...(allRules ? { fired: [...(diagnosis?.fired ?? []), ...(diagnosis?.broken ?? []).map(({ id }) => `broken:${id}`)] } : {}),
    durationMs,
  });
}

function words({ call, errno, condition, advice }: FailedCall): string {
  return `${call} failed with ${errno}. ${condition} ${advice}`;
}

/** All of it, each source once, in this order. */
function merge(...all: (readonly Evidence[])[]): Evidence[] {
  const merged: { source: string; lines: string[] }[] = [];
  for (const { source, lines } of all.flat()) {
    const same = merged.find((evidence) => evidence.source === source);
    if (same) same.lines.push(...lines.filter((line) => !same.lines.includes(line)));
    else merged.push({ source, lines: [...lines] });
  }
  return merged;
}
