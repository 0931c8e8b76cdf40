/**
 * One stream of a command's output, read by the judge: kept up to a cap, handed on as it comes, and paused while whoever
 * takes it is busy, so that a command that floods waits instead of filling the judge's memory.
 */
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import tty from 'node:tty';
import { errnoOf } from '../observe/errors.ts';
import { ioctl } from './calls.ts';
import { DRAIN_TIME, KEPT_OUTPUT } from './limits.ts';

/** Bytes that can be read at once; see ioctl_tty(2), pipe(7). */
const FIONREAD = 0x541b;

export class Output {
  readonly #socket: net.Socket;
  readonly #descriptor: number;
  readonly #terminal: boolean;
  #kept: Buffer[] = [];
  #keptBytes = 0;
  #ended = false;
  #closed = false;
  #sealed = false;
  #busy = 0;

  /** Takes over the descriptor. `take` gets every chunk; the stream waits for what it returns. */
  constructor(descriptor: number, terminal: boolean, take: (bytes: Buffer) => Promise<unknown> | void) {
    this.#descriptor = descriptor;
    this.#terminal = terminal;
    this.#socket = terminal ? new tty.ReadStream(descriptor) : new net.Socket({ fd: descriptor, readable: true, writable: false });
    // A terminal whose last slave has gone answers EIO instead of an end.
    this.#socket.on('error', () => this.#end()).on('end', () => this.#end()).on('close', () => {
      this.#closed = true;
      this.#end();
    });
    this.#socket.on('data', (bytes: Buffer) => {
      this.#keep(bytes);
      const taken = take(bytes);
      if (taken !== undefined) this.#pauseFor(taken);
    });
  }

  /** What has come so far, at most KEPT_OUTPUT bytes of it. */
  get bytes(): Buffer {
    if (this.#kept.length > 1) this.#kept = [Buffer.concat(this.#kept)];
    return this.#kept[0] ?? Buffer.alloc(0);
  }

  /** True once it has come to its end: nobody can write any more. */
  get ended(): boolean {
    return this.#ended;
  }

  /**
   * Waits until everything that was written before now has come, though others may hold the stream open. What comes later is
   * read, so that nobody waits for it, and not kept.
   */
  async drain(): Promise<void> {
    const deadline = performance.now() + DRAIN_TIME;
    // What a terminal's slave wrote reaches its master by way of a kernel worker.
    if (this.#terminal && !this.#ended) await sleep(10);
    while (!this.#ended && (this.#busy > 0 || this.#waiting() > 0) && performance.now() < deadline) await sleep(1);
    this.#sealed = true;
  }

  /** Closes the reading end: whoever still writes gets SIGPIPE. */
  close(): void {
    if (!this.#closed) this.#socket.destroy();
  }

  #waiting(): number {
    const count = Buffer.alloc(4);
    try {
      ioctl(this.#descriptor, FIONREAD, count);
    } catch (error) {
      // A terminal that has been hung up, or a descriptor just closed.
      if (errnoOf(error) !== undefined) return 0;
      throw error;
    }
    return count.readInt32LE(0) + this.#socket.readableLength;
  }

  #keep(bytes: Buffer): void {
    const room = KEPT_OUTPUT - this.#keptBytes;
    if (room <= 0 || this.#sealed) return;
    const part = bytes.subarray(0, room);
    this.#kept.push(part);
    this.#keptBytes += part.length;
  }

  #pauseFor(taken: Promise<unknown>): void {
    this.#busy += 1;
    this.#socket.pause();
    const resume = (): void => {
      this.#busy -= 1;
      if (this.#busy === 0 && !this.#closed) this.#socket.resume();
    };
    taken.then(resume, resume);
  }

  #end(): void {
    this.#ended = true;
  }
}
