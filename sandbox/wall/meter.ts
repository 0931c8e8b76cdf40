/**
 * Which of a wall's limits was met: counters of the kernel, read before and after a command.
 */
import fs from 'node:fs';
import path from 'node:path';
import { cgroupView } from '../observe/cgroup.ts';
import { parseFlatKeyed } from '../observe/cgroupfile.ts';
import { ownPath } from '../observe/walk.ts';
import type { Ending } from '../wire/messages.ts';
import { cgroupsFrom } from './cgroup.ts';

/** What the kernel has counted so far. */
export type Meter = {
  /** How often an allocation failed at the wall's own memory.max, or the whole kernel's memory ended a process of the wall. */
  readonly memory: number;
  /** How often fork(2) or clone(2) failed at the wall's own pids.max. */
  readonly pids: number;
};

/** A file system with less than this left, in bytes, is full. */
const FULL = 64 * 1024;

export function readMeter(cgroup: string): Meter {
  const all = cgroupView(cgroup).memoryEvents().value;
  // Killed though no limit here or below was met: by a shortage further up.
  const starved = all?.['oom'] === 0 ? all['oom_kill'] ?? 0 : 0;
  return {
    // `.local`: where the limit was, not whose process it hit. A learner's own memory.max below this one does not count.
    memory: (localEvents(cgroup, 'memory')?.['oom'] ?? 0) + starved,
    pids: readPids(cgroup),
  };
}

/** Of a limit on memory: with more in use than this that cannot be dropped, programs have no room for their own text. */
const STARVED = 0.95;

/**
 * Whether what cannot be dropped fills the memory of a cgroup. Nothing is refused then, and so nothing is counted: the kernel drops
 * pages of the programs that run, and reads them again at once. What takes a second takes a minute, and looks as if it hung.
 */
export function isStarved(cgroup: string): boolean {
  const view = cgroupView(cgroup);
  const limit = view.memoryMax().value;
  const stat = view.file('memory.stat').value;
  if (typeof limit !== 'number' || stat === null) return false;
  const { anon = 0, shmem = 0, kernel = 0 } = parseFlatKeyed(stat, path.join(cgroup, 'memory.stat'));
  return (localEvents(cgroup, 'memory')?.['max'] ?? 0) > 0 && anon + shmem + kernel > STARVED * limit;
}

/**
 * Kernels before 6.11 count in the cgroup of the process that wanted to fork, later ones at the limit that was met
 * (pids.events.local). With the former, a cgroup with a limit of its own on the way up is left out: it may have been that.
 */
function readPids(cgroup: string): number {
  const local = localEvents(cgroup, 'pids')?.['max'];
  if (local !== undefined) return local;
  const limited = new Set<string>();
  let count = 0;
  for (const folder of cgroupsFrom(cgroup).slice(1)) {
    const view = cgroupView(folder);
    const limit = view.pidsMax().value;
    if (limited.has(path.dirname(folder)) || (limit !== null && limit !== 'max')) limited.add(folder);
    else count += view.pidsEvents().value?.['max'] ?? 0;
  }
  return count;
}

function localEvents(cgroup: string, controller: 'memory' | 'pids'): Record<string, number> | undefined {
  const name = `${controller}.events.local`;
  const text = cgroupView(cgroup).file(name).value;
  return text === null ? undefined : parseFlatKeyed(text, path.join(cgroup, name));
}

/** Whether one of these file systems, given as descriptors of directories, has no room left for bytes or for names. */
export function isFull(directories: readonly number[]): boolean {
  return directories.some((directory) => {
    const { bavail, bsize, blocks, files, ffree } = fs.statfsSync(ownPath(directory));
    return blocks > 0 && (bavail * bsize < FULL || (files > 0 && ffree === 0));
  });
}

/**
 * The limit that ended a command, if one did. `stopped` is the one the judge itself ended it for; a shortage of
 * processes or memory explains a timeout, so it goes first.
 */
export function limitMet(facts: {
  before: Meter;
  after: Meter;
  stopped: 'timeout' | 'output' | undefined;
  full: boolean;
  code: number | null;
  signal: string | null;
}): Ending['limit'] {
  if (facts.after.pids > facts.before.pids) return 'pids';
  if (facts.after.memory > facts.before.memory) return 'memory';
  if (facts.stopped !== undefined) return facts.stopped;
  // SIGXFSZ: a file grew past RLIMIT_FSIZE, which is the size of the disk.
  if (facts.signal === 'SIGXFSZ') return 'disk';
  return facts.full && facts.code !== 0 ? 'disk' : undefined;
}
