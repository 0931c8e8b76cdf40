/**
 * The second stage: the first process of the container. It does from inside what only somebody inside can do, and then
 * becomes the command, which so is process 1.
 */
import { closeSync, readFileSync } from 'node:fs';
import { become } from './become.ts';
import type { RunOptions } from './cli.ts';
import { CLONE_NEWNS, mount, MS_NODEV, MS_NOEXEC, MS_NOSUID, MS_PRIVATE, MS_REC, SyscallError, unshare } from './libc.ts';

/** Never returns if all goes well. Returns box's exit status where the command cannot be started; throws where box itself fails. */
export function stage(): number {
  const { command, env, rootfs } = readLetter();

  unshare(CLONE_NEWNS);
  // The new mount namespace is a copy of the host's, and its shared mounts are peers of the originals: each passes on to the
  // other what is mounted and unmounted below it. This cuts every tie, not only that of / (MS_REC), and it comes before
  // there is anything to pass on.
  mount('none', '/', null, MS_REC | MS_PRIVATE);
  // Whose processes a proc file system shows is decided here, by the pid namespace of the process that mounts it.
  mount('proc', '/proc', 'proc', MS_NOSUID | MS_NODEV | MS_NOEXEC);
  // TODO(you): where `rootfs` is given, enterRoot (root.ts) makes it the root directory of all that follows. The /proc above is
  // then in the wrong place.

  Object.assign(process.env, env);
  try {
    become(command);
  } catch (error) {
    return refusal(command[0], error as SyscallError);
  }
}

/** What the first stage wrote: it comes through descriptor 3 and ends when that one has said all. */
function readLetter(): RunOptions {
  const options = JSON.parse(readFileSync(3, 'utf8')) as RunOptions;
  closeSync(3);
  return options;
}

/** The exit status where execve(2) refused to start the command. Rethrows what was no refusal: that is box's failure. */
function refusal(file: string, error: SyscallError): number {
  switch (error.code) {
    case 'ENOENT':
    case 'ENOTDIR':
      console.error(`box: ${file}: not found`);
      return 127;
    case 'EACCES':
    case 'ENOEXEC':
      console.error(`box: ${file}: found, but not executable (${error.code})`);
      return 126;
    default:
      throw error;
  }
}
