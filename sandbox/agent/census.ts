/** What is alive in the kernel at this moment, outside the judge itself: for doctor and the leak tests. */
import fs from 'node:fs';
import { parseMountinfo } from '../observe/mountinfo.ts';
import { allProcesses, presentOnly, readProc } from '../observe/procfile.ts';
import { CGROUP_ROOT, cgroupsFrom, wallsPrepared } from '../wall/wall.ts';
import type { DoneValue } from '../wire/messages.ts';
import { dropWall } from './judge-wall.ts';

/** Parent of all kernel threads. */
const KTHREADD = 2;

/** Processes as `PID ARGV`, mounts of the judge's own namespace as `TYPE POINT`, walls' cgroups as absolute paths. */
export async function census(): Promise<Extract<DoneValue, { op: 'census' }>> {
  // A wall that is kept ready for the next check is nobody's leftover.
  await dropWall();
  await wallsPrepared();
  const own = new Set(lineOf(process.pid));
  const processes = allProcesses().filter(({ pid, parent, state, exiting }) => pid !== KTHREADD && parent !== KTHREADD && state !== 'Z' && !exiting && !own.has(pid));
  const mounts = parseMountinfo(fs.readFileSync('/proc/self/mountinfo', 'utf8'), '/proc/self/mountinfo');
  return {
    op: 'census',
    processes: processes.flatMap(({ pid }) => presentOnly(() => `${pid} ${readProc(pid, 'cmdline').replaceAll('\0', ' ').trim()}`)),
    mounts: mounts.map((mount) => `${mount.type} ${mount.mountPoint}`),
    cgroups: cgroupsFrom(CGROUP_ROOT).slice(1),
  };
}

/** A process and those it descends from. */
function lineOf(pid: number): number[] {
  const parent = allProcesses().find((process) => process.pid === pid)?.parent ?? 0;
  return parent === 0 ? [pid] : [pid, ...lineOf(parent)];
}
