/** A kernel that is played: what it answers is told by the test. */
import type { CheckRequest, Sandbox, SandboxState } from '../../src/check/types.ts';
import type { CheckResult, Leftover, Verdict } from '../../src/check/wire.ts';
import type { GradedCourse } from '../../src/grade/course.ts';
import type { SubmissionResult } from '../../src/grade/result.ts';
import type { Grading } from '../../src/grade/submission.ts';

export type Answer = { verdict: Verdict; leftovers: Leftover[]; nonce?: string };
export type Play = (request: CheckRequest, options: NonNullable<Parameters<Sandbox['check']>[1]>, kernel: number) => Promise<Answer>;

export function checked(id: string, status: CheckResult['status'], points = 2): CheckResult {
  return { id, title: `Title of ${id}`, points, status, did: '', expected: '', observed: '', evidence: [], durationMs: 3 };
}

export function answer(request: CheckRequest, checks: CheckResult[], more: Partial<Answer> = {}): Answer {
  return {
    verdict: { schema: 'drydock.verdict/1', lesson: request.lesson, passed: checks.every(({ status }) => status === 'pass'), seed: request.seed, kernel, durationMs: 1, checks },
    leftovers: [], ...(request.nonce === undefined ? {} : { nonce: request.nonce }), ...more,
  };
}

export const kernel = { kind: 'uml', release: '6.1', image: 'sha256:0' } as const;

/** Two lessons of two checks each, two points a check. */
export const course: GradedCourse = {
  title: 'Tiny', version: '1+0',
  lessons: ['01-one', '02-two'].map((id) => ({
    id, title: `Lesson ${id}`, maxPoints: 4, checks: [], digest: id, plan: ['a', 'b'].map((check) => ({ id: check, title: `The course’s ${check}`, points: 2 })),
  })),
};

export const allPass: Play = async (request) => answer(request, [checked('a', 'pass'), checked('b', 'pass')]);

/** A grading with kernels that are played. Counts the kernels, and those that were not ended. */
export class Played {
  kernels = 0;
  open = 0;
  readonly interrupt = new AbortController();
  readonly #play: Play;
  readonly #isolated: boolean;

  constructor(play: Play = allPass, isolated = true) {
    this.#play = play;
    this.#isolated = isolated;
  }

  grading(more: Partial<Grading> = {}): Grading {
    return {
      root: '/', kernel: 'uml', seed: 's', image: 'sha256:0', course, limits: { lesson: 300, stop: 100, boot: 1000, attempts: 3 },
      signal: this.interrupt.signal, now: () => Date.UTC(2026, 0, 2, 3, 4, 5), openSandbox: () => this.#sandbox(), ...more,
    };
  }

  #sandbox(): Sandbox {
    const number = ++this.kernels;
    this.open += 1;
    const never = (): never => {
      throw new Error('the grader does not use that');
    };
    let state: SandboxState = { at: 'idle' };
    return {
      get state() {
        return state;
      },
      parity: never,
      watch: () => () => {},
      start: async () => void (state = { at: 'ready', kernel, isolated: this.#isolated }),
      check: async (request, options = {}) => await this.#play(request, options, number),
      run: never, xray: never, experiment: never, trace: never, reset: never, close: never,
      stop: async () => void (this.open -= 1),
    };
  }
}

/** A result as a grading leaves it. */
export function result(student: string, more: Partial<SubmissionResult> = {}): SubmissionResult {
  return {
    schema: 'drydock.grade/1', key: `key-${student}`, submission: { id: `id-${student}`, name: student, digest: 'd', files: [], submittedAt: null },
    student: { id: student, name: student, pseudonym: false }, outcome: 'pass', points: 4, maxPoints: 4,
    lessons: [{ lesson: '01-one', title: 'One', outcome: 'pass', points: 4, maxPoints: 4, checks: [checked('a', 'pass'), checked('b', 'pass')], leftovers: [], durationMs: 1 }],
    discarded: [], seed: 's', kernel, sharedKernel: false, course: { version: '1+0', title: 'Tiny' }, attempts: 1, flaky: false, gradedAt: '2026-01-02T03:04:05.000Z', durationMs: 1, ...more,
  };
}
