/** What rules ask about commands that have joined a container; nothing where the two were not both seen. */
import { expect, test } from 'vitest';
import { hasItsOwn, isInCgroup, joined, missing, refusedCall, stayedOutside } from '../../sandbox/diagnose/exec-helpers.ts';
import { commands, joins } from '../../sandbox/diagnose/helpers.ts';
import type { RunFacts } from '../../sandbox/diagnose/scene.ts';
import { processFacts, scene } from './facts.ts';

const host = processFacts(1, { namespaces: { net: 1, mnt: 2, pid: 3 } });
const first = processFacts(412, { namespaces: { net: 11, mnt: 12, pid: 13 }, cgroup: '/box/a' });
const wall = { before: host, after: host };
const run: Partial<RunFacts> = { asked: { flags: ['--name', 'web'], command: ['sleep', '1'] }, command: first };
const exec = (facts: Parameters<typeof processFacts>[1], name = 'web'): Partial<RunFacts> => ({ asked: { name, flags: [], command: ['sh'] }, command: processFacts(500, facts) });
const with_ = (one: Partial<RunFacts>, notes = {}) => scene([run, one], { wall, notes });

test('a command that has joined is no container’s first', () => {
  const it = with_(exec({}));
  expect(commands(it)).toEqual([first]);
  expect(it.runs.map(joins)).toEqual([false, true]);
  expect(joined(it)).toMatchObject([{ container: { pid: 412 }, command: { pid: 500 } }]);
  expect(joined(with_(exec({}, 'another')))).toEqual([]);
});

test.each([
  ['outside', { net: 1 }, true, false], ['inside', { net: 11 }, false, false], ['elsewhere', { net: 99 }, false, true], ['unknown', {}, false, false],
])('%s', (_name, namespaces, stayed, own) => {
  const it = with_(exec({ namespaces }), { 'not joined': { name: 'x', value: ['net'], evidence: [] } });
  const [one] = joined(it);
  expect([stayedOutside(one!, it, 'net'), hasItsOwn(one!, it, 'net'), missing(it, 'net'), missing(it, 'mnt')]).toEqual([stayed, own, stayed, false]);
});

test('in the cgroup or below it, or not known', () => {
  const [one] = joined(with_(exec({})));
  expect(['/box/a', '/box/a/leaf', '/box/ab', '/shell', undefined].map((path) => isInCgroup(path, one!))).toEqual([true, true, false, false, undefined]);
});

test('the call on which a box exec failed', () => {
  const failed = { call: 'setns(5, 0)', name: 'setns', errno: 'EINVAL', condition: '', advice: '', certain: false, evidence: [] };
  const { command: _none, ...unseen } = exec({});
  expect(refusedCall(scene([run, { ...unseen, commandNeverSeen: true, calls: [failed] }]))).toBe(failed);
  expect(refusedCall(scene([{ ...run, commandNeverSeen: true, calls: [failed] }]))).toBeUndefined();
});
