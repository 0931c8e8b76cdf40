/**
 * Questions that rules ask of a scene. All are pure, and all are false (or empty) where the facts they need are missing:
 * a rule built from them stays silent rather than guess.
 *
 * "The host" is the wall as it was before the first run: what a container must be told apart from.
 */
import type { NamespaceKind } from '../observe/namespaces.ts';
import type { FailedCall } from './doctor.ts';
import type { ProcessFacts, RunFacts, Scene } from './scene.ts';

// The people in the scene

/** The wall's first process, before anything ran. */
export function hostOf(scene: Scene): ProcessFacts {
  return scene.wall.before;
}

/** The commands of containers that were seen running, one for each run that got so far. */
export function commands(scene: Scene): ProcessFacts[] {
  return scene.runs.flatMap((run) => (joins(run) ? [] : run.command ?? []));
}

/** True for a `box exec`: its command is not a container's first. */
export function joins(run: RunFacts): boolean {
  return run.asked?.name !== undefined;
}

/** box's own processes. */
export function boxes(scene: Scene): ProcessFacts[] {
  return scene.runs.flatMap((run) => run.box ?? []);
}

/** Runs that were given this flag. */
export function runsWith(scene: Scene, flag: string): RunFacts[] {
  return scene.runs.filter((run) => run.asked?.flags.includes(flag) === true);
}

/** What follows a flag: `--hostname N`, or `--hostname=N`; undefined where it was not given. */
export function flagValue(run: RunFacts, flag: string): string | undefined {
  const flags = run.asked?.flags ?? [];
  const joined = flags.find((word) => word.startsWith(`${flag}=`));
  if (joined !== undefined) return joined.slice(flag.length + 1);
  const at = flags.indexOf(flag);
  return at < 0 ? undefined : flags[at + 1];
}

/** A noted fact's value, as the check named it; undefined where it noted none. The caller looks at its type. */
export function noted(scene: Scene, key: string): unknown {
  return scene.notes[key]?.value;
}

// Namespaces

/** True where both are known to be in the same namespace of this kind. */
export function shareNamespace(a: ProcessFacts | undefined, b: ProcessFacts | undefined, kind: NamespaceKind): boolean {
  const inode = a?.namespaces?.[kind];
  return inode !== undefined && inode === b?.namespaces?.[kind];
}

/** True where both are known and the namespaces differ. */
export function separated(a: ProcessFacts | undefined, b: ProcessFacts | undefined, kind: NamespaceKind): boolean {
  const [first, second] = [a?.namespaces?.[kind], b?.namespaces?.[kind]];
  return first !== undefined && second !== undefined && first !== second;
}

/** A command is still in the host's namespace of this kind. */
export function sameNamespace(scene: Scene, kind: NamespaceKind): boolean {
  return commands(scene).some((command) => shareNamespace(command, hostOf(scene), kind));
}

/** box's own main thread is in another namespace than the host. */
export function boxMoved(scene: Scene, kind: NamespaceKind): boolean {
  return boxes(scene).some((box) => separated(box, hostOf(scene), kind));
}

/** Some thread of this process is in another namespace than its main thread. */
export function threadsDiffer(process: ProcessFacts | undefined, kind: NamespaceKind): boolean {
  return new Set(process?.threadNamespaces?.[kind] ?? []).size > 1;
}

/** A thread of box moved, but not the main thread, from which children inherit. */
export function wrongThreadMoved(scene: Scene, kind: NamespaceKind): boolean {
  return boxes(scene).some((box) => threadsDiffer(box, kind) && shareNamespace(box, hostOf(scene), kind));
}

/** The next child of this process will be in another pid namespace than itself: unshare(CLONE_NEWPID) or setns(2) was called. */
export function childrenGoElsewhere(process: ProcessFacts | undefined): boolean {
  const own = process?.namespaces?.pid;
  return own !== undefined && process?.pidForChildren !== undefined && process.pidForChildren !== own;
}

/** How many pid namespaces below the host's the process is; 0 is the host's own, undefined unknown. */
export function pidDepth(process: ProcessFacts | undefined, host: ProcessFacts): number | undefined {
  if (process?.pids === undefined || host.pids === undefined) return undefined;
  return process.pids.length - host.pids.length;
}

/** What the process's own getpid(2) returns. */
export function ownPid(process: ProcessFacts | undefined): number | undefined {
  return process?.pids?.at(-1);
}

/** It is process 1 of a pid namespace below the host's. */
export function isFirstProcess(process: ProcessFacts | undefined, host: ProcessFacts): boolean {
  return (pidDepth(process, host) ?? 0) > 0 && ownPid(process) === 1;
}

// Names

/** The host's own name changed while the check ran: somebody called sethostname(2) in the wrong UTS namespace. */
export function hostRenamed(scene: Scene): boolean {
  return changed(scene.wall.before.hostname, scene.wall.after.hostname);
}

/** The same for the NIS domain name. */
export function hostDomainRenamed(scene: Scene): boolean {
  return changed(scene.wall.before.domainname, scene.wall.after.domainname);
}

/** The command's host name is the one that the host had. */
export function hostnameKept(scene: Scene): boolean {
  const host = hostOf(scene).hostname;
  return host !== undefined && commands(scene).some((command) => command.hostname === host);
}

// cgroups

/** Both are in the same cgroup. */
export function sameCgroup(a: ProcessFacts | undefined, b: ProcessFacts | undefined): boolean {
  return a?.cgroup !== undefined && a.cgroup === b?.cgroup;
}

/** It sees itself in the root of its cgroup namespace: /proc/self/cgroup reads `0::/`. */
export function seesRootCgroup(process: ProcessFacts | undefined): boolean {
  return process?.cgroupInside === '/';
}

// Signals, descriptors, ends

/** A handler is installed for this signal: SIGTERM. */
export function catches(process: ProcessFacts | undefined, signal: string): boolean {
  return process?.status?.signals.caught.includes(signal) === true;
}

/** The signal is ignored. */
export function ignores(process: ProcessFacts | undefined, signal: string): boolean {
  return process?.status?.signals.ignored.includes(signal) === true;
}

/** Neither caught nor ignored; a first process of a pid namespace then does not even notice it (pid_namespaces(7)). */
export function leavesToDefault(process: ProcessFacts | undefined, signal: string): boolean {
  return process?.status !== undefined && !catches(process, signal) && !ignores(process, signal);
}

/** Zombies among the children of a run's processes. */
export function zombies(run: RunFacts): ProcessFacts[] {
  return (run.children ?? []).filter((child) => child.state === 'Z');
}

/** Both have the same file at descriptor n. */
export function sameDescriptor(a: ProcessFacts | undefined, b: ProcessFacts | undefined, n: number): boolean {
  return a?.fds?.[n] !== undefined && a.fds[n] === b?.fds?.[n];
}

/** Both are known, and what they have at descriptor n differs; a closed one differs from an open one. */
export function otherDescriptor(a: ProcessFacts | undefined, b: ProcessFacts | undefined, n: number): boolean {
  return a?.fds !== undefined && b?.fds !== undefined && a.fds[n] !== b.fds[n];
}

/** box ended by itself with this status. */
export function endedWith(run: RunFacts, code: number): boolean {
  return run.ending?.code === code && run.ending.limit === undefined;
}

/** box ended with its own failure, 125, before any command ran. */
export function gaveUp(run: RunFacts): boolean {
  return run.command === undefined && endedWith(run, 125);
}

/** A system call of box that failed, with this errno where one is given. */
export function failedCall(scene: Scene, name: string, errno?: string): FailedCall | undefined {
  return scene.runs.flatMap((run) => run.calls ?? []).find((call) => call.name === name && (errno === undefined || call.errno === errno));
}

/** Known before and after, and not the same. */
function changed<T>(before: T | undefined, after: T | undefined): boolean {
  return before !== undefined && after !== undefined && before !== after;
}
