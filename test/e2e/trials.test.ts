/** The tutor, a real terminal and real kernels: a drill on the learner's own box, and the scorecard beside real runtimes. */
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { layWorkspace } from '../../src/lesson/lay/lay.ts';
import { loadCourse } from '../../src/lesson/load.ts';
import { startTutor, root, Workspace } from './tutor.ts';

const TIMEOUT = 600_000;
const SLOW = 400_000;

/** A learner who has just passed lesson 05. */
function passed(workspace: Workspace): void {
  const course = loadCourse(root);
  layWorkspace(course, course.lessons.find(({ id }) => id === '05-root')!, workspace.folder, { kind: 'solution' }, 0);
  const lesson = { state: 'passed', attempts: 1, hints: 0, predictions: {}, seconds: 0 };
  fs.writeFileSync(path.join(workspace.folder, 'progress.json'), JSON.stringify({ version: 1, current: '05-root', lessons: { '05-root': lesson } }));
}

test('m breaks a copy of the box and asks; the answer brings the proof; nothing of the learner’s is changed', { timeout: TIMEOUT }, async () => {
  using workspace = new Workspace();
  passed(workspace);
  const before = fs.readFileSync(workspace.file('root.ts'), 'utf8');
  await using terminal = startTutor(workspace);
  await terminal.shows('05  ');
  terminal.press('m');
  await terminal.shows('Your own files are not touched.', SLOW);
  await terminal.shows('Which of these is it?', SLOW);
  terminal.press('1');
  await terminal.shows('▸ 1  ');
  const { choices, mistake } = JSON.parse(fs.readFileSync(path.join(workspace.folder, '.drill/drill.json'), 'utf8')) as { choices: { id: string }[]; mistake: string };
  const right = choices.findIndex(({ id }) => id === mistake) + 1;
  terminal.press(String(right));
  await terminal.shows(`▸ ${right}  `);
  terminal.press('enter');
  await terminal.shows(/Right: .*/);
  await terminal.shows('Drills on 05-root: 1 of 1 found.');
  terminal.press('G');
  await terminal.shows(`✓ ${right}  `);
  terminal.press('esc');
  await terminal.shows((screen) => !screen.text().includes('Drill on'));
  terminal.press('q');
  expect((await terminal.ended).code).toBe(0);
  expect(fs.readFileSync(workspace.file('root.ts'), 'utf8')).toBe(before);
  expect(JSON.parse(fs.readFileSync(path.join(workspace.folder, 'progress.json'), 'utf8'))).toMatchObject({ lessons: { '05-root': { state: 'passed', drills: { of: 1, right: 1 } } } });
});

test('c says what the box does, and Enter puts it beside real runtimes', { timeout: TIMEOUT }, async () => {
  using workspace = new Workspace();
  passed(workspace);
  await using terminal = startTutor(workspace, { rows: 40 });
  await terminal.shows('05  ');
  terminal.press('c');
  await terminal.shows(/Your runtime so far: 1 of \d+ lessons/);
  await terminal.shows('✓ Give a container files of its own');
  terminal.press('enter');
  await terminal.shows(/Probing your box \(1 of \d\)/, SLOW);
  await terminal.shows(/^ *the host’s root +\+ gone +- mounted/m, SLOW);
  expect(terminal.text()).toMatch(/your box +unshare/);
  terminal.press('G');
  await terminal.shows('✓ Give a container files of its own');
  terminal.press('q');
  expect((await terminal.ended).code).toBe(0);
});
