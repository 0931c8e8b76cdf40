/** The agent's manners: every request one answer, whatever it is; cancelling; several at once; the playground. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { forkBomb, Guest } from './guest.ts';

let guest: Guest;
beforeAll(async () => {
  guest = await Guest.boot();
});
afterAll(async () => {
  await guest?.[Symbol.asyncDispose]();
});

const wrong: unknown[] = [
  { op: 'nonsense' }, { op: 'toString' }, { op: 'run' }, { op: 'run', wall: 'fresh', argv: [] }, { op: 'run', wall: 'fresh', argv: ['a\0b'] },
  { op: 'run', wall: 'other', argv: ['true'] }, { op: 'run', wall: 'fresh', argv: ['true'], terminal: { columns: '80', rows: 24 } },
  { op: 'experiment', session: 'a', script: 5, box: [] }, { op: 'check', lesson: '01' }, { op: 'run', wall: 'fresh', argv: ['true'], env: { 'A=B': 'c' } },
];

test.each(wrong)('%j is answered as wrong usage', async (request) => {
  await expect(guest.client.request(request as never)).rejects.toMatchObject({ reason: 'usage' });
});

test('the agent lives on after all that', async () => {
  expect((await guest.run('echo fine')).stdout).toBe('fine\n');
});

test('hello tells the kernel', async () => {
  const value = await guest.client.request({ op: 'hello' });
  expect(value).toMatchObject({ op: 'hello', kernel: { kind: 'uml', release: expect.stringMatching(/^6\./), image: expect.stringMatching(/^sha256:/) } });
});

test.each([0, 100, 250, 1500])('a run that is cancelled after %i ms ends at once, with its wall', async (after) => {
  const abort = new AbortController();
  const run = guest.run('trap "" TERM; setsid sleep 1000 & sleep 1000', {}, abort.signal);
  run.catch(() => {});
  await new Promise((resolve) => setTimeout(resolve, after));
  const cancelled = performance.now();
  abort.abort();
  await expect(run).rejects.toMatchObject({ reason: 'cancelled' });
  expect(performance.now() - cancelled).toBeLessThan(5_000);
  expect(await guest.census()).toMatchObject({ processes: [], cgroups: [] });
});

test.each([0, 100, 2000])('an experiment that is cancelled after %i ms ends its session', async (after) => {
  const abort = new AbortController();
  const running = guest.client.request({ op: 'experiment', session: 'x', script: 'sleep 1000', box: [] }, { signal: abort.signal });
  running.catch(() => {});
  await new Promise((resolve) => setTimeout(resolve, after));
  const cancelled = performance.now();
  abort.abort();
  await expect(running).rejects.toMatchObject({ reason: 'cancelled' });
  expect(performance.now() - cancelled).toBeLessThan(5_000);
  expect(await guest.census()).toMatchObject({ processes: [], cgroups: [] });
});

test('two walls at once do not meet', async () => {
  const script = (word: string) => `echo ${word} > /work/word; hostname ${word}; sleep 1; cat /work/word; hostname; ls /proc | grep -c '^[0-9]'; ip link | grep -c veth`;
  const [one, two] = await Promise.all([guest.run(script('one')), guest.run(script('two'))]);
  expect(one.stdout).toMatch(/^one\none\n[2-7]\n0\n$/);
  expect(two.stdout).toMatch(/^two\ntwo\n[2-7]\n0\n$/);
});

test('the playground lasts: files, background processes, and what a run has left in it', async () => {
  const first = await guest.run('echo kept > /work/note; (setsid sleep 4715 &); mkdir /tmp/m; mount -t tmpfs t /tmp/m', { wall: 'playground' });
  expect(first.leftovers.map(({ kind, what }) => `${kind} ${what}`).sort()).toEqual(['mount tmpfs on /tmp/m', 'process sleep 4715']);
  const second = await guest.run('cat /work/note; ps -eo args= | grep -c "^sleep 4715"', { wall: 'playground' });
  expect(second.stdout).toBe('kept\n1\n');
  expect(second.leftovers).toEqual([]);
  const shells = [1, 2].map(() => guest.run('cat /proc/self/cgroup; sleep 0.5', { wall: 'playground' }));
  const places = (await Promise.all(shells)).map(({ stdout }) => stdout);
  expect(new Set(places).size).toBe(2);
  await guest.reset('playground');
  expect(await guest.census()).toMatchObject({ processes: [], cgroups: [] });
  expect((await guest.run('ls /work', { wall: 'playground' })).stdout).toBe('box\nnode_modules\n');
  await guest.reset('playground');
});

test('a playground that is flooded with processes can be used again', async () => {
  const bomb = guest.run(forkBomb, { wall: 'playground', timeLimit: 6_000 });
  expect((await bomb).ending.limit).toBe('pids');
  await guest.reset('playground');
  expect((await guest.run('echo again', { wall: 'playground' })).stdout).toBe('again\n');
  await guest.reset('playground');
});

test('follow-ups for nobody, and resets of nothing, are fine', async () => {
  await expect(guest.client.request({ op: 'reset', session: 'never' })).resolves.toEqual({ op: 'ok' });
  await expect(guest.client.request({ op: 'reset', session: 'playground' })).resolves.toEqual({ op: 'ok' });
});
