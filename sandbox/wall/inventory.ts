/**
 * What is in a wall at one moment, and what of it was not there before: the leak check. Kernel facts, read from outside.
 */
import fs from 'node:fs';
import { cgroupView } from '../observe/cgroup.ts';
import { namesInside } from '../observe/inside.ts';
import { parseMountinfo } from '../observe/mountinfo.ts';
import type { Mount } from '../observe/mountinfo.ts';
import { parseNetDev } from '../observe/netfiles.ts';
import { presentOnly, readProc } from '../observe/procfile.ts';
import { linesOf } from '../observe/text.ts';
import type { Leftover } from '../wire/verdict.ts';
import { cgroupsFrom } from './cgroup.ts';

export type Inventory = {
  readonly processes: readonly InventoryProcess[];
  readonly mounts: readonly Mount[];
  /** Absolute paths in the judge's view, parents first; `populated` where a process is in it or below. */
  readonly cgroups: readonly { readonly path: string; readonly populated: boolean }[];
  /** Network interfaces of the wall's own namespace. */
  readonly links: readonly { readonly name: string; readonly bridge: boolean; readonly line: string }[];
  /** Files below /run/box that are not directly in it. */
  readonly files: readonly string[];
};

export type InventoryProcess = {
  readonly pid: number;
  readonly argv: string;
  /** How many pid namespaces it is in, the judge's included: 2 for one of the wall's own. */
  readonly depth: number;
  /** The lines of /proc/PID/status that say who it is. */
  readonly lines: readonly string[];
};

/** Where to look: the wall's PID 1, and its delegated cgroup. */
export type InventoryPlace = { readonly holder: number; readonly home: string };

/** How many leftovers of one kind are named; the rest is counted. */
const NAMED = 20;

/** How deep below /run/box one looks, and how many entries in all. */
const DEEPEST = 4;
const MOST_ENTRIES = 500;

/** Reads everything. `mine` are the cgroups of the judge's own commands, `spared` the pids that belong to running ones. */
export function takeInventory(place: InventoryPlace, mine: ReadonlySet<string>, spared: ReadonlySet<number>): Inventory {
  const below = cgroupsFrom(place.home).slice(1);
  return {
    processes: below.flatMap((path) => cgroupView(path).processes().value ?? []).filter((pid) => pid > 0 && !spared.has(pid)).flatMap(readProcess),
    mounts: parseMountinfo(readProc(place.holder, 'mountinfo'), `/proc/${place.holder}/mountinfo`),
    cgroups: below.filter((path) => !mine.has(path)).map((path) => ({ path, populated: cgroupView(path).events().value?.['populated'] === 1 })),
    links: readLinks(place.holder),
    files: filesBelow(place.holder, '/run/box'),
  };
}

function readProcess(pid: number): InventoryProcess[] {
  return presentOnly(() => {
    const lines = linesOf(readProc(pid, 'status')).filter((line) => /^(Name|State|PPid|NSpid):/.test(line));
    const depth = lines.find((line) => line.startsWith('NSpid:'))?.split('\t').slice(1).length ?? 0;
    const argv = readProc(pid, 'cmdline').replace(/\0+$/, '').replaceAll('\0', ' ');
    return { pid, argv: argv.slice(0, 200) || (lines[0]?.slice('Name:\t'.length) ?? ''), depth, lines };
  });
}

function readLinks(holder: number): Inventory['links'] {
  const source = readProc(holder, 'net/dev');
  return Object.keys(parseNetDev(source)).map((name) => ({
    name,
    bridge: fs.existsSync(`/proc/${holder}/root/sys/class/net/${name}/bridge`),
    line: linesOf(source).find((line) => line.trimStart().startsWith(`${name}:`))?.trim() ?? name,
  }));
}

function filesBelow(holder: number, top: string): string[] {
  const files: string[] = [];
  const pending = (namesInside(holder, top) ?? []).map((name) => ({ path: `${top}/${name}`, depth: 0 }));
  // A list that grows while it is walked, up to a limit: it is the learner who decides how many there are.
  for (const { path, depth } of pending) {
    const below = depth < DEEPEST ? namesInside(holder, path) : null;
    if (below === null && depth > 0) files.push(path);
    const room = Math.max(MOST_ENTRIES - pending.length, 0);
    pending.push(...(below ?? []).slice(0, room).map((name) => ({ path: `${path}/${name}`, depth: depth + 1 })));
  }
  return files;
}

/**
 * What `now` has and `before` had not. Allowed to stay, as shared between containers: one cgroup that holds the others, with
 * one more in it for `box` itself, both without processes; and one bridge.
 */
export function compareInventories(place: InventoryPlace, before: Inventory, now: Inventory): Leftover[] {
  const mountIds = new Set(before.mounts.map((mount) => mount.id));
  const pids = new Set(before.processes.map((process) => process.pid));
  const names = new Set(before.links.map((link) => link.name));
  const paths = new Set([...before.cgroups.map((cgroup) => cgroup.path), ...before.files]);
  const links = now.links.filter((link) => !names.has(link.name));
  const bridge = links.find((link) => link.bridge);
  return [
    ...named(now.processes.filter((process) => !pids.has(process.pid)), (process) => processLeft(process)),
    ...named(now.mounts.filter((mount) => !mountIds.has(mount.id)), (mount) => ({
      kind: 'mount', lesson: '04-mounts', what: `${mount.type} on ${mount.mountPoint}`,
      evidence: { source: `/proc/${place.holder}/mountinfo`, lines: [mount.line] },
    })),
    ...named(cgroupsLeft(now.cgroups.filter((cgroup) => !paths.has(cgroup.path))), ({ path, populated }) => ({
      kind: 'cgroup', lesson: '08-cgroups', what: path.slice(place.home.length),
      evidence: { source: `${path}/cgroup.events`, lines: [`populated ${Number(populated)}`] },
    })),
    ...named(links.filter((link) => link !== bridge), (link) => ({
      kind: 'link', lesson: '09-networks', what: link.name, evidence: { source: `/proc/${place.holder}/net/dev`, lines: [link.line] },
    })),
    ...named(now.files.filter((path) => !paths.has(path)), (path) => ({
      kind: 'file', lesson: '12-exec', what: path, evidence: { source: `/proc/${place.holder}/root${path}`, lines: [] },
    })),
  ];
}

/** What tells one leftover from another of the same wall. */
export function leftoverKey({ kind, what, evidence }: Leftover): string {
  return `${kind} ${evidence.source} ${what}`;
}

/** In the wall's own pid namespace: lesson 03 is the cure. In one of its own: its process 1 was not ended, lesson 11. */
function processLeft(process: InventoryProcess): Leftover {
  return {
    kind: 'process', lesson: process.depth > 2 ? '11-init' : '03-pid', what: process.argv,
    evidence: { source: `/proc/${process.pid}/status`, lines: [...process.lines] },
  };
}

function cgroupsLeft(extra: Inventory['cgroups']): Inventory['cgroups'] {
  const parent = extra.find((cgroup) => !cgroup.populated);
  const leaf = parent && extra.find((cgroup) => !cgroup.populated && cgroup.path.startsWith(`${parent.path}/`) && !cgroup.path.slice(parent.path.length + 1).includes('/'));
  return extra.filter((cgroup) => cgroup !== parent && cgroup !== leaf);
}

function named<T>(items: readonly T[], describe: (item: T) => Leftover): Leftover[] {
  const found = items.slice(0, NAMED).map(describe);
  const last = found.at(-1);
  if (last !== undefined && items.length > NAMED) last.what += ` (and ${items.length - NAMED} more)`;
  return found;
}
