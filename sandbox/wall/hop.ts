/**
 * Takes the calling thread into other namespaces for the length of one synchronous step, and back.
 *
 * setns(2) moves one thread, and JavaScript on that thread runs nothing else meanwhile; so the judge can prepare a
 * mount tree or start a process in a wall without starting helpers, which is what costs time in a private kernel. What
 * is started within the step begins in those namespaces. A user namespace cannot be entered this way (EINVAL for a process with
 * threads): nsenter(1) does that.
 *
 * Invariant: a thread that cannot come back is in a learner's namespace as the judge's root. The process ends at once.
 */
import fs from 'node:fs';
import { cloneFlags } from '../observe/namespaces.ts';
import type { NamespaceKind } from '../observe/namespaces.ts';
import { CLONE_FS, changeDirectory, mount, Mount, O_CLOEXEC, O_PATH, setFileIds, setns, unshare } from './calls.ts';

/** Kinds in which a thread may go alone. `pid` moves only the children it makes. */
export type HopKind = Exclude<NamespaceKind, 'user' | 'time'>;

let ownFileSystem = false;

/** Calls `step` in the namespaces behind these descriptors. */
export function within<T>(namespaces: Partial<Record<HopKind, number>>, step: () => T): T {
  // The mount namespace comes last: after it /proc is another one.
  const kinds = (Object.keys(namespaces) as HopKind[]).sort((a, b) => Number(a === 'mnt') - Number(b === 'mnt'));
  return thereAndBack(kinds, () => {
    for (const kind of kinds) setns(namespaces[kind] as number, cloneFlags[kind]);
    return step();
  });
}

/**
 * Calls `step` in a copy of the judge's mount namespace that nothing else sees and that shares no mount events. The copy
 * goes when `step` is over, unless a process that was started in it keeps it.
 */
export function inPrivateMounts<T>(step: () => T): T {
  return thereAndBack(['mnt'], () => {
    unshare(cloneFlags.mnt);
    mount(null, '/', null, Mount.recursive | Mount.private);
    return step();
  });
}

/** Calls `step` with the file access rights of these ids instead of root's. */
export function withFileIds<T>(uid: number, gid: number, step: () => T): T {
  setFileIds(uid, gid);
  try {
    return step();
  } finally {
    comeBack(() => setFileIds(0, 0));
  }
}

function thereAndBack<T>(kinds: readonly HopKind[], step: () => T): T {
  using home = new Home(kinds);
  try {
    return step();
  } finally {
    comeBack(() => home.return());
  }
}

/** Where the thread was: its namespaces and working directory, as descriptors. */
class Home implements Disposable {
  readonly #namespaces: [HopKind, number][] = [];
  readonly #directory: number | undefined;

  constructor(kinds: readonly HopKind[]) {
    if (!ownFileSystem && kinds.includes('mnt')) {
      // setns(2): a thread that shares its root and cwd with others (CLONE_FS) cannot change its mount namespace. Per thread,
      // as this module is loaded per thread.
      unshare(CLONE_FS);
      ownFileSystem = true;
    }
    for (const kind of kinds) this.#namespaces.push([kind, fs.openSync(`/proc/thread-self/ns/${kind}`, fs.constants.O_RDONLY | O_CLOEXEC)]);
    // Going back to a mount namespace ends at its root.
    this.#directory = kinds.includes('mnt') ? fs.openSync('.', O_PATH | fs.constants.O_DIRECTORY | O_CLOEXEC) : undefined;
  }

  return(): void {
    for (const [kind, descriptor] of this.#namespaces) setns(descriptor, cloneFlags[kind]);
    if (this.#directory !== undefined) changeDirectory(this.#directory);
  }

  [Symbol.dispose](): void {
    for (const [, descriptor] of this.#namespaces) fs.closeSync(descriptor);
    if (this.#directory !== undefined) fs.closeSync(this.#directory);
  }
}

function comeBack(step: () => void): void {
  try {
    step();
  } catch (error) {
    fs.writeSync(2, `drydock: the judge's thread cannot leave a wall: ${String(error)}\n`);
    process.abort();
  }
}
