/**
 * After the checks: why did box itself give up? Runs one failed call of box again under strace and asks the errno doctor.
 *
 * It costs several seconds in a slow kernel, so results are out before it, and it is done once per lesson: what box gave up
 * on in one check is as a rule what it gave up on in the others.
 */
import { autopsy } from '../diagnose/autopsy.ts';
import type { CheckResult } from '../wire/verdict.ts';
import { findByArgv, pidsOf } from '../observe/scan.ts';
import { conclude } from './conclude.ts';
import type { Examined } from './conclude.ts';
import type { WallProcess } from '../wall/wall.ts';
import { poll, settled } from './patience.ts';
import type { Run } from './run.ts';
import { homeOf, startOf } from './use.ts';
import type { BoxUse } from './use.ts';

/** Milliseconds that the repeated run may take. */
const LIMIT = 8_000;

/** The exit status with which box says that box itself failed. */
const OWN_FAILURE = 125;

/** Examines the first failed check in which box itself failed; returns its new result, undefined where there is nothing to add. */
export async function postmortem(run: Run): Promise<CheckResult | undefined> {
  for (const examined of run.failures) {
    const use = examined.stage.uses.find((one) => gaveUp(one));
    // The course gate looks at many boxes: what has its name there needs no more.
    if (use === undefined || (run.session.allRules && examined.result.mistake !== undefined)) continue;
    return await examine(run, examined, use);
  }
  return undefined;
}

async function examine(run: Run, examined: Examined, use: BoxUse): Promise<CheckResult | undefined> {
  const container = await restarted(run, use);
  const calls = await autopsy({
    argv: use.argv,
    start: (argv) => use.repeat(argv),
    timeLimit: LIMIT * run.session.slowness,
    signal: run.session.signal,
  }).finally(() => container?.kill());
  if (calls.length === 0) return undefined;
  use.calls = calls;
  const result = conclude(run, examined);
  run.results.set(examined.check.id, result);
  return result;
}

/** A `box exec` needs its container, which has ended with the checks. It is started once more, when its name has been freed. */
async function restarted(run: Run, { call }: BoxUse): Promise<WallProcess | undefined> {
  const name = call.asked?.name;
  const use = name === undefined ? undefined : run.containerNamed(name);
  if (name === undefined || use === undefined) return undefined;
  const { command, patience, signal } = run.session;
  const removing = use.repeat(startOf(command, ['rm', name]));
  await settled(removing.ended, patience, undefined, signal);
  await removing.kill();
  const container = use.repeat(use.argv);
  await poll(() => findByArgv(use.call.asked?.command ?? [], pidsOf(homeOf(run.wall))), patience, signal);
  return container;
}

/**
 * Whether it looks as if box had failed by itself, and at a system call: it says so by its status, or it started nothing and
 * speaks of an errno. A guess, from what a program printed; nothing but the time for another run depends on it.
 */
function gaveUp(use: BoxUse): boolean {
  const code = use.ending?.code ?? 0;
  return code === OWN_FAILURE || (code !== 0 && use.neverStarted && /\bE[A-Z]{3,}\b|errno/.test(use.process.stderr.toString('utf8')));
}
