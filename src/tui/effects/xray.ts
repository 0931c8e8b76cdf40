/** Looks into the sandbox about once a second while the X-ray is open, and only then; starts a container for it where that is asked for. */
import type { RunHandle } from '../../check/types.ts';
import { typicalRun } from '../../lesson/typical.ts';
import type { Workspace } from '../ports.ts';
import type { Store } from '../store.ts';
import { awaitContainer, endingWords } from '../xray/started.ts';
import { explain } from './explain.ts';
import type { Kernel } from './kernel.ts';

/** Milliseconds from the beginning of one look to that of the next. */
const EVERY = 1000;

/** Bytes that a container may say; nobody reads more. */
const MOST_SAID = 64 * 1024;

export class XrayEffects {
  readonly #store: Store;
  readonly #kernel: Kernel;
  readonly #workspace: Workspace;
  /** The X-ray that is open; what an older one was waiting for is not looked at. */
  #open: object | undefined;
  #wake: (() => void) | undefined;
  #run: RunHandle | undefined;

  constructor(store: Store, kernel: Kernel, workspace: Workspace) {
    this.#store = store;
    this.#kernel = kernel;
    this.#workspace = workspace;
  }

  /** Looks until `stop`. Never rejects: what goes wrong becomes an event. */
  async watch(): Promise<void> {
    const mine = {};
    this.#open = mine;
    while (this.#open === mine) {
      const began = Date.now();
      await this.#lookOnce(mine);
      const took = Date.now() - began;
      // Where a look takes long, it is not all that the kernel does.
      await this.#pause(Math.max(EVERY - took, took));
    }
  }

  /** Looks now instead of when the second is over. */
  look(): void {
    this.#wake?.();
  }

  /** Stops looking, and ends what was started; resolves when that is gone. */
  async stop(): Promise<void> {
    this.#open = undefined;
    this.#wake?.();
    const run = this.#run;
    this.#run = undefined;
    if (!run) return;
    // Before it runs there is nothing that could be ended.
    await run.started;
    run.finish();
    await run.ended.catch(() => undefined);
  }

  /** Starts the container that this lesson typically has, with the learner's box. */
  async start(lesson: string): Promise<void> {
    const open = this.#open;
    const said: Buffer[] = [];
    try {
      const run = typicalRun(this.#store.state.course, lesson);
      if (!run) return;
      const sandbox = await this.#kernel.ready();
      if (this.#open !== open) return;
      const handle = sandbox.run(
        { wall: 'playground', box: this.#workspace.boxFiles(), argv: run.argv, cwd: '/work', outputLimit: MOST_SAID },
        (_, bytes) => void said.push(Buffer.from(bytes)),
      );
      this.#run = handle;
      const ended = (how: string): void => {
        if (this.#run !== handle) return;
        this.#run = undefined;
        this.#store.dispatch({ type: 'xrayEnded', how, said: Buffer.concat(said).toString() });
      };
      handle.ended.then(({ ending }) => ended(endingWords(ending)), (error: unknown) => ended(explain(error)));
      const pid = await handle.started;
      const xray = await awaitContainer(sandbox, handle, run.argv);
      if (this.#run !== handle || pid === undefined || !xray.container) return;
      this.#store.dispatch({ type: 'xrayStarted', pid });
      this.#store.dispatch({ type: 'xrayed', xray });
    } catch (error) {
      if (this.#open === open) this.#store.dispatch({ type: 'xrayEnded', how: explain(error), said: '' });
    }
  }

  async #lookOnce(mine: object): Promise<void> {
    try {
      const sandbox = await this.#kernel.ready();
      // A container that is being started is looked at when it runs.
      if (this.#open !== mine || this.#store.state.xray.run.at === 'starting') return;
      const { of } = this.#store.state.xray;
      const xray = await sandbox.xray(of);
      const { of: still, run } = this.#store.state.xray;
      // Meanwhile another one may be wanted: then this is old news.
      if (this.#open === mine && still === of && run.at !== 'starting') this.#store.dispatch({ type: 'xrayed', xray });
      else this.#wakeSoon = true;
    } catch (error) {
      if (this.#open === mine) this.#store.dispatch({ type: 'xrayFailed', why: explain(error) });
    }
  }

  #wakeSoon = false;

  /** Waits, or less where somebody wants to look now. */
  async #pause(milliseconds: number): Promise<void> {
    const soon = this.#wakeSoon;
    this.#wakeSoon = false;
    if (soon || this.#open === undefined) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, Math.max(0, milliseconds));
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = undefined;
  }
}
