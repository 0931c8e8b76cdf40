import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { isStarved, limitMet } from '../../sandbox/wall/meter.ts';
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

test.each<[string, Record<string, string>, boolean]>([
  ['full of what cannot be dropped', {}, true],
  ['full of files, which can be', { 'memory.stat': 'anon 60000000\nfile 70000000\nkernel 4000000\nshmem 0\n' }, false],
  ['full of files in memory, which cannot', { 'memory.stat': 'anon 60000000\nfile 70000000\nkernel 4000000\nshmem 66000000\n' }, true],
  ['nearly full, and never more', { 'memory.events.local': 'low 0\nhigh 0\nmax 0\noom 0\n' }, false],
  ['without a limit', { 'memory.max': 'max\n' }, false],
])('memory %s', (_, files, starved) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'meter-'));
  const full = {
    'memory.max': '134217728\n', 'memory.stat': 'anon 129060864\nfile 978944\nkernel 4145152\nshmem 53248\n', 'memory.events.local': 'low 0\nhigh 0\nmax 8968\noom 0\n',
  };
  for (const [name, text] of Object.entries({ ...full, ...files })) fs.writeFileSync(path.join(folder, name), text);
  expect(isStarved(folder)).toBe(starved);
  fs.rmSync(folder, { recursive: true });
});

test('a cgroup that has gone is not starved', () => {
  expect(isStarved('/sys/fs/cgroup/gone')).toBe(false);
});
