/**
 * A command's standard input, written by the judge: a pipe, or the master of its terminal. Never blocks, and never fails
 * because of what the command does with it.
 */
import fs from 'node:fs';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { errnoOf } from '../observe/errors.ts';

/** How a command gets its input. */
export interface Input {
  write(bytes: Uint8Array): void;
  /** No more will come. */
  end(): void;
  close(): void;
}

/** The writing end of a pipe; takes over the descriptor. A command that does not read, or has gone, is no error. */
export function pipeInput(descriptor: number): Input {
  const socket = new net.Socket({ fd: descriptor, readable: false, writable: true });
  socket.on('error', () => {});
  return {
    write: (bytes) => void (socket.writable && socket.write(bytes)),
    end: () => void socket.end(),
    close: () => void socket.destroy(),
  };
}

/** How long to wait before a full terminal is tried again, in milliseconds. */
const RETRY = 5;

/** End of transmission, Ctrl-D: what a terminal in its normal mode takes for the end of input. */
const END = Uint8Array.of(4);

/** The master of a terminal; takes over the descriptor. It does not block: O_NONBLOCK is set by who reads the master. */
export function terminalInput(master: number): Input {
  const waiting: Uint8Array[] = [];
  let writing = false;
  let closed = false;
  const work = async (): Promise<void> => {
    writing = true;
    while (!closed && waiting.length > 0) {
      const bytes = waiting.shift() as Uint8Array;
      const written = writeSome(master, bytes);
      if (written < bytes.length) waiting.unshift(bytes.subarray(written));
      if (written === 0) await sleep(RETRY);
    }
    writing = false;
  };
  const write = (bytes: Uint8Array): void => {
    waiting.push(bytes);
    if (!writing && !closed) void work();
  };
  return {
    write,
    end: () => write(END),
    close: () => {
      if (!closed) fs.closeSync(master);
      closed = true;
    },
  };
}

/** Writes what goes at once; all of it counts as written where the terminal is gone. */
function writeSome(master: number, bytes: Uint8Array): number {
  try {
    return fs.writeSync(master, bytes);
  } catch (error) {
    return errnoOf(error) === 'EAGAIN' ? 0 : bytes.length;
  }
}
