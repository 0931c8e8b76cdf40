/**
 * One version 2 cgroup, read from its directory. A file that is not there (its controller is not enabled in the parent's
 * cgroup.subtree_control, or the cgroup is gone) gives null, and the evidence says so.
 */
import fs from 'node:fs';
import { parseAmount, parseCpuMax, parseFlatKeyed, parseLimit, parsePids, parseSwitch, parseWords } from './cgroupfile.ts';
import type { CgroupLimit, CpuMax } from './cgroupfile.ts';
import { errnoOf, SystemCallError } from './errors.ts';
import { fact } from './fact.ts';
import type { Fact } from './fact.ts';
import { linesOf } from './text.ts';

/** A cgroup in the judge's view of the tree. Every method reads at the moment of the call. */
export interface CgroupView {
  /** Its absolute directory: /sys/fs/cgroup/drydock/w1. */
  readonly directory: string;
  /** The last part of that. */
  readonly name: string;
  exists(): boolean;
  /** Controllers it may hand on, and those it hands on to the cgroups below. */
  controllers(): Fact<string[] | null>;
  subtreeControl(): Fact<string[] | null>;
  /** `domain`, `domain threaded`, `domain invalid` or `threaded`; null for the root. */
  type(): Fact<string | null>;
  /** Pids of its own processes, not of those below it. Null for a threaded cgroup. */
  processes(): Fact<number[] | null>;
  /** populated (here or below) and frozen: 0 or 1. */
  events(): Fact<Record<string, number> | null>;
  /** What cgroup.freeze was told. */
  freeze(): Fact<boolean | null>;
  /** Bytes. */
  memoryMax(): Fact<CgroupLimit | null>;
  memoryHigh(): Fact<CgroupLimit | null>;
  memoryCurrent(): Fact<number | null>;
  swapMax(): Fact<CgroupLimit | null>;
  /** low, high, max, oom, oom_kill, … */
  memoryEvents(): Fact<Record<string, number> | null>;
  cpuMax(): Fact<CpuMax | null>;
  cpuWeight(): Fact<number | null>;
  /** usage_usec, nr_periods, nr_throttled, throttled_usec, … */
  cpuStat(): Fact<Record<string, number> | null>;
  pidsMax(): Fact<CgroupLimit | null>;
  pidsCurrent(): Fact<number | null>;
  /** max: how often a fork was refused. */
  pidsEvents(): Fact<Record<string, number> | null>;
  /** Owner of the directory, as the judge numbers users: who may make cgroups below it. */
  owner(): Fact<number | null>;
  /** The cgroups directly below, by name. */
  children(): CgroupView[];
  /** Any other file of it, as text. */
  file(name: string): Fact<string | null>;
}

/** A view of the cgroup in this directory, which need not exist (yet). */
export function cgroupView(directory: string, label = `cgroup ${directory}`): CgroupView {
  const parsed = <T>(name: string, parse: (text: string, source: string) => T): Fact<T | null> => read(directory, label, name, parse);
  return {
    directory,
    name: directory.slice(directory.lastIndexOf('/') + 1),
    exists: () => fs.existsSync(`${directory}/cgroup.procs`),
    controllers: () => parsed('cgroup.controllers', parseWords),
    subtreeControl: () => parsed('cgroup.subtree_control', parseWords),
    type: () => parsed('cgroup.type', (text) => text.trim()),
    processes: () => parsed('cgroup.procs', parsePids),
    events: () => parsed('cgroup.events', parseFlatKeyed),
    freeze: () => parsed('cgroup.freeze', parseSwitch),
    memoryMax: () => parsed('memory.max', parseLimit),
    memoryHigh: () => parsed('memory.high', parseLimit),
    memoryCurrent: () => parsed('memory.current', parseAmount),
    swapMax: () => parsed('memory.swap.max', parseLimit),
    memoryEvents: () => parsed('memory.events', parseFlatKeyed),
    cpuMax: () => parsed('cpu.max', parseCpuMax),
    cpuWeight: () => parsed('cpu.weight', parseAmount),
    cpuStat: () => parsed('cpu.stat', parseFlatKeyed),
    pidsMax: () => parsed('pids.max', parseLimit),
    pidsCurrent: () => parsed('pids.current', parseAmount),
    pidsEvents: () => parsed('pids.events', parseFlatKeyed),
    owner: () => owner(directory, label),
    children: () => foldersOf(directory).map((name) => cgroupView(`${directory}/${name}`)),
    file: (name) => parsed(name, (text) => text),
  };
}

/** The names of the cgroups directly below a directory, sorted; none where it is gone. */
export function foldersOf(directory: string): string[] {
  try {
    return fs.readdirSync(directory, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map((entry) => entry.name).sort();
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}

/** True for what cgroupfs answers when a file or its cgroup is not there, or does not apply to a threaded cgroup. */
export function isAbsent(error: unknown): boolean {
  // ENODEV: removed between open and read. EOPNOTSUPP (Node calls it ENOTSUP): cgroup.procs of a threaded cgroup.
  return ['ENOENT', 'ENODEV', 'ENOTSUP', 'EOPNOTSUPP'].includes(errnoOf(error) ?? '');
}

function read<T>(directory: string, label: string, name: string, parse: (text: string, source: string) => T): Fact<T | null> {
  const source = `${directory}/${name}`;
  const what = `${name} of ${label}`;
  let text: string;
  try {
    text = fs.readFileSync(source, 'utf8');
  } catch (cause) {
    if (isAbsent(cause)) return fact(what, null, source, [`${errnoOf(cause) ?? ''}: not there`]);
    throw new SystemCallError('read', source, errnoOf(cause) ?? 'EIO', { cause });
  }
  return fact(what, parse(text, source), source, linesOf(text));
}

function owner(directory: string, label: string): Fact<number | null> {
  const found = fs.statSync(directory, { throwIfNoEntry: false });
  const line = found === undefined ? 'not there' : `mode ${(found.mode & 0o7777).toString(8)}, owner ${found.uid}:${found.gid}`;
  return fact(`owner of ${label}`, found?.uid ?? null, directory, [line]);
}
