/** Probes: what of the host's files, devices and terminals is within reach, and what is open. */
import { derive, narrow } from '../observe/fact.ts';
import type { Fact } from '../observe/fact.ts';
import type { FileFacts } from '../observe/inside.ts';
import type { ProcessView } from '../observe/process.ts';
import { bad, good, HOSTS, neutral, type Probe, type Scene, unknown } from './probe.ts';

/** What tells too much of the machine; the list of the runtime specification, where this kernel has it. */
const hidden = ['/proc/acpi', '/proc/kcore', '/proc/keys', '/proc/latency_stats', '/proc/sched_debug', '/proc/scsi', '/proc/timer_list', '/sys/firmware'];
/** What changes the machine. */
const unwritable = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'];

/** What every container's /dev has, or may have. */
const usual = new Set([
  'null', 'zero', 'full', 'random', 'urandom', 'tty', 'console', 'pts', 'ptmx', 'shm', 'mqueue', 'fd', 'stdin', 'stdout', 'stderr', 'core',
]);

const root: Probe = {
  id: 'root',
  ask: ({ host, command }) => {
    const [theirs, hosts] = [command.file('/'), host.file('/')];
    if (theirs.value === null || hosts.value === null) return unknown('', theirs, hosts);
    return theirs.value.device === hosts.value.device && theirs.value.inode === hosts.value.inode ? bad(HOSTS, theirs, hosts) : good('own', theirs, hosts);
  },
};

/** Whether or not a path leads there: a root that only chroot(2) hides is still mounted. */
const oldRoot: Probe = {
  id: 'old-root',
  ask: ({ host, command }) => {
    const [mounts, hosts] = [command.namespaceMounts(), host.mountAt('/')];
    if (hosts.value === null) return unknown('', hosts);
    const { device, root: top } = hosts.value;
    const left = mounts.value.filter((mount) => mount.device === device && mount.root === top);
    if (left.length > 0) return bad('mounted', narrow('old root', left, mounts, (line) => left.some((mount) => mount.line === line)));
    return good('gone', derive('mounts', mounts.value, { ...mounts, evidence: [{ source: mounts.evidence[0]?.source ?? '', lines: [`${mounts.value.length} mounts, none of ${device}${top}`] }] }));
  },
};

const propagation: Probe = {
  id: 'propagation',
  ask: ({ host, command }) => {
    const [theirs, hosts] = [command.namespaceMounts(), host.namespaceMounts()];
    const [mine, others] = [command.namespace('mnt'), host.namespace('mnt')];
    if (mine.value === others.value) return bad(HOSTS, mine, others);
    const groups = new Set(hosts.value.flatMap(({ propagation: { shared } }) => shared ?? []));
    const both = theirs.value.filter(({ propagation: { shared } }) => shared !== undefined && groups.has(shared));
    const from = theirs.value.filter(({ propagation: { master } }) => master !== undefined && groups.has(master));
    const some = (mounts: typeof both): Fact<unknown> => narrow('propagation', mounts.length, theirs, (line) => mounts.some((mount) => mount.line === line));
    if (both.length > 0) return bad('two-way', some(both));
    // What runc does unless it is told otherwise: new mounts of the host come in, none of its own go out.
    if (from.length > 0) return neutral('inwards', some(from));
    return good('cut', { ...theirs, evidence: [{ source: theirs.evidence[0]?.source ?? '', lines: [`${theirs.value.length} mounts, none in a peer group of the host’s`] }] });
  },
};

const devices: Probe = {
  id: 'devices',
  ask: ({ host, command }) => {
    const [names, mount, hosts, none] = [command.list('/dev'), command.mountOf('/dev'), host.mountAt('/dev'), command.file('/dev/null')];
    if (names.value === null) return neutral('no /dev', names);
    if (mount.value !== null && mount.value.device === hosts.value?.device) return bad(HOSTS, names, mount, hosts);
    const more = names.value.filter((name) => !usual.has(name));
    if (more.length > 0) return bad(`${more.length} more`, derive('more than usual', more, { ...names, evidence: [{ source: names.evidence[0]?.source ?? '/dev', lines: more }] }));
    if (names.value.length === 0) return neutral('empty', names);
    return none.value?.node === '1:3' ? good('usual', names, none) : bad('no null', names, none);
  },
};

/** A file system of the container's own at this place. */
const ownMount = (id: string, place: string): Probe => ({
  id,
  ask: ({ host, command }) => {
    const [theirs, hosts] = [command.mountAt(place), host.mountAt(place)];
    if (theirs.value === null) return hostsUnder(command, host, place) ? bad(HOSTS, theirs, hosts) : neutral('none', theirs);
    return theirs.value.device === hosts.value?.device ? bad(HOSTS, theirs, hosts) : good('own', theirs, hosts);
  },
});

/** Nothing is mounted just there, and yet the same files are seen: a bind mount of something above it. */
function hostsUnder(command: ProcessView, host: ProcessView, place: string): boolean {
  const [theirs, hosts] = [command.file(place).value, host.file(place).value];
  return theirs !== null && hosts !== null && theirs.device === hosts.device && theirs.inode === hosts.inode;
}

const masked: Probe = {
  id: 'masked',
  ask: ({ host, command }) => {
    // What is empty on the host tells nothing anywhere.
    const places = hidden.filter((place) => host.file(place).value !== null && !isCovered(host, place));
    if (places.length === 0) return unknown('');
    const seen = places.map((place) => ({ place, file: command.file(place), covered: isCovered(command, place) }));
    const covered = seen.filter((one) => one.covered);
    const open = seen.filter((one) => !one.covered).map(({ file }) => file);
    return (open.length === 0 ? good : bad)(`${covered.length} of ${places.length}`, ...(open.length === 0 ? seen.map(({ file }) => file) : open));
  },
};

/** Nothing is there, or nothing is in it, or it is the null device; but not an empty-looking file of proc itself. */
function isCovered(command: ProcessView, place: string): boolean {
  const file = command.file(place).value;
  if (file === null) return true;
  if (file.kind === 'directory') return command.list(place).value?.length === 0;
  return file.node === '1:3' || (file.kind === 'file' && file.size === 0 && !isOfKernel(command, file));
}

function isOfKernel(command: ProcessView, { device }: FileFacts): boolean {
  return command.mounts().value.some((mount) => mount.device === device && (mount.type === 'proc' || mount.type === 'sysfs'));
}

const readOnly: Probe = {
  id: 'read-only',
  ask: ({ command }) => {
    const places = unwritable.filter((place) => command.file(place).value !== null);
    if (places.length === 0) return neutral('no /proc', command.mountOf('/proc'));
    const on = places.map((place) => command.mountOf(place));
    if (on.some(({ value }) => value === null)) return unknown('', ...on);
    const closed = on.filter(({ value }) => value?.options.includes('ro'));
    return (closed.length === places.length ? good : bad)(`${closed.length} of ${places.length}`, ...on);
  },
};

const sys: Probe = {
  id: 'sys',
  ask: ({ command }) => {
    const mount = command.mountAt('/sys');
    if (mount.value === null) return neutral('none', mount);
    return mount.value.options.includes('ro') ? good('ro', mount) : bad('writable', mount);
  },
};

const descriptors: Probe = {
  id: 'descriptors',
  ask: ({ command }: Scene) => {
    const open = command.descriptors();
    const more = Object.keys(open.value).map(Number).filter((number) => number > 2);
    return more.length === 0 ? good('none', open) : bad(more.join(' '), open);
  },
};

export const fileProbes: readonly Probe[] = [
  root, oldRoot, propagation, devices, ownMount('terminals', '/dev/pts'), ownMount('shm', '/dev/shm'), masked, readOnly, sys, descriptors,
];
