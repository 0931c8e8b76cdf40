/** Makes drills, opens the one that waits, and takes answers. */
import type { Sandbox } from '../../check/types.ts';
import type { WireFile } from '../../check/wire.ts';
import { toWire } from '../../check/tree.ts';
import type { Drill } from '../../drill/types.ts';
import type { Lesson } from '../../lesson/types.ts';
import type { Drills as Port } from '../ports.ts';
import type { FileDiff } from '../state/types.ts';
import type { Store } from '../store.ts';
import { explain } from './explain.ts';
import type { Kernel } from './kernel.ts';

export class Drills {
  readonly #store: Store;
  readonly #kernel: Kernel;
  readonly #port: (() => Promise<Port>) | undefined;
  readonly #seed: () => string;
  #current: AbortController | undefined;

  constructor(store: Store, kernel: Kernel, seed: () => string, port: (() => Promise<Port>) | undefined) {
    this.#store = store;
    this.#kernel = kernel;
    this.#port = port;
    this.#seed = seed;
  }

  /** A drill on this lesson: the one that waits for its answer, or a new one. Never rejects. */
  async make(lesson: Lesson): Promise<void> {
    const controller = new AbortController();
    this.#current = controller;
    const { signal } = controller;
    try {
      if (!this.#port) throw new Error('no drills are kept here');
      const port = await this.#port();
      const waiting = port.open();
      const drill = waiting?.lesson === lesson.id ? waiting : await this.#fresh(port, lesson, await this.#kernel.ready(), signal);
      this.#store.dispatch({ type: 'drill', state: { at: 'open', drill, choice: undefined } });
    } catch (error) {
      this.#store.dispatch({ type: 'drill', state: signal.aborted ? { at: 'cancelled', lesson: lesson.id } : { at: 'failed', lesson: lesson.id, why: explain(error) } });
    } finally {
      this.#current = undefined;
    }
  }

  async #fresh(port: Port, lesson: Lesson, sandbox: Sandbox, signal: AbortSignal): Promise<Drill> {
    signal.throwIfAborted();
    return await port.make({
      lesson, sandbox, signal, seed: this.#seed(),
      onStep: (step) => this.#store.dispatch({ type: 'drill', state: { at: 'preparing', lesson: lesson.id, step } }),
    });
  }

  /** `choice` counts from 1. */
  async answer(drill: Drill, choice: number): Promise<void> {
    if (!this.#port) return;
    const [port, { compare }] = await Promise.all([this.#port(), import('../compare.ts')]);
    const { answered, score } = port.answer(drill, choice);
    const changes: FileDiff[] = port.changes(drill).map(({ file, before, after }) => ({ file, absent: false, lines: compare(before, after, file) }));
    this.#store.dispatch({ type: 'drill', state: { at: 'answered', drill, answered, changes, score } });
  }

  /** The broken box's files, while a drill is open. */
  brokenBox(): WireFile[] | undefined {
    const { drill } = this.#store.state;
    return drill.at === 'open' ? toWire(drill.drill.broken) : undefined;
  }

  cancel(): void {
    this.#current?.abort();
  }
}
