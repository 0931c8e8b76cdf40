/** The parts of a container's X-ray, each read from the kernel at the moment of the call. They throw GoneError as observe does. */
import fs from 'node:fs';
import { capabilityName, knownCapabilities } from '../../observe/capabilities.ts';
import { differing, withDescendants } from '../../observe/containers.ts';
import type { Container } from '../../observe/containers.ts';
import { idInside } from '../../observe/idmap.ts';
import { describePropagation, parseMountinfo } from '../../observe/mountinfo.ts';
import type { Mount } from '../../observe/mountinfo.ts';
import { isVisible, mountTrees } from '../../observe/mounttree.ts';
import type { MountNode } from '../../observe/mounttree.ts';
import { cloneFlagName, namespaceKinds } from '../../observe/namespaces.ts';
import { overlayOf } from '../../observe/overlay.ts';
import type { ProcessView } from '../../observe/process.ts';
import { readProc } from '../../observe/procfile.ts';
import { utsName } from '../../observe/uts.ts';
import { commandLine } from '../../wire/commandLine.ts';
import type { XrayDetail, XrayMount, XrayNamespace, XrayProcess } from '../../wire/xray.ts';
import { cgroupInWall, clipped, HOST_PID, pidInWall, present, sourceInWall, sourceOf, statusOf } from './place.ts';
import type { Place } from './place.ts';
import { argvOf, namespacesOf } from './residents.ts';
import type { WallResident } from './residents.ts';

/** Processes and mounts that are handed on; the rest is counted. */
const MOST_PROCESSES = 200;
const MOST_MOUNTS = 300;

/** The container's first process and its pid in the wall. */
export type Subject = { place: Place; view: ProcessView; inWall: number };

export function namespaces({ place, view, inWall }: Subject): XrayNamespace[] {
  const [host, inside] = [namespacesOf(place.holder), namespacesOf(view.pid)];
  return namespaceKinds.map((kind) => ({
    kind, flag: cloneFlagName(kind), host: host[kind] ?? null, inside: inside[kind] ?? null,
    hostSource: `/proc/${HOST_PID}/ns/${kind}`, source: `/proc/${inWall}/ns/${kind}`,
  }));
}

export function isIsolated({ place, view }: Subject): boolean {
  return differing(namespacesOf(place.holder), namespacesOf(view.pid)).length > 0;
}

export function hostname({ place, view, inWall }: Subject): XrayDetail['hostname'] {
  const inside = utsName(view.pid, 'hostname');
  return { host: clipped(utsName(place.holder, 'hostname').value), inside: clipped(inside.value), source: sourceInWall(inside.source, view.pid, inWall) };
}

export function idMap({ view, inWall }: Subject): XrayDetail['idMap'] {
  const map = view.uidMap();
  return { lines: map.evidence[0]?.lines.slice(0, 10).map((line) => line.trim().replaceAll(/ +/g, ' ')) ?? [], source: sourceOf(map, view.pid, inWall) };
}

/** The container's processes as a tree, each below its parent; first of all, outside, whoever started it. */
export function processes(container: Container, residents: readonly WallResident[]): { list: XrayProcess[]; left: number } {
  const mine = new Set(container.members);
  const members = residents.filter((resident) => mine.has(resident.pid));
  const parents = new Set(residents.filter((resident) => !mine.has(resident.pid) && members.some((member) => member.parent === resident.pid)));
  const list: XrayProcess[] = [];
  const add = (resident: WallResident, depth: number): void => {
    // The rest is not read, only counted.
    if (list.length < MOST_PROCESSES) list.push(...present(() => describe(resident, depth, mine.has(resident.pid))));
    for (const child of members) if (child.parent === resident.pid) add(child, depth + 1);
  };
  const tops = [...parents, ...members.filter((member) => !mine.has(member.parent) && ![...parents].some((parent) => parent.pid === member.parent))];
  for (const top of tops) add(top, 0);
  return { list, left: Math.max(0, members.length + parents.size - MOST_PROCESSES) };
}

/** A process without namespaces of its own, with all that it has started. */
export function plainSubject(resident: WallResident, residents: readonly WallResident[]): Container {
  return { id: `process:${resident.pid}`, first: resident.pid, members: withDescendants(new Set([resident]), residents).map(({ pid }) => pid) };
}

function describe(resident: WallResident, depth: number, member: boolean): XrayProcess {
  const status = statusOf(resident.pid);
  const inWall = pidInWall(status);
  return {
    pid: inWall, inside: status.pids.at(-1) ?? inWall, parent: present(() => statusOf(status.ppid).pids[1])[0] ?? 0, depth, member,
    state: status.state, name: clipped(status.name), command: commandLine(argvOf(resident.pid)), residentKb: status.residentKb ?? null,
    threads: status.threads, source: `/proc/${inWall}/status`,
  };
}

export function capabilities({ view, inWall }: Subject): NonNullable<XrayDetail['capabilities']> {
  const status = statusOf(view.pid);
  const sets = status.capabilities;
  const last = Number(fs.readFileSync('/proc/sys/kernel/cap_last_cap', 'utf8'));
  const known = Number.isSafeInteger(last) ? last + 1 : knownCapabilities;
  return {
    known,
    effective: [...sets.effective], permitted: [...sets.permitted], inheritable: [...sets.inheritable],
    // Bits beyond the last one are set in the bounding set of some kernels and mean nothing.
    bounding: sets.bounding.filter((name) => Array.from({ length: known }, (_, bit) => capabilityName(bit)).includes(name)),
    ambient: [...sets.ambient],
    uid: idInside(view.uidMap().value, status.uids.effective) ?? null,
    gid: idInside(view.gidMap().value, status.gids.effective) ?? null,
    noNewPrivileges: status.noNewPrivileges ?? null,
    seccomp: status.seccomp ?? null,
    source: `/proc/${inWall}/status`,
  };
}

export function mounts({ place, view, inWall }: Subject): NonNullable<XrayDetail['mounts']> {
  const all = view.mounts().value;
  const same = namespacesOf(place.holder).mnt === namespacesOf(view.pid).mnt;
  const hosts = same ? [] : parseMountinfo(readProc(place.holder, 'mountinfo'), `/proc/${place.holder}/mountinfo`);
  const groups = new Set(hosts.flatMap((mount) => mount.propagation.shared ?? []));
  const some = all.slice(0, MOST_MOUNTS);
  const list = mountTrees(some).flatMap((node) => flatten(node, 0)).map(({ mount, depth }): XrayMount => ({
    depth,
    point: clipped(mount.mountPoint), root: clipped(mount.type === 'cgroup2' ? cgroupInWall(place, mount.root) : mount.root), type: clipped(mount.type, 60), from: clipped(mount.source),
    options: mount.options.slice(0, 30).map((option) => clipped(option, 100)),
    propagation: describePropagation(mount.propagation),
    events: eventsOf(mount, groups),
    covered: !isVisible(some, mount),
  }));
  return {
    source: `/proc/${inWall}/mountinfo`, rootIsMount: all.some((mount) => mount.mountPoint === '/'), list, left: all.length - some.length,
    overlays: some.flatMap((mount) => {
      const overlay = overlayOf(mount);
      if (!overlay) return [];
      const { lower, upper, work, options } = overlay;
      return [{
        point: clipped(mount.mountPoint), lower: lower.slice(0, 100).map((path) => clipped(path)), upper: upper === undefined ? null : clipped(upper),
        work: work === undefined ? null : clipped(work), options: options.slice(0, 30).map((option) => clipped(option, 100)),
      }];
    }),
  };
}

function eventsOf({ propagation }: Mount, groups: ReadonlySet<number>): XrayMount['events'] {
  if (propagation.shared !== undefined && groups.has(propagation.shared)) return 'both';
  const from = [propagation.master, propagation.propagateFrom];
  return from.some((group) => group !== undefined && groups.has(group)) ? 'from-host' : 'none';
}

function flatten(node: MountNode, depth: number): { mount: Mount; depth: number }[] {
  return [{ mount: node.mount, depth }, ...node.children.flatMap((child) => flatten(child, depth + 1))];
}
