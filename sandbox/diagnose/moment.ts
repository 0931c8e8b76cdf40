/**
 * Collects what the errno doctor needs to know about a failed call, at the moment of the failure: the caller is stopped, or
 * was there a millisecond ago. What cannot be read any more is left out.
 */
import fs from 'node:fs';
import { GoneError, SystemCallError } from '../observe/errors.ts';
import { cgroupMountPoint } from '../observe/cgrouptree.ts';
import { cgroupView } from '../observe/cgroup.ts';
import { bytesInside, fileInside, namesInside, textInside } from '../observe/inside.ts';
import { view } from '../observe/live.ts';
import { namespaceKinds } from '../observe/namespaces.ts';
import type { NamespaceKind } from '../observe/namespaces.ts';
import type { ProcessView } from '../observe/process.ts';
import type { Evidence } from '../wire/verdict.ts';
import { cgroupPath } from './doctor/cgroup.ts';
import type { CallFacts, CgroupFacts, Limits, PathFacts } from './doctor/facts.ts';
import { overlayPaths } from './doctor/newmount.ts';
import { PROGRAM_HEAD, programOf } from './program.ts';
import type { ProcessFacts } from './scene.ts';
import { snapshot } from './snapshot.ts';
import type { Call } from './strace.ts';
import { descriptorArgument, stringArgument } from './strace-values.ts';

/** Which arguments of a call are paths. */
const pathArguments: Readonly<Record<string, readonly number[]>> = {
  mount: [0, 1], umount2: [0], umount: [0], pivot_root: [0, 1], chroot: [0], execve: [0], execveat: [1], mknod: [0], mknodat: [1],
  mkdir: [0], mkdirat: [1], rmdir: [0], unlinkat: [1], open: [0], openat: [1],
};

/** Bytes of a small file of procfs or cgroupfs. */
const SMALL = 64 * 1024;

/** The facts for one call, as they are now. */
export function collect(call: Call): CallFacts {
  return attempt(() => collectFrom(view(call.pid, 'the caller'), call)) ?? { paths: {} };
}

function collectFrom(caller: ProcessView, call: Call): CallFacts {
  const paths: Record<string, PathFacts> = Object.create(null) as Record<string, PathFacts>;
  const look = (path: string): PathFacts | undefined => {
    const facts = attempt(() => pathFacts(caller.pid, path));
    if (facts !== undefined) paths[path] = facts;
    return facts;
  };
  for (const index of pathArguments[call.name] ?? []) {
    const path = stringArgument(call.args[index])?.text;
    if (path !== undefined) look(path);
  }
  for (const path of overlayPaths(call)) look(path);
  if (call.name.startsWith('execve')) lookAtProgram(caller.pid, paths, look);
  const at = cgroupPath(call, attempt(() => caller.cwd().value));
  const written = call.name === 'write' ? descriptorArgument(call.args[0])?.path : undefined;
  return {
    caller: withOwners(caller),
    paths,
    ...(at === undefined ? {} : { cgroup: cgroupFacts(caller.pid, at.directory), parentCgroup: cgroupFacts(caller.pid, parentOf(at.directory)) }),
    ...(written?.endsWith('/gid_map') === true ? { texts: smallTexts(caller.pid, [written.replace(/gid_map$/, 'setgroups')]) } : {}),
    ...(call.errno === 'ENODEV' ? { filesystems: filesystems() } : {}),
    ...(call.errno === 'ENOEXEC' ? { machine: machine() } : {}),
    ...(call.errno === 'ENOSPC' || call.errno === 'EAGAIN' ? { limits: limitsOf(caller) } : {}),
  };
}

/** The snapshot, and the owners of its namespaces. */
function withOwners(caller: ProcessView): ProcessFacts {
  const facts = snapshot(caller);
  const owners: Partial<Record<Exclude<NamespaceKind, 'user'>, number>> = {};
  const evidence: Evidence[] = [];
  for (const kind of namespaceKinds) {
    if (kind === 'user') continue;
    const owner = attempt(() => caller.namespaceOwner(kind));
    if (owner?.value === undefined || owner.value === null) continue;
    owners[kind] = owner.value;
    evidence.push(...owner.evidence);
  }
  return { ...facts, owners, evidence: { ...facts.evidence, owners: evidence } };
}

function pathFacts(pid: number, path: string): PathFacts {
  if (path === '') return { file: null };
  const file = fileInside(pid, path, { follow: true });
  if (file !== null) return { file };
  const names = path.split('/').filter((name) => name !== '');
  const prefixes = names.map((_, index) => `${path.startsWith('/') ? '/' : ''}${names.slice(0, index + 1).join('/')}`);
  for (const prefix of prefixes) {
    const part = fileInside(pid, prefix, { follow: true });
    if (part === null) return { file: null, missing: prefix };
    if (part.kind !== 'directory' && prefix !== prefixes.at(-1)) return { file: null, notDirectory: prefix };
  }
  return { file: null };
}

/** Adds what the file is, and whether the interpreter or loader it asks for is there. */
function lookAtProgram(pid: number, paths: Record<string, PathFacts>, look: (path: string) => PathFacts | undefined): void {
  for (const [path, facts] of Object.entries(paths)) {
    const head = facts.file?.kind === 'file' ? attempt(() => bytesInside(pid, path, PROGRAM_HEAD)) : undefined;
    if (head === undefined || head === null) continue;
    const program = programOf(head);
    paths[path] = { ...facts, program };
    if (program.kind === 'script') look(program.interpreter);
    if (program.kind === 'elf' && program.loader !== undefined) look(program.loader);
  }
}

/** A cgroup through the caller's own mount of cgroup2. */
function cgroupFacts(pid: number, path: string): CgroupFacts {
  const text = (name: string): string | undefined => attempt(() => textInside(pid, `${path}/${name}`, SMALL)) ?? undefined;
  const words = (name: string): string[] | undefined => text(name)?.split(/\s+/).filter((word) => word !== '');
  const [controllers, subtreeControl, processes, events] = [words('cgroup.controllers'), words('cgroup.subtree_control'), words('cgroup.procs'), text('cgroup.events')];
  const names = attempt(() => namesInside(pid, path)) ?? undefined;
  const owner = attempt(() => fileInside(pid, path))?.uid;
  return {
    path,
    ...(controllers === undefined ? {} : { controllers }),
    ...(subtreeControl === undefined ? {} : { subtreeControl }),
    ...(processes === undefined ? {} : { processes: processes.map(Number) }),
    ...(events === undefined ? {} : { populated: /^populated 1$/m.test(events) }),
    ...(owner === undefined ? {} : { owner }),
    ...(names === undefined ? {} : { folders: names.filter((name) => attempt(() => fileInside(pid, `${path}/${name}`))?.kind === 'directory') }),
  };
}

function parentOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash <= 0 ? '/' : path.slice(0, slash);
}

function smallTexts(pid: number, paths: readonly string[]): Record<string, string> {
  return Object.fromEntries(paths.flatMap((path) => {
    const text = attempt(() => textInside(pid, path, SMALL));
    return text === undefined || text === null ? [] : [[path, text]];
  }));
}

/** The types in /proc/filesystems; modules that could still be loaded are not among them. */
function filesystems(): string[] {
  return fs.readFileSync('/proc/filesystems', 'utf8').split('\n').map((line) => line.replace(/^nodev/, '').trim()).filter((type) => type !== '');
}

/** As uname(2) calls this machine. */
function machine(): string {
  return { x64: 'x86_64', arm64: 'aarch64' }[process.arch as string] ?? process.arch;
}

function limitsOf(caller: ProcessView): Limits {
  const mounts = sysctl('/proc/sys/fs/mount-max');
  const namespaces: Partial<Record<NamespaceKind, number>> = {};
  for (const kind of namespaceKinds) {
    const limit = sysctl(`/proc/sys/user/max_${kind}_namespaces`);
    if (limit !== undefined) namespaces[kind] = limit;
  }
  return { ...(mounts === undefined ? {} : { mounts }), namespaces, pids: attempt(() => pidsLimits(caller)) ?? [] };
}

function sysctl(path: string): number | undefined {
  return fs.existsSync(path) ? Number(fs.readFileSync(path, 'utf8')) : undefined;
}

/** From the caller's cgroup up to the root, as the judge sees them. */
function pidsLimits(caller: ProcessView): { directory: string; max: number | 'max'; current: number }[] {
  const top = cgroupMountPoint();
  const names = caller.cgroup().value.split('/').filter((name) => name !== '');
  const directories = names.map((_, index) => `${top}/${names.slice(0, names.length - index).join('/')}`);
  return directories.flatMap((directory) => {
    const cgroup = cgroupView(directory);
    const [max, current] = [cgroup.pidsMax().value, cgroup.pidsCurrent().value];
    return max === null || current === null ? [] : [{ directory, max, current }];
  });
}

/** The value, or undefined where the caller, or that part of it, is gone or not to be read. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof GoneError || error instanceof SystemCallError) return undefined;
    throw error;
  }
}
