/**
 * What a terminal is set to: its size and its modes, by ioctl(2) on an open descriptor of it; see ioctl_tty(2), termios(3).
 */
import fs from 'node:fs';
import type { TerminalSize } from '../wire/messages.ts';
import { errnoOf } from './errors.ts';
import { libc } from './libc.ts';
import { deviceNumber } from './inside.ts';
import { ownPath } from './walk.ts';

/** The local modes that turn typing into what a program reads: false, all three, in what is called raw. */
export type TerminalModes = {
  /** What is typed is shown. */
  readonly echo: boolean;
  /** It arrives line by line, and Backspace works. */
  readonly lines: boolean;
  /** Ctrl-C, Ctrl-\ and Ctrl-Z are signals. */
  readonly signals: boolean;
};

/** Requests of ioctl(2). The same numbers on x86-64 and arm64. */
const TCGETS = 0x5401;
const TIOCGWINSZ = 0x5413;

/** Bits of c_lflag, and its place in the kernel's struct termios: after three words of flags. */
const Local = { ISIG: 0o1, ICANON: 0o2, ECHO: 0o10 } as const;
const LFLAG = 12;

/** Bytes that are enough for the kernel's struct termios. */
const TERMIOS = 64;

/** Majors of the slaves of pseudo-terminals: Documentation/admin-guide/devices.txt. */
const FIRST_SLAVE = 136;
const LAST_SLAVE = 143;

/** The modes of the terminal that a descriptor of the caller's is open on; of a master, its slave's. Null where it is no terminal. */
export function modesOf(descriptor: number): TerminalModes | null {
  const termios = Buffer.alloc(TERMIOS);
  if (!asked(descriptor, TCGETS, termios)) return null;
  const flags = termios.readUInt32LE(LFLAG);
  return { echo: (flags & Local.ECHO) !== 0, lines: (flags & Local.ICANON) !== 0, signals: (flags & Local.ISIG) !== 0 };
}

/**
 * The size of the pseudo-terminal that an O_PATH descriptor of the caller's leads to; null where that is something else, which
 * is then not opened.
 */
export function sizeAt(descriptor: number): TerminalSize | null {
  const stat = fs.fstatSync(descriptor);
  const major = Number(deviceNumber(stat.rdev).split(':')[0]);
  if (!stat.isCharacterDevice() || major < FIRST_SLAVE || major > LAST_SLAVE) return null;
  const terminal = openSlave(ownPath(descriptor));
  if (terminal === null) return null;
  try {
    const window = Buffer.alloc(8); // struct winsize: rows, columns, two unused
    return asked(terminal, TIOCGWINSZ, window) ? { rows: window.readUInt16LE(0), columns: window.readUInt16LE(2) } : null;
  } finally {
    fs.closeSync(terminal);
  }
}

/** Null where its master is gone. */
function openSlave(path: string): number | null {
  try {
    return fs.openSync(path, fs.constants.O_RDWR | fs.constants.O_NOCTTY | fs.constants.O_NONBLOCK);
  } catch (error) {
    if (errnoOf(error) === 'EIO') return null;
    throw error;
  }
}

/** False where the descriptor is no terminal, or one whose other end is gone. */
function asked(descriptor: number, request: number, answer: Buffer): boolean {
  try {
    libc('ioctl', [descriptor, request, answer], `${descriptor}, 0x${request.toString(16)}`);
    return true;
  } catch (error) {
    if (['ENOTTY', 'EIO'].includes(errnoOf(error) ?? '')) return false;
    throw error;
  }
}
