/** Which calls are steps on the way to a container, and which are a program's everyday business. */
import fs from 'node:fs';
import { cgroupPath } from '../diagnose/doctor/cgroup.ts';
import { readProc } from '../observe/procfile.ts';
import type { TraceStep } from '../wire/trace.ts';
import { isNetlinkChange } from './decode.ts';
import { ioctlNames, prctlNames } from './flags.ts';
import type { Memory } from './memory.ts';

/** Magic numbers of statfs(2): what is written there is said to the kernel. */
const kernelFiles = new Set([0x63677270 /* cgroup2 */, 0x9fa0 /* proc */, 0x62656572 /* sysfs */]);

/** CLONE_NEW* of clone(2), whose lowest byte is a signal; CLONE_NEWTIME is clone3's alone. */
const NEW_NAMESPACES = 0x7e020000;

const WRITING = 3; // O_WRONLY | O_RDWR
const AT_REMOVEDIR = 0x200;

/** A first look at the raw arguments, cheap: false for what is certainly no step. */
export function mayMatter(name: string, args: readonly bigint[], memory: Memory): boolean {
  const number = (index: number): number => Number(BigInt.asIntN(32, args[index] ?? 0n));
  switch (name) {
    case 'recvfrom':
    case 'recvmsg':
      return false;
    case 'clone':
      return (number(0) & NEW_NAMESPACES) !== 0;
    case 'clone3':
      return (Number((memory.bytes(args[0] ?? 0n, 8)?.readBigUInt64LE(0) ?? 0n) & 0xffffffffn) & NEW_NAMESPACES) !== 0;
    case 'fork':
    case 'vfork':
      return false;
    case 'open':
      return (number(1) & WRITING) !== 0;
    case 'openat':
      return (number(2) & WRITING) !== 0;
    case 'unlinkat':
      return (number(2) & AT_REMOVEDIR) !== 0;
    case 'kill':
      return number(1) !== 0;
    case 'prctl':
      return Object.hasOwn(prctlNames, number(0));
    case 'ioctl':
      return Object.hasOwn(ioctlNames, number(1) >>> 0);
    default:
      return true;
  }
}

/** A second look, at the decoded arguments. */
export function matters(tid: number, name: string, args: readonly string[], memory: Memory): boolean {
  switch (name) {
    case 'write':
    case 'pwrite64':
      return isKernelFile(tid, args[0]);
    case 'open':
    case 'openat':
    case 'mkdir':
    case 'mkdirat':
    case 'rmdir':
    case 'unlinkat':
      return cgroupPath({ pid: tid, name, args, result: null }, memory.cwd()) !== undefined;
    case 'sendto':
    case 'sendmsg':
      return isNetlinkChange(args) && isRouteSocket(tid, args[0]);
    default:
      return true;
  }
}

/** Calls that are of interest only where they fail. */
export function onlyFailures(name: string): boolean {
  return name === 'open' || name === 'openat';
}

/** execvp(3) tries one directory of PATH after the other: a miss that a later try makes good is no step. */
export function withoutMisses(steps: readonly TraceStep[]): TraceStep[] {
  const isMiss = ({ name, errno }: TraceStep): boolean => name.startsWith('execve') && ['ENOENT', 'EACCES', 'ENOTDIR'].includes(errno ?? '');
  return steps.filter((step, index) => !isMiss(step) || !steps.slice(index + 1).some((later) => later.process === step.process && later.name === step.name));
}

function isKernelFile(tid: number, descriptor: string | undefined): boolean {
  const number = /^\d+/.exec(descriptor ?? '')?.[0];
  if (number === undefined) return false;
  try {
    return kernelFiles.has(fs.statfsSync(`/proc/${tid}/fd/${number}`).type);
  } catch {
    // Not open, or its owner is gone.
    return false;
  }
}

/** Whether a descriptor is a socket of NETLINK_ROUTE: /proc/PID/net/netlink lists protocol and inode of each. */
function isRouteSocket(tid: number, descriptor: string | undefined): boolean {
  const inode = /^\d+<socket:\[(\d+)\]/.exec(descriptor ?? '')?.[1];
  if (inode === undefined) return false;
  try {
    return readProc(tid, 'net/netlink').split('\n').some((line) => {
      const words = line.trim().split(/\s+/);
      return words[1] === '0' && words.at(-1) === inode;
    });
  } catch {
    return false;
  }
}
