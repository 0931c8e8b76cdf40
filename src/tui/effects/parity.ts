/** Probes the learner's box and the real runtimes that are here, in a sandbox of their own. */
import type { Sandbox, SandboxImage } from '../../check/types.ts';
import type { Store } from '../store.ts';
import type { Workspace } from '../ports.ts';
import { explain } from './explain.ts';

/** Where the runtimes are: the image, and how to open a sandbox with it. */
export type Rivals = { root: string; image: SandboxImage; open: () => Sandbox | Promise<Sandbox> };

export class Parity {
  readonly #store: Store;
  readonly #workspace: Pick<Workspace, 'boxFiles'>;
  readonly #rivals: (() => Promise<Rivals>) | undefined;
  readonly #seed: () => string;
  #current: AbortController | undefined;

  constructor(store: Store, workspace: Pick<Workspace, 'boxFiles'>, seed: () => string, rivals: (() => Promise<Rivals>) | undefined) {
    this.#store = store;
    this.#workspace = workspace;
    this.#rivals = rivals;
    this.#seed = seed;
  }

  /** Never rejects: what goes wrong is in the state. */
  async run(): Promise<void> {
    const controller = new AbortController();
    this.#current = controller;
    const { signal } = controller;
    let sandbox: Sandbox | undefined;
    try {
      if (!this.#rivals) throw new Error('no runtimes are known here');
      const { root, image, open } = await this.#rivals();
      const [{ ownBox, rivals }, { probeAll }, { parityWords }] = await Promise.all([import('../../parity/contenders.ts'), import('../../parity/probe.ts'), import('../../report/parity/index.ts')]);
      const contenders = [ownBox(parityWords.yourBox, this.#workspace.boxFiles()), ...rivals(root, image)];
      sandbox = await open();
      const card = await probeAll({
        sandbox, image, contenders, signal, seed: this.#seed(),
        onProbe: (name, number, all) => this.#store.dispatch({ type: 'parity', state: { at: 'running', step: { name, number, all } } }),
      });
      this.#store.dispatch({ type: 'parity', state: { at: 'done', card } });
    } catch (error) {
      this.#store.dispatch({ type: 'parity', state: signal.aborted ? { at: 'cancelled' } : { at: 'failed', why: explain(error) } });
    } finally {
      this.#current = undefined;
      await sandbox?.close().catch(() => undefined);
    }
  }

  cancel(): void {
    this.#current?.abort();
  }
}
