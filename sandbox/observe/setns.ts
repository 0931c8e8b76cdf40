/**
 * Looks at something from inside another process's namespace, without starting a process: setns(2) there, read, setns(2)
 * back, all in one synchronous step of the calling thread.
 *
 * For UTS, network and cgroup namespaces setns(2) moves only the calling thread, and asks for no single-threaded caller.
 * Nothing else runs on a JavaScript thread meanwhile, so nobody sees the detour; a process that is started within the step
 * (spawnSync) begins in that namespace. The caller needs CAP_SYS_ADMIN in its own user namespace and in the owner of the
 * target's: the judge is root outside of the wall. (nsenter(1) would do the same at the price of two execve(2), 20 ms and
 * more in user-mode Linux, for every host name read.)
 */
import fs from 'node:fs';
import { errnoOf, GoneError, SystemCallError } from './errors.ts';
import { libc } from './libc.ts';
import { cloneFlags } from './namespaces.ts';
import type { NamespaceKind } from './namespaces.ts';
import { isAlive, procPath } from './procfile.ts';

/** The kinds that this works for; a mount or user namespace would ask more of the thread. */
export type EnterableKind = 'uts' | 'net' | 'cgroup';

/** NS_GET_USERNS of ioctl_nsfs(2): a descriptor for the user namespace that owns a namespace. */
const NS_GET_USERNS = 0xb701;

/** Calls `look`, which must be synchronous, in a namespace of a process. Throws GoneError, or SystemCallError where setns(2) fails. */
export function insideNamespace<T>(pid: number, kind: EnterableKind, look: () => T): T {
  using theirs = openNamespace(pid, kind);
  using own = new Descriptor(fs.openSync(`/proc/thread-self/ns/${kind}`, 'r'));
  if (theirs.inode === own.inode) return look();
  libc('setns', [theirs.number, cloneFlags[kind]], `${procPath(pid, `ns/${kind}`)}, ${kind}`);
  try {
    return look();
  } finally {
    libc('setns', [own.number, cloneFlags[kind]], `/proc/thread-self/ns/${kind}, ${kind}`);
  }
}

/**
 * The inode of the user namespace that owns a namespace of a process: whose CAP_SYS_ADMIN counts there. Null where it lies
 * outside of the judge's own. Throws GoneError, or SystemCallError.
 */
export function namespaceOwner(pid: number, kind: Exclude<NamespaceKind, 'user'>): number | null {
  using theirs = openNamespace(pid, kind);
  try {
    using owner = new Descriptor(libc('ioctl', [theirs.number, NS_GET_USERNS], `${procPath(pid, `ns/${kind}`)}, NS_GET_USERNS`));
    return owner.inode;
  } catch (error) {
    if (error instanceof SystemCallError && error.code === 'EPERM') return null;
    throw error;
  }
}

/** A file descriptor that is closed at the end of its block. */
class Descriptor implements Disposable {
  readonly number: number;

  constructor(number: number) {
    this.number = number;
  }

  get inode(): number {
    return fs.fstatSync(this.number).ino;
  }

  [Symbol.dispose](): void {
    fs.closeSync(this.number);
  }
}

function openNamespace(pid: number, kind: string): Descriptor {
  const path = procPath(pid, `ns/${kind}`);
  try {
    return new Descriptor(fs.openSync(path, 'r'));
  } catch (cause) {
    if (!isAlive(pid)) throw new GoneError(pid, path, { cause });
    throw new SystemCallError('open', path, errnoOf(cause) ?? 'EIO', { cause });
  }
}
