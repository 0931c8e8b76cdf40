/** What a container gets of the machine: a /dev of its own, a /sys to look at, and a /proc with some doors closed. */
import { existsSync, lstatSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { mount, MS_BIND, MS_NODEV, MS_NOEXEC, MS_NOSUID, MS_RDONLY, MS_REC, MS_REMOUNT } from './libc.ts';

/** Devices that give away nothing of the machine. */
const nodes = ['null', 'zero', 'full', 'random', 'urandom', 'tty'];

/** Names that programs expect in /dev, and where they lead. */
const links = { fd: '/proc/self/fd', stdin: '/proc/self/fd/0', stdout: '/proc/self/fd/1', stderr: '/proc/self/fd/2', ptmx: 'pts/ptmx' };

/** Kernel files that tell too much about the machine, where this kernel has them. */
const masked = [
  '/proc/acpi', '/proc/kcore', '/proc/keys', '/proc/latency_stats', '/proc/sched_debug', '/proc/scsi', '/proc/timer_list', '/sys/firmware',
];

/** Kernel files that may be read but change the machine when written to. */
const readOnly = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'];

const QUIET = MS_NOSUID | MS_NODEV | MS_NOEXEC;

/** Lays a fresh /dev and /sys in the root file system `root`. Called while the host's own are still in view. */
export function layDevices(root: string): void {
  // TODO(you): a tmpfs on /dev, and in it the nodes, the links, the directories pts and shm, each with its own file system.
  // Then /sys, to be looked at only. `ownDirectory` finds the places. Nothing of it may end up in the image.
}

/** Mounts a devpts with no terminals in it. */
export function mountTerminals(dir: string): void {
  // TODO(you): an instance of the container's own, in which everybody may ask for a terminal: mount(8), "devpts".
}

/** Closes what in /proc and /sys is the machine's and not the container's. Called in the container's root. */
export function closeDoors(): void {
  // TODO(you): what is `masked` can be seen no more, and what is `readOnly` can be read only. Not every kernel has all of them.
}

/** The path, if a directory is there and not a link: that would be followed from the host's root, which is still ours. */
function ownDirectory(path: string): string {
  if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) throw new Error(`${path}: there is no such directory in the image`);
  return path;
}
