import { describe, expect, test } from 'vitest';
import { claim } from '../../sandbox/check/claims.ts';
import { CheckFailure } from '../../sandbox/check/failure.ts';
import type { Claim } from '../../sandbox/check/api.ts';
import { show } from '../../sandbox/check/words.ts';
import { fact } from '../../sandbox/observe/fact.ts';

const pids = fact('the ids of the command', [412, 1], '/proc/412/status', ['NSpid:\t412\t1']);
const one = fact('the ids of the command', [412], '/proc/412/status', ['NSpid:\t412']);
const name = fact("the command's host name", 'drydock', '/proc/412/ns/uts', ['drydock']);

/** What a claim says when it fails; undefined when it holds. */
function failure(state: () => void): CheckFailure | undefined {
  try {
    state();
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(CheckFailure);
    return error as CheckFailure;
  }
}

const on = <T>(of: { name: string; value: T; evidence: [] | typeof pids.evidence }): Claim<T> => claim(of, () => {});

describe('a claim that holds says nothing', () => {
  test.each<[string, () => void]>([
    ['is', () => on(name).is('drydock')],
    ['is, by Object.is', () => on(fact('x', Number.NaN, 's', [])).is(Number.NaN)],
    ['isNot', () => on(name).isNot('vessel')],
    ['equals', () => on(pids).equals([412, 1])],
    ['contains an element', () => on(pids).contains(1)],
    ['contains a part', () => on(name).contains('dock')],
    ['contains, deeply', () => on(fact('mounts', [{ at: '/proc' }], 's', [])).contains({ at: '/proc' })],
    ['lacks', () => on(pids).lacks(2)],
    ['endsWith', () => on(pids).endsWith(1)],
    ['endsWith a string', () => on(name).endsWith('dock')],
    ['satisfies', () => on(pids).satisfies((ids) => ids.length === 2, 'two ids')],
  ])('%s', (_what, state) => {
    expect(failure(state)).toBeUndefined();
  });
});

describe('a claim that does not hold says what was expected and what is', () => {
  test.each<[string, () => void, string, string]>([
    ['is', () => on(name).is('k3xw9'), `the command's host name should be "k3xw9"`, `the command's host name is "drydock"`],
    ['is, in words', () => on(name).is('k3xw9', 'the name after --hostname'), `the command's host name should be the name after --hostname`, `the command's host name is "drydock"`],
    ['isNot', () => on(name).isNot('drydock'), `the command's host name should not be "drydock"`, `the command's host name is "drydock"`],
    ['equals', () => on(one).equals([1]), 'the ids of the command should be 1', 'the ids of the command is 412'],
    ['contains', () => on(one).contains(1), 'the ids of the command should contain 1', 'the ids of the command is 412'],
    ['lacks', () => on(one).lacks(412), 'the ids of the command should not contain 412', 'the ids of the command is 412'],
    ['endsWith', () => on(one).endsWith(1, 'process 1 in its own pid namespace'), 'the ids of the command should be process 1 in its own pid namespace', 'the ids of the command is 412'],
    ['an empty list ends with nothing', () => on(fact('x', [] as number[], 's', [])).endsWith(1), 'x should end with 1', 'x is an empty list'],
    ['satisfies', () => on(one).satisfies((ids) => ids.length === 2, 'two ids'), 'the ids of the command should be two ids', 'the ids of the command is 412'],
  ])('%s', (_what, state, expected, observed) => {
    expect(failure(state)).toMatchObject({ expected, observed });
  });
});

test('a failure carries the evidence of its fact', () => {
  expect(failure(() => on(one).is([1]))?.evidence).toEqual([{ source: '/proc/412/status', lines: ['NSpid:\t412'] }]);
});

test('every claim is counted, whether or not it holds', () => {
  let stated = 0;
  const counting = claim(pids, () => (stated += 1));
  counting.contains(1);
  failure(() => counting.contains(2));
  expect(stated).toBe(2);
});

test('a claim about the parts of a thing that has none is a fault of the check, not a failure', () => {
  expect(() => claim(fact('x', 5 as unknown as string, 's', []), () => {}).contains('5')).toThrow(TypeError);
});

test.each([
  ['a b', '"a b"'],
  ['', 'empty'],
  [null, 'none'],
  [undefined, 'none'],
  [true, 'yes'],
  [[], 'an empty list'],
  [{}, 'nothing'],
  [[1, [2, 3], { a: 'x' }], '1, [2, 3], { a: "x" }'],
  [{ stdin: 0, out: null }, 'stdin: 0, out: none'],
  [Array.from({ length: 14 }, (_, at) => at), '0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, … 2 more'],
  [{ kind: 'character', mode: 0o666, uid: 0, gid: 0, size: 0, links: 1, inode: 5, device: '0:5', node: '1:3', path: '/dev/null' }, 'character device 1:3, mode 666, owner 0:0'],
  [{ kind: 'link', mode: 0o777, uid: 7, gid: 7, size: 3, links: 1, inode: 5, device: '0:5', target: 'a\nb', path: '/dev/null' }, 'link to "a\\nb", mode 777, owner 7:7'],
  [{ id: 34, mountPoint: '/proc/bus', options: ['rw', 'nosuid'], type: 'proc', source: 'proc', propagation: { kind: 'private' } }, 'proc on "/proc/bus" (rw,nosuid)'],
  ['x'.repeat(300), `"${'x'.repeat(198)}…`],
])('%j is shown as %s', (value, shown) => {
  expect(show(value)).toBe(shown);
});
