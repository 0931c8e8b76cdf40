/**
 * Real runtimes, wrapped as `box`, pass the checks of what they do.
 *
 * A check that fails what runc or crun do would fail a learner who does it as they do. What a runtime does not do is in
 * gaps.toml with its reason; a check there that passes is as wrong as one that fails and is not.
 */
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { readChecks } from '../../src/check/workspace.ts';
import { loadCourse } from '../../src/lesson/load.ts';
import type { Lesson } from '../../src/lesson/types.ts';
import { checkout } from '../lesson/fixture.ts';
import { Guest, boxFile } from '../agent/guest.ts';
import { page, readGaps, runtimes, surprises, type Judged, type Runtime } from './table.ts';

vi.setConfig({ testTimeout: 120_000 });

const { lessons } = loadCourse(checkout);
const names = Object.keys(runtimes) as Runtime[];
const gaps = readGaps(fs.readFileSync(path.join(import.meta.dirname, 'gaps.toml'), 'utf8'));
const wrappers = path.join(checkout, 'sandbox/foreign');
const box = fs.readdirSync(wrappers).map((name) => boxFile(name, fs.readFileSync(path.join(wrappers, name), 'utf8')));
const judged = new Map<string, Judged['verdicts'][Runtime]>();

let guest: Guest;
beforeAll(async () => {
  guest = await Guest.boot({ image: 'foreign' });
});
afterAll(async () => await guest?.[Symbol.asyncDispose]());

/** `node box/box.ts RUNTIME`: how the wall starts this wrapper. */
const command = (runtime: Runtime): string => `node box/box.ts ${runtime}`;

describe.each(names)('%s', (runtime) => {
  test.each(lessons)('$id', async ({ id, folder }) => {
    const value = await guest.client.request({ op: 'check', lesson: id, checks: readChecks(folder), box, command: command(runtime), seed: seed(), allRules: true });
    if (value.op !== 'check') throw new Error(`a check was answered with ${value.op}`);
    const { verdict, leftovers } = value;
    judged.set(`${runtime} ${id}`, verdict);
    expect(surprises(verdict, leftovers, gaps[runtime][id]), `seed ${verdict.seed}`).toEqual([]);
  });

  test('every isolation probe has an answer', async () => {
    const value = await guest.client.request({ op: 'parity', box, command: command(runtime), seed: seed(), version: ['unshare', '--version'] });
    if (value.op !== 'parity') throw new Error(`probes were answered with ${value.op}`);
    const { run } = value;
    expect({ started: run.started, why: run.why, unknown: run.rows.filter(({ standing }) => standing === 'unknown') }).toEqual({ started: true, why: undefined, unknown: [] });
    const found = Object.fromEntries(run.rows.map(({ id, standing: how, value: what }) => [id, `${how} ${what}`]));
    const limits = runtime === 'runc' || runtime === 'crun' ? 'good 64 MiB' : 'bad none';
    expect(found).toMatchObject({ 'ns-pid': 'good own', root: 'good own', kill: 'good spared', status: 'good 137', leftovers: 'good nothing', memory: limits });
    expect(run.version).toMatch(/util-linux/);
  });

  test('leaves nothing behind when it ends by itself', async () => {
    const { ending, leftovers, stderr } = await guest.run(`${command(runtime)} run --hostname other -- sh -c 'mount -t tmpfs none /mnt && exit 3'`, { box });
    expect({ ending, leftovers, stderr }).toEqual({ ending: { code: 3, signal: null }, leftovers: [], stderr: '' });
  });
});

test('gaps.toml knows only lessons that there are', () => {
  const known = lessons.map(({ id }) => id);
  for (const name of names) for (const lesson of Object.keys(gaps[name])) expect(known).toContain(lesson);
});

test('docs/runtimes.md says what was judged', async () => {
  const verdicts = ({ id }: Lesson) => Object.fromEntries(names.map((name) => [name, judged.get(`${name} ${id}`)])) as Judged['verdicts'];
  await expect(page(lessons.map((lesson) => ({ id: lesson.id, title: lesson.title, verdicts: verdicts(lesson) })), gaps)).toMatchFileSnapshot('../../docs/runtimes.md');
});

/** Another one every time: what is random in a check is to be met, sooner or later. */
function seed(): string {
  return Math.random().toString(36).slice(2, 10);
}
