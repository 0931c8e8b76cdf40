import { expect, test } from 'vitest';
import { limitMet } from '../../sandbox/wall/meter.ts';
import type { Ending } from '../../sandbox/wire/messages.ts';

type Facts = Parameters<typeof limitMet>[0];

const calm: Facts = { before: { memory: 2, pids: 3 }, after: { memory: 2, pids: 3 }, stopped: undefined, full: false, code: 0, signal: null };

test.each<[string, Partial<Facts>, Ending['limit']]>([
  ['nothing', {}, undefined],
  ['a failure of its own', { code: 1 }, undefined],
  ['killed by somebody else', { code: null, signal: 'SIGKILL' }, undefined],
  ['the clock', { stopped: 'timeout', code: null, signal: 'SIGKILL' }, 'timeout'],
  ['too much output', { stopped: 'output', code: null, signal: 'SIGKILL' }, 'output'],
  ['memory', { after: { memory: 3, pids: 3 }, code: null, signal: 'SIGKILL' }, 'memory'],
  ['memory, survived', { after: { memory: 3, pids: 3 } }, 'memory'],
  ['processes', { after: { memory: 2, pids: 9 }, code: 254 }, 'pids'],
  ['processes, so that it took too long', { after: { memory: 2, pids: 9 }, stopped: 'timeout', code: null, signal: 'SIGKILL' }, 'pids'],
  ['processes and then memory', { after: { memory: 9, pids: 9 } }, 'pids'],
  ['a full disk', { full: true, code: 1 }, 'disk'],
  ['a full disk that did not matter', { full: true, code: 0 }, undefined],
  ['a file that grew too long', { code: null, signal: 'SIGXFSZ' }, 'disk'],
  ['what an earlier command had met', { before: { memory: 9, pids: 9 }, after: { memory: 9, pids: 9 }, code: 1 }, undefined],
])('%s', (_, facts, limit) => {
  expect(limitMet({ ...calm, ...facts })).toBe(limit);
});
