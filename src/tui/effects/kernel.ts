/** The sandbox, opened when it is first needed, and its state told to the store. */
import type { Sandbox } from '../../check/types.ts';
import type { Store } from '../store.ts';

export class Kernel {
  readonly #open: () => Sandbox | Promise<Sandbox>;
  readonly #store: Store;
  #sandbox: Promise<Sandbox> | undefined;
  #unwatch: (() => void) | undefined;

  constructor(store: Store, open: () => Sandbox | Promise<Sandbox>) {
    this.#store = store;
    this.#open = open;
  }

  /** The sandbox, maybe not ready yet. */
  async sandbox(): Promise<Sandbox> {
    this.#sandbox ??= this.#watched();
    return this.#sandbox;
  }

  /** The sandbox, ready. Rejects with the reason where it cannot be. */
  async ready(): Promise<Sandbox> {
    const sandbox = await this.sandbox();
    // Being asked costs a kernel that is there a round trip, which would be added to every verdict.
    if (sandbox.state.at !== 'ready') await sandbox.start();
    return sandbox;
  }

  /** Leaves; the kernel itself stays for its idle time. */
  async close(): Promise<void> {
    this.#unwatch?.();
    const sandbox = await this.#sandbox?.catch(() => undefined);
    await sandbox?.close();
  }

  async #watched(): Promise<Sandbox> {
    const sandbox = await this.#open();
    const tell = (state: Sandbox['state'], note?: string): void => this.#store.dispatch({ type: 'kernel', state, note });
    this.#unwatch = sandbox.watch(tell);
    tell(sandbox.state);
    return sandbox;
  }
}
