/**
 * The sandbox that is looked into, and how its learner calls what the judge reads: pids of the wall's own pid namespace, cgroups
 * below the wall's own root. What is shown can be typed into its shell.
 */
import { GoneError, SystemCallError } from '../../observe/errors.ts';
import type { Fact } from '../../observe/fact.ts';
import { readProc } from '../../observe/procfile.ts';
import { parseStatus } from '../../observe/status.ts';
import type { ProcessStatus } from '../../observe/status.ts';

/** A wall as the X-ray needs it. */
export type Place = {
  /** The wall's first process, in the judge's pid namespace: its namespaces are the learner's host. */
  readonly holder: number;
  /** The root of the wall's cgroup namespace, as the judge's path. */
  readonly home: string;
};

/** The pid of the wall's first process for those in the wall. */
export const HOST_PID = 1;

/** Where the version 2 hierarchy is mounted, for the judge and in the wall. */
const CGROUPS = '/sys/fs/cgroup';

/** The longest name, path or command that is handed on, in UTF-16 code units. */
const LONGEST = 400;

/** A learner's text, not longer than is useful. */
export function clipped(text: string, most = LONGEST): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

/** Everything that /proc/PID/status says. Throws GoneError. */
export function statusOf(pid: number): ProcessStatus {
  return parseStatus(readProc(pid, 'status'), `/proc/${pid}/status`);
}

/**
 * True for what is read of a process that is just ending: it has its /proc entry, and its state says that it runs, but its
 * namespaces and its memory have been given back already.
 */
export function isGone(error: unknown): boolean {
  return error instanceof GoneError || (error instanceof SystemCallError && ['ENOENT', 'ESRCH', 'EACCES', 'EINVAL'].includes(error.code));
}

/** One value in a list, or none where the process has gone. */
export function present<T>(read: () => T): T[] {
  try {
    return [read()];
  } catch (error) {
    if (isGone(error)) return [];
    throw error;
  }
}

/** What a process of the wall is called in it: the second of its pids, the judge's being the first. */
export function pidInWall(status: ProcessStatus): number {
  return status.pids[1] ?? status.pid;
}

/** A source as the judge names it, as it is called in the wall. */
export function sourceInWall(source: string, pid: number, inWall: number): string {
  return source.replaceAll(`/proc/${pid}/`, `/proc/${inWall}/`).replace(`-t ${pid} `, `-t ${inWall} `);
}

/** The first source of a fact about a process, as it is called in the wall. */
export function sourceOf(fact: Fact<unknown>, pid: number, inWall: number): string {
  return sourceInWall(fact.evidence[0]?.source ?? '', pid, inWall);
}

/** A cgroup's path (as in /proc/PID/cgroup, read by the judge) as the wall's own host reads it. */
export function cgroupInWall(place: Place, path: string): string {
  const home = place.home.slice(CGROUPS.length);
  if (path === home) return '/';
  return path.startsWith(`${home}/`) ? path.slice(home.length) : path;
}

/** Where the judge finds a cgroup of that path, and where the wall does. */
export const cgroupDirectory = (path: string): string => (path === '/' ? CGROUPS : CGROUPS + path);
