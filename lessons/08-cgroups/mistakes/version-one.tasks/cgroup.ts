/** A cgroup for each container: what it may use up is written there, and everything in it can be ended at once. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunOptions } from './cli.ts';

/** The top of the part of the tree that was handed to us. */
const TOP = '/sys/fs/cgroup';
/** The cgroup that all containers have in common. It stays. */
const PARENT = `${TOP}/box`;

/** Makes a cgroup with these limits, and returns its directory. Where that fails, it leaves none. */
export function makeCgroup({ memory, cpus, pidsLimit }: RunOptions): string {
  mkdirSync(PARENT, { recursive: true });
  // A controller goes down the tree one level at a time. Both of these hold no processes, and must not: a cgroup has either
  // processes or children with controllers.
  for (const cgroup of [TOP, PARENT]) writeFileSync(`${cgroup}/cgroup.subtree_control`, '+memory +cpu +pids');

  // A name that nobody has, however many of us run.
  const cgroup = mkdtempSync(`${PARENT}/`);
  try {
    if (memory !== undefined) {
      // The kernel can read 64m by itself, and means what Docker means: powers of 1024.
      writeFileSync(`${cgroup}/memory.max`, memory);
      // What does not fit must not go to the disk instead.
      writeFileSync(`${cgroup}/memory.swap.max`, '0');
    }
    if (cpus !== undefined) writeFileSync(`${cgroup}/cpu.max`, cpuMax(Number(cpus)));
    if (pidsLimit !== undefined) writeFileSync(`${cgroup}/pids.max`, pidsLimit);
    return cgroup;
  } catch (error) {
    rmdirSync(cgroup);
    throw error;
  }
}

/** So many processors, as microseconds of processor time in each period. */
function cpuMax(cpus: number): string {
  const period = 100_000;
  return `${Math.round(cpus * period)} ${period}`;
}

/** Moves this process into a cgroup, with all its threads and all that it will ever start. */
export function joinCgroup(cgroup: string): void {
  // 0 is whoever writes.
  writeFileSync(`${cgroup}/tasks`, '0');
}

/** Ends everything that is in a cgroup or below, and removes it. */
export async function removeCgroup(cgroup: string): Promise<void> {
  // One write, all processes, those too that are being forked at this moment.
  writeFileSync(`${cgroup}/cgroup.kill`, '1');
  // SIGKILL is sent now. The last one is gone when cgroup.events says so, and not before can the directory be removed.
  while (/^populated 1$/m.test(readFileSync(`${cgroup}/cgroup.events`, 'utf8'))) await sleep(5);
  removeTree(cgroup);
}

/** A container can have made cgroups of its own below. From the leaves up, as with any directories. */
function removeTree(cgroup: string): void {
  // The files go with their directory; they cannot be removed one by one.
  const below = readdirSync(cgroup, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  for (const { name } of below) removeTree(`${cgroup}/${name}`);
  rmdirSync(cgroup);
}
