import { describe, expect, test } from 'vitest';
import { Cancelled, CheckFailure, LimitReached, Tampering } from '../../sandbox/check/failure.ts';
import { result, returned, threw, withLimit } from '../../sandbox/check/outcome.ts';
import { Plan, PlanError } from '../../sandbox/check/plan.ts';
import { boxNow, endingWords, telling, tellingLine } from '../../sandbox/check/said.ts';
import { Stage } from '../../sandbox/check/stage.ts';
import type { BoxUse } from '../../sandbox/check/use.ts';
import { GoneError, ParseError, SystemCallError } from '../../sandbox/observe/errors.ts';

const evidence = [{ source: '/proc/1/status', lines: ['NSpid:\t1'] }];

describe('what a body threw becomes a status', () => {
  test.each<[string, unknown, object]>([
    ['a claim that does not hold', new CheckFailure({ expected: 'a', observed: 'b', evidence }), { status: 'fail', expected: 'a', observed: 'b', evidence }],
    ['a limit', new LimitReached('disk', 'the disk is full', evidence), { status: 'disk', expected: '', observed: 'the disk is full', evidence }],
    ['tampering', new Tampering('traced', evidence), { status: 'tamper', observed: 'traced', evidence }],
    ['a process that went away', new GoneError(412, '/proc/412/ns/pid'), { status: 'fail', observed: 'process 412 is gone: /proc/412/ns/pid cannot be read' }],
    ['cancelling', new Cancelled(), { status: 'error' }],
    ['a system call of the judge’s', new SystemCallError('mount', '"proc"', 'EPERM'), { status: 'error', observed: 'SystemCallError: mount("proc"): EPERM' }],
    ['a kernel text that we cannot read', new ParseError('/proc/1/stat', 'x', 'too short'), { status: 'error' }],
    ['a bug in the check', new TypeError('x is not a function'), { status: 'error', observed: 'TypeError: x is not a function' }],
    ['something that is no error', 'text', { status: 'error', observed: 'text' }],
  ])('%s', (_what, error, outcome) => {
    expect(threw(error)).toMatchObject(outcome);
  });
});

test('a body that returns passes only if it has claimed something', () => {
  expect(returned(1).status).toBe('pass');
  expect(returned(0)).toMatchObject({ status: 'error', observed: 'the check states nothing: it made no claim about any fact' });
});

test('a limit of the wall explains a failure or a timeout, and spoils nothing else', () => {
  const fail = threw(new CheckFailure({ expected: '', observed: 'x', evidence: [] }));
  expect(withLimit(fail, 'pids').status).toBe('pids');
  expect(withLimit(threw(new LimitReached('timeout', '')), 'memory').status).toBe('memory');
  expect(withLimit(fail, undefined).status).toBe('fail');
  for (const outcome of [returned(1), threw(new TypeError()), threw(new LimitReached('output', '')), threw(new Tampering(''))]) {
    expect(withLimit(outcome, 'pids')).toBe(outcome);
  }
});

test('texts and evidence that a learner may have made are cut to what can be shown', () => {
  const lines = Array.from({ length: 100 }, () => 'x'.repeat(1000));
  const cut = result({ id: 'a', title: 'A', points: 1 }, { status: 'fail', expected: 'y'.repeat(1000), observed: '', evidence: [{ source: 's', lines }] }, { durationMs: 1.6 });
  expect(cut.expected).toHaveLength(401);
  expect(cut.evidence[0]?.lines).toHaveLength(25);
  expect(cut.evidence[0]?.lines[0]).toHaveLength(401);
  expect(cut.evidence[0]?.lines.at(-1)).toBe('… 76 more lines');
  expect(cut.durationMs).toBe(2);
  expect(cut).not.toHaveProperty('mistake');
});

describe('a plan refuses', () => {
  const body = async (): Promise<void> => {};
  test.each<[string, (plan: Plan) => void, string]>([
    ['an id twice', (plan) => plan.add('one', 'Again', { points: 1 }, body), 'two checks are called one'],
    ['an id that is none', (plan) => plan.add('Two words', 'T', { points: 1 }, body), 'the check "Two words" needs an id of lower-case words joined by hyphens'],
    ['no title', (plan) => plan.add('two', ' ', { points: 1 }, body), 'the check two has no title'],
    ['half a point', (plan) => plan.add('two', 'T', { points: 0.5 }, body), 'the points of the check two are no whole number'],
    ['a need that is not there', (plan) => plan.add('two', 'T', { points: 1, needs: ['three'] }, body), 'the check two needs three, which is no check before it'],
    ['itself as a need', (plan) => plan.add('two', 'T', { points: 1, needs: ['two'] }, body), 'the check two needs two, which is no check before it'],
  ])('%s', (_what, add, message) => {
    const plan = new Plan();
    plan.add('one', 'One', { points: 0 }, body);
    expect(() => add(plan)).toThrow(new PlanError(message));
    expect(plan.checks.map(({ id }) => id)).toEqual(['one']);
  });
});

test('what was done is lines of shell; what a shell cannot do stands behind a #', () => {
  const stage = new Stage();
  const [sleeper, other] = [{ line: 'box run -- sleep 1' }, { line: 'box run -- cat' }] as BoxUse[];
  stage.use(sleeper as BoxUse);
  stage.use(other as BoxUse);
  stage.use(sleeper as BoxUse);
  stage.ran('ip link');
  stage.did(sleeper as BoxUse, 'kill -TERM the command, from outside');
  stage.did(sleeper as BoxUse, 'kill -KILL box, from outside');
  expect(stage.uses).toEqual([sleeper, other]);
  expect(stage.transcript()).toBe('box run -- sleep 1   # then kill -TERM the command, from outside, then kill -KILL box, from outside\nbox run -- cat\nip link');
});

test.each([
  ['', ''],
  ['one\ntwo\n\n', 'two'],
  ['box: first\nsomething else\n', 'box: first'],
  ['file:///x.ts:1\nconst x = ;\n\nSyntaxError: Unexpected token\n    at x\n\nNode.js v24\n', 'SyntaxError: Unexpected token'],
])('the line of %j that says most is %j', (text, line) => {
  expect(tellingLine(text)).toBe(line);
});

test('of a long text the end is shown, of an error its beginning', () => {
  const lines = Array.from({ length: 20 }, (_, at) => `line ${at}`);
  expect(telling(lines.join('\n'))).toEqual(lines.slice(-8));
  expect(telling(`noise\nTypeError: x\n${lines.join('\n')}`)[0]).toBe('TypeError: x');
});

test('endings in words', () => {
  expect(endingWords({ code: 3, signal: null })).toBe('exited with status 3');
  expect(boxNow({ code: null, signal: 'SIGKILL' })).toBe('box was killed by SIGKILL');
  expect(boxNow({ code: 0, signal: null })).toBe('box has exited with status 0');
  expect(boxNow(undefined)).toBe('box still runs');
});
