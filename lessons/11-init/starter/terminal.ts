/**
 * `-t`: a terminal of the container's own.
 *
 * A pseudo-terminal has two ends. What is written into one comes out of the other, and in between is everything that makes
 * a terminal: echo, line editing, Ctrl-C. The command gets one end, the slave, as its 0, 1 and 2. The first stage holds the
 * other, the master, and carries bytes between it and box's own standard input and output.
 */
import type { ChildProcess } from 'node:child_process';
import { closeSync, constants, openSync, readFileSync, writeSync } from 'node:fs';
import type { Duplex } from 'node:stream';
import { isatty, ReadStream } from 'node:tty';
import { call, TIOCGPTN, TIOCGPTPEER, TIOCGWINSZ, TIOCSCTTY, TIOCSWINSZ } from './libc.ts';

/** The descriptor by which the two stages agree on a terminal; the second stage has it only if there is to be one. */
const LINE = 4;

const { O_RDWR, O_NOCTTY } = constants;

/** What a terminal makes of Ctrl-D: the end of its input. */
const END = '\x04';

/** For the first stage: opens the terminal as soon as the second one has a place for it, and serves it to the end. */
export async function serveTerminal(stage: ChildProcess): Promise<void> {
  const line = stage.stdio[LINE] as Duplex;
  line.on('error', () => {}); // A stage that is dead says so by its exit status.
  const ready = await new Promise<boolean>((resolve) => line.once('data', () => resolve(true)).once('close', () => resolve(false)));
  if (!ready) return;
  try {
    const { master, number } = openMaster(`/proc/${stage.pid}/root/dev/pts/ptmx`, stage);
    const resize = followSize(master);
    line.end(String(number));
    await relay(master);
    process.off('SIGWINCH', resize);
  } finally {
    // Where there is no terminal after all, the stage must not wait for one.
    line.destroy();
  }
}

/** For the second stage, in the container: takes a terminal for its own. */
export function takeTerminal(): void {
  writeSync(LINE, 'ready');
  const number = readFileSync(LINE, 'utf8');
  closeSync(LINE);
  // A session has one controlling terminal, and box's session has that of box. So: a new session, which has none yet.
  call('setsid');
  const slave = openSync(`/dev/pts/${number}`, O_RDWR | O_NOCTTY);
  call('ioctl', slave, TIOCSCTTY, 0);
  for (const descriptor of [0, 1, 2]) call('dup2', slave, descriptor);
  closeSync(slave);
}

/** Opens a new terminal of the container's devpts, from outside. Returns its master, and the number that its slave has there. */
function openMaster(ptmx: string, stage: ChildProcess): { master: number; number: number } {
  const master = openSync(ptmx, O_RDWR | O_NOCTTY);
  call('unlockpt', master);
  const number = Buffer.alloc(4);
  call('ioctl', master, TIOCGPTN, number);
  // A master reads EIO when the last slave is closed, and only if there ever was one. With one of ours that holds even if the
  // stage should die before it has opened its own.
  const slave = call('ioctl', master, TIOCGPTPEER, O_RDWR | O_NOCTTY);
  stage.once('exit', () => closeSync(slave));
  return { master, number: number.readUInt32LE() };
}

/** Gives the terminal the size that box's own has, now and whenever that changes. Returns the listener. */
function followSize(master: number): () => void {
  const own = [0, 1, 2].find(isatty);
  const size = Buffer.alloc(8); // struct winsize; it is passed on as it comes
  const resize = () => {
    if (own === undefined) return;
    call('ioctl', own, TIOCGWINSZ, size);
    call('ioctl', master, TIOCSWINSZ, size);
  };
  process.on('SIGWINCH', resize);
  resize();
  return resize;
}

/** Carries bytes until the last slave is closed. */
async function relay(master: number): Promise<void> {
  const inner = new ReadStream(master);
  const closed = new Promise((resolve) => inner.once('close', resolve));
  inner.on('error', () => {}); // EIO: that was the last one
  inner.pipe(process.stdout, { end: false });
  const { stdin } = process;
  // Raw: our own terminal keeps its hands off. No echo, no lines, and Ctrl-C is a byte, which the inner terminal understands.
  if (stdin.isTTY) stdin.setRawMode(true);
  stdin.pipe(inner, { end: false });
  stdin.once('end', () => inner.write(END));
  await closed;
  if (stdin.isTTY) stdin.setRawMode(false);
  stdin.destroy();
}
