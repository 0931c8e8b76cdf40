/**
 * The second stage: the first process of the container. It does from inside what only somebody inside can do, and then
 * becomes the command, which so is process 1.
 */
import { closeSync, readFileSync } from 'node:fs';
import { become } from './become.ts';
import type { RunOptions } from './cli.ts';
import { SyscallError } from './libc.ts';

/** Never returns if all goes well. Returns box's exit status where the command cannot be started; throws where box itself fails. */
export function stage(): number {
  const { command, env } = readLetter();

  // TODO(you): a mount namespace of this process's own, so that what is mounted here is seen by nobody else.

  // Given. The new mount namespace is a copy of the host's, and the two pass mounts on to each other wherever one is
  // "shared". For /proc, and only there, this line ends it. Lesson 04 takes it apart.
  // mount('none', '/proc', null, MS_PRIVATE);

  // TODO(you): mount a file system of type `proc` on /proc. It shows the processes of one pid namespace: that of the
  // process that mounts it. It needs neither devices nor programs nor set-user-ID files: there are flags that say so.

  // TODO(you): become the command, with box's environment and what `env` adds. `become` throws where the kernel
  // refuses, and says why: 127 and 126 are decided here now.

  throw new Error('stage.ts is not written yet');
}

/** What the first stage wrote: it comes through descriptor 3 and ends when that one has said all. */
function readLetter(): RunOptions {
  const options = JSON.parse(readFileSync(3, 'utf8')) as RunOptions;
  closeSync(3);
  return options;
}
