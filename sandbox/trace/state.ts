/** A picture of a run, summed up for one of its processes. Pure. */
import type { TraceState } from '../wire/trace.ts';
import type { World } from './world.ts';

/** What the caller has, for a look at the whole. */
export function stateOf(world: World, pid: number, home: string): TraceState | undefined {
  const process = world.processes.find((one) => one.pid === pid);
  if (process === undefined) return undefined;
  const inode = (link: string): number => Number(/\[(\d+)\]/.exec(link)?.[1] ?? 0);
  const kinds = Object.entries(process.namespaces).filter(([kind]) => !kind.endsWith('_map'));
  const mountpoint = '/sys/fs/cgroup';
  const top = home.startsWith(mountpoint) ? home.slice(mountpoint.length) : home;
  return {
    namespaces: Object.fromEntries(kinds.map(([kind, link]) => [kind, inode(link)])),
    hostname: world.names[process.namespaces['uts'] ?? '']?.hostname ?? null,
    cgroup: process.cgroup.startsWith(top) ? process.cgroup.slice(top.length) || '/' : process.cgroup,
    root: process.root,
    cwd: process.cwd,
    mounts: world.mounts[process.namespaces['mnt'] ?? '']?.length ?? 0,
    links: (world.links[process.namespaces['net'] ?? ''] ?? []).map(({ name }) => name),
  };
}
