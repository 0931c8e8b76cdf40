/** What the descriptors of a process are open on: the open files themselves, whatever their names are by now. */
import fs from 'node:fs';
import type { TerminalSize } from '../wire/messages.ts';
import { factsOf } from './inside.ts';
import type { FileFacts } from './inside.ts';
import { openProc, optional } from './procfile.ts';
import { sizeAt } from './tty.ts';

/** The file that descriptor `number` of a process is open on, null where it is not open. Throws GoneError. */
export function fileOpenIn(pid: number, number: number): FileFacts | null {
  return through(pid, number, (descriptor) => factsOf(descriptor, undefined));
}

/** The size of the pseudo-terminal that it is open on, null where it is none. Throws GoneError. */
export function sizeOpenIn(pid: number, number: number): TerminalSize | null {
  return through(pid, number, sizeAt);
}

/** Calls `use` with an O_PATH descriptor of what a process's descriptor is open on; null where that is not open. */
function through<T>(pid: number, number: number, use: (descriptor: number) => T | null): T | null {
  // The one link that is followed: it is the kernel's, and leads to the open file itself.
  const descriptor = optional(() => openProc(pid, `fd/${number}`));
  if (descriptor === undefined) return null;
  try {
    return use(descriptor);
  } finally {
    fs.closeSync(descriptor);
  }
}
