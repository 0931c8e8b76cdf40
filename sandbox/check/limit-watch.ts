/** Watches the wall's own limits while something is waited for: a fork bomb need not be waited out. */
import type { Meter, Wall } from '../wall/wall.ts';

type Limit = 'pids' | 'memory';

/** How often the kernel's counters are read, in milliseconds. */
const PERIOD = 200;

/** How long box may go on after a limit was met: as a rule it ends by that, and then can say more itself. */
const GRACE = 600;

/** `no` limit was met, one `was` just now, or box has had its time since and it is `over`. */
export type Look = { state: 'no' | 'was' } | { state: 'over'; limit: Limit };

export class LimitWatch implements Disposable {
  /** Resolves with the limit that was met, when box has had its time. */
  readonly reached: Promise<Limit>;
  readonly #wall: Wall;
  readonly #before: Meter;
  readonly #timer: NodeJS.Timeout;
  readonly #reach: (limit: Limit) => void;
  #seen: { limit: Limit; at: number } | undefined;
  #last: Look = { state: 'no' };
  #lookedAt = performance.now();

  constructor(wall: Wall) {
    this.#wall = wall;
    this.#before = wall.meter();
    const { promise, resolve } = Promise.withResolvers<Limit>();
    this.reached = promise;
    this.#reach = resolve;
    this.#timer = setInterval(() => this.look(), PERIOD);
  }

  /** How it stands. The counters are read at most once in a period, however often one asks. */
  look(): Look {
    if (performance.now() - this.#lookedAt >= PERIOD) {
      this.#last = this.#read();
      this.#lookedAt = performance.now();
    }
    return this.#last;
  }

  #read(): Look {
    const now = this.#wall.meter();
    const limit = now.pids > this.#before.pids ? 'pids' : now.memory > this.#before.memory ? 'memory' : undefined;
    if (limit === undefined) return { state: 'no' };
    this.#seen ??= { limit, at: performance.now() };
    if (performance.now() - this.#seen.at < GRACE) return { state: 'was' };
    this.#reach(this.#seen.limit);
    return { state: 'over', limit: this.#seen.limit };
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
