/** One submission around kernels that are played: what is believed, what is tried again, and what it comes to. */
import { expect, test } from 'vitest';
import { SandboxError } from '../../src/check/sandbox.ts';
import { gradeSubmission } from '../../src/grade/submission.ts';
import { canonicalLine } from '../../src/grade/canonical.ts';
import type { SubmissionResult } from '../../src/grade/result.ts';
import { Scratch } from './archives.ts';
import { allPass, answer, checked, type Play, Played } from './played.ts';

async function graded(play: Play, played = new Played(play)): Promise<SubmissionResult & { kernels: number }> {
  using scratch = new Scratch();
  scratch.write('ada/box.ts', 'x');
  const graded = await gradeSubmission({ source: scratch.at('ada'), id: 'id', name: 'ada', student: { id: 'a', name: 'Ada', pseudonym: false } }, played.grading());
  expect(played.open).toBe(0);
  return { ...graded, kernels: played.kernels };
}

const statuses = ({ lessons }: SubmissionResult): string[] => lessons.map(({ checks }) => checks.map(({ id, status }) => `${id} ${status}`).join(', '));

test('everything passes: one kernel, the course’s points and titles', async () => {
  const result = await graded(allPass);
  expect(result).toMatchObject({ outcome: 'pass', points: 8, maxPoints: 8, attempts: 1, flaky: false, kernels: 1, sharedKernel: false, gradedAt: '2026-01-02T03:04:05.000Z' });
  expect(result.lessons[0]?.checks[0]).toMatchObject({ title: 'The course’s a', points: 2 });
});

test.each<[string, Play, string, string[], number]>([
  ['more points than there are', async (request) => answer(request, [checked('a', 'pass', 1000), checked('b', 'pass', 0)]), 'pass', ['a pass, b pass', 'a pass, b pass'], 8],
  ['a check that fails', async (request) => answer(request, [checked('a', 'pass'), checked('b', 'fail')]), 'fail', ['a pass, b fail', 'a pass, b fail'], 4],
  ['a check that is blocked', async (request) => answer(request, [checked('a', 'pass'), checked('b', 'blocked')]), 'fail', ['a pass, b blocked', 'a pass, b blocked'], 4],
  ['a check that is missing', async (request) => answer(request, [checked('a', 'pass')]), 'error', ['a pass, b error', 'a pass, b error'], 4],
  ['no checks at all', async (request) => answer(request, []), 'error', ['a error, b error', 'a error, b error'], 0],
  ['a check that is there twice', async (request) => answer(request, [checked('a', 'pass'), checked('b', 'pass'), checked('a', 'pass')]), 'error', ['a error, b pass', 'a error, b pass'], 4],
  ['a check that nobody knows', async (request) => answer(request, [checked('a', 'pass'), checked('b', 'pass'), checked('c', 'pass', 50)]), 'error', ['a pass, b pass, unknown-c error', 'a pass, b pass, unknown-c error'], 8],
  ['another nonce', async (request) => answer(request, [checked('a', 'pass'), checked('b', 'pass')], { nonce: 'guessed' }), 'tamper', ['a tamper, b tamper', 'a tamper, b tamper'], 0],
  ['another lesson', async (request) => answer({ ...request, lesson: '01-one' }, [checked('a', 'pass'), checked('b', 'pass')]), 'tamper', ['a pass, b pass', 'a tamper, b tamper'], 4],
  ['another seed', async (request) => answer({ ...request, seed: 'x' }, [checked('a', 'pass'), checked('b', 'pass')]), 'tamper', ['a tamper, b tamper', 'a tamper, b tamper'], 0],
  ['no verdict', async (request) => ({ ...answer(request, []), verdict: null as never }), 'error', ['a error, b error', 'a error, b error'], 0],
  ['a status that is none', async (request) => answer(request, [checked('a', 'passed' as never), checked('b', 'pass')]), 'error', ['a error, b pass, unreadable error', 'a error, b pass, unreadable error'], 4],
  ['memory in one check, the rest passes', async (request) => answer(request, [checked('a', 'memory'), checked('b', 'pass')]), 'memory', ['a memory, b pass', 'a memory, b pass'], 4],
  ['tampering in one check', async (request) => answer(request, [checked('a', 'tamper'), checked('b', 'memory')]), 'tamper', ['a tamper, b memory', 'a tamper, b memory'], 0],
])('what is believed: %s', async (_, play, outcome, checks, points) => {
  const result = await graded(play);
  expect([result.outcome, statuses(result), result.points]).toEqual([outcome, checks, points]);
});

test('texts are cut to a size, and odd numbers put right', async () => {
  const huge = { ...checked('a', 'fail'), observed: 'x'.repeat(1e6), evidence: Array.from({ length: 99 }, () => ({ source: 's', lines: Array.from({ length: 999 }, () => 'y'.repeat(9999)) })), durationMs: -1 };
  const result = await graded(async (request) => answer(request, [huge, checked('b', 'pass')]));
  expect(JSON.stringify(result).length).toBeLessThan(3e6);
  expect(result.lessons[0]?.checks[0]?.observed.length).toBeLessThan(5000);
  expect(result.lessons[0]?.checks[0]?.durationMs).toBe(0);
});

test('a kernel that is lost is replaced; what was judged stands, and there is one more kernel', async () => {
  const asked: string[] = [];
  const result = await graded(async (request, options, number) => {
    asked.push(`${number} ${request.lesson}`);
    if (number === 1 && request.lesson === '02-two') {
      options.onCheck?.(checked('a', 'pass'));
      throw new SandboxError('kernel', 'the kernel was lost');
    }
    return await allPass(request, options, number);
  });
  expect(asked).toEqual(['1 01-one', '1 02-two', '2 02-two']);
  expect(result).toMatchObject({ outcome: 'pass', points: 8, attempts: 2, flaky: false });
});

test('a check that came out one way before the kernel was lost, and another after, is flaky', async () => {
  const result = await graded(async (request, options, number) => {
    if (number === 1) {
      options.onCheck?.(checked('a', 'fail'));
      throw new SandboxError('kernel', 'the kernel was lost');
    }
    return await allPass(request, options, number);
  });
  expect(result).toMatchObject({ outcome: 'pass', attempts: 2, flaky: true });
});

test('a machine that fails each time is no mark: bounded tries, no points, a sentence', async () => {
  const result = await graded(async () => Promise.reject(new SandboxError('kernel', 'the kernel was lost: it did not answer')));
  expect(result).toMatchObject({ outcome: 'infra', lessons: [], points: 0, maxPoints: 8, attempts: 3, kernels: 3 });
  expect(result.reason).toMatch(/The machine failed 3 times .*this is no mark\. Run the same command again/);
});

test('an error of the judge’s own is looked at once more; said twice it stands', async () => {
  const once = await graded(async (request, options, number) => (number === 1 && request.lesson === '01-one' ? answer(request, [checked('a', 'error'), checked('b', 'pass')]) : allPass(request, options, number)));
  expect(once).toMatchObject({ outcome: 'pass', points: 8, attempts: 2, flaky: false });
  const twice = await graded(async (request) => answer(request, [checked('a', 'error'), checked('b', 'pass')]));
  expect(twice).toMatchObject({ outcome: 'error', points: 4, attempts: 2 });
});

test('a lesson that takes too long is a timeout; what had passed by then keeps its points', async () => {
  const result = await graded((request, options, number) => (request.lesson === '02-two' ? allPass(request, options, number) : new Promise((_resolve, reject) => {
    options.onCheck?.(checked('a', 'pass'));
    options.signal?.addEventListener('abort', () => reject(new SandboxError('cancelled', 'cancelled')));
  })));
  expect([result.outcome, statuses(result), result.points, result.attempts]).toEqual(['timeout', ['a pass, b timeout', 'a pass, b pass'], 6, 1]);
});

test('a judge that does not stop when it is told to is a lost kernel', async () => {
  const result = await graded(() => new Promise(() => {}));
  expect(result).toMatchObject({ outcome: 'infra', attempts: 3, kernels: 3 });
  expect(result.reason).toContain('did not stop when it was told to');
});

test('a kernel without a pid namespace that ends with it judges nobody: exit 3, and it is ended', async () => {
  const asked: unknown[] = [];
  const played = new Played(async (request) => answer(request, [asked.push(request) as never]), false);
  await expect(graded(allPass, played)).rejects.toMatchObject({ exit: 3, message: expect.stringContaining('no pid namespace that ends with it') });
  expect([asked, played.open]).toEqual([[], 0]);
});

test('one that cannot be taken in costs no kernel', async () => {
  using scratch = new Scratch();
  const played = new Played();
  scratch.write('ada/README.md', 'x');
  const result = await gradeSubmission({ source: scratch.at('ada'), id: 'id', name: 'ada', student: { id: 'a', name: 'Ada', pseudonym: false } }, played.grading());
  expect(result).toMatchObject({ outcome: 'rejected', points: 0, maxPoints: 8, lessons: [], reason: expect.stringContaining('has no box.ts') });
  expect([played.kernels, 'kernel' in result]).toEqual([0, false]);
});

test('when it is aborted, it ends at once, and so does the kernel', async () => {
  const played = new Played(() => new Promise(() => {}));
  setTimeout(() => played.interrupt.abort(), 50);
  await expect(graded(allPass, played)).rejects.toBeDefined();
  expect(played.open).toBe(0);
});

test('the canonical form names no moment and no process', async () => {
  const seen = async (pid: number) => graded(async (request) => answer(request, [{ ...checked('a', 'fail'), observed: `process ${pid}`, durationMs: pid, evidence: [{ source: `/proc/${pid}/status`, lines: [] }] }, checked('b', 'pass')]));
  expect(canonicalLine(await seen(1))).toBe(canonicalLine(await seen(2)));
});
