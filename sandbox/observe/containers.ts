/**
 * Which processes of a place are containers: told by their namespaces alone, whoever made them. Pure.
 *
 * `host` are the namespaces of the place's own first process. A container is
 * - every pid namespace other than the host's: its processes, what these have started, and who has joined it later, which one
 *   sees by another namespace that they share;
 * - where no pid namespace was made, the processes that share other new ones.
 * A process that moved into new namespaces in order to start a container in them (a runtime) is none itself.
 */
import { namespaceKinds } from './namespaces.ts';
import type { NamespaceKind } from './namespaces.ts';

/** Inode numbers; a kind that this kernel does not have, or a zombie has no more, is missing. */
export type NamespaceSet = Readonly<Partial<Record<NamespaceKind, number>>>;

export type Resident = {
  readonly pid: number;
  readonly parent: number;
  /** Clock ticks since boot. */
  readonly startTime: number;
  /** Empty for a zombie. */
  readonly namespaces: NamespaceSet;
};

export type Container = {
  /** The namespace that makes it one: `pid:[4026532301]`. The same for as long as it lives. */
  readonly id: string;
  /** Its first process: process 1 of its pid namespace, where it has one. */
  readonly first: number;
  /** All its processes, the first one too, in the order of their start. */
  readonly members: readonly number[];
};

/** By which namespace a container without a pid namespace of its own is known, best first. */
const telling: readonly NamespaceKind[] = ['mnt', 'uts', 'net', 'ipc', 'cgroup', 'user', 'time'];

/** The kinds in which a process is somewhere else than the host. */
export function differing(host: NamespaceSet, namespaces: NamespaceSet): NamespaceKind[] {
  return namespaceKinds.filter((kind) => host[kind] !== undefined && namespaces[kind] !== undefined && namespaces[kind] !== host[kind]);
}

/** The containers among these processes, the oldest first. */
export function findContainers(host: NamespaceSet, residents: readonly Resident[]): Container[] {
  const all = residents.toSorted(byStart);
  const byPid = new Map(all.map((resident) => [resident.pid, resident]));
  const inPidNamespaces = Map.groupBy(all.filter((resident) => differing(host, resident.namespaces).includes('pid')), (resident) => resident.namespaces.pid);
  const groups = [...inPidNamespaces].map(([inode, residents]) => ({ id: `pid:[${inode}]`, members: new Set(residents), first: residents[0] as Resident }));

  const members = new Set(groups.flatMap((group) => [...group.members]));
  const runtimes = new Set([...members].flatMap((member) => ancestors(member, byPid)).filter((resident) => !members.has(resident)));
  const others = all.filter((resident) => !members.has(resident) && !runtimes.has(resident) && differing(host, resident.namespaces).length > 0);
  const left: Resident[] = [];
  for (const other of others) {
    const joined = groups.find((group) => shared(host, other, group.first).length > 0);
    if (joined) joined.members.add(other);
    else left.push(other);
  }
  groups.push(...joinedByNamespaces(host, left));
  return groups
    .map(({ id, first, members }) => ({ id, first: first.pid, members: withDescendants(members, all).map(({ pid }) => pid) }))
    .toSorted((a, b) => byStart(byPid.get(a.first) as Resident, byPid.get(b.first) as Resident));
}

/** These and all that descend from them, in the order of their start. */
export function withDescendants<T extends Pick<Resident, 'pid' | 'parent'>>(some: ReadonlySet<T>, all: readonly T[]): T[] {
  const found = new Set(some);
  const pids = new Set([...found].map(({ pid }) => pid));
  for (let grown = true; grown; ) {
    grown = false;
    for (const one of all) {
      if (found.has(one) || !pids.has(one.parent)) continue;
      found.add(one);
      pids.add(one.pid);
      grown = true;
    }
  }
  return all.filter((one) => found.has(one));
}

/** Groups that share a namespace, directly or by way of others. The first is whom the one that made the namespaces started. */
function joinedByNamespaces(host: NamespaceSet, residents: readonly Resident[]): { id: string; members: Set<Resident>; first: Resident }[] {
  let groups: Set<Resident>[] = [];
  for (const resident of residents) {
    const touching = groups.filter((group) => [...group].some((other) => shared(host, resident, other).length > 0));
    groups = [...groups.filter((group) => !touching.includes(group)), new Set([...touching.flatMap((group) => [...group]), resident])];
  }
  return groups.map((group) => {
    const members = [...group].toSorted(byStart);
    const top = members.find((member) => !members.some((other) => other.pid === member.parent)) ?? (members[0] as Resident);
    const first = members.find((member) => member.parent === top.pid) ?? top;
    const kind = telling.find((one) => differing(host, first.namespaces).includes(one)) ?? 'mnt';
    return { id: `${kind}:[${first.namespaces[kind]}]`, members: group, first };
  });
}

function shared(host: NamespaceSet, one: Resident, other: Resident): NamespaceKind[] {
  return differing(host, one.namespaces).filter((kind) => one.namespaces[kind] === other.namespaces[kind]);
}

/** Its parent, that one's parent and so on, as far as they are known. A table with a circle in it ends, too. */
export function ancestors<T extends Pick<Resident, 'pid' | 'parent'>>(of: T, byPid: ReadonlyMap<number, T>): T[] {
  const found: T[] = [];
  for (let next = byPid.get(of.parent); next !== undefined && next !== of && !found.includes(next); next = byPid.get(next.parent)) found.push(next);
  return found;
}

function byStart(a: Resident, b: Resident): number {
  return a.startTime - b.startTime || a.pid - b.pid;
}
