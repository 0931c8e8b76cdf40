/** The open drill on disk: whole or not at all, and nothing of the learner's. */
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { answer, closeDrill, keepDrill, openDrill } from '../../src/drill/store.ts';
import type { Drill } from '../../src/drill/types.ts';
import { textFile } from '../../src/lesson/tree.ts';
import { result } from '../cli/judged-world.ts';
import { temporaryFolder } from '../lesson/fixture.ts';

const drill: Drill = {
  lesson: '05-root', seed: 's', on: 'reference', because: 'no box', choices: [{ id: 'a', title: 'A' }, { id: 'b', title: 'B' }], mistake: 'b',
  symptoms: [result('one', 'fail')], proof: { ...result('one', 'fail'), mistake: { id: 'b', title: 'B', why: 'why', look: 'look' } },
  before: new Map([['box.ts', textFile('1\n')]]), broken: new Map([['box.ts', textFile('2\n')], ['tool', textFile('#!/bin/sh\n', true)]]),
};

test('what is kept is what is opened; a later one takes its place; closed it is gone', () => {
  using folder = temporaryFolder();
  expect(openDrill(folder.path)).toBeUndefined();
  keepDrill(folder.path, drill);
  expect(openDrill(folder.path)).toEqual(drill);
  const { because: _because, ...mine } = drill;
  keepDrill(folder.path, { ...mine, on: 'yours', broken: new Map([['box.ts', textFile('3\n')]]) });
  expect(openDrill(folder.path)).toEqual({ ...mine, on: 'yours', broken: new Map([['box.ts', textFile('3\n')]]) });
  expect(fs.readdirSync(folder.path)).toEqual(['.drill']);
  closeDrill(folder.path);
  expect(fs.readdirSync(folder.path)).toEqual([]);
});

test.each([
  ['is cut off', (text: string) => text.slice(0, -20)],
  ['is of another version', (text: string) => text.replace('"version": 1', '"version": 2')],
  ['asks for what it does not offer', (text: string) => text.replace('"mistake": "b"', '"mistake": "c"')],
  ['is no drill', () => '[]'],
])('a record that %s is no drill', (_what, change) => {
  using folder = temporaryFolder();
  keepDrill(folder.path, drill);
  const file = path.join(folder.path, '.drill/drill.json');
  const before = fs.readFileSync(file, 'utf8');
  expect(change(before)).not.toBe(before);
  fs.writeFileSync(file, change(before));
  expect(openDrill(folder.path)).toBeUndefined();
});

test('answers count from 1', () => {
  expect(answer(drill, 2)).toEqual({ choice: 2, right: true, answer: 2 });
  expect(answer(drill, 1)).toEqual({ choice: 1, right: false, answer: 2 });
});
