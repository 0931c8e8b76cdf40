/**
 * Writes to a kernel's line no faster than its agent reads.
 *
 * In User-Mode Linux 6.1 a terminal whose buffer (4 KiB) runs full stops listening to its line for good: line_throttle()
 * takes the descriptor out of the poll set, and line_unthrottle() does not put it back. So there are never more than WINDOW
 * bytes on the way that the agent has not said it has read. An agent that has never said anything is not paced.
 */
import type { Writable } from 'node:stream';

/** Bytes that may be unread: under n_tty's threshold of 3968, with room for what a terminal counts twice. */
const WINDOW = 3072;

export class Paced {
  readonly #output: Writable;
  readonly #onDrain: () => void;
  #queue: Buffer[] = [];
  #sent = 0;
  #read: number | undefined;

  /** `onDrain` is called when everything that waited has been handed to `output`. */
  constructor(output: Writable, onDrain: () => void) {
    this.#output = output;
    this.#onDrain = onDrain;
    output.on('drain', () => this.#pump());
  }

  /** Takes bytes; false where they have to wait: `onDrain` tells when they need not any more. */
  write(bytes: Buffer): boolean {
    if (bytes.length > 0) this.#queue.push(bytes);
    this.#pump();
    return this.#queue.length === 0;
  }

  /** The agent has read this many bytes since it began. */
  read(total: number): void {
    this.#read = total;
    this.#pump();
  }

  #pump(): void {
    if (this.#queue.length === 0) return;
    while (this.#queue.length > 0 && !this.#output.writableNeedDrain) {
      const room = this.#read === undefined ? Infinity : this.#read + WINDOW - this.#sent;
      const first = this.#queue[0] as Buffer;
      const part = first.subarray(0, Math.max(room, 0));
      if (part.length === 0) return;
      if (part.length === first.length) this.#queue.shift();
      else this.#queue[0] = first.subarray(part.length);
      this.#sent += part.length;
      this.#output.write(part);
    }
    if (this.#queue.length === 0) this.#onDrain();
  }
}
