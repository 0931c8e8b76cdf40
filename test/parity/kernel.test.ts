/** The probes in a private kernel: the reference, a box that isolates nothing, one that does not start, and one that cheats. */
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { probeIds } from '../../sandbox/parity/run.ts';
import type { ParityRun } from '../../sandbox/wire/parity.ts';
import { solutionTree } from '../../src/lesson/lay/trees.ts';
import { loadCourse } from '../../src/lesson/load.ts';
import { toWire } from '../../src/check/tree.ts';
import { boxFile, Guest } from '../agent/guest.ts';
import { rightBox } from '../check/asking.ts';
import { checkout } from '../lesson/fixture.ts';

vi.setConfig({ testTimeout: 120_000 });

let guest: Guest;
beforeAll(async () => {
  guest = await Guest.boot();
});
afterAll(async () => await guest?.[Symbol.asyncDispose]());

async function probe(box: Parameters<typeof boxFile>[1] | ReturnType<typeof toWire>, command?: string): Promise<ParityRun> {
  const files = typeof box === 'string' ? [boxFile('box.sh', box)] : box;
  const value = await guest.client.request({ op: 'parity', box: files, seed: 'seed', ...(command === undefined ? {} : { command }) });
  if (value.op !== 'parity') throw new Error(`probes were answered with ${value.op}`);
  return value.run;
}

const standings = (run: ParityRun): Record<string, string> => Object.fromEntries(run.rows.map(({ id, standing }) => [id, standing]));

test('the reference after lesson 09: all that it teaches is good, and what it does not is open', async () => {
  const { lessons, ...course } = loadCourse(checkout);
  const lesson = lessons.find(({ id }) => id === '09-networks')!;
  const run = await probe(toWire(solutionTree({ lessons, ...course }, lesson)));
  expect(run).toMatchObject({ started: true, refused: [] });
  expect(run.rows.map(({ id }) => id).sort()).toEqual([...probeIds].sort());
  const found = standings(run);
  expect(Object.entries(found).filter(([, standing]) => standing === 'bad').map(([id]) => id).sort()).toEqual(['bounding', 'capabilities', 'no-new-privs', 'seccomp']);
  expect(Object.values(found)).not.toContain('unknown');
  // Every answer says where it was read.
  for (const { evidence } of run.rows) expect(evidence.length).toBeGreaterThan(0);
});

test('a box that isolates nothing: nothing is good that has to do with isolation', async () => {
  const run = await probe(rightBox, 'sh box/box.sh');
  expect(run.started).toBe(true);
  const good = run.rows.filter(({ standing }) => standing === 'good').map(({ id }) => id);
  expect(good.sort()).toEqual(['descriptors', 'leftovers', 'status']);
  expect(standings(run)).toMatchObject({ kill: 'bad', root: 'bad', 'old-root': 'bad', proc: 'bad', cgroup: 'bad', memory: 'bad', hostname: 'bad' });
});

test('a box that starts nothing: nothing is known, and its words say why', async () => {
  const run = await probe('echo "box: no such verb" >&2; exit 125', 'sh box/box.sh');
  expect(run).toMatchObject({ started: false, why: 'no such verb' });
  expect(new Set(Object.values(standings(run)))).toEqual(new Set(['unknown']));
});

test('a box that runs nothing and says that all went well is not believed', async () => {
  const run = await probe('exit 0', 'sh box/box.sh');
  expect(run.started).toBe(false);
  expect(new Set(Object.values(standings(run)))).toEqual(new Set(['unknown']));
});

test('what every run leaves in one and the same place is left behind', async () => {
  const run = await probe(`mount -t tmpfs none /mnt\n${rightBox}`, 'sh box/box.sh');
  expect(run.rows.find(({ id }) => id === 'leftovers')).toMatchObject({ standing: 'bad' });
});

test('cancelled, it ends at once', async () => {
  const abort = new AbortController();
  const slow = guest.client.request({ op: 'parity', box: [boxFile('box.sh', 'sleep 1000')], command: 'sh box/box.sh', seed: 'seed' }, { signal: abort.signal });
  await expect.poll(async () => (await guest.census()).processes.some((line) => line.includes('sleep 1000')), { timeout: 60_000, interval: 200 }).toBe(true);
  const started = performance.now();
  abort.abort();
  await expect(slow).rejects.toThrow(/cancelled/);
  expect(performance.now() - started).toBeLessThan(15_000);
});

test('its wall is gone afterwards', async () => {
  const { processes, cgroups } = await guest.census();
  expect({ processes, cgroups: cgroups.filter((name) => name.includes('/wall-')) }).toEqual({ processes: [], cgroups: [] });
});

test('the wrappers of real runtimes are started as anybody’s box', async () => {
  const folder = path.join(checkout, 'sandbox/foreign');
  const files = fs.readdirSync(folder).map((name) => boxFile(name, fs.readFileSync(path.join(folder, name), 'utf8')));
  const run = await probe(files, 'node box/box.ts unshare');
  expect(run.refused.map(({ flags }) => flags.split(' ')[0])).toEqual(['--memory', '--cpus', '--pids-limit', '--network']);
  expect(standings(run)).toMatchObject({ 'ns-pid': 'good', 'old-root': 'bad', memory: 'bad', kill: 'good' });
});
