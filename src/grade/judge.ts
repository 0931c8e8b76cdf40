/**
 * Has one submission judged in a private kernel of its own.
 *
 * A kernel belongs to a folder that is made for this submission and removed with it; whatever happens, the kernel is ended. Where
 * the machine failed and not the submission, what is left is judged in another kernel, a few times at most. What was told
 * before is compared with what the next attempt says: a submission whose checks come out both ways is flaky.
 */
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SandboxError } from '../check/sandbox.ts';
import type { KernelChoice, Sandbox } from '../check/types.ts';
import type { CheckResult, KernelInfo, WireFile } from '../check/wire.ts';
import { Exit, UserError } from '../errors.ts';
import type { GradedLesson } from './course.ts';
import { earned, outcomeOf } from './outcome.ts';
import type { LessonResult } from './result.ts';
import { makeScratch, removeScratch } from './scratch.ts';
import { type Asked, believe, believePart } from './trust.ts';

export type JudgeLimits = {
  /** Wall clock for one lesson of one submission, in milliseconds. What its checks may use inside is the wall's and shorter. */
  lesson: number;
  /** How long a judge that was told to stop may take to say so. */
  stop: number;
  /** How long a kernel may take until its agent answers. */
  boot: number;
  /** How many kernels a submission may use up. */
  attempts: number;
};

/** A lesson of reference code takes 2 to 8 seconds. */
export const judgeLimits: JudgeLimits = { lesson: 180_000, stop: 10_000, boot: 120_000, attempts: 3 };

export type Bench = {
  root: string;
  kernel: KernelChoice;
  seed: string;
  limits: JudgeLimits;
  openSandbox(options: { root: string; workspace: string; kernel: KernelChoice; env?: Record<string, string | undefined> }): Sandbox;
  signal: AbortSignal;
};

export type Judged = {
  lessons: LessonResult[];
  /** Why not all lessons were judged: the machine's fault. */
  infra: string | undefined;
  kernel: KernelInfo | undefined;
  attempts: number;
  flaky: boolean;
};

/** Judges the box in every lesson. Rejects only where nothing can be judged on this machine, or when it is aborted. */
export async function judge(box: WireFile[], lessons: readonly GradedLesson[], bench: Bench): Promise<Judged> {
  const done = new Map<string, LessonResult>();
  const before = new Map<string, Map<string, string>>();
  let kernel: KernelInfo | undefined;
  let flaky = false;
  let attempts = 0;
  let infra: string | undefined;
  while (attempts < bench.limits.attempts && done.size < lessons.length) {
    attempts += 1;
    await using place = await FreshKernel.boot(bench);
    infra = place.trouble;
    kernel = place.info ?? kernel;
    for (const lesson of place.trouble === undefined ? lessons.filter(({ id }) => !done.has(id)) : []) {
      const once = await judgeOnce(place.sandbox, box, lesson, bench);
      bench.signal.throwIfAborted();
      flaky ||= differ(before.get(lesson.id), once.statuses);
      // An error of the judge's own is looked at again in another kernel; said twice, it stands.
      const again = once.lost !== undefined || (once.result?.outcome === 'error' && !before.has(lesson.id) && attempts < bench.limits.attempts);
      before.set(lesson.id, once.statuses);
      if (!again && once.result) done.set(lesson.id, once.result);
      if (once.lost !== undefined) infra = `${lesson.id}: ${once.lost}`;
      if (once.lost !== undefined) break;
    }
  }
  const judged = lessons.flatMap(({ id }) => done.get(id) ?? []);
  return { lessons: judged, infra: judged.length === lessons.length ? undefined : infra ?? 'it was not judged', kernel, attempts, flaky };
}

type Once = { result: LessonResult | undefined; statuses: Map<string, string>; lost: string | undefined };

/** One lesson, once. Without a result, the kernel was lost. */
async function judgeOnce(sandbox: Sandbox, box: WireFile[], lesson: GradedLesson, { seed, limits, signal }: Bench): Promise<Once> {
  const asked: Asked = { lesson: lesson.id, seed, nonce: randomBytes(16).toString('hex'), plan: lesson.plan };
  const told: CheckResult[] = [];
  const began = performance.now();
  const tooLong = AbortSignal.timeout(limits.lesson);
  const ask = sandbox.check(
    { lesson: lesson.id, checks: lesson.checks, box, seed, nonce: asked.nonce },
    { onCheck: (one) => void (told.length < 500 && told.push(one)), signal: AbortSignal.any([tooLong, signal]) },
  );
  const done = (checks: CheckResult[], leftovers: LessonResult['leftovers']): Once => ({
    result: {
      lesson: lesson.id, title: lesson.title, outcome: outcomeOf(checks), points: earned(checks), maxPoints: lesson.maxPoints,
      checks, leftovers, durationMs: Math.round(performance.now() - began),
    },
    statuses: statusesOf(checks), lost: undefined,
  });
  try {
    const answer = await Promise.race([ask, hung(tooLong, signal, limits.stop)]);
    const { checks, leftovers } = believe(answer, asked);
    return done(checks, leftovers);
  } catch (error) {
    ask.catch(() => {});
    if (error instanceof UserError) throw error;
    if (error instanceof SandboxError && error.reason === 'cancelled' && tooLong.aborted && !signal.aborted) {
      // The judge is well, and the submission had all the time there is.
      return done(believePart(told, asked, 'timeout', `the lesson had not ended after ${limits.lesson / 1000} s`), []);
    }
    const lost = error instanceof Error ? error.message : String(error);
    return { result: undefined, statuses: statusesOf(told.filter(({ id }) => lesson.plan.some((check) => check.id === id))), lost };
  }
}

/** Rejects when a judge that was told to stop has not said so in time; at once where nobody waits any more. */
async function hung(tooLong: AbortSignal, signal: AbortSignal, stop: number): Promise<never> {
  await new Promise<void>((resolve) => AbortSignal.any([tooLong, signal]).addEventListener('abort', () => resolve(), { once: true }));
  if (!signal.aborted) await sleep(stop, undefined, { ref: false });
  throw new SandboxError('kernel', signal.aborted ? 'interrupted' : 'the judge did not stop when it was told to');
}

function statusesOf(checks: readonly CheckResult[]): Map<string, string> {
  return new Map(checks.map(({ id, status }) => [id, status]));
}

/** Whether a check came out one way and then the other. An error is the judge's own, and says nothing about the submission. */
function differ(before: ReadonlyMap<string, string> | undefined, now: ReadonlyMap<string, string>): boolean {
  const says = (status: string | undefined): boolean => status !== undefined && status !== 'error' && status !== 'blocked';
  return [...now].some(([id, status]) => says(status) && says(before?.get(id)) && before?.get(id) !== status);
}

/** What the kernel's process must not inherit: whoever broke out of the kernel would read them in its environment. */
const secrets = { DRYDOCK_GRADE_SALT: undefined, DRYDOCK_SEED: undefined };

/** A kernel that has judged nobody. Ended when it is disposed of, with everything that belongs to it. */
class FreshKernel implements AsyncDisposable {
  readonly sandbox: Sandbox;
  /** Why it did not come up, if it did not. */
  trouble: string | undefined;
  info: KernelInfo | undefined;
  readonly #folder: string;

  private constructor(folder: string, bench: Bench) {
    this.#folder = folder;
    // A run directory of its own, too: its keeper's socket, log and lock go with it.
    this.sandbox = bench.openSandbox({ root: bench.root, workspace: path.join(folder, 'workspace'), kernel: bench.kernel, env: { XDG_RUNTIME_DIR: folder, ...secrets } });
  }

  /** Throws UserError where this machine has no kernel to offer, or none that ends with everything in it. */
  static async boot(bench: Bench): Promise<FreshKernel> {
    bench.signal.throwIfAborted();
    const place = new FreshKernel(makeScratch(), bench);
    try {
      await place.#start(bench);
      return place;
    } catch (error) {
      await place[Symbol.asyncDispose]();
      throw error;
    }
  }

  async #start({ limits, signal }: Bench): Promise<void> {
    const given = new AbortController();
    const late = sleep(limits.boot, 'late' as const, { signal: given.signal, ref: false }).catch(() => 'late' as const);
    const interrupted = new Promise<'late'>((resolve) => signal.addEventListener('abort', () => resolve('late'), { once: true }));
    try {
      const outcome = await Promise.race([this.sandbox.start().then(() => 'up' as const), late, interrupted]);
      signal.throwIfAborted();
      if (outcome === 'late') this.trouble = `the kernel was not ready after ${limits.boot / 1000} s`;
    } catch (error) {
      if (error instanceof UserError || signal.aborted) throw error;
      this.trouble = error instanceof Error ? error.message : String(error);
    } finally {
      given.abort();
    }
    const { state } = this.sandbox;
    if (state.at !== 'ready') return;
    this.info = state.kernel;
    if (state.isolated !== true) throw notIsolated();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.sandbox.stop();
    } catch {
      // A keeper that cannot be spoken to has ended, or ends with its last client: us.
    } finally {
      removeScratch(this.#folder);
    }
  }
}

/** Grading other people's code needs a kernel whose processes all end with it. */
export function notIsolated(): UserError {
  return new UserError('This machine gives the private kernel no pid namespace that ends with it, so submissions of other people are not run here.', {
    next: ['drydock doctor   says what keeps it from it, and the remedy', 'vagrant up   gives a machine of its own, where grading works'],
    exit: Exit.cannotRun,
  });
}
