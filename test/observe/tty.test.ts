/** What a terminal is set to, as seen from outside of the program that runs in it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import pty from '@lydell/node-pty';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { view } from '../../sandbox/observe/live.ts';
import type { ProcessView } from '../../sandbox/observe/process.ts';
import { modesOf, sizeAt } from '../../sandbox/observe/tty.ts';
import { Child, self, until } from './children.ts';

let terminal: pty.IPty;
let inside: ProcessView;
beforeAll(async () => {
  terminal = pty.spawn('sleep', ['1000.25'], { cols: 91, rows: 31 });
  await until(() => view(terminal.pid).argv().value[0] === 'sleep');
  inside = view(terminal.pid, 'the sleeper');
});
afterAll(() => {
  terminal.kill('SIGKILL');
});

test('its size, before and after it was changed', async () => {
  expect(inside.windowSize(0)).toMatchObject({
    name: "the sleeper's window size at descriptor 0", value: { rows: 31, columns: 91 }, evidence: [{ lines: ['31 rows, 91 columns'] }],
  });
  terminal.resize(100, 40);
  expect(await until(() => inside.windowSize(2).value?.columns === 100)).toBe(true);
  expect(inside.windowSize(0).value).toEqual({ rows: 40, columns: 100 });
});

test('what is open is known by its numbers, not by its name', () => {
  const [file, named] = [inside.openFile(0).value, inside.file(inside.descriptor(0).value ?? '').value];
  expect(file).toMatchObject({ kind: 'character', node: inside.terminal().value, inode: named?.inode, device: named?.device });
  expect(inside.openFile(777)).toMatchObject({ value: null, evidence: [{ lines: ['not open'] }] });
  expect(inside.windowSize(777).value).toBeNull();
});

test('a pipe and a file are no terminals', async () => {
  await using child = new Child(['sleep', '1000.75']);
  const piped = await child.running(['sleep', '1000.75']);
  expect(piped.windowSize(0)).toMatchObject({ value: null, evidence: [{ lines: ['no terminal'] }] });
  expect(piped.openFile(2).value).toMatchObject({ kind: 'character', node: '1:3' });
  const file = fs.openSync(import.meta.filename, 'r');
  expect([modesOf(file), sizeAt(file)]).toEqual([null, null]);
  fs.closeSync(file);
  expect(self().openFile(0).value).not.toBeNull();
});

test('its modes, as they are and in raw mode', async () => {
  const slave = fs.openSync(inside.descriptor(0).value ?? '', fs.constants.O_RDWR | fs.constants.O_NOCTTY);
  try {
    expect(modesOf(slave)).toEqual({ echo: true, lines: true, signals: true });
    await once(spawn('stty', ['raw', '-echo'], { stdio: [slave, 'ignore', 'ignore'] }), 'exit');
    expect(modesOf(slave)).toEqual({ echo: false, lines: false, signals: false });
  } finally {
    fs.closeSync(slave);
  }
});
