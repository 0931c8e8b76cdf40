/**
 * The mount table of a whole mount namespace, as it is read from the namespace's root directory.
 *
 * /proc/PID/mountinfo leaves out what the process cannot reach from its own root: after chroot(2), that is nearly everything,
 * and all of it is still mounted. setns(2) takes a thread to the root of the namespace; from there it shows. (Not what lies
 * *under* that root, where another mount was moved over it: to that no path leads.)
 *
 * The calling thread is there for one open(2), which starts in the judge's own /proc: no name is looked up in the
 * learner's tree. What mountinfo shows is decided when it is opened; it is read after coming back.
 *
 * Invariant: a thread that cannot come back is in a learner's namespace as the judge's root. The process ends at once.
 */
import fs from 'node:fs';
import { errnoOf, GoneError, SystemCallError } from './errors.ts';
import { libc } from './libc.ts';
import { cloneFlags } from './namespaces.ts';
import { isAlive, procPath } from './procfile.ts';

/** CLONE_FS of unshare(2): a root and cwd of the thread's own, without which setns(2) changes no mount namespace. */
const CLONE_FS = 0x200;

/** O_PATH of open(2); the same number on x86-64 and arm64. */
const PLACE = 0o10000000 | fs.constants.O_DIRECTORY;

let ownFileSystem = false;

/** The text of mountinfo at the root of a process's mount namespace. Throws GoneError, or SystemCallError naming the call. */
export function namespaceMountinfo(pid: number): string {
  using theirs = openNamespace(pid);
  using own = new Descriptor('/proc/thread-self/ns/mnt', 'r');
  using here = new Descriptor('.', PLACE);
  using proc = new Descriptor('/proc', PLACE);
  if (!ownFileSystem) {
    // Per thread, as this module is loaded per thread.
    libc('unshare', [CLONE_FS], 'CLONE_FS');
    ownFileSystem = true;
  }
  libc('setns', [theirs.number, cloneFlags.mnt], `${procPath(pid, 'ns/mnt')}, mnt`);
  let table: Descriptor | undefined;
  try {
    libc('fchdir', [proc.number], '/proc');
    table = new Descriptor('thread-self/mountinfo', 'r');
  } finally {
    comeBack(own, here);
  }
  using mountinfo = table;
  return fs.readFileSync(mountinfo.number, 'utf8');
}

function comeBack(own: Descriptor, here: Descriptor): void {
  try {
    libc('setns', [own.number, cloneFlags.mnt], '/proc/thread-self/ns/mnt, mnt');
    libc('fchdir', [here.number], '.');
  } catch (error) {
    fs.writeSync(2, `drydock: the judge's thread cannot leave a mount namespace: ${String(error)}\n`);
    process.abort();
  }
}

/** A file descriptor that is closed at the end of its block. */
class Descriptor implements Disposable {
  readonly number: number;

  constructor(path: string, flags: 'r' | number) {
    try {
      this.number = fs.openSync(path, flags);
    } catch (cause) {
      throw new SystemCallError('open', path, errnoOf(cause) ?? 'EIO', { cause });
    }
  }

  [Symbol.dispose](): void {
    fs.closeSync(this.number);
  }
}

function openNamespace(pid: number): Descriptor {
  const path = procPath(pid, 'ns/mnt');
  try {
    return new Descriptor(path, 'r');
  } catch (cause) {
    if (!isAlive(pid)) throw new GoneError(pid, path, { cause });
    throw cause;
  }
}
