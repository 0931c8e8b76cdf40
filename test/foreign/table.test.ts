import { expect, test } from 'vitest';
import type { CheckResult, CheckStatus, Verdict } from '../../sandbox/wire/verdict.ts';
import { page, readGaps, surprises, type Judged } from './table.ts';

const check = (id: string, status: CheckStatus, more: Partial<CheckResult> = {}): CheckResult => ({
  id, title: `What ${id} is`, points: 1, status, did: '', expected: 'this', observed: 'that', evidence: [], durationMs: 1, ...more,
});
const verdict = (...checks: CheckResult[]): Verdict => ({
  schema: 'drydock.verdict/1', lesson: '05-root', passed: false, seed: 's', kernel: { kind: 'uml', release: '6', image: 'i' }, durationMs: 1, checks,
});
const why = 'it does something else, for a good reason';

test('a gap is a runtime, a lesson, a check and a sentence', () => {
  expect(readGaps(`[unshare.05-root]\nold-root = "${why}"\n`)).toEqual({ runc: {}, crun: {}, bubblewrap: {}, unshare: { '05-root': { 'old-root': why } } });
  expect(() => readGaps('[docker.05-root]\n')).toThrow();
  expect(() => readGaps('[runc.05-root]\nold-root = "no"\n')).toThrow('a reason is a sentence');
});

test.each<[string, CheckResult, string[]]>([
  ['a pass', check('a', 'pass'), []],
  ['a gap', check('gap', 'fail'), []],
  ['what a gap keeps from being tried', check('a', 'blocked', { blockedBy: ['gap'] }), []],
  ['a failure', check('a', 'fail'), ['a: fails: expected this; observed that']],
  ['a gap that passes', check('gap', 'pass'), ['gap: passes, and gaps.toml says that it does not']],
  ['a gap that was not tried', check('gap', 'blocked'), ['gap: was not tried, so gaps.toml cannot know']],
  ['a gap that ends in an error', check('gap', 'error'), ['gap: ends as "error": that']],
  ['a rule that finds fault with what is right', check('a', 'pass', { fired: ['lost'] }), ['a: passes, and the rule "lost" fires']],
])('%s is as it should be, or is said', (_name, result, expected) => {
  expect(surprises(verdict(result, ...(result.id === 'gap' ? [] : [check('gap', 'fail')])), [], { gap: why })).toEqual(expected);
});

test('a gap of a check that there is not; a process that was left', () => {
  expect(surprises(verdict(), [], { gone: why })).toEqual(['gone: gaps.toml knows a check that 05-root does not have']);
  const left = (kind: 'process' | 'file') => ({ kind, what: 'x', lesson: '03-pid', evidence: { source: '', lines: [] } });
  expect(surprises(verdict(), [left('process'), left('file')])).toEqual(['a process was left behind: x']);
});

test('the page has a row for each check, a column for each runtime, and a note for each gap', () => {
  const good = verdict(check('old-root', 'pass'), check('way', 'pass'));
  const lesson: Judged = {
    id: '05-root', title: 'Another root',
    verdicts: { runc: good, crun: good, bubblewrap: good, unshare: verdict(check('old-root', 'fail'), check('way', 'blocked', { blockedBy: ['old-root'] })) },
  };
  const lines = page([lesson], readGaps(`[unshare.05-root]\nold-root = "${why}"\n`)).split('\n');
  expect(lines).toContain('| `old-root` | What old-root is | passes | passes | passes | no (1) |');
  expect(lines).toContain('| `way` | What way is | passes | passes | passes | needs `old-root` |');
  expect(lines).toContain(`1. 05-root, \`old-root\`, unshare: ${why}.`);
});
