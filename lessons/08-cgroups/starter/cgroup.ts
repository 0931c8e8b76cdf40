/** A cgroup for each container: what it may use up is written there, and everything in it can be ended at once. */
import type { RunOptions } from './cli.ts';

/** The top of the part of the tree that was handed to us. */
const TOP = '/sys/fs/cgroup';
/** The cgroup that all containers have in common. It stays. */
const PARENT = `${TOP}/box`;

/** Makes a cgroup with these limits, and returns its directory. Where that fails, it leaves none. */
export function makeCgroup({ memory, cpus, pidsLimit }: RunOptions): string {
  // TODO(you): PARENT, if it is not there yet; the controllers, handed on level by level; a directory below, with a name that
  // nobody else has; and the limits, each in its file. `memory` is what was typed: 64m.
  throw new Error(`cgroup.ts makes no cgroup below ${PARENT} yet (${memory}, ${cpus}, ${pidsLimit})`);
}

/** Moves this process into a cgroup, with all its threads and all that it will ever start. */
export function joinCgroup(cgroup: string): void {
  // TODO(you): one write.
  throw new Error(`cgroup.ts cannot join ${cgroup} yet`);
}

/** Ends everything that is in a cgroup or below, and removes it. */
export async function removeCgroup(cgroup: string): Promise<void> {
  // TODO(you): end them all, wait until the last one has gone, and remove the directory, and whatever cgroups were made in it.
  throw new Error(`cgroup.ts cannot remove ${cgroup} yet`);
}
