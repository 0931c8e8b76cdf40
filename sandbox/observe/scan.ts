/**
 * Finds processes from outside: by cgroup, by exact argument vector, by descent. Everything here looks at a moving target:
 * a process that goes away while one looks is simply not in the answer.
 */
import fs from 'node:fs';
import { foldersOf, isAbsent } from './cgroup.ts';
import { view } from './live.ts';
import type { ProcessView } from './process.ts';
import { allProcesses, presentOnly, readProc, statOf } from './procfile.ts';
import { linesOf } from './text.ts';

/** A process and what it started. */
export type ProcessTree = { readonly process: ProcessView; readonly children: readonly ProcessTree[] };

/**
 * The processes in a version 2 cgroup, by its absolute directory (`/sys/fs/cgroup/drydock/w1`), and in the cgroups below it
 * unless `deep` is false. Empty where the cgroup is gone. Zombies are in no cgroup.procs.
 */
export function processesOf(directory: string, options: { deep?: boolean } = {}): ProcessView[] {
  return pidsOf(directory, options.deep ?? true).flatMap((pid) => presentOnly(() => view(pid)));
}

/** Like processesOf, only the pids: cheaper where most are not wanted. */
export function pidsOf(directory: string, deep = true): number[] {
  const pids = linesOf(readMember(directory)).map(Number).filter((pid) => pid > 0);
  if (!deep) return pids;
  return [...pids, ...foldersOf(directory).flatMap((name) => pidsOf(`${directory}/${name}`))];
}

/**
 * The process whose argument vector is exactly `argv`, among the pids of `scope`. Where several have it (a shell forks
 * copies of itself), the one that is nobody's child among them; of these the one that started first.
 */
export function findByArgv(argv: readonly string[], scope: readonly number[]): ProcessView | undefined {
  const wanted = `${argv.join('\0')}\0`;
  const matching = scope
    .filter((pid) => presentOnly(() => readProc(pid, 'cmdline'))[0] === wanted)
    .flatMap((pid) => statOf(pid) ?? []);
  const pids = new Set(matching.map((process) => process.pid));
  const tops = matching.filter((process) => !pids.has(process.parent)).sort((a, b) => a.startTime - b.startTime || a.pid - b.pid);
  return tops.flatMap((process) => presentOnly(() => view(process.pid)))[0];
}

/** The process and all its descendants, as they are now. Throws GoneError where it is gone itself. */
export function tree(pid: number): ProcessTree {
  const all = allProcesses();
  const below = (process: ProcessView): ProcessTree => ({
    process,
    children: all.filter((other) => other.parent === process.pid).flatMap((other) => presentOnly(() => below(view(other.pid)))),
  });
  return below(view(pid));
}

/** The views of a tree in one list, the root first. */
export function flatten(top: ProcessTree): ProcessView[] {
  return [top.process, ...top.children.flatMap(flatten)];
}

function readMember(directory: string): string {
  try {
    return fs.readFileSync(`${directory}/cgroup.procs`, 'utf8');
  } catch (error) {
    // Of a threaded cgroup its domain lists the processes.
    if (isAbsent(error)) return '';
    throw error;
  }
}
