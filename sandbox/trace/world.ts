/**
 * A picture of everything that a run can change: what namespaces its processes are in, and what is in these: mounts, links,
 * names; and the cgroups. Taken while the caller is stopped at its call; see tracer.ts.
 */
import fs from 'node:fs';
import { cgroupView, isAbsent } from '../observe/cgroup.ts';
import { GoneError, SystemCallError } from '../observe/errors.ts';
import { parseMountinfo } from '../observe/mountinfo.ts';
import type { Mount } from '../observe/mountinfo.ts';
import { namespaceKinds } from '../observe/namespaces.ts';
import { parseNetRoute } from '../observe/netfiles.ts';
import { readProc, readProcLink } from '../observe/procfile.ts';
import { utsName } from '../observe/uts.ts';
import { linksOf } from './links.ts';
import type { LinkState } from './links.ts';

/** A process by its thread that is looked at: namespaces belong to threads. */
export type ProcessState = {
  readonly pid: number;
  readonly parent: number;
  /** Kind to `mnt:[4026532201]`; `pid_for_children`; and uid_map, gid_map as their lines. */
  readonly namespaces: Readonly<Record<string, string>>;
  readonly root: string;
  readonly cwd: string;
  /** Path in the version 2 hierarchy. */
  readonly cgroup: string;
};

export type CgroupState = {
  /** From the wall's own: `/shell/box-1`. */
  readonly path: string;
  readonly processes: readonly number[];
  readonly settings: Readonly<Record<string, string>>;
};

export type World = {
  readonly processes: readonly ProcessState[];
  /** By namespace, `mnt:[…]`. */
  readonly mounts: Readonly<Record<string, readonly Mount[]>>;
  readonly links: Readonly<Record<string, readonly LinkState[]>>;
  /** By namespace; of each route, by where it leads, its way. */
  readonly routes: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly names: Readonly<Record<string, { readonly hostname: string; readonly domainname: string }>>;
  readonly cgroups: readonly CgroupState[];
};

export type Watched = {
  /** Processes of the run, by pid, and for each the thread to look at. Who comes first speaks for the namespaces it is in. */
  readonly threads: ReadonlyMap<number, number>;
  /** The wall's first process: who speaks for the namespaces outside. */
  readonly host: number;
  /** The wall's delegated cgroup, as a directory. */
  readonly home: string;
};

/** What box may write there, and what says what is so. */
const settings = ['memory.max', 'memory.high', 'memory.swap.max', 'cpu.max', 'cpu.weight', 'pids.max', 'cgroup.subtree_control', 'cgroup.freeze'];

/** Tables kept. */
const MOST_TABLES = 16;

/** Processes beside the run whose namespaces are looked at, at most. */
const MOST_BESIDE = 8;

/** Cgroups looked at, at most. */
const MOST_CGROUPS = 40;

/** The picture as it is now. Who is gone, or goes meanwhile, is left out. */
export function takeWorld({ threads, host, home }: Watched): World {
  const processes = [...threads].flatMap(([pid, thread]) => present(() => processState(pid, thread)));
  const hostState = present(() => processState(host, host))[0];
  const speakers = new Map<string, Map<string, number>>([['mnt', new Map()], ['net', new Map()], ['uts', new Map()]]);
  const speak = (thread: number, namespaces: Readonly<Record<string, string>>): void => {
    for (const [kind, known] of speakers) {
      const namespace = namespaces[kind];
      if (namespace !== undefined && !known.has(namespace)) known.set(namespace, thread);
    }
  };
  for (const { pid, namespaces } of processes) speak(threads.get(pid) ?? pid, namespaces);
  if (hostState !== undefined) speak(host, hostState.namespaces);
  const cgroups = cgroupStates(home);
  // A container that was there before: what a call enters there is not new.
  const beside = cgroups.flatMap((cgroup) => cgroup.processes).filter((pid) => !threads.has(pid)).slice(0, MOST_BESIDE);
  for (const pid of beside) for (const namespaces of present(() => namespacesOf(pid))) speak(pid, namespaces);
  return {
    processes,
    mounts: byNamespace(speakers.get('mnt'), mountsOf),
    links: byNamespace(speakers.get('net'), linksOf),
    routes: byNamespace(speakers.get('net'), (thread) => routeTexts(readProc(thread, 'net/route'))),
    names: byNamespace(speakers.get('uts'), (thread) => ({ hostname: utsName(thread, 'hostname').value, domainname: utsName(thread, 'domainname').value })),
    cgroups,
  };
}

/** Tables that were read before, by their text: most calls leave most tables as they are. */
let tables = new Map<string, readonly Mount[]>();

function mountsOf(thread: number): readonly Mount[] {
  const text = readProc(thread, 'mountinfo');
  const known = tables.get(text);
  if (known !== undefined) return known;
  const mounts = parseMountinfo(text, `/proc/${thread}/mountinfo`);
  if (tables.size >= MOST_TABLES) tables = new Map();
  tables.set(text, mounts);
  return mounts;
}

function processState(pid: number, thread: number): ProcessState {
  const namespaces = namespacesOf(thread);
  // Empty where the namespace is new and nobody is in it yet: the link is there and leads nowhere.
  const children = present(() => readProcLink(thread, 'ns/pid_for_children'))[0];
  if (children !== namespaces['pid']) namespaces['pid_for_children'] = children ?? 'new, nobody in it yet';
  for (const map of ['uid_map', 'gid_map']) namespaces[map] = readProc(thread, map).trim().split('\n').map((line) => line.trim().replace(/\s+/g, ' ')).join(', ');
  const status = readProc(pid, 'status');
  return {
    pid,
    parent: Number(/^PPid:\s+(\d+)/m.exec(status)?.[1] ?? 0),
    namespaces,
    root: readProcLink(thread, 'root'),
    cwd: readProcLink(thread, 'cwd'),
    cgroup: /^0::(.*)$/m.exec(readProc(pid, 'cgroup'))?.[1] ?? '',
  };
}

function namespacesOf(thread: number): Record<string, string> {
  // Not every kernel has every kind.
  return Object.fromEntries(namespaceKinds.flatMap((kind) => present(() => readProcLink(thread, `ns/${kind}`)).map((link) => [kind, link])));
}

function cgroupStates(home: string): CgroupState[] {
  const found: CgroupState[] = [];
  // A list that grows while it is walked: parents first.
  const directories = [home];
  for (const directory of directories) {
    if (found.length >= MOST_CGROUPS) break;
    const cgroup = cgroupView(directory);
    // Asking for a file that is not there costs as much as reading five that are.
    const files = present(() => filesOf(directory))[0];
    if (files === undefined) continue;
    found.push({
      path: directory.slice(home.length) || '/',
      processes: present(() => cgroup.processes().value ?? [])[0] ?? [],
      settings: Object.fromEntries(settings.filter((name) => files.files.has(name)).flatMap((name) => {
        const text = present(() => cgroup.file(name).value)[0];
        return typeof text === 'string' ? [[name, text.trim()]] : [];
      })),
    });
    directories.push(...files.folders.map((name) => `${directory}/${name}`));
  }
  return found;
}

/** What is in a cgroup's directory; undefined where it is gone. */
function filesOf(directory: string): { files: Set<string>; folders: string[] } | undefined {
  try {
    const entries = fs.readdirSync(directory, { withFileTypes: true });
    const named = (isFolder: boolean): string[] => entries.filter((entry) => entry.isDirectory() === isFolder).map(({ name }) => name).sort();
    return { files: new Set(named(false)), folders: named(true) };
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

/** From /proc/PID/net/route. Pure. */
export function routeTexts(text: string): Record<string, string> {
  return Object.fromEntries(parseNetRoute(text).map((route) => {
    const bits = route.mask.split('.').map(Number).reduce((sum, byte) => sum + byte.toString(2).replaceAll('0', '').length, 0);
    const to = route.destination === '0.0.0.0' && bits === 0 ? 'default route' : `route to ${route.destination}/${bits}`;
    return [to, route.gateway === '0.0.0.0' ? `by ${route.interface}` : `via ${route.gateway}, ${route.interface}`];
  }));
}

function byNamespace<T>(speakers: ReadonlyMap<string, number> | undefined, read: (thread: number) => T): Record<string, T> {
  return Object.fromEntries([...(speakers ?? [])].flatMap(([namespace, thread]) => present(() => read(thread)).map((value) => [namespace, value])));
}

function present<T>(read: () => T): T[] {
  try {
    return [read()];
  } catch (error) {
    if (error instanceof GoneError || error instanceof SystemCallError) return [];
    throw error;
  }
}

/** The thread's process; undefined where it is gone. */
export function processOfThread(tid: number): number | undefined {
  const status = present(() => fs.readFileSync(`/proc/${tid}/status`, 'utf8'));
  return status[0] === undefined ? undefined : Number(/^Tgid:\s+(\d+)/m.exec(status[0])?.[1] ?? tid);
}
