/**
 * The life of a workspace's kernel: none → being set up → booting → ready → lost → (next request) booting …
 *
 * What is sent before the kernel is ready waits here. A kernel that hangs is ended, which makes it lost like any other.
 */
import { UserError } from '../../src/errors.ts';
import { encodeFrame, FrameReader } from '../wire/frames.ts';
import type { DoneValue, FromAgent, LineRead, ToAgent } from '../wire/messages.ts';
import type { Kernel } from './kernel.ts';
import { Paced } from './paced.ts';
import { withTypeEdits } from './strip.ts';
import type { KernelState } from './protocol.ts';
import type { Progress } from '../image/progress.ts';

export type LifeOptions = {
  /** Of the kernels that `boot` starts. */
  kind: Kernel['kind'];
  /** Sets up what is missing and starts a kernel. */
  boot(progress: Progress): Promise<Kernel>;
  onState(state: KernelState): void;
  onNews(text: string): void;
  onMessage(message: FromAgent): void;
  /** Whether anybody waits for an answer: only then is silence suspicious. */
  isAwaited(): boolean;
  /** Seconds of silence after which an awaited kernel is asked whether it lives, and after which it is given up. */
  askAfter: number;
  giveUpAfter: number;
};

/** A boot that takes longer than this has failed. In seconds; a slow, busy machine needs under ten. */
const BOOT_LIMIT = 90;

export class Life {
  readonly #options: LifeOptions;
  #state: KernelState = { at: 'idle' };
  #kernel: Kernel | undefined;
  #line: Paced | undefined;
  #waiting: ToAgent[] = [];
  #silent = 0;
  #tick: NodeJS.Timeout | undefined;
  #why: string | undefined;
  #full: (() => void)[] = [];

  constructor(options: LifeOptions) {
    this.#options = options;
  }

  get state(): KernelState {
    return this.#state;
  }

  /** Sends a message, after the boot it may cause. Returns false when the kernel's line is full; `drained` tells when it is not. */
  send(message: ToAgent): boolean {
    if (this.#state.at === 'ready' && this.#kernel) return this.#write(message);
    this.#waiting.push(message);
    if (this.#state.at === 'idle' || this.#state.at === 'lost' || this.#state.at === 'impossible') void this.#start();
    return true;
  }

  /** Takes back a message that has not been sent yet. Returns whether there was one. */
  unsend(id: string): boolean {
    const before = this.#waiting.length;
    this.#waiting = this.#waiting.filter((message) => message.id !== id);
    return this.#waiting.length < before;
  }

  /** Calls back once the kernel's line takes more, or the kernel is gone. */
  drained(callback: () => void): void {
    this.#full.push(callback);
  }

  /** Ends the kernel, if there is one; the state is `idle` afterwards. */
  async end(): Promise<void> {
    const kernel = this.#kernel;
    if (!kernel) return;
    this.#why = '';
    kernel.kill();
    await kernel.ended;
  }

  async #start(): Promise<void> {
    const lostBefore = this.#state.at === 'lost';
    this.#set({ at: 'booting', kind: this.#options.kind });
    let kernel: Kernel;
    try {
      kernel = await this.#options.boot({
        step: (step) => this.#set({ at: 'setting-up', ...step }),
        note: (text) => this.#options.onNews(text),
      });
    } catch (error) {
      this.#waiting = [];
      const { message } = error as Error;
      this.#set(error instanceof UserError ? { at: 'impossible', message, next: [...error.next] } : { at: 'lost', why: `it could not be started: ${message}` });
      return;
    }
    this.#kernel = kernel;
    this.#line = new Paced(kernel.input, () => this.#release());
    this.#why = undefined;
    this.#silent = 0;
    this.#set({ at: 'booting', kind: this.#options.kind });
    if (lostBefore) this.#options.onNews('The kernel was lost; a new one is starting.');
    this.#listen(kernel);
    this.#tick = setInterval(() => this.#watch(kernel), 1000);
    this.#write({ op: 'hello', id: 'keeper:hello' });
    const words = await kernel.ended;
    this.#over(kernel, words);
  }

  #listen(kernel: Kernel): void {
    const reader = new FrameReader();
    kernel.output.on('data', (chunk: Buffer) => {
      this.#silent = 0;
      try {
        for (const message of reader.push(chunk) as Generator<FromAgent | LineRead>) this.#receive(kernel, message);
      } catch (error) {
        this.#giveUp(kernel, `its line carried something else than frames (${(error as Error).message})`);
      }
    });
    kernel.output.on('error', () => {}); // `ended` tells.
  }

  #receive(kernel: Kernel, message: FromAgent | LineRead): void {
    if (message.id === 'keeper:hello' && message.event === 'done') {
      const value = message.value as Extract<DoneValue, { op: 'hello' }>;
      this.#set({ at: 'ready', kernel: value.kernel, isolated: kernel.isolated });
      for (const waiting of this.#waiting.splice(0)) this.#write(waiting);
    } else if (message.event === 'read') this.#line?.read(message.bytes);
    else if (!message.id.startsWith('keeper:')) this.#options.onMessage(message);
  }

  #write(message: ToAgent): boolean {
    return this.#line?.write(encodeFrame(withTypeEdits(message))) ?? true;
  }

  #release(): void {
    for (const callback of this.#full.splice(0)) callback();
  }

  /**
   * Once a second. Seconds are counted, not read from a clock: a laptop that slept all night has not been silent.
   */
  #watch(kernel: Kernel): void {
    const { askAfter, giveUpAfter, isAwaited } = this.#options;
    const booting = this.#state.at !== 'ready';
    if (!booting && !isAwaited()) {
      this.#silent = 0;
      return;
    }
    this.#silent++;
    if (booting && this.#silent > BOOT_LIMIT) this.#giveUp(kernel, `it was not ready after ${BOOT_LIMIT} s`);
    else if (!booting && this.#silent === askAfter) this.#write({ op: 'hello', id: 'keeper:ping' });
    else if (!booting && this.#silent > giveUpAfter) this.#giveUp(kernel, `it did not answer for ${giveUpAfter} s`);
  }

  #giveUp(kernel: Kernel, why: string): void {
    this.#why ??= why;
    kernel.kill();
  }

  #over(kernel: Kernel, words: string): void {
    clearInterval(this.#tick);
    this.#kernel = undefined;
    this.#line = undefined;
    this.#waiting = [];
    this.#release();
    kernel.output.removeAllListeners('data');
    if (this.#why === '') this.#set({ at: 'idle' });
    else this.#set({ at: 'lost', why: this.#why ?? words });
  }

  #set(state: KernelState): void {
    this.#state = state;
    this.#options.onState(state);
  }
}
