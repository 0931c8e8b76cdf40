/** A container's cgroup with its files, and the numbers that move: memory, processor time, processes. */
import { cgroupView } from '../../observe/cgroup.ts';
import type { CgroupView } from '../../observe/cgroup.ts';
import type { CgroupLimit } from '../../observe/cgroupfile.ts';
import type { Container } from '../../observe/containers.ts';
import { pidsOf } from '../../observe/scan.ts';
import type { XrayCgroup, XrayDetail, XrayGauge } from '../../wire/xray.ts';
import type { Subject } from './parts.ts';
import { cgroupDirectory, cgroupInWall, clipped, present, sourceOf, statusOf } from './place.ts';
import type { WallResident } from './residents.ts';

/** The files that are shown, in this order: what it is, then memory, processor time, processes. */
const FILES = [
  'cgroup.controllers', 'cgroup.subtree_control', 'cgroup.procs', 'cgroup.events', 'memory.current', 'memory.max', 'memory.swap.max', 'memory.peak',
  'memory.events', 'cpu.max', 'cpu.weight', 'cpu.stat', 'pids.current', 'pids.max', 'pids.events',
];

/** Microseconds of a clock tick (USER_HZ is 100 everywhere). */
const TICK = 10_000;

export type Seen = { cgroup: XrayCgroup; view: CgroupView };

export function cgroup({ place, view, inWall }: Subject, container: Container): Seen {
  const fact = view.cgroup();
  const path = cgroupInWall(place, fact.value);
  const directory = cgroupDirectory(fact.value);
  const group = cgroupView(directory);
  const members = new Set(container.members);
  const files = FILES.map((name) => {
    const content = group.file(name).value;
    // Pids are the judge's; those in the wall have their own.
    const text = content !== null && name === 'cgroup.procs' ? content.replaceAll(/\d+/g, (pid) => String(present(() => statusOf(Number(pid)).pids[1])[0] ?? '?')) : content;
    return { name, text: text === null ? null : clipped(text.trimEnd(), 2000), source: `${cgroupDirectory(path)}/${name}` };
  });
  return {
    view: group,
    cgroup: {
      path: clipped(path),
      inside: present(() => clipped(view.cgroupInside().value))[0] ?? null,
      own: path !== '/' && pidsOf(directory).every((pid) => members.has(pid)),
      source: sourceOf(fact, view.pid, inWall),
      files,
    },
  };
}

/** The cgroup's own figures where it is the container's alone; else what its processes use, added up. */
export function gauges(seen: Seen | undefined, container: Container, residents: readonly WallResident[]): XrayDetail['gauges'] {
  const mine = residents.filter(({ pid }) => container.members.includes(pid));
  const group = seen?.cgroup.own === true ? seen.view : undefined;
  const source = (name: string): string => `${cgroupDirectory(seen?.cgroup.path ?? '/')}/${name}`;
  return {
    memory: gauge(group?.memoryCurrent().value, limitOf(group?.memoryMax().value), source('memory.current'))
      ?? { value: sum(mine.map(({ pid }) => (present(() => statusOf(pid).residentKb)[0] ?? 0) * 1024)), limit: null, source: 'VmRSS in /proc/PID/status' },
    cpu: gauge(group?.cpuStat().value?.['usage_usec'], processors(group), source('cpu.stat'))
      ?? { value: sum(mine.map(({ stat }) => stat.ticks * TICK)), limit: null, source: 'utime and stime in /proc/PID/stat' },
    pids: gauge(group?.pidsCurrent().value, limitOf(group?.pidsMax().value), source('pids.current'))
      ?? { value: sum(mine.map(({ stat }) => stat.threads)), limit: null, source: 'Threads in /proc/PID/status' },
  };
}

function gauge(value: number | null | undefined, limit: number | null, source: string): XrayGauge | undefined {
  return value === null || value === undefined ? undefined : { value, limit, source };
}

const limitOf = (limit: CgroupLimit | null | undefined): number | null => (typeof limit === 'number' ? limit : null);

function processors(group: CgroupView | undefined): number | null {
  const max = group?.cpuMax().value;
  return max && max.quota !== 'max' && max.period > 0 ? max.quota / max.period : null;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
