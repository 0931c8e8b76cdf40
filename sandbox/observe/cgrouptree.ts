/**
 * The cgroup tree as one value: for the X-ray, the leak check and pictures of it "as it really is at that moment".
 */
import fs from 'node:fs';
import { cgroupView } from './cgroup.ts';
import type { CgroupView } from './cgroup.ts';
import type { CgroupLimit, CpuMax } from './cgroupfile.ts';
import { SystemCallError } from './errors.ts';
import { parseMountinfo } from './mountinfo.ts';
import type { Mount } from './mountinfo.ts';

/** One cgroup and those below it. What its controllers do not offer is null. */
export type CgroupNode = {
  readonly name: string;
  readonly directory: string;
  readonly controllers: readonly string[];
  readonly subtreeControl: readonly string[];
  readonly processes: readonly number[];
  readonly memoryMax: CgroupLimit | null;
  readonly memoryCurrent: number | null;
  readonly cpuMax: CpuMax | null;
  readonly pidsMax: CgroupLimit | null;
  readonly pidsCurrent: number | null;
  readonly frozen: boolean;
  readonly children: readonly CgroupNode[];
};

/** Reads the tree below a directory, `deepest` levels down; undefined where there is no cgroup. */
export function cgroupTree(directory: string, deepest = 16): CgroupNode | undefined {
  const view = cgroupView(directory);
  if (!view.exists()) return undefined;
  return {
    name: view.name,
    directory,
    controllers: view.controllers().value ?? [],
    subtreeControl: view.subtreeControl().value ?? [],
    processes: view.processes().value ?? [],
    memoryMax: view.memoryMax().value,
    memoryCurrent: view.memoryCurrent().value,
    cpuMax: view.cpuMax().value,
    pidsMax: view.pidsMax().value,
    pidsCurrent: view.pidsCurrent().value,
    frozen: view.events().value?.['frozen'] === 1,
    children: deepest > 0 ? view.children().flatMap((child) => cgroupTree(child.directory, deepest - 1) ?? []) : [],
  };
}

/** All nodes of a tree in one list, parents before children. */
export function flattenCgroups(node: CgroupNode): CgroupNode[] {
  return [node, ...node.children.flatMap(flattenCgroups)];
}

/**
 * The cgroup with this path (as in /proc/PID/cgroup) and those above it, innermost first, up to but without the directory `top`.
 * None where it is not below that.
 */
export function cgroupsAbove(path: string, top: string, mountPoint = cgroupMountPoint()): CgroupView[] {
  const directory = mountPoint + path;
  if (!directory.startsWith(`${top}/`)) return [];
  const names = directory.slice(top.length + 1).split('/');
  return names.map((_, index) => cgroupView([top, ...names.slice(0, names.length - index)].join('/')));
}

/** Where the version 2 hierarchy is mounted for the judge: /sys/fs/cgroup, or below it on a mixed machine. */
export function cgroupMountPoint(): string {
  const mount = unifiedMount(parseMountinfo(fs.readFileSync('/proc/self/mountinfo', 'utf8'), '/proc/self/mountinfo'));
  if (mount === undefined) throw new SystemCallError('read', '/proc/self/mountinfo', 'no cgroup2 mount');
  return mount.mountPoint;
}

/** The mount of the whole version 2 hierarchy among these, undefined where there is none. */
export function unifiedMount(mounts: readonly Mount[]): Mount | undefined {
  return mounts.find((mount) => mount.type === 'cgroup2' && mount.root === '/') ?? mounts.find((mount) => mount.type === 'cgroup2');
}
