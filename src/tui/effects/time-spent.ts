/** How long a learner is at a lesson: the time between two things they do, but no break. */

/** A longer silence is a break: this much of it was reading, in milliseconds. */
const LONGEST = 3 * 60_000;

/** So often it is written down, in milliseconds. */
const EVERY = 30_000;

export class TimeSpent {
  readonly #now: () => number;
  readonly #write: (lesson: string, seconds: number) => void;
  #lesson: string;
  #since: number;
  #unwritten = 0;

  /** `write` gets whole seconds, now and then. */
  constructor(lesson: string, now: () => number, write: (lesson: string, seconds: number) => void) {
    this.#lesson = lesson;
    this.#now = now;
    this.#write = write;
    this.#since = now();
  }

  /** The learner has done something; the page of `lesson` is the one that is open after it. */
  touch(lesson: string): void {
    const now = this.#now();
    // A clock that was set back is no negative time.
    this.#unwritten += Math.min(LONGEST, Math.max(0, now - this.#since));
    this.#since = now;
    if (this.#unwritten >= EVERY || lesson !== this.#lesson) this.flush();
    this.#lesson = lesson;
  }

  /** Writes down what has not been yet. */
  flush(): void {
    const seconds = Math.floor(this.#unwritten / 1000);
    if (seconds === 0) return;
    this.#unwritten -= seconds * 1000;
    this.#write(this.#lesson, seconds);
  }
}
