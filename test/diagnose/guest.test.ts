/**
 * The whole way in the private kernel: a command that really fails, followed with strace, stopped at the failure, explained.
 * Everything runs as root of a wall, as the learner's box does.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FailedCall } from '../../sandbox/diagnose/doctor.ts';
import { Guest } from '../agent/guest.ts';
import { inGuest, judgesFiles } from '../observe/guest.ts';

const sh = (script: string): string[] => ['sh', '-c', script];

/** Calls by number, for what no command does wrong: x86-64's. */
const perl = (script: string): string[] => ['perl', '-e', script];

const threaded = `
  const { open, load, DataType } = require('/work/node_modules/ffi-rs');
  open({ library: 'c', path: 'libc.so.6' });
  load({ library: 'c', funcName: 'unshare', retType: DataType.I32, paramsType: [DataType.I32], paramsValue: [0x10000000] });
  process.exit(125);`;

const cases: [title: string, argv: string[], call: string, condition: RegExp][] = [
  ['a user namespace for a process with threads', ['node', '-e', threaded], 'unshare EINVAL', /single thread, and this one has \d+/],
  ['pivot_root on a shared root', sh('mkdir -p /tmp/n; exec unshare -m --propagation unchanged sh -c "mount --bind /tmp/n /tmp/n; mkdir /tmp/n/old; pivot_root /tmp/n /tmp/n/old"'), 'pivot_root EINVAL', /is a shared mount \(shared:\d+/],
  ['pivot_root to a plain directory', sh('mkdir -p /tmp/p/old; exec unshare -m pivot_root /tmp/p /tmp/p/old'), 'pivot_root EINVAL', /new_root \(\/tmp\/p\) is not a mount point/],
  ['pivot_root to a directory of the root mount', sh('exec unshare -m pivot_root /usr /usr/bin'), 'pivot_root (EBUSY|EINVAL)', /new_root \(\/usr\) is not a mount point/],
  ['pivot_root with put_old elsewhere', sh('mkdir /tmp/o; exec unshare -m sh -c "mount -t tmpfs x /mnt; pivot_root /mnt /tmp/o"'), 'pivot_root EINVAL', /put_old \(\/tmp\/o\) is not below new_root \(\/mnt\)/],
  ['pivot_root with no put_old', sh('exec unshare -m sh -c "mount -t tmpfs x /mnt; pivot_root /mnt /mnt/old"'), 'pivot_root ENOENT', /There is no \/mnt\/old/],
  ['proc of a pid namespace that is not one\'s own', sh('exec unshare -Urm mount -t proc proc /proc'), 'mount EPERM', /proc shows a namespace.*PID namespace/],
  ['proc while the one in view is masked', sh('exec unshare -m sh -c "mount --bind /dev/null /proc/version; exec unshare -Urpfm mount -t proc proc /proc"'), 'mount EPERM', /partly covered \(\/proc\/version\)/],
  ['a host name without a namespace for it', sh('exec unshare -Ur hostname x'), 'sethostname EPERM', /UTS namespace.*belongs to another user namespace/],
  ['a device node', sh('exec mknod /tmp/null c 1 3'), 'mknodat EPERM', /\/tmp\/null would be a device node/],
  ['a mount that carries another', sh('exec unshare -m sh -c "mount -t tmpfs x /mnt; mkdir /mnt/a; mount -t tmpfs y /mnt/a; umount /mnt"'), 'umount2 EBUSY', /\/mnt carries other mounts: \/mnt\/a/],
  ['unmounting what is no mount', sh('exec umount /etc'), 'umount2 EINVAL', /\/etc is not a mount point/],
  ['a script without its interpreter', sh('printf "#!/no/such\\n" > /tmp/s; chmod +x /tmp/s; exec /tmp/s'), 'execve ENOENT', /\/tmp\/s is there; its interpreter \/no\/such/],
  ['a program on a noexec mount', sh('exec unshare -m sh -c "mount -t tmpfs -o noexec x /mnt; cp /bin/true /mnt/t; exec /mnt/t"'), 'execve EACCES', /\/mnt, which is mounted noexec/],
  ['a file that is no program', perl('open F, ">/tmp/f"; print F "x"; close F; chmod 0755, "/tmp/f"; my @n = ("/tmp/f", pack("x8"), pack("x8")); syscall(59, @n)'), 'execve ENOEXEC', /neither "#!" nor an ELF/],
  ['a chroot to nowhere', perl('my $p = "/tmp/no/where"; syscall(161, $p)'), 'chroot ENOENT', /There is no \/tmp\/no, which is on the way/],
  ['a number for a path', perl('syscall(161, 5)'), 'chroot EFAULT', /Argument 1 \(0x5\) is an address/],
  ['setns to a file', perl('open F, "/etc/passwd"; syscall(308, fileno(F), 0)'), 'setns EINVAL', /\/etc\/passwd, which is no namespace/],
  ['a type that does not exist', sh('exec unshare -m mount -t tmpsf x /mnt'), 'mount ENODEV', /no file system type "tmpsf": \/proc\/filesystems/],
  ['a remount that forgets the locked options', ['unshare', '-m', 'sh', '-c', 'mount -t tmpfs -o nosuid,nodev x /mnt; exec unshare -Urm perl -e "$0"', 'my ($t, $n) = ("/mnt", ""); syscall(165, $n, $t, $n, 32 | 4096 | 1, 0)'], 'mount EPERM', /\/mnt is mounted nosuid,nodev.*MS_NOSUID\|MS_NODEV/],
  ['a bind mount that leaves the rest behind', sh('exec unshare -Urm mount --bind / /mnt'), 'mount EINVAL', /^\/ carries other mounts/],
  ['an overlay with its work on another mount', sh('exec unshare -m sh -c "mount -t tmpfs x /mnt; mkdir -p /tmp/l /tmp/u /mnt/w; mount -t overlay o -o lowerdir=/tmp/l,upperdir=/tmp/u,workdir=/mnt/w,userxattr /mnt/w"'), 'mount EINVAL', /upperdir lies on the mount .*, workdir on \/mnt/],
  ['a child after process 1 has gone', sh('exec unshare -p sh -c "/bin/true; /bin/true"'), 'fork ENOMEM', /first process of the pid namespace.*has ended/],
  ['controllers where processes are', sh('cd /sys/fs/cgroup; echo +memory > cgroup.subtree_control; mkdir a; echo 0 > a/cgroup.procs; echo +memory > a/cgroup.subtree_control; sleep 0.3'), 'write EBUSY', /a has \d process(es)? of its own/],
  ['a limit without its controller', sh('cd /sys/fs/cgroup; mkdir b; echo 5 > b/pids.max; sleep 0.3'), 'openat EACCES', /pids controller is not at work in .*\/b: .* does not hand it on/],
  ['removing a cgroup in use', sh('cd /sys/fs/cgroup; mkdir c; sh -c "echo 0 > c/cgroup.procs; exec rmdir c"'), 'rmdir EBUSY', /c still holds processes/],
];

let guest: Guest;
let found: { title: string; calls: FailedCall[]; ms: number }[];

beforeAll(async () => {
  guest = await Guest.boot();
  found = await inGuest(guest, `
    import { spawn } from 'node:child_process';
    import { once } from 'node:events';
    import { autopsy } from './sandbox/diagnose/autopsy.ts';
    const cases = ${JSON.stringify(cases.map(([title, argv]) => ({ title, argv })))};
    const start = (argv) => {
      const child = spawn(argv[0], argv.slice(1), { stdio: 'ignore' });
      const ended = once(child, 'exit').then(([code, signal]) => ({ code, signal }));
      return { pid: Promise.resolve(child.pid), ended, kill: async () => { child.kill('SIGKILL'); await ended; } };
    };
    export default async () => {
      const results = [];
      for (const { title, argv } of cases) {
        const began = performance.now();
        results.push({ title, calls: await autopsy({ argv, start, timeLimit: 20_000 }), ms: performance.now() - began });
      }
      return results;
    };`, judgesFiles('observe', 'diagnose'), 200_000) as typeof found;
}, 480_000);

afterAll(async () => {
  await guest?.[Symbol.asyncDispose]();
});

describe('the autopsy of', () => {
  test.each(cases)('%s', (title, _, call, condition) => {
    const calls = found.find((one) => one.title === title)?.calls ?? [];
    const first = calls[0];
    expect(calls.map(({ name, errno }) => `${name} ${errno}`)[0], JSON.stringify(calls)).toMatch(new RegExp(call.replace('fork', '(v?fork|clone3?)').replace('openat EACCES', 'openat (EACCES|ENOENT)')));
    expect(first?.condition).toMatch(condition);
    expect(first?.certain).toBe(true);
  });
});

test('none takes longer than a person waits', () => {
  for (const { title, ms } of found) expect(ms, title).toBeLessThan(15_000);
});
