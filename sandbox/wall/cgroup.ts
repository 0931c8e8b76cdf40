/**
 * A wall's control groups (cgroup v2; see cgroups(7) and the kernel's admin-guide/cgroup-v2).
 *
 *     /sys/fs/cgroup/drydock/NAME        the limits; owned by the judge
 *                           /NAME/keep   the wall's first process, out of the learner's reach
 *                           /NAME/home   root of the wall's cgroup namespace, delegated to the wall's root
 *                           /NAME/home/shell, shell-2, …   one leaf for each command the judge starts
 *
 * No process is in `home` itself, so that the learner can enable controllers there (no internal processes rule), and the
 * process that launches commands is never inside.
 */
import fs from 'node:fs';
import { totalmem } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cgroupView, foldersOf } from '../observe/cgroup.ts';
import { errnoOf, SystemCallError } from '../observe/errors.ts';
import { WALL_ID } from './ids.ts';
import type { WallLimits } from './limits.ts';

/** The parent of all walls. */
export const CGROUP_ROOT = '/sys/fs/cgroup/drydock';

const CONTROLLERS = ['cpu', 'memory', 'pids', 'io'];

/** Files of a delegated cgroup that its new owner may write; see cgroup-v2, "Model of Delegation". */
const DELEGATED = ['cgroup.procs', 'cgroup.threads', 'cgroup.subtree_control'];

/** Bytes of the machine's memory that walls never get. */
const JUDGE_MEMORY = 80 * 1024 * 1024;

/** cpu.max counts in periods of this many microseconds. */
const CPU_PERIOD = 100_000;

export class WallCgroup {
  /** Absolute path of the wall's cgroup, as the judge sees it. */
  readonly path: string;

  private constructor(folder: string) {
    this.path = folder;
  }

  /** Makes the wall's cgroups with its limits. */
  static make(name: string, limits: WallLimits): WallCgroup {
    makeParent();
    const cgroup = new WallCgroup(path.join(CGROUP_ROOT, name));
    makeDirectory(cgroup.path);
    try {
      cgroup.#setLimits(limits);
      enableControllers(cgroup.path);
      makeDirectory(cgroup.keep);
      makeDelegated(cgroup.home);
    } catch (error) {
      cgroup.remove();
      throw error;
    }
    return cgroup;
  }

  get keep(): string {
    return path.join(this.path, 'keep');
  }

  get home(): string {
    return path.join(this.path, 'home');
  }

  #setLimits(limits: WallLimits): void {
    write(this.path, 'memory.max', limits.memory);
    // Not there in a kernel that has no swap at all.
    if (fs.existsSync(path.join(this.path, 'memory.swap.max'))) write(this.path, 'memory.swap.max', 0);
    write(this.path, 'pids.max', limits.pids);
    write(this.path, 'cpu.max', `${Math.round(limits.cpus * CPU_PERIOD)} ${CPU_PERIOD}`);
    // A tree of a million cgroups would be a way to fill the kernel's memory, and deep paths one to trip the judge.
    write(this.path, 'cgroup.max.descendants', 200);
    write(this.path, 'cgroup.max.depth', 20);
  }

  /** A leaf for one command: the first of `shell`, `shell-2`, … that is free. Who uses it removes it. */
  makeLeaf(): string {
    for (let number = 1; ; number += 1) {
      const leaf = path.join(this.home, number === 1 ? 'shell' : `shell-${number}`);
      try {
        makeDelegated(leaf);
        return leaf;
      } catch (error) {
        if (!(error instanceof SystemCallError && error.code === 'EEXIST')) throw error;
      }
    }
  }

  /** Moves a process of the judge's own choice into the `keep` cgroup. */
  keepProcess(pid: number): void {
    write(this.keep, 'cgroup.procs', pid);
  }

  /** Ends every process in the wall's cgroups at once, whatever it does about signals, and waits until they are gone. */
  async kill(): Promise<void> {
    await killCgroup(this.path);
  }

  /** Removes the cgroups, the learner's too; they must be empty. What cannot be removed is left: see `exists`. */
  remove(): void {
    removeTree(this.path);
  }

  exists(): boolean {
    return fs.existsSync(this.path);
  }
}

/** Whether a path below `home` is that of a leaf as `makeLeaf` names it. */
export function isLeaf(path: string): boolean {
  return /^\/shell(-\d+)?$/.test(path);
}

/** A cgroup and every one below it, parents first, as absolute paths. */
export function cgroupsFrom(top: string): string[] {
  const found = [top];
  // A list that grows while it is walked: breadth first.
  for (const parent of found) found.push(...foldersOf(parent).map((name) => path.join(parent, name)));
  return found;
}

/** A wall's cgroups that have been empty for this many milliseconds are nobody's: one that is being made is not that old. */
const ABANDONED = 60_000;

/**
 * Removes the cgroups of walls whose judge was killed. Nothing runs in them: the wall's first process ends with its judge, and
 * everything in the wall with that. Only on a kernel that outlives the judge can there be any.
 */
export function sweepCgroups(): void {
  for (const name of foldersOf(CGROUP_ROOT)) {
    const cgroup = path.join(CGROUP_ROOT, name);
    const since = fs.statSync(cgroup, { throwIfNoEntry: false })?.ctimeMs ?? Infinity;
    if (!isPopulated(cgroup) && Date.now() - since > ABANDONED) removeTree(cgroup);
  }
}

/** Kills everything in a cgroup and below, and waits until it is empty, at most `patience` milliseconds. */
export async function killCgroup(cgroup: string, patience = 10_000): Promise<void> {
  try {
    write(cgroup, 'cgroup.kill', 1);
  } catch (error) {
    if (error instanceof SystemCallError && (error.code === 'ENOENT' || error.code === 'ENODEV')) return;
    throw error;
  }
  const deadline = performance.now() + patience;
  for (let pause = 1; isPopulated(cgroup); pause = Math.min(pause * 2, 20)) {
    if (performance.now() > deadline) throw new SystemCallError('cgroup.kill', cgroup, 'EBUSY');
    await sleep(pause);
  }
}

/** Whether a cgroup or one below it has a process that lives. */
export function isPopulated(cgroup: string): boolean {
  return cgroupView(cgroup).events().value?.['populated'] === 1;
}

/** Removes a cgroup if it is empty; whether it is gone. */
export function removeDirectory(cgroup: string): boolean {
  try {
    fs.rmdirSync(cgroup);
    return true;
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'ENOENT') return true;
    if (code === 'EBUSY' || code === 'ENOTEMPTY') return false;
    throw new SystemCallError('rmdir', cgroup, code ?? 'EIO', { cause: error });
  }
}

function removeTree(cgroup: string): void {
  for (const folder of cgroupsFrom(cgroup).reverse()) removeDirectory(folder);
}

function makeParent(): void {
  enableControllers(path.dirname(CGROUP_ROOT));
  fs.mkdirSync(CGROUP_ROOT, { recursive: true });
  enableControllers(CGROUP_ROOT);
  // All walls together leave room for the judge.
  write(CGROUP_ROOT, 'memory.max', Math.max(totalmem() - JUDGE_MEMORY, JUDGE_MEMORY));
}

/** Hands the controllers we limit by down to the children of `cgroup`. */
function enableControllers(cgroup: string): void {
  const view = cgroupView(cgroup);
  const there = view.controllers().value ?? [];
  const enabled = view.subtreeControl().value ?? [];
  const missing = CONTROLLERS.filter((name) => there.includes(name) && !enabled.includes(name));
  if (missing.length > 0) write(cgroup, 'cgroup.subtree_control', missing.map((name) => `+${name}`).join(' '));
}

function makeDelegated(cgroup: string): void {
  makeDirectory(cgroup);
  for (const name of ['.', ...DELEGATED]) fs.chownSync(path.join(cgroup, name), WALL_ID, WALL_ID);
}

function makeDirectory(cgroup: string): void {
  try {
    fs.mkdirSync(cgroup);
  } catch (cause) {
    throw new SystemCallError('mkdir', cgroup, errnoOf(cause) ?? 'EIO', { cause });
  }
}

function write(cgroup: string, file: string, value: string | number): void {
  const target = path.join(cgroup, file);
  try {
    fs.writeFileSync(target, String(value));
  } catch (cause) {
    throw new SystemCallError('write', `${target}, ${JSON.stringify(String(value))}`, errnoOf(cause) ?? 'EIO', { cause });
  }
}
