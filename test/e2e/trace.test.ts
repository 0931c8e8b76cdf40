/** The trace and the timeline in a real terminal, with the private kernel: content, keys, sizes; and the linear mode. */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { expect, test } from 'vitest';
import { openProgress } from '../../src/progress/index.ts';
import type { Terminal } from './terminal.ts';
import { Workspace, node, program, startTutor } from './tutor.ts';

const TIMEOUT = 300_000;
const SLOW = 120_000;

/** A workspace at lesson 4, whose box makes only / private. */
function atLessonFour(): Workspace {
  const workspace = new Workspace();
  execFileSync(node, [program, 'course', 'lay', '04', workspace.folder, '--mistake', 'private-not-recursive'], { stdio: 'ignore' });
  openProgress(workspace.folder).apply({ type: 'started', lesson: '04-mounts', at: new Date().toISOString() });
  return workspace;
}

/** The columns of the first row that is marked as the first difference, wherever it stands. */
const marked = (terminal: Terminal): string => terminal.lines().find((line) => /^ +>≠/.test(line)) ?? '';

test('t asks, shows both runs with the first difference in view, steps through the timeline, at every size', { timeout: TIMEOUT }, async () => {
  using workspace = atLessonFour();
  await using terminal = startTutor(workspace);
  await terminal.shows(/^ Drydock {2}04 /);
  await terminal.shows('kernel ready', SLOW);
  terminal.press('t');
  await terminal.shows('half of the answer');
  terminal.press('y');
  await terminal.shows(/Following (your box|the reference)/, SLOW);
  await terminal.shows('First difference: Your mount goes without MS_REC.', SLOW);
  expect(terminal.lines()[0]).toContain('Trace of lesson 04');
  expect(marked(terminal)).toMatch(/mount \/ MS_PRIVATE$/);
  await terminal.shows('reference: mount / MS_REC|MS_PRIVATE');
  expect(terminal.lines().at(-1)).toMatch(/←\/→ step .*Tab timeline .*Esc back/);

  // Side by side where there is room; the difference stays in view where there is none.
  terminal.resize(120, 30);
  await terminal.shows(() => /mount \/ MS_PRIVATE +mount \/ MS_REC\|MS_PRIVATE/.test(marked(terminal)));
  terminal.resize(40, 10);
  await terminal.shows(() => marked(terminal) !== '' && terminal.text().includes('First difference'));
  terminal.resize(80, 24);
  await terminal.shows('reference: mount / MS_REC|MS_PRIVATE');

  // The timeline: this very call, what it changed, and what it left; then the one before, and back.
  terminal.press('tab');
  await terminal.shows(/Step \d+ of \d+ {2}box\.ts stage/);
  await terminal.shows(/mount\("none", "\/", NULL, MS_PRIVATE, NULL\) = 0/);
  expect(terminal.text()).toMatch(/namespaces +as before\n/);
  expect(terminal.text()).toMatch(/ {6}- ext4 .*shared:\d+\n +\+ ext4 .*private\n/);
  terminal.press('left');
  await terminal.shows('unshare(CLONE_NEWNS) = 0');
  expect(terminal.text()).toMatch(/ {6}- mnt:\[\d+\]\n +\+ mnt:\[\d+\]\n/);
  terminal.press('right');
  await terminal.shows('MS_PRIVATE, NULL) = 0');
  terminal.press('esc');
  await terminal.shows(/^ Drydock {2}04 /);

  // What is there is shown again at once; a run that is not wanted any more is given up.
  terminal.press('t');
  await terminal.shows('First difference');
  terminal.press('r');
  await terminal.shows(/Following|Waiting/);
  terminal.press('ctrl-c');
  await terminal.shows('Stopped. r starts it again.');
  terminal.press('q');
  expect((await terminal.ended).code).toBe(0);
  expect(JSON.parse(fs.readFileSync(`${workspace.folder}/progress.json`, 'utf8'))).toMatchObject({ lessons: { '04-mounts': { peeked: true } } });
});

test('in the linear mode everything is said in words', { timeout: TIMEOUT }, async () => {
  using workspace = atLessonFour();
  await using terminal = startTutor(workspace, { args: ['--plain'], rows: 60 });
  await terminal.shows('Lesson 4: ');
  await terminal.shows('kernel ready', SLOW);
  terminal.type('trace\r');
  await terminal.shows('trace shows only your own');
  terminal.type('trace\r');
  await terminal.shows('Following your box', SLOW);
  await terminal.shows(/\d+: mount \/ MS_PRIVATE/, SLOW);
  terminal.type('step 4\r');
  await terminal.shows(/Step 4 of \d+ {2}box\.ts stage/);
  terminal.type('step\r');
  await terminal.shows(/Step 5 of \d+ {2}box\.ts stage/);
  await terminal.shows('mounts      mnt:');
  terminal.type('quit\r');
  expect((await terminal.ended).code).toBe(0);
});
