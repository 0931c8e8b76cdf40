/** A learner who reaches for the judge, or leaves things behind: the first finds nothing, the second is named and cleaned. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Guest } from './guest.ts';

let guest: Guest;
beforeAll(async () => {
  guest = await Guest.boot();
});
afterAll(async () => {
  await guest?.[Symbol.asyncDispose]();
});

async function nothingIsLeft(): Promise<void> {
  const { processes, cgroups } = await guest.census();
  expect(processes).toEqual([]);
  expect(cgroups).toEqual([]);
}

test('a daemon that has left its parent, session and group is named and gone', async () => {
  const { ending, leftovers, stdout } = await guest.run(`setsid sh -c '(exec -a left-behind sleep 4711 &) ; exit' ; (setsid sleep 4712 &) ; echo done`);
  expect(stdout).toBe('done\n');
  expect(ending).toEqual({ code: 0, signal: null });
  expect(leftovers).toContainEqual(expect.objectContaining({ kind: 'process', lesson: '03-pid', what: 'sleep 4712' }));
  expect(leftovers.find(({ what }) => what === 'sleep 4712')?.evidence.lines).toContainEqual(expect.stringMatching(/^NSpid:\t\d+\t\d+$/));
  await nothingIsLeft();
});

test('a process in a pid namespace of its own belongs to lesson 11', async () => {
  const { leftovers } = await guest.run('(unshare --pid --fork --mount-proc setsid sleep 4713 &) ; sleep 0.5');
  expect(leftovers).toContainEqual(expect.objectContaining({ kind: 'process', lesson: '11-init', what: 'sleep 4713' }));
  await nothingIsLeft();
});

test('kill -9 -1 ends what is its own', async () => {
  const { ending } = await guest.run(['node', '-e', 'require("child_process").spawn("sleep", ["4714"]); setTimeout(() => process.kill(-1, "SIGKILL"), 300)']);
  // kill(2): -1 does not reach the caller, nor process 1.
  expect(ending.limit).toBeUndefined();
  const killed = await guest.run('kill -9 1; kill -TERM 1; sleep 0.2; cat /proc/1/comm; kill -9 0');
  expect(killed.stdout).toBe('cat\n');
  expect(killed.ending).toEqual({ code: null, signal: 'SIGKILL' });
  await nothingIsLeft();
});

test('mounts, cgroups, links and files that stay are named with their lesson, and gone', async () => {
  const script = `
    mkdir /work/m && mount -t tmpfs leak /work/m
    cd /sys/fs/cgroup && mkdir parent parent/leaf parent/one parent/two
    ip link add leak0 type veth peer name leak1; ip link add bridge0 type bridge
    mkdir -p /run/box/c1 && echo '{}' > /run/box/c1/state.json && touch /run/box/lock`;
  const { ending, leftovers } = await guest.run(script);
  expect(ending).toEqual({ code: 0, signal: null });
  const named = leftovers.map(({ kind, lesson, what }) => `${kind} ${lesson} ${what}`).sort();
  expect(named).toEqual([
    'cgroup 08-cgroups /parent/one', 'cgroup 08-cgroups /parent/two', 'file 12-exec /run/box/c1/state.json',
    'link 09-networks leak0', 'link 09-networks leak1', 'mount 04-mounts tmpfs on /work/m',
  ]);
  await nothingIsLeft();
  const next = await guest.run('cat /proc/mounts | grep -c leak; ls /sys/class/net; ls /sys/fs/cgroup | grep -c parent; ls /work /run');
  expect(next.stdout).toBe('0\nlo\n0\n/run:\n\n/work:\nbox\nnode_modules\n');
});

test.each([
  ['frozen', 'echo 1 > /sys/fs/cgroup/shell/cgroup.freeze; sleep 1000'],
  ['stopped, with stopped children', '(sh -c "kill -STOP \\$\\$") & kill -STOP $$'],
  ['a chain of pid namespaces, all deaf to signals', 'd="trap \\"\\" TERM INT HUP;"; for i in 1 2 3 4 5 6; do set -- unshare --pid --fork "$@"; done; exec "$@" setsid sleep 1000'],
  ['in cgroups of its own, one threaded, many and deep', `cd /sys/fs/cgroup; for i in $(seq 60); do mkdir c$i; done; p=.; for i in $(seq 15); do p=$p/d; mkdir $p; done
    mkdir t t/u; echo threaded > t/u/cgroup.type; sleep 1000 & echo $! > t/cgroup.procs; sleep 1000 & echo $! > $p/cgroup.procs; sleep 1000`],
  ['holding mounts that double until there is no room, and a namespace by a mount', `mkdir /tmp/m /tmp/n; touch /tmp/n/net; mount -t tmpfs t /tmp/m; i=0; while [ $i -lt 20 ]; do mount --bind /tmp/m /tmp/m 2>/dev/null; i=$((i+1)); done
    unshare --net=/tmp/n/net true; unshare --mount --propagation slave sleep 1000 & sleep 1000`],
])('what will not end is ended: %s', async (_, script) => {
  const { ending, ms } = await guest.run(script, { timeLimit: 4_000 });
  expect(ending).toEqual({ code: null, signal: 'SIGKILL', limit: 'timeout' });
  expect(ms).toBeLessThan(4_000 + 6_000);
  await nothingIsLeft();
});

test('a mount namespace that still shares leaves its mount in the wall', async () => {
  const { leftovers } = await guest.run('mkdir /tmp/x; unshare --mount --propagation unchanged mount -t tmpfs escaped /tmp/x');
  expect(leftovers).toEqual([expect.objectContaining({ kind: 'mount', what: 'tmpfs on /tmp/x' })]);
  expect(leftovers[0]?.evidence.lines[0]).toContain('escaped');
});

test('no process of the judge is to be seen, nor its files, its line, its disks', async () => {
  const { stdout } = await guest.run(`
    cat /proc/[0-9]*/comm > /tmp/comms; sort -u /tmp/comms | tr '\\n' ' '; echo
    ls /judge /disk /usr/lib/drydock 2>&1 | grep -c 'Permission denied'
    ls /dev | tr '\\n' ' '; echo; cat /proc/1/environ | tr '\\0' '\\n' | grep -c -i drydock_
    ls -l /proc/1/root /proc/1/cwd | grep -o '> .*'`);
  const [processes, closed, devices, ...rest] = stdout.split('\n');
  expect(processes).toMatch(/^cat (env )?sh $/);
  expect(closed).toBe('3');
  expect(devices).toBe('fd full null ptmx pts random shm stderr stdin stdout tty urandom zero ');
  expect(rest).toEqual(['0', '> /', '> /', '']);
});

test('while the judge starts commands, none of it can be caught in passing', async () => {
  // A watcher that reads whatever shows up in /proc, while the judge starts other commands in the same wall.
  const watch = `
    import fs from 'node:fs';
    const seen = new Set(); const end = Date.now() + 3000;
    while (Date.now() < end) for (const pid of fs.readdirSync('/proc')) {
      if (!/^\\d+$/.test(pid) || Number(pid) === process.pid) continue;
      for (const part of ['environ', 'root/judge/package.json', 'root/disk', 'cwd/sandbox', 'fd/1', 'fd/3', 'mem', 'ns/user'])
        try { const at = '/proc/' + pid + '/' + part; seen.add(part + ' ' + (part.startsWith('fd') || part.startsWith('ns') ? fs.readlinkSync(at) : fs.readFileSync(at, 'utf8').slice(0, 400))); } catch {}
    }
    for (const line of seen) console.log(line.replaceAll('\\0', ' '));`;
  const watcher = guest.start(['node', '--input-type=module', '-e', watch], { wall: 'playground' });
  for (let count = 0; count < 6; count += 1) await guest.run('true', { wall: 'playground' });
  const { stdout } = await watcher.ended;
  expect(stdout).toContain('environ');
  expect(stdout).not.toMatch(/DRYDOCK|judge|ttyS|socket:|^root\/|^cwd\//m);
  await guest.reset('playground');
  await nothingIsLeft();
});

test("the wall's root is not the kernel's", async () => {
  const { stdout } = await guest.run(`
    try() { "$@" > /dev/null 2>&1 && echo "$1 worked" || true; }
    try mknod /work/disk b 98 0; try mount -t ext4 /dev/ubda /mnt; try mount -t devtmpfs d /mnt
    try sysctl -w kernel.core_pattern=/work/x; try sh -c 'echo b > /proc/sysrq-trigger'; try date -s 2001-01-01; try dmesg --clear
    try modprobe dummy; try mount -o remount,rw /; try umount /judge; try umount -l /disk; try umount /dev/null
    try sh -c 'echo 0 > /proc/self/oom_score_adj; echo -500 > /proc/self/oom_score_adj'; try sh -c 'echo max > /sys/fs/cgroup/memory.max'
    try sh -c 'echo 1 > /sys/fs/cgroup/../cgroup.procs'; try chroot /proc/1/root/../../../judge true; try reboot -f
    try sh -c 'ulimit -f unlimited'; try nsenter --target 1 --user true; mount -t cgroup2 c /mnt && ls /mnt | grep -c -e drydock -e wall`);
  expect(stdout).toBe('0\n');
});

test('a box full of traps is laid anew without harm', async () => {
  const traps = `
    cd /work/box && mkdir -p locked/in && touch locked/in/x && chmod 000 locked && chown -R 33:33 locked &&
    ln -s /proc/sys/kernel core && ln -s / top && mkfifo pipe && mkdir mnt && mount -t tmpfs t mnt && chown 33:33 . && chmod 500 .`;
  await guest.run(traps, { wall: 'playground', box: [] });
  const box = [{ path: 'core/core_pattern', base64: 'YQ==' }, { path: 'top/etc/x', base64: 'Yg==' }, { path: 'pipe', base64: 'Yw==' }];
  const { stdout } = await guest.run('umount /work/box/mnt 2>/dev/null; cd /work/box; find . -type f | sort; cat pipe; ls -ld . | cut -c1-10', { wall: 'playground', box });
  expect(stdout).toBe('./core/core_pattern\n./pipe\n./top/etc/x\ncdrwxr-xr-x\n');
  await guest.reset('playground');
  await nothingIsLeft();
});

test.each([['../out'], ['/etc/passwd'], ['a//b'], [''], ['a/./b']])('a box file %j is refused', async (path) => {
  await expect(guest.run('true', { box: [{ path, base64: '' }] })).rejects.toMatchObject({ reason: 'usage' });
  await nothingIsLeft();
});
