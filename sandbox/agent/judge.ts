/**
 * Judges one lesson: a fresh wall with the learner's box, the lesson's check file in warm vitest, one verdict.
 *
 * One lesson is judged at a time; others wait. Results come from the check API's own records and from nowhere else; what
 * vitest could not run, or did not run to its end, is an `error`.
 */
import path from 'node:path';
import { enterSession, pace } from '../check/session.ts';
import type { Run } from '../check/run.ts';
import type { Request } from '../wire/messages.ts';
import type { CheckResult, Leftover, Verdict } from '../wire/verdict.ts';
import { rememberFixtures } from './fixtures.ts';
import { layChecks } from './judge-files.ts';
import { WarmVitest } from './judge-vitest.ts';
import { prepareWall, takeWall } from './judge-wall.ts';
import type { World } from './world.ts';

export type CheckRequest = Extract<Request, { op: 'check' }>;
export type Judgement = { verdict: Verdict; leftovers: Leftover[] };

/** The judge's folder: /judge in the private kernel, the checkout elsewhere. */
const home = path.resolve(import.meta.dirname, '../..');

/** How long a run that was cancelled may take to come to its end, in milliseconds. */
const GRACE = 5_000;

let vitest: Promise<WarmVitest> | undefined;
let busy: Promise<unknown> = Promise.resolve();

/**
 * Loads vitest and opens a wall in the background, so that the first check need not wait for them. Never rejects: a check
 * will say what is wrong.
 */
export async function warmJudge(world: World): Promise<void> {
  await warm().catch(() => {});
  await prepareWall(world);
}

/**
 * Judges a lesson. `onCheck` gets each result as soon as it is there. Rejects where there can be no verdict: with the
 * signal's reason when it is aborted, with what the wall or vitest said when there is none of it.
 */
export async function judge(request: CheckRequest, world: World, onCheck: (result: CheckResult) => void, signal: AbortSignal): Promise<Judgement> {
  const turn = busy.then(() => judgeNow(request, world, onCheck, signal));
  busy = turn.catch(() => {});
  return await turn;
}

async function judgeNow(request: CheckRequest, world: World, onCheck: (result: CheckResult) => void, signal: AbortSignal): Promise<Judgement> {
  signal.throwIfAborted();
  const started = performance.now();
  using laid = layChecks(world.disk, request.checks);
  const opening = takeWall(world, request.box, signal);
  opening.catch(() => {});
  const [ready] = await Promise.allSettled([warm()]);
  const { wall, before } = await opening;
  await using _closed = wall;
  if (ready.status === 'rejected') throw ready.reason;

  const runs: Run[] = [];
  using _session = enterSession({
    lesson: request.lesson,
    seed: request.seed,
    ...(request.command === undefined ? {} : { command: request.command }),
    allRules: request.allRules ?? false,
    firstFailure: request.firstFailure ?? false,
    wall: Promise.resolve(wall),
    before,
    ...pace,
    signal,
    onRun: (run) => runs.push(run),
  });
  const told = new Set<string>();
  const tell = (result: CheckResult): void => {
    told.add(result.id);
    onCheck(result);
  };
  const { problems } = await untilAborted(ready.value, laid.file, tell, signal);
  signal.throwIfAborted();
  rememberFixtures(runs.flatMap((run) => [...run.fixtures].map(([at, fixture]) => ({ path: at, ...fixture }))));
  await Promise.all(runs.map(lookCloser));
  signal.throwIfAborted();
  const checks = complete(request.lesson, runs, problems);
  for (const check of checks.filter(({ id }) => !told.has(id))) onCheck(check);
  const leftovers = await wall.close();
  void prepareWall(world);
  return {
    verdict: {
      schema: 'drydock.verdict/1',
      lesson: request.lesson,
      passed: checks.every((check) => check.status === 'pass'),
      seed: request.seed,
      kernel: world.kernel,
      durationMs: Math.round(performance.now() - started),
      checks,
    },
    leftovers,
  };
}

/** Runs the file; when `signal` is aborted, makes it end, and gives up a vitest that does not. */
async function untilAborted(ready: WarmVitest, file: string, onCheck: (result: CheckResult) => void, signal: AbortSignal): Promise<{ problems: string[] }> {
  const running = ready.run(file, (test) => {
    const result = test.meta.drydock;
    if (result && !signal.aborted) onCheck(result);
  });
  const aborted = Promise.withResolvers<void>();
  const abort = (): void => {
    ready.cancel();
    setTimeout(aborted.resolve, GRACE).unref();
  };
  signal.addEventListener('abort', abort, { once: true });
  try {
    const ended = await Promise.race([running, aborted.promise]);
    if (ended) return ended;
    vitest = undefined;
    running.catch(() => {});
    throw new Error('the checks did not stop when they were told to');
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** Finds out more about a failure where that is worth its time. Not to find it out is no reason to have no verdict. */
async function lookCloser(run: Run): Promise<void> {
  if (run.failures.length === 0) return;
  try {
    const { postmortem } = await import('../check/postmortem.ts');
    await postmortem(run);
  } catch (error) {
    if (!run.session.signal.aborted) process.stderr.write(`postmortem: ${error instanceof Error ? error.stack : String(error)}\n`);
  }
}

/** Every check that was planned, with its result; and one more `error` where the file as a whole went wrong. */
function complete(lesson: string, runs: readonly Run[], problems: readonly string[]): CheckResult[] {
  const [run] = runs;
  const checks = run ? run.plan.checks.map((check) => run.results.get(check.id) ?? failed(check.id, check.title, check.points, 'it was not run')) : [];
  const faults = [
    ...problems,
    ...(runs.length > 1 ? ['the file defines more than one lesson'] : []),
    ...(checks.length === 0 && problems.length === 0 ? ['the file defines no checks'] : []),
  ];
  if (faults.length === 0) return checks;
  return [...checks, failed('checks-file', `The checks of ${lesson} can be run`, 0, faults.join('\n'))];
}

function failed(id: string, title: string, points: number, observed: string): CheckResult {
  return { id, title, points, status: 'error', did: '', expected: '', observed, evidence: [], durationMs: 0 };
}

function warm(): Promise<WarmVitest> {
  if (!vitest) {
    vitest = WarmVitest.start(home);
    // One that did not start is tried again with the next check.
    vitest.catch(() => {
      vitest = undefined;
    });
  }
  return vitest;
}
