/** The errno doctor on facts made by hand: every condition it knows, as the kernel would meet it. */
import { describe, expect, test } from 'vitest';
import { describeCall, explain } from '../../sandbox/diagnose/doctor.ts';
import type { CallFacts } from '../../sandbox/diagnose/doctor/facts.ts';
import { call, facts, firstNamespace, missing, mounts, status, there } from './facts.ts';

type Case = [line: string, facts: CallFacts, condition: RegExp, certain?: boolean];

const failed = (text: string, errno: string): string => `${text} = -1 ${errno} (words)`;
const unprivileged = { status: status({ Uid: '100005 100005 100005 100005', CapEff: '0' }) };
const threads = { status: status({ Threads: '11' }) };
const elsewhere = { owners: { mnt: 4, uts: 4, pid: 4, net: 4, cgroup: 4 } };

function cases(title: string, table: Case[]): void {
  describe(title, () => {
    test.each(table.map(([line, known, condition, certain]) => [line, condition.source, known, certain ?? true] as const))('%s: %s', (line, condition, known, certain) => {
      const found = explain(call(line), known);
      expect(found.condition).toMatch(new RegExp(condition));
      expect(found.condition).toMatch(/[.)]$/);
      expect(found.advice).toMatch(/[.?)]$/);
      expect(found.certain).toBe(certain);
      expect(found.errno).toBe(call(line).errno);
    });
  });
}

cases('unshare', [
  [failed('unshare(CLONE_NEWUSER|CLONE_NEWNS)', 'EINVAL'), facts(threads), /single thread, and this one has 11/],
  [failed('unshare(CLONE_NEWTIME)', 'EINVAL'), facts(), /no time namespaces/],
  [failed('unshare(CLONE_NEWNS|0x1000000 /* CLONE_??? */)', 'EINVAL'), facts(), /0x1000000/],
  [failed('unshare(CLONE_NEWUTS|CLONE_NEWNS)', 'EPERM'), facts(unprivileged), /CLONE_NEWUTS, CLONE_NEWNS takes CAP_SYS_ADMIN.*user 5/],
  [failed('unshare(CLONE_NEWUSER)', 'EPERM'), facts({ root: '/srv/jail' }), /root directory is \/srv\/jail.*chroot/],
  [failed('unshare(CLONE_NEWUSER)', 'EPERM'), facts({ uidMap: [] }), /not mapped/],
  [failed('unshare(CLONE_NEWUSER)', 'EPERM'), facts(), /does not let the caller/, false],
  [failed('unshare(CLONE_NEWNET)', 'ENOSPC'), facts({}, { limits: { namespaces: { net: 0 } } }), /max_net_namespaces is 0/],
  [failed('unshare(CLONE_NEWPID)', 'ENOSPC'), facts({}, { limits: { namespaces: { pid: 99 } } }), /limit on pid namespaces/, false],
]);

cases('clone and its kin', [
  [failed('clone(child_stack=0x7f, flags=CLONE_VM|CLONE_THREAD|CLONE_SIGHAND)', 'EINVAL'), facts({ pidForChildren: null }), /new thread must be in the same pid namespace/],
  [failed('clone3({flags=CLONE_VM|CLONE_THREAD, exit_signal=0}, 88)', 'EINVAL'), facts({ pidForChildren: 99 }), /new thread must be/],
  [failed('vfork()', 'ENOMEM'), facts({ pidForChildren: 99 }), /first process of the pid namespace.*has ended/],
  [failed('fork()', 'ENOMEM'), { paths: {}, earlier: [call('unshare(CLONE_NEWNS|CLONE_NEWPID) = 0')] }, /first process of the pid namespace/],
  [failed('fork()', 'EAGAIN'), facts({}, { limits: { pids: [{ directory: '/sys/fs/cgroup/w', max: 5, current: 5 }] } }), /\/sys\/fs\/cgroup\/w holds 5.*pids.max is 5/],
  [failed('clone(child_stack=NULL, flags=CLONE_NEWPID|SIGCHLD)', 'EPERM'), facts(unprivileged), /CLONE_NEWPID takes CAP_SYS_ADMIN/],
]);

cases('setns', [
  [failed('setns(7, CLONE_NEWUTS)', 'EBADF'), facts(), /Descriptor 7 is not open/],
  [failed('setns(7</etc/passwd>, CLONE_NEWUTS)', 'EINVAL'), facts(), /\/etc\/passwd, which is no namespace/],
  [failed('setns(7<uts:[8]>, CLONE_NEWNET)', 'EINVAL'), facts(), /is a uts namespace, and CLONE_NEWNET/],
  [failed('setns(7<user:[8]>, CLONE_NEWUSER)', 'EINVAL'), facts(threads), /single thread/],
  [failed('setns(7<user:[8]>, 0)', 'EINVAL'), facts(), /in that user namespace already/, false],
  [failed('setns(7<mnt:[8]>, CLONE_NEWNS)', 'EINVAL'), facts(threads), /11 threads.*CLONE_FS/],
  [failed('setns(7<pid:[8]>, CLONE_NEWPID)', 'EINVAL'), facts(), /downwards/, false],
  [failed('setns(7<uts:[8]>, CLONE_NEWUTS)', 'EPERM'), facts(unprivileged), /does not have CAP_SYS_ADMIN/],
  [failed('setns(7<uts:[8]>, CLONE_NEWUTS)', 'EPERM'), facts(), /owns the target uts namespace/, false],
]);

cases('sethostname', [
  [failed('sethostname("x", 1)', 'EPERM'), facts(elsewhere), /UTS namespace.*user:\[4\].*user:\[5\]/],
  [failed('sethostname("x", 1)', 'EPERM'), facts(unprivileged), /user 5.*does not have CAP_SYS_ADMIN/],
  [failed('sethostname("x", 65)', 'EINVAL'), facts(), /65 bytes long; 64/],
  [failed('sethostname("x", 4294967295)', 'EINVAL'), facts(), /length, is -1/],
  [failed('setdomainname(0x7ffd, 4)', 'EFAULT'), facts(), /Argument 1 \(0x7ffd\) is an address/],
]);

const newRoot = { '/new': there('/new', 30), '/new/old': there('/new/old', 30) };
cases('pivot_root', [
  [failed('pivot_root("/new", "/new/old")', 'EINVAL'), facts({ mounts: mounts('20 1 / rw shared:1', '30 20 /new') }, { paths: newRoot }), /^\/ is a shared mount \(shared:1\), and new_root \(\/new\) is mounted on it/],
  [failed('pivot_root("/new", "/new/old")', 'EINVAL'), facts({ mounts: mounts('20 1 /', '30 20 /new rw shared:4') }, { paths: newRoot }), /^\/new is a shared mount \(shared:4\), and put_old/],
  [failed('pivot_root("/new", "/new/old")', 'EINVAL'), facts({ mounts: mounts('19 1 /', '20 19 / rw', '30 20 /new').map((mount, at) => (at === 0 ? { ...mount, mountPoint: '/above', propagation: { kind: 'shared', shared: 9 } } : mount)) }, { paths: newRoot }), /shared:9.*the current root is mounted on it/],
  [failed('pivot_root("/new", "/new/old")', 'EINVAL'), facts({ root: '/srv', mounts: mounts('30 20 /new') }, { paths: { '/new': there('/srv/new', 30), '/new/old': there('/srv/new/old', 30) } }), /\(\/srv\) is not a mount point: chroot/],
  [failed('pivot_root("/new", "/new/old")', 'EINVAL'), facts({ mounts: mounts('1 1 / rw - rootfs', '30 1 /new') }, { paths: newRoot }), /initial ramdisk/],
  [failed('pivot_root("/new/dir", "/new/dir/old")', 'EINVAL'), facts({ mounts: mounts('20 1 /', '30 20 /new') }, { paths: { '/new/dir': there('/new/dir', 30), '/new/dir/old': there('/new/dir/old', 30) } }), /new_root \(\/new\/dir\) is not a mount point.*mount \/new/],
  [failed('pivot_root("/new", "/other/old")', 'EINVAL'), facts({ mounts: mounts('20 1 /', '30 20 /new', '31 20 /other') }, { paths: { '/new': there('/new', 30), '/other/old': there('/other/old', 31) } }), /put_old \(\/other\/old\) is not below new_root \(\/new\)/],
  [failed('pivot_root("/new", "/new/old")', 'EINVAL'), facts({ mounts: mounts('20 1 /', '30 20 /new') }, { paths: newRoot }), /locked/, false],
  [failed('pivot_root("/new", "/new/old")', 'EINVAL'), facts({ mounts: mounts('20 1 /') }, { paths: newRoot }), /outside of the caller's mount namespace/, false],
  [failed('pivot_root("/new", "/new/old")', 'EBUSY'), facts({}, { paths: { '/new': there('/new', 20), '/new/old': there('/new/old', 20) } }), /new_root \(\/new\) is not a mount point.*current root mount/],
  [failed('pivot_root(".", ".")', 'EBUSY'), facts({}, { paths: { '.': there('/', 20) } }), /new_root \(\.\) is the current root itself/],
  [failed('pivot_root("/new", "/old")', 'EBUSY'), facts({ mounts: mounts('20 1 /', '30 20 /new') }, { paths: { '/new': there('/new', 30), '/old': there('/old', 20) } }), /put_old \(\/old\) lies on the current root mount/],
  [failed('pivot_root("/new", "/new/old")', 'ENOENT'), facts({}, { paths: { '/new': there('/new', 20), '/new/old': missing('/new/old') } }), /There is no \/new\/old\./],
  [failed('pivot_root("/new", "/new/old")', 'ENOTDIR'), facts({}, { paths: { '/new': there('/new', 20, { kind: 'file' }), '/new/old': { file: null, notDirectory: '/new' } } }), /\/new is no directory \(file\)/],
  [failed('pivot_root("/new", "/new/old")', 'EPERM'), facts(elsewhere, { paths: newRoot }), /mount namespace/],
]);

cases('mount: whatever it is asked to do', [
  [failed('mount("none", "/x", "tmpfs", 0, NULL)', 'EPERM'), facts(elsewhere), /mount namespace.*belongs to another/],
  [failed('mount("none", "/x", "tmpfs", 0, NULL)', 'EPERM'), facts(unprivileged), /does not have CAP_SYS_ADMIN/],
  [failed('mount("none", "/x/y", "tmpfs", 0, NULL)', 'ENOENT'), facts({}, { paths: { '/x/y': missing('/x') } }), /There is no \/x, which is on the way to \/x\/y/],
  [failed('mount("none", "/x", "tmpfs", 0, NULL)', 'ENOSPC'), facts({}, { limits: { mounts: 100 } }), /100 mounts.*; 1 are visible/, false],
  [failed('mount(0x7f001, "/x", "tmpfs", 0, NULL)', 'EFAULT'), facts(), /Argument 1/],
]);

cases('mount: propagation', [
  [failed('mount("none", "/dir", NULL, MS_REC|MS_PRIVATE, NULL)', 'EINVAL'), facts({}, { paths: { '/dir': there('/dir', 20) } }), /^\/dir is not a mount point/],
  [failed('mount("none", "/", NULL, MS_REC|MS_PRIVATE, NULL)', 'EINVAL'), facts({ root: '/srv', mounts: mounts('30 20 /x') }, { paths: { '/': there('/srv', 30) } }), /^\/ is no mount point for this caller: .*chroot\(2\) to \/srv/],
  [failed('mount("none", "/", NULL, MS_PRIVATE|MS_SLAVE, NULL)', 'EINVAL'), facts(), /MS_PRIVATE\|MS_SLAVE: a mount has one/],
  [failed('mount("none", "/", NULL, MS_NOSUID|MS_PRIVATE, NULL)', 'EINVAL'), facts(), /MS_NOSUID cannot be combined with MS_PRIVATE/],
]);

const nosuid = mounts('20 1 /', '30 20 /x rw,nosuid,nodev');
cases('mount: remount', [
  [failed('mount(NULL, "/x", NULL, MS_REMOUNT|MS_BIND|MS_RDONLY, NULL)', 'EPERM'), facts({ mounts: nosuid }, { paths: { '/x': there('/x', 30) } }), /\/x is mounted nosuid,nodev, and the call leaves MS_NOSUID\|MS_NODEV out/],
  [failed('mount(NULL, "/x", NULL, MS_RDONLY|MS_NOSUID|MS_NODEV|MS_REMOUNT, NULL)', 'EPERM'), facts({ mounts: nosuid }, { paths: { '/x': there('/x', 30) } }), /Without MS_BIND a remount changes the file system itself/],
  [failed('mount(NULL, "/x/y", NULL, MS_REMOUNT|MS_BIND, NULL)', 'EINVAL'), facts({ mounts: nosuid }, { paths: { '/x/y': there('/x/y', 30) } }), /\/x\/y is not a mount point/],
  [failed('mount(NULL, "/x", NULL, MS_REMOUNT|MS_RDONLY, NULL)', 'EBUSY'), facts({ mounts: nosuid }, { paths: { '/x': there('/x', 30) } }), /open for writing/, false],
]);

cases('mount: bind and move', [
  [failed('mount("/a", "/b", NULL, MS_BIND, NULL)', 'ENOENT'), facts({}, { paths: { '/a': missing('/a'), '/b': there('/b', 20) } }), /There is no \/a\./],
  [failed('mount("/a", "/b", NULL, MS_BIND, NULL)', 'ENOTDIR'), facts({}, { paths: { '/a': there('/a', 20), '/b': there('/b', 20, { kind: 'file' }) } }), /\/a is a directory, and \/b is a file/],
  [failed('mount("/", "/b", NULL, MS_BIND, NULL)', 'EINVAL'), facts({ mounts: mounts('20 1 /', '21 20 /proc', '22 20 /dev') }, { paths: { '/': there('/', 20), '/b': there('/b', 20) } }), /\/ carries other mounts \(\/proc and 1 more\)/],
  [failed('mount("/a", "/b", NULL, MS_BIND, NULL)', 'EINVAL'), facts({ mounts: mounts('20 1 / rw unbindable') }, { paths: { '/a': there('/a', 20), '/b': there('/b', 20) } }), /unbindable/],
  [failed('mount("/a", "/b", NULL, MS_MOVE, NULL)', 'EINVAL'), facts({}, { paths: { '/a': there('/a', 20), '/b': there('/b', 20) } }), /\/a is not a mount point/],
  [failed('mount("/a", "/b", NULL, MS_MOVE, NULL)', 'EINVAL'), facts({ mounts: mounts('20 1 / rw shared:1', '30 20 /a') }, { paths: { '/a': there('/a', 30), '/b': there('/b', 20) } }), /\/a is mounted on \/, a shared mount/],
  [failed('mount("/a", "/a/b", NULL, MS_MOVE, NULL)', 'ELOOP'), facts({}, { paths: { '/a': there('/a', 20), '/a/b': there('/a/b', 20) } }), /\/a\/b lies below \/a/],
]);

const target = { '/proc': there('/proc', 20), '/x': there('/x', 20) };
cases('mount: a new file system', [
  [failed('mount("proc", "/proc", "proc", 0, NULL)', 'EPERM'), facts({ owners: { mnt: 5, pid: 4 } }, { paths: target }), /proc shows a namespace.*PID namespace/],
  [failed('mount("proc", "/proc", "proc", 0, NULL)', 'EPERM'), facts({}, { paths: target }), /No proc is to be seen/],
  [failed('mount("proc", "/proc", "proc", 0, NULL)', 'EPERM'), facts({ mounts: mounts('20 1 /', '21 20 /proc rw - proc', '22 21 /proc/kcore', '23 21 /proc/sys/fs/binfmt_misc') }, { paths: target }), /partly covered \(\/proc\/kcore\)/],
  [failed('mount("sysfs", "/x", "sysfs", 0, NULL)', 'EPERM'), facts({ owners: { mnt: 5, net: 4 } }, { paths: target }), /sysfs shows a namespace.*network namespace/],
  [failed('mount("/dev/vda", "/x", "ext4", 0, NULL)', 'EPERM'), facts({}, { paths: target }), /may not mount ext4/],
  [failed('mount("x", "/x", "tmpsf", 0, NULL)', 'ENODEV'), facts({}, { paths: target, filesystems: ['tmpfs'] }), /no file system type "tmpsf": \/proc\/filesystems does not list it/],
  [failed('mount("x", "/x", "tmpfs", 0, "mode=x")', 'EINVAL'), facts({}, { paths: target }), /tmpfs does not accept the options "mode=x"/, false],
  [failed('mount("x", "/x", "ext4", 0, NULL)', 'ENOTBLK'), facts({}, { paths: target }), /x is no block device/],
  [failed('mount("/a", "/x", NULL, 0, NULL)', 'EINVAL'), facts({}, { paths: target }), /No type is given/],
]);

const overlay = (data: string): string => failed(`mount("overlay", "/x", "overlay", 0, "${data}")`, 'EINVAL');
const layers = { ...target, '/l': there('/l', 20), '/u': there('/u', 20), '/w': there('/w', 30) };
cases('mount: overlay', [
  [overlay('lowerdir=/l,upperdir=/u,workdir=/w'), facts({ mounts: mounts('20 1 /', '30 20 /w') }, { paths: layers }), /upperdir lies on the mount \/, workdir on \/w/],
  [failed('mount("overlay", "/x", "overlay", 0, "lowerdir=/l:/none,upperdir=/u,workdir=/w")', 'ENOENT'), facts({}, { paths: { ...layers, '/none': missing('/none') } }), /There is no \/none; the options name it/],
  [failed('mount("overlay", "/x", "overlay", 0, "lowerdir=/l,upperdir=/l/u,workdir=/w")', 'ELOOP'), facts({}, { paths: layers }), /^\/l\/u lies in \/l, which is a lower layer/],
  [overlay('upperdir=/u,workdir=/w'), facts({}, { paths: layers }), /name no lowerdir/],
  [overlay('lowerdir=/l'), facts({}, { paths: layers }), /^One lower layer and no upperdir/],
  [overlay('lowerdir=/l,upperdir=/u'), facts({}, { paths: layers }), /no workdir/],
  [overlay('lowerdir=/l,upperdir=/u,workdir=/u/w'), facts({}, { paths: { ...layers, '/u/w': there('/u/w', 20) } }), /within each other/],
  [overlay('lowerdir=/l,upperdir=/u,workdir=/w'), facts({ mounts: mounts('20 1 / rw - overlay') }, { paths: { ...layers, '/w': there('/w', 20) } }), /upperdir lies on \/, which is an overlay/],
  [overlay('lowerdir=/l,upperdir=/u,workdir=/w'), facts({}, { paths: { ...layers, '/w': there('/w', 20) } }), /trusted\.\* attributes/, false],
]);

cases('umount2', [
  [failed('umount2("/x", 0)', 'EINVAL'), facts({}, { paths: { '/x': there('/x', 20) } }), /\/x is not a mount point, but a directory on the mount \//],
  [failed('umount2("/x", MNT_EXPIRE|MNT_DETACH)', 'EINVAL'), facts({ mounts: mounts('20 1 /', '30 20 /x') }, { paths: { '/x': there('/x', 30) } }), /MNT_EXPIRE goes with neither/],
  [failed('umount2("/x", 0)', 'EINVAL'), facts({ mounts: mounts('20 1 /', '30 20 /x') }, { paths: { '/x': there('/x', 30) } }), /more privileged/, false],
  [failed('umount2("/x", 0)', 'EBUSY'), facts({ mounts: mounts('20 1 /', '30 20 /x', '31 30 /x/y') }, { paths: { '/x': there('/x', 30) } }), /carries other mounts: \/x\/y/],
  [failed('umount2("/x", 0)', 'EBUSY'), facts({ cwd: '/x/deep', mounts: mounts('20 1 /', '30 20 /x') }, { paths: { '/x': there('/x', 30) } }), /current directory is \/x\/deep/],
  [failed('umount2("/x", 0)', 'EBUSY'), facts({ fds: { 9: '/x/log' }, mounts: mounts('20 1 /', '30 20 /x') }, { paths: { '/x': there('/x', 30) } }), /descriptor 9, \/x\/log/],
  [failed('umount2("/x", 0)', 'EBUSY'), facts({ mounts: mounts('20 1 /', '30 20 /x') }, { paths: { '/x': there('/x', 30) } }), /Some process uses/, false],
  [failed('umount2("/x", 0)', 'EPERM'), facts(elsewhere, { paths: {} }), /mount namespace/],
  [failed('umount2("/x", 0)', 'ENOENT'), facts({}, { paths: { '/x': missing('/x') } }), /There is no \/x/],
]);

cases('chroot and mknod', [
  [failed('chroot("/x")', 'EPERM'), facts(unprivileged), /CAP_SYS_CHROOT/],
  [failed('chroot("x")', 'ENOENT'), facts({}, { paths: { x: missing('x') } }), /There is no x\./],
  [failed('chroot("/x")', 'ENOTDIR'), facts({}, { paths: { '/x': there('/x', 20, { kind: 'file' }) } }), /\/x is no directory \(file\)/],
  [failed('chroot("/x")', 'EACCES'), facts(), /^EACCES, that is: /, false],
  [failed('mknodat(AT_FDCWD</>, "/dev/null", S_IFCHR|0666, makedev(0x1, 0x3))', 'EPERM'), facts(), /\/dev\/null would be a device node.*child user namespace/],
  [failed('mknod("/dev/null", S_IFCHR|0666, makedev(0x1, 0x3))', 'EPERM'), facts({ ...unprivileged, uidMap: firstNamespace }), /CAP_MKNOD/],
  [failed('mknod("/dev/null", S_IFCHR|0666, makedev(0x1, 0x3))', 'EEXIST'), facts({}, { paths: { '/dev/null': there('/dev/null', 20, { kind: 'file' }) } }), /there already \(file\)/],
  [failed('mknod("/d/null", S_IFCHR|0666, makedev(0x1, 0x3))', 'ENOENT'), facts({}, { paths: { '/d/null': missing('/d') } }), /There is no \/d, /],
]);

const file = (more = {}): ReturnType<typeof there> => there('/b', 20, { kind: 'file', mode: 0o755, ...more });
cases('execve', [
  [failed('execve("/b", ["b"], 0x1 /* 2 vars */)', 'ENOENT'), facts({}, { paths: { '/b': missing('/b') } }), /There is no \/b\./],
  [failed('execve("/b", ["b"], 0x1 /* 2 vars */)', 'ENOENT'), facts({ root: '/srv' }, { paths: { '/b': missing('/b') } }), /root directory is \/srv/],
  [failed('execve("/b", ["b"], 0x1 /* 2 vars */)', 'ENOENT'), facts({}, { paths: { '/b': { ...file(), program: { kind: 'script', interpreter: '/bin/zsh' } }, '/bin/zsh': missing('/bin/zsh') } }), /interpreter \/bin\/zsh .* is not/],
  [failed('execve("/b", ["b"], 0x1 /* 2 vars */)', 'ENOENT'), facts({}, { paths: { '/b': { ...file(), program: { kind: 'script', interpreter: '/bin/sh\r' } }, '/bin/sh\r': missing('/bin/sh\r') } }), /as on Windows/],
  [failed('execve("/b", ["b"], 0x1 /* 2 vars */)', 'ENOENT'), facts({}, { paths: { '/b': { ...file(), program: { kind: 'elf', machine: 62, loader: '/lib64/ld.so' } }, '/lib64/ld.so': missing('/lib64') } }), /dynamic loader .*\/lib64\/ld\.so, is not/],
  [failed('execve("/b", ["b"], 0x1 /* 2 vars */)', 'EACCES'), facts({}, { paths: { '/b': file({ mode: 0o644 }) } }), /no x bit at all \(mode 644\)/],
  [failed('execve("/b", ["b"], 0x1 /* 2 vars */)', 'EACCES'), facts({}, { paths: { '/b': there('/b', 20) } }), /is a directory, not a regular file/],
  [failed('execve("/b", ["b"], 0x1 /* 2 vars */)', 'EACCES'), facts({ mounts: mounts('20 1 / rw,noexec') }, { paths: { '/b': file() } }), /mounted noexec/],
  [failed('execve("/b", ["b"], 0x1 /* 2 vars */)', 'EACCES'), facts({}, { paths: { '/b': { ...file(), program: { kind: 'script', interpreter: '/i' } }, '/i': file({ mode: 0o600 }) } }), /interpreter \/i of \/b is no executable/],
  [failed('execve("/b", ["b"], 0x1 /* 2 vars */)', 'EACCES'), facts({}, { paths: { '/b': file({ mode: 0o700 }) } }), /may not execute \/b \(mode 700/, false],
  [failed('execve("/b", ["b"], 0x1 /* 2 vars */)', 'ENOEXEC'), facts({}, { paths: { '/b': { ...file(), program: { kind: 'unknown' } } } }), /neither "#!" nor an ELF/],
  [failed('execve("/b", ["b"], 0x1 /* 2 vars */)', 'ENOEXEC'), facts({}, { paths: { '/b': { ...file(), program: { kind: 'empty' } } } }), /\/b is empty/],
  [failed('execve("/b", ["b"], 0x1 /* 2 vars */)', 'ENOEXEC'), facts({}, { machine: 'x86_64', paths: { '/b': { ...file(), program: { kind: 'elf', machine: 183 } } } }), /for aarch64; this kernel runs x86_64/],
  [failed('execve("/b", ["b", 0x5, 0x6], 0x1 /* 2 vars */)', 'EFAULT'), facts(), /Argument 2 .* is an address/],
]);

const group = { path: '/sys/fs/cgroup/box', controllers: ['memory', 'pids'], subtreeControl: [], processes: [], owner: 100000 };
const write = (name: string, text: string, errno: string): string => failed(`write(5</sys/fs/cgroup/box/${name}>, "${text}", ${text.length})`, errno);
const inGroup = (more = {}, parent = {}): CallFacts => facts({}, { cgroup: { ...group, ...more }, parentCgroup: { ...group, path: '/sys/fs/cgroup', ...parent } });
cases('cgroups', [
  [write('cgroup.subtree_control', '+memory', 'EBUSY'), inGroup({ processes: [7] }), /1 process of its own.*no-internal-process/],
  [write('cgroup.subtree_control', '+cpu +memory', 'ENOENT'), inGroup(), /^cpu is not among the controllers/],
  [write('cgroup.subtree_control', 'memory', 'EINVAL'), inGroup(), /does not understand "memory"/],
  [write('cgroup.procs', '7', 'EBUSY'), inGroup({ subtreeControl: ['memory'] }), /hands controllers on \(memory\)/],
  [write('cgroup.procs', '7', 'ESRCH'), inGroup(), /no process 7 in the caller's pid namespace/],
  [write('cgroup.procs', '7', 'EACCES'), inGroup(), /nearest cgroup above both/, false],
  [write('memory.max', '64 MB', 'EINVAL'), inGroup(), /memory\.max does not understand "64 MB"/],
  [failed('openat(AT_FDCWD</>, "/sys/fs/cgroup/box/cpu.max", O_WRONLY)', 'ENOENT'), inGroup({}, { subtreeControl: ['memory', 'pids'] }), /cpu controller is not at work.*\(cgroup\.subtree_control: memory pids\)/],
  [failed('openat(AT_FDCWD</>, "/sys/fs/cgroup/box/tasks", O_WRONLY|O_CREAT)', 'EACCES'), inGroup(), /tasks is a file of cgroup version 1/],
  [failed('openat(AT_FDCWD</sys/fs/cgroup>, "box/memory.max", O_WRONLY)', 'EACCES'), inGroup({ owner: 0 }), /belongs to user 0/, false],
  [failed('openat(AT_FDCWD</>, "/sys/fs/cgroup/box/memory.max", O_WRONLY)', 'ENOENT'), facts({}, { cgroup: { path: '/sys/fs/cgroup/box' } }), /There is no cgroup/],
  [failed('openat(AT_FDCWD</>, "/sys/fs/cgroup/box/memory.max", O_WRONLY|O_CREAT)', 'EACCES'), facts({}, { cgroup: { path: '/sys/fs/cgroup/box' }, parentCgroup: { ...group, path: '/sys/fs/cgroup' } }), /memory controller is not at work.*\(cgroup\.subtree_control: empty\)/],
  [failed('openat(AT_FDCWD</>, "/sys/fs/cgroup/box/memory.max", O_WRONLY|O_CREAT)', 'EACCES'), facts({}, { cgroup: { path: '/sys/fs/cgroup/box' }, parentCgroup: { ...group, path: '/sys/fs/cgroup', subtreeControl: ['memory'] } }), /There is no cgroup/],
  // The caller had gone before anybody looked.
  [write('cgroup.subtree_control', '+memory', 'EBUSY'), facts({}), /has processes of its own.*no-internal-process/],
  [write('cgroup.subtree_control', '+cpu +memory', 'ENOENT'), facts({}), /^at least one of cpu and memory is not among the controllers/],
  [write('cgroup.subtree_control', '+cpu', 'ENOENT'), facts({}), /^cpu is not among the controllers/],
  [write('cgroup.procs', '0', 'EBUSY'), facts({}), /hands controllers on, so it may not hold processes/],
  [write('cpu.max', '0.5', 'EINVAL'), facts({}), /cpu.max does not understand "0.5"/],
  [failed('openat(AT_FDCWD</>, "/sys/fs/cgroup/box/tasks", O_WRONLY|O_CREAT)', 'EACCES'), facts({}), /tasks is a file of cgroup version 1/],
  [failed('mkdir("/sys/fs/cgroup/box", 0777)', 'EACCES'), inGroup(), /above .* belongs to user 100000/, false],
  [failed('mkdir("/sys/fs/cgroup/box/a", 0777)', 'ENOENT'), inGroup(), /above .* does not exist/],
  [failed('rmdir("/sys/fs/cgroup/box")', 'EBUSY'), inGroup({ folders: ['a', 'b'] }), /cgroups below it: a and b/],
  [failed('rmdir("/sys/fs/cgroup/box")', 'EBUSY'), inGroup({ populated: true, processes: [7] }), /still holds processes/],
  [failed('unlinkat(AT_FDCWD</>, "/sys/fs/cgroup/box/memory.max", 0)', 'EPERM'), inGroup(), /cannot be deleted one by one/],
]);

const idWrite = (name: string, text: string, errno: string): string => failed(`write(5</proc/412/${name}>, "${text}", ${text.length})`, errno);
cases('id maps', [
  [idWrite('uid_map', '0 1000', 'EINVAL'), facts(), /cannot read "0 1000" as an id map/],
  [idWrite('uid_map', '0 1000 5', 'EPERM'), facts(), /exactly one id/, false],
  [failed('write(5</proc/self/uid_map>, "0 1000 1", 8)', 'EPERM'), facts(), /written already/],
  [idWrite('gid_map', '0 1000 1', 'EPERM'), facts({ gidMap: [] }, { texts: { '/proc/412/setgroups': 'allow\n' } }), /setgroups says "allow"/],
  [idWrite('setgroups', 'allow', 'EPERM'), facts(), /before gid_map is written/, false],
]);

describe('where nothing is known', () => {
  test.each([
    'mount("a", "/b", "tmpfs", 0, NULL)', 'pivot_root("/a", "/b")', 'unshare(CLONE_NEWNS)', 'setns(3, 0)', 'execve("/a", ["a"], 0x1 /* 1 vars */)', 'umount2("/a", 0)', 'chroot("/a")',
    'sethostname("a", 1)', 'mknod("/a", S_IFCHR|0600, makedev(1, 3))', 'fork()', 'write(3</sys/fs/cgroup/cgroup.procs>, "1", 1)', 'rmdir("/sys/fs/cgroup/a")', 'prctl(38, 1)',
  ])('%s is explained in general, whatever the errno', (line) => {
    for (const errno of ['EPERM', 'EINVAL', 'ENOENT', 'EBUSY', 'EACCES', 'ENOTDIR', 'ENOSPC', 'EAGAIN', 'ENOMEM', 'EFAULT', 'ENODEV', 'EMYSTERY']) {
      const found = explain(call(failed(line, errno)), { paths: {} });
      expect(found.condition).toMatch(/\S.*[.]$/s);
      expect(found.advice).toMatch(/\S/);
    }
  });

  test('a call that did not fail has nothing to be explained', () => {
    expect(() => explain(call('chroot("/") = 0'), { paths: {} })).toThrow(TypeError);
  });
});

test.each([
  ['execve("/b", ["b"], 0x7f /* 35 vars */) = 0', 'execve("/b", ["b"], …)'],
  ['mknodat(AT_FDCWD</work>, "x", S_IFCHR|0666, makedev(0x1, 0x3)) = 0', 'mknodat(AT_FDCWD, "x", S_IFCHR|0666, makedev(0x1, 0x3))'],
  [`chroot("/${'x'.repeat(100)}") = 0`, `chroot("/${'x'.repeat(79)}…")`],
])('%s is shown as %s', (line, shown) => {
  expect(describeCall(call(line))).toBe(shown);
});
