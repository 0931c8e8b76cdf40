/**
 * What the doctor knows about a failed call, and what it says. Pure types and small readings of them.
 */
import { idInside, isIdentity } from '../../observe/idmap.ts';
import type { FileFacts } from '../../observe/inside.ts';
import type { Mount } from '../../observe/mountinfo.ts';
import { mountById } from '../../observe/mounttree.ts';
import type { NamespaceKind } from '../../observe/namespaces.ts';
import type { Evidence } from '../../wire/verdict.ts';
import { cite } from '../cite.ts';
import type { Program } from '../program.ts';
import type { ProcessFacts } from '../scene.ts';
import type { Call } from '../strace.ts';
import { stringArgument } from '../strace-values.ts';

/** A path argument, as it resolved for the caller at that moment. */
export type PathFacts = {
  /** What is there, links followed; null where nothing is. */
  readonly file: FileFacts | null;
  /** The first part of the path that is not there, where something is missing. */
  readonly missing?: string;
  /** A part before the last that is no directory. */
  readonly notDirectory?: string;
  /** Its first bytes, for execve(2). */
  readonly program?: Program;
};

/** A cgroup directory as the caller sees it. */
export type CgroupFacts = {
  readonly path: string;
  readonly controllers?: readonly string[];
  readonly subtreeControl?: readonly string[];
  readonly processes?: readonly number[];
  readonly populated?: boolean;
  readonly owner?: number;
  readonly folders?: readonly string[];
};

/** Numbers that bound what a process may make: mounts, namespaces, processes. */
export type Limits = {
  /** /proc/sys/fs/mount-max. */
  readonly mounts?: number;
  /** /proc/sys/user/max_KIND_namespaces. */
  readonly namespaces?: Readonly<Partial<Record<NamespaceKind, number>>>;
  /** pids.max and pids.current of every cgroup from the caller's upwards. */
  readonly pids?: readonly { readonly directory: string; readonly max: number | 'max'; readonly current: number }[];
};

export type CallFacts = {
  /** Calls of unshare(2) and setns(2) by the same thread that went well before. */
  readonly earlier?: readonly Call[];
  /** The thread that made the call; absent where it was gone before it could be looked at. */
  readonly caller?: ProcessFacts;
  /** By the path as it stands in the call; relative ones start at the caller's cwd. */
  readonly paths: Readonly<Record<string, PathFacts>>;
  /** Small files that the call's preconditions speak of, by path: /proc/412/setgroups. */
  readonly texts?: Readonly<Record<string, string>>;
  /** The cgroup that a path leads into, and the one above it. */
  readonly cgroup?: CgroupFacts;
  readonly parentCgroup?: CgroupFacts;
  /** File system types of this kernel (/proc/filesystems). */
  readonly filesystems?: readonly string[];
  readonly machine?: string;
  readonly limits?: Limits;
};

/** What the doctor found. `certain` is true unless it says otherwise. */
export type Finding = {
  readonly condition: string;
  readonly advice: string;
  readonly certain?: boolean;
  readonly evidence?: readonly Evidence[];
};

/** One call's doctor: undefined where none of its preconditions is seen to be broken. */
export type Explain = (call: Call, facts: CallFacts) => Finding | undefined;

/** The facts of a path argument, by its place; undefined where it is no string. */
export function pathOf(call: Call, facts: CallFacts, index: number): (PathFacts & { readonly path: string }) | undefined {
  const path = stringArgument(call.args[index])?.text;
  const found = path === undefined ? undefined : facts.paths[path];
  return path === undefined || found === undefined ? undefined : { path, ...found };
}

/** The mount that a resolved path lies on, by the id that the kernel gives for its descriptor. */
export function mountUnder(facts: CallFacts, path: PathFacts | undefined): Mount | undefined {
  const id = path?.file?.mount;
  return id === undefined ? undefined : mountById(facts.caller?.mounts ?? [], id);
}

/** True where a resolved path is the root directory of the mount it lies on, that is: a mount point. */
export function isMountPoint(facts: CallFacts, path: PathFacts | undefined): boolean | undefined {
  const mount = mountUnder(facts, path);
  const root = facts.caller?.root;
  if (mount === undefined || path?.file === undefined || path.file === null || root === undefined) return undefined;
  return insideRoot(path.file.path, root) === mount.mountPoint;
}

/** A path from the top of the mount namespace, as the caller with this root writes it. */
export function insideRoot(path: string, root: string): string {
  if (root === '/') return path;
  if (path === root) return '/';
  return path.startsWith(`${root}/`) ? path.slice(root.length) : path;
}

/** True where the caller's user namespace is not the kernel's first; undefined unknown. */
export function inUserNamespace(facts: CallFacts): boolean | undefined {
  const map = facts.caller?.uidMap;
  return map === undefined ? undefined : !isIdentity(map);
}

/** True where the caller has this capability in its own user namespace; undefined unknown. */
export function hasCapability(facts: CallFacts, name: string): boolean | undefined {
  return facts.caller?.status?.capabilities.effective.includes(name);
}

/** The caller's effective user id as its own user namespace numbers it; undefined where it is not mapped or not known. */
export function ownUid(facts: CallFacts): number | undefined {
  const uid = facts.caller?.status?.uids.effective;
  return uid === undefined || facts.caller?.uidMap === undefined ? undefined : idInside(facts.caller.uidMap, uid);
}

/**
 * What is missing of CAP_SYS_ADMIN (or another capability) over a namespace of the caller's: it counts in the user namespace
 * that owns that namespace, and in those above it. Undefined where nothing is seen to be missing.
 */
export function lacksPower(facts: CallFacts, capability: string, kind: Exclude<NamespaceKind, 'user'>): Finding | undefined {
  const { caller } = facts;
  if (hasCapability(facts, capability) === false) {
    return {
      condition: `The caller (user ${ownUid(facts) ?? 'unmapped'}) does not have ${capability}.`,
      advice: `Who calls here, and what became of its capabilities? An exec by a user other than root drops them, and so does one in a new user namespace before its map is written.`,
      evidence: cite(caller, 'status', (line) => /^(Uid|CapEff):/.test(line)),
    };
  }
  const [owner, own] = [caller?.owners?.[kind], caller?.namespaces?.user];
  if (owner === undefined || own === undefined || owner === own) return undefined;
  const word = { cgroup: 'cgroup', ipc: 'IPC', mnt: 'mount', net: 'network', pid: 'PID', time: 'time', uts: 'UTS' }[kind];
  return {
    condition: `The ${word} namespace the caller is in belongs to another user namespace (user:[${owner}]) than the caller's own (user:[${own}]), where its ${capability} counts.`,
    advice: `Only what was made in or below your user namespace is yours to change. Is a ${word} namespace of your own missing, or was it made before the user namespace?`,
    evidence: [...cite(caller, 'owners', (line) => line.startsWith(kind)), ...cite(caller, 'namespaces', (line) => line.startsWith('user'))],
  };
}

/** `a and b`, `a, b and c`. */
export function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;
}
