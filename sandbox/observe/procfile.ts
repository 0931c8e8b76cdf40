/**
 * Reads the files and links of /proc/PID. The only place that turns the many ways in which a process can be missing into
 * GoneError.
 */
import fs from 'node:fs';
import { errnoOf, GoneError, SystemCallError } from './errors.ts';
import { parseStat } from './stat.ts';
import type { ProcessStat } from './stat.ts';

/** What /proc answers when the process, or a zombie's part, is not there; see errors.ts. */
const gone = new Set(['ENOENT', 'ESRCH', 'EACCES', 'EINVAL', 'EPERM']);

/** Of open(2); Node has no name for it. The same number on x86-64 and arm64. */
const O_PATH = 0o10000000;

/** The path of a process's file: `/proc/412/status`. */
export function procPath(pid: number, name = ''): string {
  return name === '' ? `/proc/${pid}` : `/proc/${pid}/${name}`;
}

/** The whole text of a file below /proc/PID. Throws GoneError, or SystemCallError where the process is there and the file is not. */
export function readProc(pid: number, name: string): string {
  return guarded('read', pid, name, (path) => fs.readFileSync(path, 'utf8'));
}

/** The text of a link below /proc/PID. Throws like readProc. */
export function readProcLink(pid: number, name: string): string {
  return guarded('readlink', pid, name, (path) => fs.readlinkSync(path));
}

/** The names in a folder below /proc/PID. Throws like readProc. */
export function listProc(pid: number, name: string): string[] {
  return guarded('readdir', pid, name, (path) => fs.readdirSync(path));
}

/** An O_PATH descriptor of what a link below /proc/PID leads to, for the caller to close. Throws like readProc. */
export function openProc(pid: number, name: string): number {
  return guarded('open', pid, name, (path) => fs.openSync(path, O_PATH));
}

/** Like `read`, but undefined where the file is missing although the process is alive: a part not every kernel or process has. */
export function optional<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof SystemCallError && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** The stat line of a process, undefined where there is no such process. */
export function statOf(pid: number): ProcessStat | undefined {
  const path = procPath(pid, 'stat');
  try {
    return parseStat(fs.readFileSync(path, 'utf8'), path);
  } catch (error) {
    if (gone.has(errnoOf(error) ?? '')) return undefined;
    throw error;
  }
}

/** When the process with this pid started, in clock ticks since boot; undefined where there is none. */
export function startTimeOf(pid: number): number | undefined {
  return statOf(pid)?.startTime;
}

/** True where a process with this pid exists and is not a zombie or dying. */
export function isAlive(pid: number): boolean {
  const stat = statOf(pid);
  return stat !== undefined && !['Z', 'X', 'x'].includes(stat.state);
}

/** Every process that the judge's /proc shows, zombies too, in the order of their pids. */
export function allProcesses(): ProcessStat[] {
  return fs.readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .sort((a, b) => a - b)
    .flatMap((pid) => statOf(pid) ?? []);
}

/** One value in a list, or none where the process is gone: for flatMap over things that come and go. */
export function presentOnly<T>(read: () => T): T[] {
  try {
    return [read()];
  } catch (error) {
    if (error instanceof GoneError) return [];
    throw error;
  }
}

function guarded<T>(call: string, pid: number, name: string, read: (path: string) => T): T {
  const path = procPath(pid, name);
  try {
    return read(path);
  } catch (cause) {
    const code = errnoOf(cause);
    if (code === undefined) throw cause;
    if (gone.has(code) && !isAlive(pid)) throw new GoneError(pid, path, { cause });
    throw new SystemCallError(call, path, code, { cause });
  }
}
