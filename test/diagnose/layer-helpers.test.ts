import { expect, test } from 'vitest';
import * as ask from '../../sandbox/diagnose/layer-helpers.ts';
import { diffRules } from '../../sandbox/diagnose/layer-diff-rules.ts';
import type { RunFacts } from '../../sandbox/diagnose/scene.ts';
import { parseMountinfo } from '../../sandbox/observe/mountinfo.ts';
import { mounts, processFacts, scene } from './facts.ts';

const overlay = parseMountinfo('90 1 0:50 / / rw - overlay overlay rw,lowerdir=/b:/a,upperdir=/run/box/x/upper,workdir=/run/box/x/work,userxattr\n');
const host = processFacts(1, { mounts: mounts('20 1 / - ext4', '21 20 /run') });
const wall = { before: host, after: host };
const note = (value: unknown) => ({ name: 'n', value, evidence: [] });

test('overlays, and what their upper layer lies on', () => {
  const [found] = ask.overlays(scene([{ command: processFacts(5, { mounts: overlay }) }, { command: host }, {}]));
  expect(found?.mount.type).toBe('overlay');
  expect(ask.upperMount(scene([], { wall }), overlay[0]!)?.mountPoint).toBe('/run');
  expect(ask.upperMount(scene([]), overlay[0]!)).toBeUndefined();
  expect(ask.upperMount(scene([], { wall }), host.mounts![0]!)).toBeUndefined();
});

test('the layers of a run', () => {
  const run = (flags: string[]): RunFacts => ({ argv: ['box'], asked: { flags, command: ['true'] } });
  expect(ask.layersOf(run(['--layer', '/a', '--name', 'x', '--layer', '/b']))).toEqual(['/a', '/b']);
  expect(ask.layersOf(run(['--rootfs', '/a']))).toEqual(['/a']);
  expect(ask.layersOf({ argv: ['box'] })).toEqual([]);
});

test('an overlay that was refused', () => {
  const refused = (call: string): Partial<RunFacts> => ({ ending: { code: 125, signal: null }, calls: [{ call, name: 'mount', errno: 'EINVAL', condition: 'Because.', advice: '', certain: true, evidence: [] }] });
  expect(ask.refusedOverlay(scene([refused('mount("overlay", "/x", "overlay", 0, "lowerdir=/a")')]))).toEqual({ errno: 'EINVAL', condition: 'Because.' });
  expect(ask.refusedOverlay(scene([refused('mount("proc", "/x", "proc", 0, NULL)')]))).toBeUndefined();
  expect(ask.refusedOverlay(scene([{}]))).toBeUndefined();
});

const wanted = ['A /n', 'A /n/f', 'C /d', 'D /d/old', 'C /e', 'C /e/f', 'D /gone'];

test.each([
  ['all of it, in order', wanted, undefined],
  ['a whiteout as a file', wanted.map((line) => line.replace('D /gone', 'A /gone')), 'whiteouts-as-added'],
  ['nothing deleted', wanted.filter((line) => !line.startsWith('D')), 'deletions-missing'],
  ['what an opaque directory hides', wanted.filter((line) => line !== 'D /d/old'), 'opaque-ignored'],
  ['an opaque directory as deleted', ['D /n', 'D /d', 'C /e', 'C /e/f', 'D /gone'], 'opaque-means-deleted'],
  ['everything as added', wanted.map((line) => line.replace('C', 'A')), 'never-looked-below'],
  ['no directories on the way', wanted.filter((line) => line !== 'C /e' && line !== 'C /d'), 'parents-missing'],
  ['another order', wanted.toReversed(), 'diff-unsorted'],
  ['nothing printed', [], undefined],
])('diff: %s', (_, printed, id) => {
  const notes = { printed: note(printed), 'to print': note(wanted) };
  expect(diffRules.filter((rule) => rule.when(scene([], { notes }))).map((rule) => rule.id)).toEqual(id === undefined ? [] : [id]);
  expect(ask.diffs(scene())).toBeUndefined();
});
