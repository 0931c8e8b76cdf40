/**
 * The system calls that Node has no function for, made through libc by ffi-rs. All are synchronous and act on the
 * calling thread. Each throws SystemCallError naming the call, its arguments and the errno.
 */
import { constants } from 'node:os';
import { DataType, load, open } from 'ffi-rs';
import { SystemCallError } from '../observe/errors.ts';

/** A C argument: an int, a string, a buffer the kernel reads or fills, or NULL. */
type Argument = number | string | Buffer | null;

let opened = false;

/** Flags of mount(2). */
export const Mount = {
  readOnly: 1, noSuid: 2, noDevices: 4, noExec: 8, remount: 32, bind: 4096, recursive: 16384, private: 1 << 18, shared: 1 << 20,
} as const;

/** MNT_DETACH and UMOUNT_NOFOLLOW of umount2(2). */
export const DETACH = 2;
export const NO_FOLLOW = 8;

/** RESOLVE_* of openat2(2). */
export const Resolve = { noMagicLinks: 2, beneath: 8, inRoot: 16 } as const;

/** O_CLOEXEC and O_PATH of open(2); the same numbers on x86-64 and arm64. */
export const O_CLOEXEC = 0o2000000;
export const O_PATH = 0o10000000;

/** Of lseek(2) and fcntl(2). */
const SEEK_DATA = 3;
const SEEK_HOLE = 4;
const F_DUPFD_CLOEXEC = 1030;

/** CLONE_FS of unshare(2): a root, cwd and umask of the thread's own. */
export const CLONE_FS = 0x200;

/** System call numbers where glibc has no function (syscall(2)). */
const numbers = {
  pivot_root: process.arch === 'arm64' ? 41 : 155,
  openat2: 437,
  // Not libc's setfsuid(): the raw call, so that it is certain that only this thread is meant.
  setfsuid: process.arch === 'arm64' ? 151 : 122,
  setfsgid: process.arch === 'arm64' ? 152 : 123,
} as const;

export function setns(descriptor: number, flag: number): void {
  call('setns', [descriptor, flag]);
}

export function unshare(flags: number): void {
  call('unshare', [flags]);
}

export function mount(source: string | null, target: string, type: string | null, flags: number, data: string | null = null): void {
  call('mount', [source, target, type, flags, data]);
}

export function unmount(target: string, flags: number): void {
  call('umount2', [target, flags]);
}

export function pivotRoot(newRoot: string, putOld: string): void {
  call('syscall', [numbers.pivot_root, newRoot, putOld], 'pivot_root');
}

export function changeDirectory(to: number | string): void {
  call(typeof to === 'number' ? 'fchdir' : 'chdir', [to]);
}

export function setHostName(name: string): void {
  call('sethostname', [name, Buffer.byteLength(name)]);
}

/** The new descriptor, or 0 for most requests; see ioctl_list(2). */
export function ioctl(descriptor: number, request: number, argument: number | Buffer): number {
  return call('ioctl', [descriptor, request | 0, argument]);
}

/** Where data begins in a sparse file at or after `from`, and where the next hole does; undefined after the last data. */
export function nextData(descriptor: number, from: number): { start: number; end: number } | undefined {
  const seek = (offset: number, whence: number): number => call('lseek', [descriptor, offset, whence]);
  try {
    const start = seek(from, SEEK_DATA);
    return { start, end: seek(start, SEEK_HOLE) };
  } catch (error) {
    if (error instanceof SystemCallError && error.code === 'ENXIO') return undefined;
    throw error;
  }
}

/** A second descriptor for the same open file, at least `least`, closed on exec. */
export function duplicate(descriptor: number, least = 0): number {
  return call('fcntl', [descriptor, F_DUPFD_CLOEXEC, least]);
}

/** Both ends of a new pipe, closed on exec: [read, write]. */
export function pipe(): [number, number] {
  const ends = Buffer.alloc(8);
  call('pipe2', [ends, O_CLOEXEC]);
  return [ends.readInt32LE(0), ends.readInt32LE(4)];
}

/** Opens `path` below the directory `directory` under the rules of `resolve`; returns a descriptor that is closed on exec. */
export function openat2(directory: number, path: string, how: { flags: number; mode?: number; resolve: number }): number {
  const struct = Buffer.alloc(24); // struct open_how: flags, mode, resolve
  struct.writeBigUInt64LE(BigInt(how.flags | O_CLOEXEC), 0);
  struct.writeBigUInt64LE(BigInt(how.mode ?? 0), 8);
  struct.writeBigUInt64LE(BigInt(how.resolve), 16);
  return call('syscall', [numbers.openat2, directory, path, struct, struct.length], 'openat2');
}

/**
 * Sets the ids that file access is judged by, for this thread. With an id other than 0 the kernel also takes away the
 * capabilities that pass over file permissions, and gives them back with 0; see capabilities(7).
 */
export function setFileIds(uid: number, gid: number): void {
  const to = (number: number, id: number): number => {
    raw('syscall', [number, id]);
    // These calls report no errors; a second one with an impossible id returns what now holds.
    return raw('syscall', [number, -1]).value;
  };
  const gidNow = to(numbers.setfsgid, gid);
  const uidNow = to(numbers.setfsuid, uid);
  if (gidNow !== gid || uidNow !== uid) throw new SystemCallError('setfsuid', `${uid}, gid ${gid}`, 'EPERM');
}

/** Throws where a function that returns an error number itself, as posix_spawn(3) does, returned one. */
export function check(name: string, number: number, argument: string): void {
  if (number !== 0) throw new SystemCallError(name, argument, errnoName(number));
}

/** Calls a function of libc that returns an int, -1 for an error. Throws SystemCallError. */
export function call(name: string, values: readonly Argument[], title = name): number {
  const result = raw(name, values);
  if (result.value >= 0) return result.value;
  const shown = title === name ? values : values.slice(1);
  throw new SystemCallError(title, shown.map(show).join(', '), errnoName(result.errnoCode));
}

function raw(name: string, values: readonly Argument[]): { value: number; errnoCode: number } {
  if (!opened) {
    open({ library: 'wall:c', path: 'libc.so.6' });
    opened = true;
  }
  const result = load({
    library: 'wall:c',
    funcName: name,
    retType: DataType.I32,
    paramsType: values.map(typeOf),
    paramsValue: values.map((value) => value ?? 0),
    errno: true,
  });
  if (typeof result === 'number') throw new TypeError('ffi-rs gave no errno although it was asked to');
  return result;
}

function typeOf(value: Argument): DataType {
  if (value === null) return DataType.U64;
  if (typeof value === 'number') return DataType.I32;
  return typeof value === 'string' ? DataType.String : DataType.U8Array;
}

function show(value: Argument): string {
  if (Buffer.isBuffer(value)) return `${value.length} bytes`;
  return value === null ? 'NULL' : JSON.stringify(value);
}

function errnoName(number: number): string {
  return Object.entries(constants.errno).find(([, value]) => value === number)?.[0] ?? `errno ${number}`;
}
