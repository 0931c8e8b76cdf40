/** The tutor and the private kernel together, in a real terminal: experiments, questions, verdicts, the shell, starting a lesson. */
import fs from 'node:fs';
import { expect, test } from 'vitest';
import { loadCourse } from '../../src/lesson/load.ts';
import { Workspace, root, startTutor } from './tutor.ts';

/** A kernel boots in seconds; a machine that runs other tests beside this one takes its time. */
const TIMEOUT = 240_000;
const SLOW = 90_000;

test('an experiment answers in place; a question comes before its experiment and is remembered', { timeout: TIMEOUT }, async () => {
  using workspace = new Workspace();
  const { right, wrong, answer } = firstQuestion();
  {
    await using terminal = startTutor(workspace);
    await terminal.shows('▶ Enter runs this');
    // Asked for at once: if the kernel is not there yet, it waits and says so.
    terminal.press('enter');
    await terminal.shows(/waiting for the kernel|running|exit status/);
    await terminal.shows(/├─ output ─+ exit status 0 ─┤\n.*│ Name: +sleep/, SLOW);

    terminal.press('tab', 'tab');
    await terminal.shows('Predict 1');
    terminal.press('enter');
    await terminal.shows('Choose an answer first: 1–');
    // The experiment below the question does not run before the answer.
    terminal.press('tab');
    await terminal.shows('answer the question above first');
    terminal.press('enter');
    await terminal.shows('the output would give it away');
    expect(terminal.text()).not.toMatch(answer);
    terminal.press(String(wrong));
    await terminal.shows(`▸ ${wrong} (•)`);
    terminal.press('enter');
    await terminal.shows(`✗ ${wrong} (•)`, SLOW);
    await terminal.shows(`✓ ${right} ( )`);
    expect(terminal.text()).toContain(`It is ${right}.`);
    await terminal.shows(answer, SLOW);
    terminal.press('q');
    expect((await terminal.ended).code).toBe(0);
  }
  await using again = startTutor(workspace);
  await again.shows('Experiment 1');
  again.press('tab', 'tab');
  await again.shows(`✗ ${wrong} (•)`);
  expect(again.text()).toContain(`It is ${right}.`);
});

/** The first question of lesson 1: its answer and another, counted from 1, and what the kernel says to it. */
function firstQuestion(): { right: number; wrong: number; answer: RegExp } {
  const { blocks } = loadCourse(root).lessons[0]!;
  const at = blocks.findIndex((block) => block.kind === 'prediction');
  const question = blocks[at];
  const experiment = blocks.slice(at).find((block) => block.kind === 'experiment');
  if (question?.kind !== 'prediction' || experiment?.kind !== 'experiment') throw new Error('lesson 1 begins with a question that an experiment answers');
  const right = question.choices.findIndex((choice) => choice.right) + 1;
  return { right, wrong: right === 1 ? 2 : 1, answer: new RegExp(experiment.expect[0]!.replaceAll(/^\^|\$$/g, '')) };
}

test('a save is marked, without a key; what is wrong is said, and what is right', { timeout: TIMEOUT }, async () => {
  using workspace = new Workspace();
  await using terminal = startTutor(workspace);
  await terminal.shows(/Started: \d+ files/);

  fs.appendFileSync(workspace.file('run.ts'), '\n');
  await terminal.shows('Saved run.ts.');
  await terminal.shows(/NOT YET {2}\d+ of \d+ checks pass/, SLOW);
  for (const label of ['did ', 'expected ', 'observed ', 'evidence ']) expect(terminal.text()).toContain(label);
  expect(terminal.text()).toContain('box run -- ');

  // The panel can be put away, and had in full.
  terminal.press('esc');
  await terminal.shows((screen) => !screen.text().includes('── Verdict'));
  terminal.press('v');
  await terminal.shows('seed ');
  terminal.press('esc');

  // Saved while it is being marked: the first run is given up, the last save is what counts.
  fs.appendFileSync(workspace.file('run.ts'), '\n');
  await terminal.shows('Saved run.ts.');
  workspace.solve('01-processes');
  await terminal.shows('✓ PASSED', SLOW);
  expect(terminal.text()).toContain('n: on to ');
  expect(JSON.parse(fs.readFileSync(`${workspace.folder}/progress.json`, 'utf8'))).toMatchObject({ lessons: { '01-processes': { state: 'passed' } } });

  // A file that does not parse: that, and where.
  fs.writeFileSync(workspace.file('run.ts'), 'export function run( {\n');
  await terminal.shows(/run\.ts, line \d+: this does not parse/, SLOW);
});

test('Ctrl-C stops the marking; r starts it again', { timeout: TIMEOUT }, async () => {
  using workspace = new Workspace();
  await using terminal = startTutor(workspace);
  await terminal.shows('kernel ready', SLOW);
  terminal.press('r');
  await terminal.shows('Marking …');
  terminal.press('ctrl-c');
  await terminal.shows('Stopped. Ctrl-C again leaves the tutor.');
  terminal.press('j');
  await terminal.shows('Marking was cancelled');
  terminal.press('r');
  await terminal.shows(/NOT YET {2}\d+ of/, SLOW);
});

test('the shell is the sandbox’s, gets every key, follows the window, and ends where it began', { timeout: TIMEOUT }, async () => {
  using workspace = new Workspace();
  await using terminal = startTutor(workspace);
  await terminal.shows('kernel ready', SLOW);
  terminal.press('s');
  await terminal.shows('A shell in the sandbox');
  await terminal.shows(/[#$] *$/m, SLOW);
  expect(terminal.alternate).toBe(false);
  terminal.type('echo $((6 * 7)); uname -r; ls /work/box\r');
  await terminal.shows(/^42$/m, SLOW);
  await terminal.shows(/run\.ts/);
  terminal.resize(100, 30);
  // What is typed may be there before the news of the size.
  terminal.type('until stty size | grep "30 100"; do sleep 0.1; done\r');
  await terminal.shows(/^30 100$/m, SLOW);
  // The echo is the job's own: once it is seen, the job has the terminal. bash itself could not be interrupted in between.
  terminal.type("sh -c 'echo sleep$((1 + 1)); exec sleep 1000'\r");
  await terminal.shows('sleep2', SLOW);
  terminal.press('ctrl-c');
  await terminal.shows(/\^C\n.*# *$/m, SLOW);
  terminal.type('echo still $((1 + 1)) here\r');
  await terminal.shows('still 2 here', SLOW);
  terminal.press('ctrl-d');
  await terminal.shows(/^ Drydock {2}01/);
  terminal.press('l');
  await terminal.shows('open here');
  terminal.press('esc');
  await terminal.shows(/^ Drydock {2}01/);

  // At once, where the terminal may not be the shell's yet and shows what is typed; and behind a prompt.
  terminal.press('s');
  await terminal.shows((screen) => !screen.alternate);
  terminal.press('ctrl-]');
  await terminal.shows(/^ Drydock {2}01/, SLOW);
  terminal.press('s');
  await terminal.shows((screen) => !screen.alternate && /:\/work# *$/.test(screen.text().trimEnd()), SLOW);
  terminal.press('ctrl-]');
  await terminal.shows(/^ Drydock {2}01/, SLOW);
});

test('starting a lesson shows what it does to the learner’s files, merges, and can be undone', { timeout: TIMEOUT }, async () => {
  using workspace = new Workspace();
  await using terminal = startTutor(workspace);
  await terminal.shows(/Started: \d+ files/);
  workspace.solve('01-processes');
  fs.appendFileSync(workspace.file('cli.ts'), '\n// a line of mine\n');
  await terminal.shows('Saved ');

  terminal.press('n');
  await terminal.shows('Start this lesson');
  terminal.press('enter');
  await terminal.shows('What starting this lesson does to your box');
  expect(terminal.text()).toMatch(/cli\.ts {2}merged: your changes and the lesson’s/);
  expect(fs.existsSync(workspace.file('libc.ts'))).toBe(false);
  terminal.press('enter');
  await terminal.shows(/Started: \d+ files/);
  expect(fs.existsSync(workspace.file('libc.ts'))).toBe(true);
  const merged = fs.readFileSync(workspace.file('cli.ts'), 'utf8');
  expect(merged).toContain('// a line of mine');
  expect(merged).toContain('hostname');

  terminal.press('u');
  await terminal.shows('Undone');
  expect(fs.existsSync(workspace.file('libc.ts'))).toBe(false);
  expect(fs.readFileSync(workspace.file('cli.ts'), 'utf8')).not.toContain('hostname');
  await terminal.shows('Start this lesson');
});
