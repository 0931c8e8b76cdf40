/**
 * A pseudo-terminal of a wall's own devpts: the judge holds the master, a command in the wall gets the slave, and to it the
 * terminal is /dev/pts/N like any other; see pty(7), ioctl_tty(2).
 */
import fs from 'node:fs';
import { ownPath } from '../observe/walk.ts';
import type { TerminalSize } from '../wire/messages.ts';
import { ioctl, O_CLOEXEC } from './calls.ts';
import { TTY_GROUP, WALL_ID } from './ids.ts';

const TIOCSPTLCK = 0x40045431;
const TIOCGPTPEER = 0x5441;
const TIOCSWINSZ = 0x5414;

const OPEN = fs.constants.O_RDWR | fs.constants.O_NOCTTY | O_CLOEXEC;

/** Opens a new terminal; `devpts` is a descriptor of the wall's /dev/pts. The caller closes both ends. */
export function openTerminal(devpts: number, size: TerminalSize): { master: number; slave: number } {
  const master = fs.openSync(`${ownPath(devpts)}/ptmx`, OPEN);
  try {
    ioctl(master, TIOCSPTLCK, Buffer.alloc(4));
    resizeTerminal(master, size);
    // By the master, not by name: what the learner has mounted on /dev/pts meanwhile does not matter.
    const slave = ioctl(master, TIOCGPTPEER, OPEN);
    fs.fchownSync(slave, WALL_ID, WALL_ID + TTY_GROUP);
    return { master, slave };
  } catch (error) {
    fs.closeSync(master);
    throw error;
  }
}

/** Sets the size; the foreground process group gets SIGWINCH. */
export function resizeTerminal(master: number, size: TerminalSize): void {
  const window = Buffer.alloc(8); // struct winsize: rows, columns, two unused
  window.writeUInt16LE(clamp(size.rows), 0);
  window.writeUInt16LE(clamp(size.columns), 2);
  ioctl(master, TIOCSWINSZ, window);
}

function clamp(cells: number): number {
  return Math.min(Math.max(Math.trunc(cells) || 1, 1), 0xffff);
}
