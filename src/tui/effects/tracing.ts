/** Follows the learner's box, and the reference: one trace at a time, the newest request wins. */
import type { Lesson } from '../../lesson/types.ts';
import type { Workspace } from '../ports.ts';
import type { Store } from '../store.ts';
import { explain } from './explain.ts';
import type { Kernel } from './kernel.ts';

export class Tracing {
  readonly #store: Store;
  readonly #kernel: Kernel;
  readonly #workspace: Workspace;
  #current: AbortController | undefined;

  constructor(store: Store, kernel: Kernel, workspace: Workspace) {
    this.#store = store;
    this.#kernel = kernel;
    this.#workspace = workspace;
  }

  /** Never rejects: what goes wrong becomes an event. */
  async follow(lesson: Lesson, run: number, reference: boolean): Promise<void> {
    this.cancel();
    const controller = new AbortController();
    this.#current = controller;
    const { signal } = controller;
    try {
      const sandbox = await this.#kernel.ready();
      // Loaded when somebody asks for a trace; the first frame needs none of it.
      const { ask, tracedBy } = await import('../../trace/index.ts');
      if (signal.aborted) return this.#failed(run, '', true);
      const trace = await ask(sandbox, {
        lesson: lesson.id, traced: tracedBy(lesson.number), signal,
        mine: this.#workspace.boxFiles(), reference: reference ? this.#workspace.referenceBox(lesson) : undefined,
        onProgress: (what) => this.#store.dispatch({ type: 'traceBegan', run, what }),
      });
      this.#store.dispatch({ type: 'traceEnded', run, trace });
    } catch (error) {
      this.#failed(run, explain(error), signal.aborted);
    } finally {
      if (this.#current === controller) this.#current = undefined;
    }
  }

  cancel(): void {
    this.#current?.abort();
    this.#current = undefined;
  }

  #failed(run: number, why: string, cancelled: boolean): void {
    this.#store.dispatch({ type: 'traceFailed', run, why, cancelled });
  }
}
