/** What a wall is, seen from inside: who one is there, what one sees, and that the course's system calls work. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { boxFile, Guest } from './guest.ts';

let guest: Guest;
beforeAll(async () => {
  guest = await Guest.boot();
});
afterAll(async () => {
  await guest?.[Symbol.asyncDispose]();
});

/** What a script prints; it must end well and leave nothing. */
async function says(script: string, more: Parameters<Guest['run']>[1] = {}): Promise<string> {
  const { stdout, stderr, ending, leftovers } = await guest.run(script, more);
  expect({ stderr, ending, leftovers }).toEqual({ stderr: '', ending: { code: 0, signal: null }, leftovers: [] });
  return stdout;
}

test('the learner is root of ids that are not in use, with every capability there', async () => {
  const words = (await says('id -u; id -G; cat /proc/self/uid_map /proc/self/gid_map; grep CapEff /proc/self/status')).split(/\s+/).filter(Boolean);
  expect(words).toEqual(['0', '0', '0', '100000', '65536', '0', '100000', '65536', 'CapEff:', '000001ffffffffff']);
});

test('process 1 is the wall’s own, and reaps what is orphaned', async () => {
  const script = `cat /proc/1/comm; cat /proc/self/cgroup /proc/1/cgroup
    sh -c 'sleep 0.1 & exit' ; sh -c 'sleep 0.1 & exit'; sleep 0.4; grep -l 'State:.Z' /proc/[0-9]*/status 2>/dev/null; echo end`;
  expect(await says(script)).toBe('cat\n0::/shell\n0::/../keep\nend\n');
});

test('the host name, loopback, the environment', async () => {
  const script = `hostname; ip -br addr; ping -q -c 1 127.0.0.1 | grep -c '1 received'; env | sort | grep -v -e ^PWD -e ^_ -e ^SHLVL; pwd`;
  expect(await says(script)).toBe([
    'drydock', 'lo               UNKNOWN        127.0.0.1/8 ', '1',
    'HOME=/root', 'LANG=C.UTF-8', 'LOGNAME=root', 'NODE_COMPILE_CACHE=/run/node-cache',
    'PATH=/root/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'SHELL=/bin/bash', 'TERM=xterm-256color', 'USER=root', '/work', '',
  ].join('\n'));
});

test('variables and the working directory of a run', async () => {
  const ran = await guest.run(['/bin/sh', '-c', 'echo "$A"; echo "$LD_PRELOAD"; pwd'], { env: { A: 'x y', LD_PRELOAD: '/work/evil.so' }, cwd: '/var/lib/box' });
  expect(ran.stdout).toBe('x y\n/work/evil.so\n/var/lib/box\n');
});

test('what can be written lies on ext4 without nosuid and nodev, and is the root’s', async () => {
  const script = `for d in /work /work/box /var/lib/box /fixtures /root; do findmnt -n -o FSTYPE,OPTIONS --target $d; stat -c '%u %g' $d; done`;
  const lines = (await says(script)).trim().split('\n');
  expect(lines).toEqual(Array.from({ length: 5 }, () => ['ext4   rw,relatime', '0 0']).flat());
  expect(await says(`findmnt -n -o PROPAGATION /; touch /etc/x 2>&1 | grep -c 'Read-only'; touch /work/node_modules/x 2>&1 | grep -c 'Read-only'`)).toBe('shared\n1\n1\n');
});

test('the box is laid, `box` starts it, ffi-rs is found', async () => {
  const box = [boxFile('box.ts', `import { load } from 'ffi-rs'; import { word } from './lib/word.ts'; console.log(typeof load, word, process.argv.slice(2));`), boxFile('lib/word.ts', `export const word: string = 'hello';`)];
  expect(await says('box a "b c"; ls -lR /work/box | grep -c "root root"; cat /work/box/lib/word.ts', { box })).toBe(`function hello [ 'a', 'b c' ]\n3\nexport const word: string = 'hello';`);
});

const typed = (type: string) => [
  boxFile('package.json', type),
  boxFile('box.ts', `import { word } from './lib/wörd.ts'; const loaded: string[] = process.moduleLoadList; console.log(word as string, loaded.some((name) => name.includes('amaro')));`),
  boxFile('lib/wörd.ts', `export const word: string = 'hällo';`),
  boxFile('broken.ts', 'enum Colour { red }; console.log("never")'),
];

test('the first start of a box finds its types stripped, and the second what the first has compiled', async () => {
  const { stdout, stderr } = await guest.run('box; box; echo "console.log(process.moduleLoadList.some((name: string) => name.includes(\\"amaro\\")))" > box/box.ts; box; node box/broken.ts', { box: typed('{"type":"module"}') });
  expect(stdout).toBe('hällo false\nhällo false\ntrue\n');
  expect(stderr).toContain('ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX');
});

// Node tries such a file as CommonJS first, under another name. The module that strips takes eleven megabytes in each of a lesson's boxes.
test('also where its package.json does not say that it is a module', async () => {
  expect((await guest.run('box', { box: typed('{}') })).stdout).toBe('hällo false\n');
  expect((await guest.run('box', { box: typed('{}').slice(1) })).stdout).toBe('hällo false\n');
  const common = [boxFile('package.json', '{"type":"commonjs"}'), boxFile('box.ts', `console.log('hällo', process.moduleLoadList.some((name: string) => name.includes('amaro')));`)];
  expect((await guest.run('box', { box: common })).stdout).toBe('hällo false\n');
  // Node refuses to start, which is for Node to say.
  expect((await guest.run('box', { box: typed('{ broken') })).stderr).toContain('ERR_INVALID_PACKAGE_CONFIG');
});

test('null, zero, random and the terminal are devices; standard output is a pipe that can be opened', async () => {
  expect(await says(`for n in null zero full random urandom tty; do stat -c '%t:%T' /dev/$n; done; echo hi > /dev/null; head -c 3 /dev/zero | wc -c; echo out > /dev/stdout`))
    .toBe('1:3\n1:5\n1:7\n1:8\n1:9\n5:0\n3\nout\n');
});

test('namespaces, pivot_root, overlay, proc and sysfs, nested user namespaces', async () => {
  const script = `set -e
    unshare --pid --fork --mount --uts --ipc --net --cgroup --propagation private --mount-proc sh -ec '
      test $$ = 1; hostname inner; test $(hostname) = inner
      mkdir -p /work/l/etc /work/u /work/w /work/m; echo low > /work/l/etc/f
      mount -t overlay o -o lowerdir=/work/l,upperdir=/work/u,workdir=/work/w,userxattr /work/m
      echo high > /work/m/etc/f; rm -f /work/m/gone; cat /work/l/etc/f /work/u/etc/f
      mount -t sysfs s /sys
      mount --rbind / /mnt && mkdir -p /mnt/tmp/old && cd /mnt && pivot_root . tmp/old && umount -l /tmp/old && cat /work/m/etc/f
      unshare --user --map-root-user id -u'
    hostname`;
  expect(await says(script)).toBe('low\nhigh\nhigh\n0\ndrydock\n');
});

test('delegated cgroups', async () => {
  const script = `set -e; cd /sys/fs/cgroup; cat cgroup.procs; echo +memory +pids +cpu > cgroup.subtree_control; mkdir c
    echo 32M > c/memory.max; echo '20000 100000' > c/cpu.max; sleep 100 & echo $! > c/cgroup.procs; cat /proc/$!/cgroup
    echo 1 > c/cgroup.kill; wait || true; sleep 0.1; rmdir c; cat cgroup.controllers`;
  expect(await says(script)).toBe('0::/c\ncpu io memory pids\n');
});

test('virtual ethernet, bridge, forwarding, address translation', async () => {
  const script = `set -e
    ip netns list >/dev/null; ip link add br0 type bridge; ip addr add 10.5.0.1/24 dev br0; ip link set br0 up
    unshare --net sleep 100 & sleep 0.3; ip link add v0 type veth peer name v1; ip link set v1 netns $!; ip link set v0 master br0 up
    nsenter --net --target $! sh -c 'ip addr add 10.5.0.2/24 dev v1; ip link set v1 up; ip link set lo up; ip route add default via 10.5.0.1; ping -q -c 1 -W 5 10.5.0.1' | grep -c '1 received'
    echo 1 > /proc/sys/net/ipv4/ip_forward; iptables -t nat -A POSTROUTING -s 10.5.0.0/24 -j MASQUERADE; iptables -t nat -S | grep -c MASQUERADE
    kill $!; wait 2>/dev/null || true`;
  expect(await says(script)).toBe('1\n1\n');
});

test('how commands end is told as wait(2) has it', async () => {
  expect((await guest.run('exit 42')).ending).toEqual({ code: 42, signal: null });
  expect((await guest.run('kill -SEGV $$')).ending).toEqual({ code: null, signal: 'SIGSEGV' });
  expect((await guest.run(['no-such-command'])).ending).toEqual({ code: 127, signal: null });
  expect((await guest.run(['/etc/passwd'])).ending).toEqual({ code: 126, signal: null });
});
