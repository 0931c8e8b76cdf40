/**
 * Runs experiments, one after the other, in one session of the sandbox per page. They build on one another: what stands above
 * on the page and has not run in this session runs first, unless a question that it would answer is still open.
 */
import crypto from 'node:crypto';
import type { Sandbox } from '../../check/types.ts';
import type { Lesson } from '../../lesson/types.ts';
import type { Workspace } from '../ports.ts';
import type { Store } from '../store.ts';
import { openQuestion } from '../state/page.ts';
import { pageStateOf } from '../state/select.ts';
import { explain } from './explain.ts';
import type { Kernel } from './kernel.ts';

type Wanted = { lesson: Lesson; number: number; script: string };

export class Experiments {
  readonly #store: Store;
  readonly #kernel: Kernel;
  readonly #workspace: Workspace;
  readonly #mine = crypto.randomBytes(4).toString('hex');
  #queue: Wanted[] = [];
  #running: AbortController | undefined;
  #session: string | undefined;
  /** The experiments that this session has run. */
  #ran = new Set<number>();

  constructor(store: Store, kernel: Kernel, workspace: Workspace) {
    this.#store = store;
    this.#kernel = kernel;
    this.#workspace = workspace;
  }

  add(wanted: Wanted): void {
    this.#queue.push(wanted);
    if (!this.#running) void this.#workOff();
  }

  /** Stops the one that runs and forgets those that wait. */
  cancel(): void {
    const waiting = this.#queue;
    this.#queue = [];
    this.#running?.abort();
    for (const { lesson, number } of waiting) this.#store.dispatch({ type: 'experimentFailed', lesson: lesson.id, number, why: '', cancelled: true });
  }

  /** Ends the page's session, if there is one. */
  async close(): Promise<void> {
    this.cancel();
    const session = this.#session;
    this.#session = undefined;
    if (session !== undefined) await (await this.#kernel.sandbox()).reset(session).catch(() => undefined);
  }

  async #workOff(): Promise<void> {
    for (let wanted = this.#queue.shift(); wanted; wanted = this.#queue.shift()) {
      const controller = new AbortController();
      this.#running = controller;
      // A kernel that has gone has taken the session with it.
      if (this.#store.state.kernel.at !== 'ready') this.#ran.clear();
      for (const next of [...this.#missing(wanted), wanted]) {
        // One that is not wanted any more is left as it was; the one that was asked for is told.
        if (next === wanted || !controller.signal.aborted) await this.#run(next, controller.signal);
      }
    }
    this.#running = undefined;
  }

  /** What stands above it on the page and has not run in the session that it will run in. */
  #missing({ lesson, number }: Wanted): Wanted[] {
    const ran = this.#session === this.#nameOf(lesson) ? this.#ran : new Set<number>();
    const page = pageStateOf(this.#store.state, lesson.id);
    return lesson.blocks.flatMap((block) => {
      const needed = block.kind === 'experiment' && block.number < number && !ran.has(block.number) && openQuestion(lesson, page, block.number) === undefined;
      return needed ? [{ lesson, number: block.number, script: block.script }] : [];
    });
  }

  async #run({ lesson, number, script }: Wanted, signal: AbortSignal): Promise<void> {
    const where = { lesson: lesson.id, number };
    try {
      const sandbox = await untilAborted(this.#kernel.ready(), signal);
      const session = await this.#sessionFor(lesson, sandbox);
      this.#store.dispatch({ type: 'experimentBegan', ...where });
      this.#ran.add(number);
      const { output, ending } = await sandbox.experiment(
        { session, script, box: this.#workspace.experimentBox(lesson) },
        { signal, onOutput: (text) => this.#store.dispatch({ type: 'experimentWrote', ...where, text }) },
      );
      // Where a limit was met the session begins anew.
      if (ending.limit !== undefined) this.#ran.clear();
      this.#store.dispatch({ type: 'experimentEnded', ...where, output, ending });
    } catch (error) {
      this.#ran.clear();
      this.#store.dispatch({ type: 'experimentFailed', ...where, why: explain(error), cancelled: signal.aborted });
    }
  }

  #nameOf(lesson: Lesson): string {
    return `${lesson.id}-${this.#mine}`;
  }

  /** One page at a time has a session: the walls of pages that were left would only take memory. */
  async #sessionFor(lesson: Lesson, sandbox: Sandbox): Promise<string> {
    const session = this.#nameOf(lesson);
    const before = this.#session;
    this.#session = session;
    if (before !== session) this.#ran.clear();
    if (before !== undefined && before !== session) await sandbox.reset(before).catch(() => undefined);
    return session;
  }
}

/** Waits for the kernel only as long as somebody wants the answer. */
async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = (): void => reject(new Error('cancelled'));
  signal.addEventListener('abort', stop, { once: true });
  try {
    if (signal.aborted) stop();
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
