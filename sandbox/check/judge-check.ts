/** Judges one check: runs its body, and says what came of it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { snapshot } from '../diagnose/snapshot.ts';
import { GoneError } from '../observe/errors.ts';
import { view } from '../observe/live.ts';
import type { CheckResult } from '../wire/verdict.ts';
import { conclude, isFailure } from './conclude.ts';
import type { Seen } from './conclude.ts';
import { CheckFailure, LimitReached } from './failure.ts';
import { result, returned, threw, withLimit } from './outcome.ts';
import type { Outcome } from './outcome.ts';
import { settled } from './patience.ts';
import type { PlannedCheck } from './plan.ts';
import type { Run } from './run.ts';
import type { Stage } from './stage.ts';
import { assertUntouched } from './tamper.ts';

/** How long one check may take altogether, in milliseconds. */
const CHECK_LIMIT = 30_000;

/** How long box is given to finish what it was about to do when a check failed, in milliseconds. */
const MOMENT = 50;

/** Judges `check` in `run`. Never throws: what goes wrong with the judge itself is a result of status `error`. */
export async function judgeCheck(run: Run, check: PlannedCheck): Promise<CheckResult> {
  const [failed] = run.session.firstFailure ? run.failures : [];
  const blockedBy = failed ? [failed.check.id] : check.needs.filter((id) => run.results.get(id)?.status !== 'pass');
  const judged = blockedBy.length > 0
    ? result(check, { status: 'blocked', expected: '', observed: '', evidence: [] }, { blockedBy, durationMs: 0 })
    : await act(run, check);
  run.results.set(check.id, judged);
  return judged;
}

async function act(run: Run, check: PlannedCheck): Promise<CheckResult> {
  using stage = run.enter();
  const started = performance.now();
  let seen: Omit<Seen, 'durationMs'>;
  try {
    const meter = run.wall.meter();
    let outcome = await perform(run, check, stage);
    const after = run.wall.meter();
    if (after.pids > meter.pids) outcome = withLimit(outcome, 'pids');
    else if (after.memory > meter.memory) outcome = withLimit(outcome, 'memory');
    seen = { check, stage, outcome };
    if (isFailure(outcome) || run.session.allRules) {
      for (const use of stage.uses) use.look();
      if (isFailure(outcome)) {
        // The judge may have been quicker than box, which is in the middle of something: how that came out explains the failure.
        await sleep(MOMENT);
        for (const use of stage.uses) use.look();
      }
      seen = { ...seen, wall: { before: run.before, after: snapshot(view(run.wall.holder, 'the host')) } };
    }
  } catch (error) {
    seen = { check, stage, outcome: threw(error) };
  }
  const whole = { ...seen, durationMs: performance.now() - started };
  const concluded = conclude(run, whole);
  if (isFailure(whole.outcome)) run.failures.push({ ...whole, result: concluded });
  return concluded;
}

/** Runs the body to its end or to the limit, and looks whether the judge is still alone with itself. */
async function perform(run: Run, check: PlannedCheck, stage: Stage): Promise<Outcome> {
  const limit = CHECK_LIMIT * run.session.slowness;
  let outcome: Outcome;
  try {
    const body = check.body(run.checkContext(stage)).then(() => 'returned' as const);
    if (await settled(body, limit, 'late' as const, run.session.signal) === 'late') {
      await Promise.all(stage.uses.map((use) => use.end()));
      throw new LimitReached('timeout', `the check had not ended after ${limit / 1000} s`);
    }
    outcome = returned(stage.claims);
  } catch (error) {
    outcome = threw(explained(error, stage));
  }
  assertUntouched(run.wall, run.before);
  return outcome;
}

/** A process that went away under the judge's eyes, in terms of the box that it belonged to. */
function explained(error: unknown, stage: Stage): unknown {
  if (!(error instanceof GoneError)) return error;
  const findings = stage.uses.map((use) => use.gone(error.pid)).find((found) => found !== undefined);
  return findings ? new CheckFailure(findings) : error;
}
