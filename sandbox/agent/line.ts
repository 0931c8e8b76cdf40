/**
 * The agent's line to the keeper: frames in, frames out.
 *
 * Writing never blocks the agent: one fs.write at a time, on a thread of libuv's pool (Node's own streams write to a terminal
 * synchronously). Who sends a lot waits until the line has taken it.
 */
import fs from 'node:fs';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { errnoOf } from '../observe/errors.ts';
import { encodeFrame, FrameReader } from '../wire/frames.ts';

const write = promisify(fs.write);

/** Bytes that may wait to be written before a sender is asked to wait. */
const ENOUGH = 256 * 1024;

/** How long to wait before a full line that does not block is tried again, in milliseconds. */
const RETRY = 2;

/** What came that was no frame. `fatal`: the stream has lost its step, nothing more will be understood. */
export type Garbage = { message: string; fatal: boolean };

export class Line {
  readonly #descriptor: number;
  #queue: Buffer[] = [];
  #bytes = 0;
  #writing = false;
  #waiting: (() => void)[] = [];
  /** Resolves when the other side takes no more. */
  readonly broken: Promise<void>;
  #break: () => void;

  /** `descriptor` is what is written to; it stays the caller's. */
  constructor(descriptor: number) {
    this.#descriptor = descriptor;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.broken = promise;
    this.#break = resolve;
  }

  /** Sends a message; resolves when there is room for more. Throws FrameError where it is too long. */
  send(message: unknown): Promise<void> {
    const frame = encodeFrame(message);
    this.#queue.push(frame);
    this.#bytes += frame.length;
    if (!this.#writing) void this.#work();
    return this.#bytes < ENOUGH ? Promise.resolve() : this.#room(ENOUGH);
  }

  /** Resolves when everything has been written. */
  flushed(): Promise<void> {
    return this.#bytes === 0 ? Promise.resolve() : this.#room(1);
  }

  async #room(below: number): Promise<void> {
    while (this.#bytes >= below) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  async #work(): Promise<void> {
    this.#writing = true;
    while (this.#queue.length > 0) {
      const batch = Buffer.concat(this.#queue);
      this.#queue = [];
      await this.#writeAll(batch);
      this.#bytes -= batch.length;
      for (const resume of this.#waiting.splice(0)) resume();
    }
    this.#writing = false;
  }

  async #writeAll(batch: Buffer): Promise<void> {
    for (let rest = batch; rest.length > 0;) {
      try {
        const { bytesWritten } = await write(this.#descriptor, rest);
        rest = rest.subarray(bytesWritten);
      } catch (error) {
        // Nobody reads any more: what is left to say goes nowhere, and the agent is told.
        if (errnoOf(error) !== 'EAGAIN') return this.#break();
        await sleep(RETRY);
      }
    }
  }
}

/** What readMessages calls. */
export type Reader = {
  take: (message: unknown) => void;
  /** For what is no message. */
  complain: (garbage: Garbage) => void;
  /** Says how many bytes have been read in all, at least every READ_STEP bytes. */
  progress?: (bytes: number) => void;
};

/** The keeper keeps less than 4 KiB on the way (see sandbox/launch/paced.ts), so it has to hear of it well before. */
const READ_STEP = 1024;

/** Reads messages from `input`. Resolves when that has ended, or cannot be understood any more. */
export async function readMessages(input: Readable, { take, complain, progress }: Reader): Promise<void> {
  const reader = new FrameReader();
  const none = Buffer.alloc(0);
  let bytes = 0;
  let told = -READ_STEP;
  try {
    for await (const chunk of input) {
      bytes += (chunk as Buffer).length;
      if (bytes - told >= READ_STEP) {
        progress?.(bytes);
        told = bytes;
      }
      // A body that is not JSON has been cut off by then: the frames after it can be read.
      for (let more: Buffer | undefined = chunk as Buffer; more !== undefined;) {
        try {
          for (const message of reader.push(more)) take(message);
          more = undefined;
        } catch (error) {
          const { message, cause } = error as Error;
          const fatal = cause === undefined;
          complain({ message, fatal });
          if (fatal) return;
          more = none;
        }
      }
    }
  } catch (error) {
    // EIO: the other end of a serial line or terminal has gone.
    if (errnoOf(error) === undefined) throw error;
  }
}
