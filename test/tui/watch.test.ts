/** Saves, as editors make them, on a real file system. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Watch, watchBox } from '../../src/tui/effects/watch.ts';

let folder: string;
let watch: Watch | undefined;
let saves: string[][];

const file = (name: string): string => path.join(folder, name);
const begin = (pollMs = { events: 60_000, none: 60_000 }): void => {
  watch = watchBox({ folder, onSave: (files) => saves.push(files), quietMs: 20, pollMs });
};
const settled = (expected: string[][]): Promise<void> => vi.waitFor(() => expect(saves).toEqual(expected), { timeout: 5000, interval: 10 });

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'drydock watch ü '));
  fs.writeFileSync(file('run.ts'), 'one');
  fs.mkdirSync(file('lib'));
  fs.writeFileSync(file('lib/a.ts'), 'a');
  saves = [];
});

afterEach(() => {
  watch?.[Symbol.dispose]();
  watch = undefined;
  fs.rmSync(folder, { recursive: true, force: true });
});

describe('with events', () => {
  test('a file that is rewritten', async () => {
    begin();
    fs.writeFileSync(file('run.ts'), 'two');
    await settled([['run.ts']]);
  });

  test('an atomic save, as vim and VS Code make it, is one save of one file', async () => {
    begin();
    fs.writeFileSync(file('.run.ts.swp'), 'swap');
    fs.writeFileSync(file('4913'), '');
    fs.rmSync(file('4913'));
    fs.renameSync(file('run.ts'), file('run.ts~'));
    fs.writeFileSync(file('run.ts'), 'two');
    fs.rmSync(file('run.ts~'));
    await settled([['run.ts']]);
    fs.writeFileSync(file('run.ts.tmp'), 'three');
    fs.renameSync(file('run.ts.tmp'), file('run.ts'));
    await settled([['run.ts'], ['run.ts']]);
  });

  test('a file in a folder that was just made', async () => {
    begin();
    fs.mkdirSync(file('new'));
    fs.writeFileSync(file('new/x.ts'), 'x');
    await settled([['new/x.ts']]);
    fs.writeFileSync(file('new/x.ts'), 'changed');
    await settled([['new/x.ts'], ['new/x.ts']]);
  });

  test('saving without a change is a save, too', async () => {
    begin();
    const now = new Date();
    fs.utimesSync(file('lib/a.ts'), now, now);
    await settled([['lib/a.ts']]);
  });

  test('a file that is gone', async () => {
    begin();
    fs.rmSync(file('run.ts'));
    await settled([['run.ts']]);
  });

  test('several files written together are one save', async () => {
    begin();
    fs.writeFileSync(file('run.ts'), 'two');
    fs.writeFileSync(file('lib/a.ts'), 'b');
    await settled([['lib/a.ts', 'run.ts']]);
  });

  test('what is no work of the learner’s is not looked at; the next save is', async () => {
    begin();
    fs.mkdirSync(file('node_modules'));
    fs.writeFileSync(file('node_modules/x.ts'), '');
    fs.mkdirSync(file('.git'));
    fs.writeFileSync(file('.git/index'), '');
    fs.writeFileSync(file('#run.ts#'), '');
    fs.symlinkSync('nowhere', file('.#run.ts'));
    fs.writeFileSync(file('run.ts'), 'two');
    await settled([['run.ts']]);
  });

  test('our own changes are none', async () => {
    begin();
    fs.writeFileSync(file('run.ts'), 'laid');
    watch?.settle();
    fs.writeFileSync(file('lib/a.ts'), 'saved');
    await settled([['lib/a.ts']]);
  });
});

test('without events, a look at intervals finds every save', async () => {
  // A folder that is not there yet cannot be watched: the same as where no event ever comes.
  fs.rmSync(folder, { recursive: true });
  begin({ events: 60_000, none: 15 });
  fs.mkdirSync(folder);
  fs.writeFileSync(file('run.ts'), 'late');
  await settled([['run.ts']]);
});

test('a file that is written without a pause is noticed all the same', async () => {
  begin();
  const writing = setInterval(() => fs.appendFileSync(file('run.ts'), '.'), 5);
  try {
    await vi.waitFor(() => expect(saves.length).toBeGreaterThan(1), { timeout: 5000 });
  } finally {
    clearInterval(writing);
  }
});

test('a folder that disappears ends nothing', async () => {
  begin({ events: 15, none: 15 });
  fs.rmSync(folder, { recursive: true });
  await settled([['lib/a.ts', 'run.ts']]);
  fs.mkdirSync(folder);
  fs.writeFileSync(file('run.ts'), 'back');
  await settled([['lib/a.ts', 'run.ts'], ['run.ts']]);
});
