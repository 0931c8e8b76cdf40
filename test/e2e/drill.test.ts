/** A drill in a real terminal and a real kernel: the question, a shell beside the broken box, the answer and its proof. */
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { layWorkspace } from '../../src/lesson/lay/lay.ts';
import { loadCourse } from '../../src/lesson/load.ts';
import { readTree } from '../../src/lesson/tree.ts';
import { Terminal } from './terminal.ts';
import { DRYDOCK_IDLE_MS, node, program, root, Workspace } from './tutor.ts';

const TIMEOUT = 240_000;
const SLOW = 120_000;
const course = loadCourse(root);
const lesson = course.lessons.find(({ id }) => id === '05-root')!;

/** The learner's own words in the reference: another file than the course's, in which its mistakes still fit. */
function lay(workspace: Workspace): void {
  layWorkspace(course, lesson, workspace.folder, { kind: 'solution' }, 0);
  fs.appendFileSync(workspace.file('root.ts'), '\n// That was hard.\n');
}

const start = (workspace: Workspace, ...args: string[]): Terminal => new Terminal([node, program, 'drill', ...args, '--workspace', workspace.folder], { rows: 60, env: { DRYDOCK_IDLE_MS } });

function openDrill(workspace: Workspace): { choices: { id: string; title: string }[]; mistake: string; on: string } {
  return JSON.parse(fs.readFileSync(path.join(workspace.folder, '.drill/drill.json'), 'utf8')) as ReturnType<typeof openDrill>;
}

test('the learner’s own box is broken, looked at and diagnosed; the box itself stays as it was', { timeout: TIMEOUT }, async () => {
  using workspace = new Workspace();
  lay(workspace);
  const before = [...readTree(path.join(workspace.folder, 'box'))];
  await using terminal = start(workspace, '5', '--yes', '--seed', 'one');
  await terminal.shows('q leaves it for later', SLOW);
  const { choices, mistake, on } = openDrill(workspace);
  expect(on).toBe('yours');
  for (const { title } of choices) expect(terminal.text().replaceAll(/\s+/g, ' ')).toContain(title);

  // In the shell, `box` is the broken one.
  terminal.type('s\r');
  await terminal.shows(/\/work#$/m, SLOW);
  terminal.type('sha256sum box/root.ts; echo looked=$?\r');
  await terminal.shows(/^looked=0$/m, SLOW);
  terminal.press('ctrl-d');
  await terminal.shows((screen) => screen.text().match(/q leaves it for later/g)?.length === 2, SLOW);

  terminal.type(`${choices.findIndex(({ id }) => id === mistake) + 1}\r`);
  expect((await terminal.ended).code).toBe(0);
  expect(terminal.raw).toContain('Right: ');
  expect(terminal.raw).toContain('What was changed');
  expect(terminal.raw).toContain('Drills on 05-root: 1 of 1 found.');
  expect([...readTree(path.join(workspace.folder, 'box'))]).toEqual(before);
});

test('a box of another build is left alone: the reference’s is broken, and that is said; it waits for its answer', { timeout: TIMEOUT }, async () => {
  using workspace = new Workspace();
  fs.cpSync(path.join(root, 'test/fixtures/boxes/by-tools/05-root'), path.join(workspace.folder, 'box'), { recursive: true });
  {
    await using terminal = start(workspace, '5', '--yes', '--seed', 'two');
    await terminal.shows('q leaves it for later', SLOW);
    expect(terminal.text().replaceAll(/\s+/g, ' ')).toContain('none of the mistakes that were tried fits into the way yours is written');
    terminal.press('ctrl-c');
    await terminal.shows('It stays open');
    expect((await terminal.ended).code).toBe(0);
  }
  const { choices, mistake } = openDrill(workspace);
  await using answered = start(workspace, '--answer', String((choices.findIndex(({ id }) => id === mistake) + 1) % choices.length + 1));
  expect((await answered.ended).code).toBe(1);
  expect(answered.raw).toContain('Not so.');
});
