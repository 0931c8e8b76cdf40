import { describe, expect, test } from 'vitest';
import { diagnose } from '../../sandbox/diagnose/diagnose.ts';
import { concerns, faultsOf } from '../../sandbox/diagnose/rule.ts';
import type { Rule } from '../../sandbox/diagnose/rule.ts';
import { scene } from './facts.ts';

const rule = (id: string, more: Partial<Rule> = {}): Rule => ({ id, lesson: '05-root', title: `title of ${id}`, why: 'because', look: 'there', when: () => true, ...more });

describe('which rules are asked', () => {
  test.each([
    [{}, '05-root', 'x', true],
    [{}, '07-layers', 'x', true],
    [{}, '04-mounts', 'x', false],
    [{ checks: ['x'] }, '05-root', 'x', true],
    [{ checks: ['x'] }, '05-root', 'y', false],
    [{ checks: ['x'] }, '06-dev', 'x', false],
    [{ checks: ['06-dev/x'] }, '06-dev', 'x', true],
    [{ checks: ['06-dev/x'] }, '05-root', 'x', false],
    [{ checks: ['04-mounts/x'] }, '04-mounts', 'x', true],
  ])('%j in %s/%s: %s', (more, lesson, check, asked) => {
    expect(concerns(rule('a', more), { lesson, check })).toBe(asked);
    expect(diagnose(scene([], { lesson, check }), [rule('a', more)]).fired).toEqual(asked ? ['a'] : []);
  });
});

describe('of several that fire', () => {
  test('the one that names the check comes first, then the later lesson, then the order of writing', () => {
    const rules = [rule('general'), rule('early', { lesson: '02-syscalls' }), rule('second'), rule('named', { lesson: '02-syscalls', checks: ['05-root/a-check'] }), rule('silent', { when: () => false })];
    expect(diagnose(scene(), rules)).toMatchObject({ mistake: { id: 'named' }, fired: ['named', 'general', 'second', 'early'] });
  });

  test('one that beats others silences them, also those that would silence more', () => {
    const rules = [rule('effect'), rule('cause', { beats: ['effect'] }), rule('root', { beats: ['cause'] }), rule('beside')];
    expect(diagnose(scene(), rules).fired).toEqual(['root', 'beside']);
  });

  test('a rule that does not hold silences nobody', () => {
    expect(diagnose(scene(), [rule('a'), rule('b', { beats: ['a'], when: () => false })]).fired).toEqual(['a']);
  });
});

test('a mistake is worded with what was seen', () => {
  const told = rule('renamed', {
    why: ({ wall }) => `it was ${wall.before.hostname}`, look: (it) => `in ${it.lesson}`, evidence: () => [{ source: '/proc/1/status', lines: ['x'] }],
  });
  const before = { pid: 1, label: 'the host', evidence: {}, hostname: 'wall' };
  expect(diagnose(scene([], { wall: { before, after: before } }), [told])).toEqual({
    mistake: { id: 'renamed', title: 'title of renamed', why: 'it was wall', look: 'in 05-root' },
    evidence: [{ source: '/proc/1/status', lines: ['x'] }], fired: ['renamed'], broken: [],
  });
});

describe('a rule that throws', () => {
  const boom = (): never => {
    throw new Error('boom');
  };

  test('is reported and has no say', () => {
    expect(diagnose(scene(), [rule('a', { when: boom }), rule('b')])).toMatchObject({ mistake: { id: 'b' }, fired: ['b'], broken: [{ id: 'a', error: new Error('boom') }] });
  });

  test('while it speaks costs only its words', () => {
    const told = diagnose(scene(), [rule('a', { why: boom, evidence: boom })]);
    expect(told).toMatchObject({ evidence: [], fired: ['a'], broken: [{ id: 'a' }, { id: 'a' }] });
    expect(told).not.toHaveProperty('mistake');
  });
});

test('nothing fires, nothing is said', () => {
  expect(diagnose(scene(), [])).toEqual({ evidence: [], fired: [], broken: [] });
});

test.each([
  ['a doubled id', [rule('a'), rule('a', { lesson: '06-dev' })], ['06-dev: the id a is taken']],
  ['an id that is not kebab-case', [rule('A_b')], ['05-root: A_b is not kebab-case']],
  ['an unknown name', [rule('a', { beats: ['b'] })], ['a beats b, which is no rule']],
  ['a circle', [rule('a', { beats: ['b'] }), rule('b', { beats: ['c'] }), rule('c', { beats: ['a'] })], ['a beats itself', 'b beats itself', 'c beats itself']],
  ['a way into a circle', [rule('z', { beats: ['a'] }), rule('a', { beats: ['a'] })], ['a beats itself']],
  ['a good set', [rule('a', { beats: ['b'] }), rule('b')], []],
] satisfies [string, Rule[], string[]][])('a set of rules with %s', (_, rules, faults) => {
  expect(faultsOf(rules)).toEqual(faults);
});
