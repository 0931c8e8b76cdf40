import fc from 'fast-check';
import { expect, test } from 'vitest';
import { asRequest, idOf, UsageError } from '../../sandbox/agent/validate.ts';

test.each([
  { id: '1', op: 'hello' },
  { id: '1', op: 'run', wall: 'fresh', argv: ['true'] },
  { id: '1', op: 'run', wall: 'playground', argv: ['sh', ''], cwd: '/', env: { A: '' }, terminal: { columns: 80, rows: 24 }, outputLimit: 0, timeLimit: 1, limits: { memory: 1, pids: 2 }, box: [] },
  { id: '1', op: 'experiment', session: 's', script: 'a\nb', box: [{ path: 'a', base64: '' }] },
  { id: '1', op: 'check', lesson: '01', checks: [], box: [{ path: 'a', base64: 'YQ==', executable: true }], seed: 's', allRules: true },
  { id: '1', op: 'trace', box: [], argv: ['true'], setup: 'a\nb', timeLimit: 5 },
  { id: '1', op: 'cancel', target: '2' },
])('$op is a request', (message) => {
  expect(asRequest(message)).toBe(message);
});

test.each([
  null, 5, 'x', [], {}, { id: 1, op: 'hello' }, { op: 'hello' }, { id: '1' }, { id: '1', op: 'constructor' }, { id: '1', op: ['run'] },
  { id: '1', op: 'run', wall: 'fresh', argv: 'true' }, { id: '1', op: 'run', wall: 'fresh', argv: ['a', 5] },
  { id: '1', op: 'run', wall: 'fresh', argv: ['a'], timeLimit: -1 }, { id: '1', op: 'run', wall: 'fresh', argv: ['a'], timeLimit: Number.NaN },
  { id: '1', op: 'run', wall: 'fresh', argv: ['a'], env: ['A=b'] }, { id: '1', op: 'run', wall: 'fresh', argv: ['a'], env: { '': 'x' } },
  { id: '1', op: 'trace', box: [], argv: [] }, { id: '1', op: 'trace', argv: ['a'] },
  { id: '1', op: 'check', lesson: '01', checks: [{}], box: [], seed: 's' }, { id: '1', op: 'resize', target: '2', terminal: null },
])('%j is none', (message) => {
  expect(() => asRequest(message)).toThrow(UsageError);
});

test('nothing at all makes it fail in another way', () => {
  fc.assert(fc.property(fc.anything(), (message) => {
    idOf(message);
    try {
      asRequest(message);
    } catch (error) {
      expect(error).toBeInstanceOf(UsageError);
    }
  }), { numRuns: 2000 });
});
