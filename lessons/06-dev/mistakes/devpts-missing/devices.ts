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
  const dev = ownDirectory(`${root}/dev`);
  // What is made here is made in a file system of the container's own, and the image stays as it is.
  mount('tmpfs', dev, 'tmpfs', MS_NOSUID, 'mode=755,size=64k');
  for (const name of nodes) {
    // mknod(2) is refused to root of a user namespace. But a node is a file, and a file can be mounted on another one.
    writeFileSync(`${dev}/${name}`, '');
    mount(`/dev/${name}`, `${dev}/${name}`, null, MS_BIND);
  }
  for (const [name, target] of Object.entries(links)) symlinkSync(target, `${dev}/${name}`);
  for (const name of ['pts', 'shm']) mkdirSync(`${dev}/${name}`);
  mount('shm', `${dev}/shm`, 'tmpfs', QUIET, 'mode=1777,size=64m');
  // As for proc: granted only while another sysfs, the host's, is in view.
  mount('sysfs', ownDirectory(`${root}/sys`), 'sysfs', QUIET | MS_RDONLY);
}

/** Mounts a devpts with no terminals in it. Since Linux 4.7 each mount is a new instance; older kernels want to be asked. */
export function mountTerminals(dir: string): void {
  mount('devpts', dir, 'devpts', MS_NOSUID | MS_NOEXEC, 'newinstance,ptmxmode=0666,mode=0620,gid=5');
}

/** Closes what in /proc and /sys is the machine's and not the container's. Called in the container's root. */
export function closeDoors(): void {
  for (const path of masked.filter((path) => existsSync(path))) {
    if (statSync(path).isDirectory()) mount('tmpfs', path, 'tmpfs', QUIET | MS_RDONLY, 'size=0');
    else mount('/dev/null', path, null, MS_BIND);
  }
  for (const path of readOnly.filter((path) => existsSync(path))) {
    // A bind mount looks at no flag but MS_REC: read-only it becomes with a second call, which also says what else it shall be.
    mount(path, path, null, MS_BIND | MS_REC);
    mount(null, path, null, MS_REMOUNT | MS_BIND | MS_RDONLY | QUIET);
  }
}

/** The path, if a directory is there and not a link: that would be followed from the host's root, which is still ours. */
function ownDirectory(path: string): string {
  if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) throw new Error(`${path}: there is no such directory in the image`);
  return path;
}
