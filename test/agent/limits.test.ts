/** Every limit of a wall, met on purpose in the private kernel. Each must be named, in time, and leave nothing behind. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { forkBomb, Guest } from './guest.ts';

let guest: Guest;
beforeAll(async () => {
  guest = await Guest.boot();
});
afterAll(async () => {
  await guest?.[Symbol.asyncDispose]();
});

/** After whatever happened: nothing runs, nothing is mounted, and an honest command does as it always did. */
async function allIsWell(): Promise<void> {
  const { processes, cgroups } = await guest.census();
  expect(processes).toEqual([]);
  expect(cgroups).toEqual([]);
  const { stdout, ending, leftovers } = await guest.run('echo $((6 * 7)); df --output=used /work | tail -1');
  expect(ending).toEqual({ code: 0, signal: null });
  expect(stdout).toMatch(/^42\n\s*\d{2,3}\n$/);
  expect(leftovers).toEqual([]);
}

test('an endless loop meets the clock', async () => {
  const { ending, ms } = await guest.run('while :; do :; done', { timeLimit: 700 });
  expect(ending).toEqual({ code: null, signal: 'SIGKILL', limit: 'timeout' });
  expect(ms).toBeLessThan(700 + 5_000);
  await allIsWell();
});

test('so does a sleeper that ignores SIGTERM, with everything it has started', async () => {
  const { ending, leftovers } = await guest.run(`trap '' TERM HUP INT; setsid sh -c 'trap "" TERM; sleep 1000' & sleep 1000`, { timeLimit: 700 });
  expect(ending.limit).toBe('timeout');
  expect(leftovers).toEqual([]);
  await allIsWell();
});

test('a fork bomb meets the number of processes', async () => {
  const { ending } = await guest.run(forkBomb, { timeLimit: 6_000 });
  expect(ending).toEqual({ code: null, signal: 'SIGKILL', limit: 'pids' });
  await allIsWell();
});

test('also where its first process ends well', async () => {
  const { ending, leftovers } = await guest.run(['perl', '-e', 'while (defined(my $pid = fork)) { if (!$pid) { sleep 1000; exit } } exit 0']);
  expect(ending).toEqual({ code: 0, signal: null, limit: 'pids' });
  expect(leftovers).toHaveLength(20);
  expect(leftovers.at(-1)?.what).toMatch(/ \(and 2\d\d more\)$/);
  await allIsWell();
});

test('more memory than there is', async () => {
  const { ending } = await guest.run(['node', '-e', 'const all = []; for (;;) all.push(Buffer.alloc(1 << 20, 1))']);
  expect(ending).toEqual({ code: null, signal: 'SIGKILL', limit: 'memory' });
  await allIsWell();
});

test('memory that a child has taken: the parent lives, and the limit is named', async () => {
  const { ending } = await guest.run(`node -e 'const all = []; for (;;) all.push(Buffer.alloc(1 << 20, 1))'; echo "status $?"`);
  expect(ending).toEqual({ code: 0, signal: null, limit: 'memory' });
  await allIsWell();
});

test("a limit of the learner's own is not the wall's", async () => {
  const script = `
    cd /sys/fs/cgroup && echo +memory +pids > cgroup.subtree_control && mkdir mine &&
    echo 16M > mine/memory.max && echo 5 > mine/pids.max &&
    (echo 0 > mine/cgroup.procs; for i in 1 2 3 4 5 6 7 8; do sleep 0.1 & done; wait
     exec node -e 'const all = []; for (;;) all.push(Buffer.alloc(1 << 20, 1))')
    echo "status $?"; grep oom_kill mine/memory.events; grep max mine/pids.events; sleep 0.3; rmdir mine`;
  const { ending, stdout } = await guest.run(script);
  expect(stdout).toMatch(/status (137|[12])\n/);
  expect(stdout).toMatch(/max [1-9]/);
  expect(ending).toEqual({ code: 0, signal: null });
  await allIsWell();
});

test('a gigabyte of output is cut at its limit and not waited for', async () => {
  const { ending, stdout, ms } = await guest.run('head -c 1000000000 /dev/zero', { outputLimit: 100_000 });
  expect(ending.limit).toBe('output');
  expect(stdout).toHaveLength(100_000);
  expect(ms).toBeLessThan(10_000);
  await allIsWell();
});

test('output without a limit is all there, in its order', async () => {
  const { ending, stdout } = await guest.run('seq 400000');
  expect(ending).toEqual({ code: 0, signal: null });
  expect(stdout).toBe(Array.from({ length: 400_000 }, (_, index) => `${index + 1}\n`).join(''));
});

test.each([
  ['a full disk', 'cat /dev/zero > /work/fill'],
  ['a full /tmp', 'cat /dev/zero > /tmp/fill'],
  ['no names left', 'cd /work; seq 1 20000 | xargs touch 2>/dev/null'],
  ['one huge hole', 'exec truncate -s 1T /work/hole'],
])('the disk: %s', async (_, script) => {
  const { ending } = await guest.run(script, { timeLimit: 20_000 });
  expect(ending.limit).toBe('disk');
  await allIsWell();
});
