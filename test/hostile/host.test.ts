/** Submissions that reach for the machine. They are root in a sandbox of their own, and that is all they are. */
import { openSandbox } from '../../src/check/sandbox.ts';
import { judgeLimits } from '../../src/grade/index.ts';
import { alsoRuns, looks, runs } from './boxes.ts';
import { corpus } from './kit.ts';

const nothing = /FOUND\[\]/;

corpus({
  'unmounts and remounts all it can': { files: runs(`spawnSync('sh', ['-c', 'umount -a -l; umount -l /proc; mount -o remount,ro /; mount -o remount,ro /work; mount -o remount,ro /tmp; umount -l /'], { stdio: 'ignore' }); return 0;`), outcome: 'fail', says: /EROFS/ },
  'covers /tmp with what cannot be written': { files: runs(`spawnSync('sh', ['-c', 'mount --bind /proc/sys /tmp || mount -t proc p /tmp'], { stdio: 'ignore' }); return 0;`), outcome: 'fail', leaves: [/^mount /] },
  'fills /tmp to the last byte': { files: runs(`try { fs.writeFileSync('/tmp/fill', Buffer.alloc(33 << 20, 1)); } catch {} return 0;`), outcome: 'disk' },
  'sets what belongs to the kernel': { files: looks(`
    sh('clock', 'date -s 2001-01-01'); sh('core_pattern', 'echo "|/tmp/evil" > /proc/sys/kernel/core_pattern'); sh('sysrq-trigger', 'echo c > /proc/sysrq-trigger'); sh('sysrq', 'echo 1 > /proc/sys/kernel/sysrq');
    sh('modprobe', 'echo /tmp/evil > /proc/sys/kernel/modprobe'); sh('module', 'modprobe dummy || { touch /tmp/x.ko; insmod /tmp/x.ko; }'); sh('uevent', 'echo /tmp/evil > /sys/kernel/uevent_helper'); sh('pid_max', 'echo 301 > /proc/sys/kernel/pid_max');
    sh('overcommit', 'echo 2 > /proc/sys/vm/overcommit_memory'); sh('printk', 'echo 0 > /proc/sys/kernel/printk'); sh('panic', 'echo 1 > /proc/sys/kernel/panic'); sh('drop_caches', 'echo 3 > /proc/sys/vm/drop_caches');`), outcome: 'fail', says: nothing },
  'reaches for devices': { files: looks(`
    sh('mknod', 'mknod /tmp/ubda b 98 0'); sh('mem', 'mknod /tmp/mem c 1 1'); sh('block', 'for d in /dev/ubd* /dev/vd* /dev/sd* /dev/loop*; do test -e $d && head -c1 $d && exit 0; done; exit 1'); sh('loop', 'losetup -f');
    sh('hostfs', 'mount -t hostfs none /mnt -o /'); sh('ext4', 'mount -t ext4 /dev/ubda /mnt'); sh('debugfs', 'mount -t debugfs d /mnt'); sh('securityfs', 'mount -t securityfs d /mnt'); sh('consoles', 'ls /dev/ttyS* /dev/tty0 /dev/hv* 2>/dev/null | grep -q .');`), outcome: 'fail', says: nothing },
  'climbs out of its cgroup': { files: looks(`
    sh('up', 'echo $$ > /sys/fs/cgroup/../cgroup.procs && grep -q "[.][.]" /proc/self/cgroup'); sh('all', 'mount -t cgroup2 c /mnt && ls /mnt | grep -q -e drydock -e wall'); sh('memory', 'echo max > /sys/fs/cgroup/memory.max'); sh('pids', 'echo max > /sys/fs/cgroup/pids.max'); sh('umount', 'umount /mnt && false');`), outcome: 'fail', says: nothing },
  'asks the kernel to reboot': { files: runs(`spawnSync('perl', ['-e', 'syscall 169, 0xfee1dead, 672274793, 0x1234567'], { stdio: 'ignore', timeout: 3000 }); return 0;`), outcome: 'tamper', points: 0, says: /ended its first process/ },
  'loses its kernels to the machine': {
    grading: { openSandbox: (options) => { const sandbox = openSandbox(options); sandbox.watch(({ at }) => void (at === 'ready' && setTimeout(() => void sandbox.stop().catch(() => {}), 300))); return sandbox; }, limits: { ...judgeLimits, attempts: 2 } },
    outcome: 'infra', points: 0, says: /failed 2 times/,
  },
  'looks for a network': { files: looks(`
    attempt('links', () => fs.readdirSync('/sys/class/net').some((name) => name !== 'lo')); sh('route', 'ip route | grep -q .'); sh('ping', 'ping -c1 -W1 1.1.1.1 || ping -c1 -W1 10.0.2.2'); sh('abstract sockets', 'grep -q @ /proc/net/unix');
    sh('vsock', 'perl -MSocket -e \\'socket(my $s, 40, SOCK_STREAM, 0) or exit 1; connect($s, pack("SSLLx4", 40, 0, 1024, 2)) or exit 1\\'');`), outcome: 'fail', says: nothing },
  'changes the names of its host': { files: alsoRuns(`spawnSync('sh', ['-c', 'hostname hacked; echo hacked > /proc/sys/kernel/domainname'], { stdio: 'ignore' });`), outcome: 'pass', points: 14 },
  'leaves mounts, links, rules, cgroups and state': { files: alsoRuns(`spawnSync('sh', ['-c', 'mkdir -p /work/m /run/box/c1 && mount -t tmpfs leak /work/m; mkdir /sys/fs/cgroup/leak; ip link add leak0 type veth peer name leak1; ip link add leakbr type bridge; iptables -A INPUT -j DROP; echo 1 > /run/box/c1/state.json'], { stdio: 'ignore' });`), outcome: 'pass', points: 14, leaves: [/^mount tmpfs on \/work\/m$/, /^link leak0$/, /^file \/run\/box\/c1\/state.json$/] },
  'leaves a chain of pid namespaces that is deaf': { files: alsoRuns(`spawn('sh', ['-c', 'trap "" TERM INT HUP; for i in 1 2 3 4 5 6; do set -- unshare --pid --fork "$@"; done; exec "$@" setsid sleep 4711'], { stdio: 'ignore', detached: true }).unref();`), outcome: 'pass', points: 14, leaves: [/^process sleep 4711$/] },
  'leaves semaphores, queues and shared memory': { files: alsoRuns(`spawnSync('perl', ['-e', 'for (1..50) { syscall 68, $_, 01666; syscall 64, $_, 4, 01666; syscall 29, $_, 4096, 01666 }'], { stdio: 'ignore' });`), outcome: 'pass', points: 14 },
});
