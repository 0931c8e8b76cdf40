/** A workspace of an older course, in a real terminal: the tutor says what is new, once, and brings it. */
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { Workspace, startTutor } from './tutor.ts';

const TIMEOUT = 120_000;
const own = '// a line of mine';

/** Lesson 1 as it was begun in last year's course, whose `cli.ts` began with other words; with a line of the learner's own at its end. */
async function begunLastYear(): Promise<Workspace> {
  const workspace = new Workspace();
  {
    await using terminal = startTutor(workspace);
    await terminal.shows(/Started: \d+ files/);
    terminal.press('q');
    await terminal.ended;
  }
  const record = (name: string): string => path.join(workspace.folder, '.base', name);
  const brought = record('starters/01-processes/cli.ts');
  const lastYear = fs.readFileSync(brought, 'utf8').replace(/^.*\n/, '/** The words of last year. */\n');
  fs.writeFileSync(brought, lastYear);
  fs.writeFileSync(workspace.file('cli.ts'), `${lastYear}\n${own}\n`);
  fs.writeFileSync(record('course.json'), fs.readFileSync(record('course.json'), 'utf8').replace(/"starter": "\w+"/, '"starter": "of last year"'));
  return workspace;
}

test('on the screen: what is new is shown before it is done, put off with Esc, and told only once', { timeout: TIMEOUT }, async () => {
  using workspace = await begunLastYear();
  {
    await using terminal = startTutor(workspace);
    await terminal.shows('The course has changed since you were here');
    for (const text of ['01-processes: its starter (cli.ts)', 'cli.ts  merged: your changes and the lesson’s', 'Enter does it', '- /** The words of last year. */']) expect(terminal.text()).toContain(text);
    expect(terminal.lines().at(-1)).toMatch(/Enter accept .*Esc back/);
    for (const [columns, rows] of [[40, 10], [80, 24]] as const) {
      terminal.resize(columns, rows);
      await terminal.shows((screen) => /^ Drydock {2}The course/.test(screen.lines()[0] ?? '') && /Enter accept/.test(screen.lines().at(-1) ?? ''));
    }
    // Later: it stays as it is, and is not asked about again.
    terminal.press('esc');
    await terminal.shows('`drydock update` brings it');
    terminal.press('q');
    await terminal.ended;
  }
  expect(fs.readFileSync(workspace.file('cli.ts'), 'utf8')).toContain('last year');
  await using again = startTutor(workspace);
  await again.shows('kernel ready', TIMEOUT);
  expect(again.text()).toContain('A process is what the kernel remembers');
  again.press('q');
  await again.ended;
});

test('in the linear mode: said in words, answered with yes', { timeout: TIMEOUT }, async () => {
  using workspace = await begunLastYear();
  await using terminal = startTutor(workspace, { args: ['--plain'], rows: 60 });
  await terminal.shows('yes does it, no leaves your files as they are.');
  expect(terminal.text()).toContain('01-processes: its starter (cli.ts)');
  terminal.type('yes\r');
  await terminal.shows('Updated: 1 file of your box. u undoes it.');
  const merged = fs.readFileSync(workspace.file('cli.ts'), 'utf8');
  expect(merged).not.toContain('last year');
  expect(merged).toContain(own);
  terminal.type('undo\r');
  await terminal.shows('Undone');
  expect(fs.readFileSync(workspace.file('cli.ts'), 'utf8')).toContain('last year');
  terminal.type('quit\r');
  expect((await terminal.ended).code).toBe(0);
});
