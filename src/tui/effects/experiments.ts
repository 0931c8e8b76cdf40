/** Runs experiments, one after the other, in one session of the sandbox per page. */
import crypto from 'node:crypto';
import type { Sandbox } from '../../check/types.ts';
import type { Lesson } from '../../lesson/types.ts';
import type { Workspace } from '../ports.ts';
import type { Store } from '../store.ts';
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
      await this.#run(wanted, controller.signal);
    }
    this.#running = undefined;
  }

  async #run({ lesson, number, script }: Wanted, signal: AbortSignal): Promise<void> {
    const where = { lesson: lesson.id, number };
    try {
      const sandbox = await untilAborted(this.#kernel.ready(), signal);
      const session = await this.#sessionFor(lesson, sandbox);
      this.#store.dispatch({ type: 'experimentBegan', ...where });
      const { output, ending } = await sandbox.experiment(
        { session, script, box: this.#workspace.experimentBox(lesson) },
        { signal, onOutput: (text) => this.#store.dispatch({ type: 'experimentWrote', ...where, text }) },
      );
      this.#store.dispatch({ type: 'experimentEnded', ...where, output, ending });
    } catch (error) {
      this.#store.dispatch({ type: 'experimentFailed', ...where, why: explain(error), cancelled: signal.aborted });
    }
  }

  /** One page at a time has a session: the walls of pages that were left would only take memory. */
  async #sessionFor(lesson: Lesson, sandbox: Sandbox): Promise<string> {
    const session = `${lesson.id}-${this.#mine}`;
    const before = this.#session;
    this.#session = session;
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
