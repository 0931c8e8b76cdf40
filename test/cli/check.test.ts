/** `drydock check` around a sandbox that is played: what it asks for, what it prints, records and ends with. */
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { SandboxError } from '../../src/check/sandbox.ts';
import { answering, JudgedWorld, result, verdictOf } from './judged-world.ts';

const failing = answering(result('one', 'pass', 2), result('two', 'fail', 3));

test('a lesson that passes: status 0, the next step, and it is recorded', async () => {
  using world = new JudgedWorld();
  const { status, out } = await world.drydock('check', '1', '--seed', 'abc');
  expect(status).toBe(0);
  expect(out).toMatch(/^01-processes {2}.*\n {2}pass {6}Title of one\n {2}pass {6}Title of two\nPassed: 2 of 2 checks pass, 3 of 3 points\n1\.0 s, seed abc, uml 6\.1\n\ndrydock start 2 /);
  expect(world.closed).toBe(1);
  expect(world.progress()).toMatchObject({
    lessons: { '01-processes': { state: 'passed', attempts: 1, last: { at: '2026-01-02T03:04:05.000Z', passed: true, points: 3, of: 3, failed: [], seed: 'abc' } } },
  });
});

test('a lesson that fails: status 1, what to do next, and the lesson stays started', async () => {
  using world = new JudgedWorld({ check: failing });
  const { status, out } = await world.drydock('check', 'processes', '--seed', 'abc');
  expect(status).toBe(1);
  expect(out).toContain('Not passed: 1 of 2 checks pass, 2 of 5 points');
  expect(out).toContain('drydock hint 1   the next hint        drydock check 1 --seed abc   exactly this run again');
  expect(world.progress()).toMatchObject({ lessons: { '01-processes': { state: 'started', last: { passed: false, failed: ['two'] } } } });
});

test('what is sent: the box, the checks, a seed, and how to start box', async () => {
  using world = new JudgedWorld();
  await world.drydock('check', '1', '--box', 'python3 box/box.py');
  const [request] = world.requests;
  expect(request).toMatchObject({ lesson: '01-processes', command: 'python3 box/box.py', seed: expect.stringMatching(/^[0-9a-f]{8}$/) });
  expect(request?.box.map((file) => file.path)).toEqual(['box.ts']);
  expect(request?.checks.map((file) => file.path)).toContain('checks.test.ts');
  await world.drydock('check', '1');
  expect(world.requests[1]).not.toHaveProperty('command');
  expect(world.requests[1]?.seed).not.toBe(request?.seed);
});

test('--json prints the verdict and nothing else on standard output', async () => {
  using world = new JudgedWorld({ check: failing });
  const { status, out, err } = await world.drydock('check', '1', '--json', '--seed', 's');
  expect(status).toBe(1);
  expect(JSON.parse(out)).toEqual(verdictOf({ lesson: '01-processes', seed: 's', box: [], checks: [] }, [result('one', 'pass', 2), result('two', 'fail', 3)]));
  // What the sandbox does is said on standard error, and a terminal obeys none of it.
  expect(err).toBe('The private kernel boots.\nthe kernel was ␛[31mreplaced\n');
});

test('--all judges every lesson with one box and one seed, and one that fails is enough for status 1', async () => {
  using world = new JudgedWorld({ check: (request, options) => (request.lesson === '02-syscalls' ? failing : answering(result('one', 'pass')))(request, options) });
  const { status, out } = await world.drydock('check', '--all', '--json', '--seed', 's');
  const { schema, passed, verdicts } = JSON.parse(out) as { schema: string; passed: boolean; verdicts: { lesson: string }[] };
  expect([status, schema, passed]).toEqual([1, 'drydock.verdicts/1', false]);
  expect(verdicts.map(({ lesson }) => lesson)).toEqual(world.requests.map(({ lesson }) => lesson));
  expect(verdicts.length).toBeGreaterThanOrEqual(3);
  expect(new Set(world.requests.map(({ seed }) => seed))).toEqual(new Set(['s']));
});

test.each([
  [['check', '1', '--reporter', 'tab'], 2, /^drydock: There is no reporter "tab"\.\n {2}→ Did you mean tap\?\n/],
  [['check', '1', '--json', '--reporter', 'tap'], 2, /--json and --reporter tap were given/],
  [['check', '1', '--seed', 'no spaces'], 2, /"no spaces" is no seed/],
  [['check', '1', '--all'], 2, /A lesson and --all were named/],
  [['check', 'procesess'], 2, /There is no lesson "procesess"\.\n {2}→ Did you mean 01-processes\?/],
  [['check', '1', '--kernel', 'umm'], 2, /There is no kernel "umm"/],
])('%j is a matter of usage', async (argv, status, message) => {
  using world = new JudgedWorld();
  const ran = await world.drydock(...argv);
  expect(ran.status).toBe(status);
  if (argv.includes('--json')) expect(JSON.parse(ran.out)).toMatchObject({ schema: 'drydock.error/1', error: expect.stringMatching(message) });
  else expect(ran.err).toMatch(message);
  expect(world.requests).toEqual([]);
});

test('without a box it says how to get one, and starts no kernel', async () => {
  using world = new JudgedWorld();
  fs.rmSync(path.join(world.workspace, 'box'), { recursive: true });
  const { status, err } = await world.drydock('check', '1');
  expect(status).toBe(2);
  expect(err).toContain('there is no box yet');
  expect(world.requests).toEqual([]);
});

test('a sandbox that is lost is no verdict: status 4, nothing recorded', async () => {
  using world = new JudgedWorld({ check: () => Promise.reject(new SandboxError('kernel', 'the kernel was lost: it did not answer')) });
  const { status, err, out } = await world.drydock('check', '1');
  expect(status).toBe(4);
  expect(err).toContain('drydock: 01-processes could not be judged: the kernel was lost: it did not answer\n  → drydock check 1   tries again');
  expect(out).not.toContain('assed');
  expect(fs.existsSync(path.join(world.workspace, 'progress.json'))).toBe(false);
  expect(world.closed).toBe(1);
});

test('Ctrl-C cancels the check: status 130, nothing recorded, the sandbox is left in order', async () => {
  using world = new JudgedWorld({
    check: (_request, options) => new Promise((_resolve, reject) => {
      options?.signal?.addEventListener('abort', () => reject(new SandboxError('cancelled', 'cancelled')));
      queueMicrotask(() => world.interrupt.abort());
    }),
  });
  const { status, err } = await world.drydock('check', '1');
  expect(status).toBe(130);
  expect(err).not.toContain('could not be judged');
  expect(fs.existsSync(path.join(world.workspace, 'progress.json'))).toBe(false);
  expect(world.closed).toBe(1);
});
