/** The C library, called directly. A call that fails throws, with everything needed to find out why. */
import { getSystemErrorName } from 'node:util';
import { DataType, load, open } from 'ffi-rs';

open({ library: 'libc', path: 'libc.so.6' });

// From <linux/sched.h>: the namespaces that unshare(2), clone(2) and setns(2) deal in.
export const CLONE_NEWUTS = 0x04000000;
export const CLONE_NEWIPC = 0x08000000;
export const CLONE_NEWNS = 0x00020000;
export const CLONE_NEWPID = 0x20000000;
export const CLONE_NEWCGROUP = 0x02000000;
export const CLONE_NEWNET = 0x40000000;

// From <linux/mount.h>: flags of mount(2).
export const MS_NOSUID = 0x2;
export const MS_NODEV = 0x4;
export const MS_NOEXEC = 0x8;
export const MS_BIND = 0x1000;
export const MS_REC = 0x4000;
export const MS_UNBINDABLE = 0x20000;
export const MS_PRIVATE = 0x40000;
export const MS_SLAVE = 0x80000;
export const MS_SHARED = 0x100000;

// From <sys/mount.h>: a flag of umount2(2).
export const MNT_DETACH = 2;

// From <linux/mount.h> again: to make a mount read-only that is there.
export const MS_RDONLY = 0x1;
export const MS_REMOUNT = 0x20;

// For unshare(2): root, working directory and umask.
export const CLONE_FS = 0x200;

// For setns(2): the namespaces that a process can join one by one. (It is born into its pid namespace, and stays there.)
export const CLONE_JOINED = CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWCGROUP;

// From <asm-generic/ioctls.h>: requests of ioctl(2) to a terminal; ioctl_tty(2) has them all.
export const TIOCSCTTY = 0x540e;
export const TIOCGWINSZ = 0x5413;
export const TIOCSWINSZ = 0x5414;
export const TIOCGPTPEER = 0x5441;
export const TIOCGPTN = 0x80045430;

// From <sys/wait.h>: an option of waitpid(2).
export const WNOHANG = 1;

// From <sys/prctl.h>: prctl(2).
export const PR_SET_PDEATHSIG = 1;

// From <sys/file.h>: the operations of flock(2): share, do not share, and fail (EAGAIN) instead of waiting.
export const LOCK_SH = 1;
export const LOCK_EX = 2;
export const LOCK_NB = 4;

/** What can be handed to C: an integer or a flag word, a string, bytes, or NULL. */
export type Argument = number | string | Buffer | null;

/** A call that the kernel refused. */
export class SyscallError extends Error {
  override name = 'SyscallError';
  /** As strace would print it: `sethostname("box", 3)`. */
  readonly call: string;
  /** The errno by name: `EINVAL`. */
  readonly code: string;

  constructor(call: string, errno: number) {
    const code = getSystemErrorName(-errno);
    super(`${call}: ${code}`);
    this.call = call;
    this.code = code;
  }
}

/** Calls a function of the C library that returns an int. Throws SyscallError where it returns -1. */
export function call(name: string, ...args: Argument[]): number {
  const { value, errnoCode } = load({
    library: 'libc',
    funcName: name,
    retType: DataType.I32,
    paramsType: args.map(typeOf),
    paramsValue: args.map((arg) => arg ?? 0),
    // errno is one variable per thread, and the next call of anybody's overwrites it: ffi-rs has to read it at once.
    errno: true as const,
  });
  if (value === -1) throw new SyscallError(`${name}(${args.map(show).join(', ')})`, errnoCode);
  return value;
}

/** Moves the calling thread, and only that, into new namespaces: unshare(2). */
export function unshare(flags: number): void {
  call('unshare', flags);
}

/** Sets the host name of the UTS namespace that this thread is in: sethostname(2). */
export function sethostname(name: string): void {
  // The kernel counts bytes, and JavaScript's length does not.
  call('sethostname', name, Buffer.byteLength(name));
}

/** Mounts a file system, or changes a mount that is there: mount(2). What the kernel ignores for some flags may be null. */
export function mount(source: string | null, target: string, type: string | null, flags: number, data: string | null = null): void {
  call('mount', source, target, type, flags, data);
}

/** Takes a mount away: umount2(2). With MNT_DETACH also one that is in use, and all that is mounted below it. */
export function umount(target: string, flags = 0): void {
  call('umount2', target, flags);
}

/** Makes the mount at `newRoot` the root of this mount namespace and puts the old root mount at `putOld`: pivot_root(2). */
export function pivotRoot(newRoot: string, putOld: string): void {
  // No header declares it, but glibc and musl both have it.
  call('pivot_root', newRoot, putOld);
}

/**
 * Moves the calling thread into the namespace behind an open file, or into these namespaces of the process behind a pidfd, all of
 * them or none: setns(2). A pid namespace gets its children only.
 */
export function setns(descriptor: number, namespaces = 0): void {
  // For a file, this could say which kind it has to be. 0 is any.
  call('setns', descriptor, namespaces);
}

/** An extended attribute of a file, of a link itself where it is one; null where it has none of this name: lgetxattr(2). */
export function lgetxattr(path: string, name: string): string | null {
  const value = Buffer.alloc(256);
  try {
    return value.toString('utf8', 0, call('lgetxattr', path, name, value, value.length));
  } catch (error) {
    // The file does not have it, or its file system knows nothing of the kind.
    if (error instanceof SyscallError && (error.code === 'ENODATA' || error.code === 'ENOTSUP')) return null;
    throw error;
  }
}

/** One of our children that has ended, whichever, and how, in the words of wait(2); undefined where none has: waitpid(2). */
export function waitAny(): { pid: number; status: number } | undefined {
  const status = Buffer.alloc(4);
  try {
    const pid = call('waitpid', -1, status, WNOHANG);
    return pid === 0 ? undefined : { pid, status: status.readInt32LE() };
  } catch {
    return undefined; // ECHILD, the only way for it to fail: there are no children at all.
  }
}

/** How ffi-rs is to pass a value. A NULL is a zero in the register that would hold the pointer. */
function typeOf(arg: Argument): DataType {
  if (typeof arg === 'string') return DataType.String;
  if (typeof arg === 'number') return DataType.I64;
  return arg === null ? DataType.U64 : DataType.U8Array;
}

/** An argument as strace prints it. */
function show(arg: Argument): string {
  if (Buffer.isBuffer(arg)) return `<${arg.length} bytes>`;
  if (typeof arg === 'number') return arg > 0xffff ? `0x${arg.toString(16)}` : String(arg);
  return arg === null ? 'NULL' : JSON.stringify(arg);
}
