/** The tutor in a real terminal: what it shows, what its keys do, and in which state it leaves the terminal. */
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { Terminal } from './terminal.ts';
import { DRYDOCK_IDLE_MS, Workspace, node, program, root, startInShell, startTutor } from './tutor.ts';

const TIMEOUT = 90_000;
const first = '01  A process is what the kernel remembers';

/**
 * The frame stands on the whole screen: title above, keys below, and no row of an older frame. Waited for, since after a
 * resize the screen is cleared and drawn in two writes, and one may look in between.
 */
async function showsFrame(terminal: Terminal): Promise<void> {
  await terminal.shows((screen) => {
    const lines = screen.lines();
    return /^ Drydock {2}/.test(lines[0] ?? '') && /help|quit|Esc/.test(lines.at(-1) ?? '') && lines.filter((line) => line.startsWith(' Drydock  ')).length === 1;
  });
}

test('opens lesson 1, readable before there is a kernel; q leaves the terminal as it was', { timeout: TIMEOUT }, async () => {
  using workspace = new Workspace();
  await using terminal = startInShell(workspace);
  await terminal.shows(first);
  expect(terminal.alternate).toBe(true);
  expect(terminal.text()).toContain('Somebody types');
  await showsFrame(terminal);
  // The first lesson is laid by itself: there was nothing to lose.
  await terminal.shows(/Started: \d+ files/);
  expect(fs.existsSync(workspace.file('run.ts'))).toBe(true);
  terminal.press('q');
  await terminal.shows('after');
  expect(terminal.alternate).toBe(false);
  expect(terminal.cursorHidden).toBe(false);
  expect(terminal.text()).toMatch(/before\nexit=0\n/);
  expect(terminal.text()).toMatch(/\bisig icanon echo\b/);
});

test('keys: scrolling, pages, the map and its search, help, hints; unknown keys and pastes do nothing', { timeout: TIMEOUT }, async () => {
  using workspace = new Workspace();
  await using terminal = startTutor(workspace);
  await terminal.shows(/Started: \d+ files/);
  const top = terminal.lines()[1];

  // Ten keys in one write are ten keys.
  terminal.type('jjjjjjjjjj');
  await terminal.shows((screen) => screen.lines()[1] !== top && screen.text().includes('Experiment 1'));
  terminal.press('g');
  await terminal.shows((screen) => screen.lines()[1] === top);
  terminal.press('G');
  await terminal.shows('Your turn: ');
  await terminal.shows('100%');
  terminal.press('home');
  await terminal.shows((screen) => screen.lines()[1] === top);

  // Nothing of this means anything, least of all the q in a paste.
  terminal.paste('q\nquit\r');
  terminal.type('ZX%y');
  terminal.press('?');
  await terminal.shows('scroll a line');
  await showsFrame(terminal);
  terminal.press('esc');
  await terminal.shows((screen) => screen.lines()[1] === top);

  terminal.press('l');
  await terminal.shows('0 of ');
  expect(terminal.text()).toMatch(/▸ … 01 .*started, open here/);
  terminal.press('/');
  terminal.type('name ');
  await terminal.shows('Search: name ▏');
  terminal.paste('kernel\nq');
  await terminal.shows('Search: name kernel▏');
  terminal.press('enter');
  await terminal.shows(/^ Drydock {2}02 /);
  expect(terminal.text()).toContain('Start this lesson');
  terminal.press('p');
  await terminal.shows(/^ Drydock {2}01 /);

  terminal.press('h');
  await terminal.shows('Hints  1 of ');
  terminal.press('h');
  await terminal.shows('Hints  2 of ');
  // One after the other: sent together they are Alt-q, which means nothing.
  terminal.press('esc');
  await terminal.shows(/^ Drydock {2}01 /);
  terminal.press('q');
  expect((await terminal.ended).code).toBe(0);
});

test('every size: wide, 80×24, 40×10, smaller, and back', { timeout: TIMEOUT }, async () => {
  using workspace = new Workspace();
  await using terminal = startTutor(workspace, { columns: 120, rows: 40 });
  await terminal.shows('│ Your task');
  await terminal.shows(/kernel (booting|ready)/);
  for (const [columns, rows] of [[80, 24], [40, 10], [100, 12], [40, 30], [120, 40]] as const) {
    terminal.resize(columns, rows);
    await terminal.shows((screen) => {
      const lines = screen.lines();
      return /^ Drydock {2}01/.test(lines[0] ?? '') && /quit/.test(lines.at(-1) ?? '') && (columns >= 110) === screen.text().includes('│ Your task');
    });
    await showsFrame(terminal);
    await terminal.shows('Somebody types');
  }
  terminal.resize(30, 8);
  await terminal.shows((screen) => screen.text().trim() === 'Drydock needs 40×10; this win…');
  terminal.resize(80, 24);
  await terminal.shows(/^ Drydock {2}01/);
  await showsFrame(terminal);
});

test('NO_COLOR: not one colour or attribute, and everything is said in words', { timeout: TIMEOUT }, async () => {
  using workspace = new Workspace();
  await using terminal = startTutor(workspace, { env: { NO_COLOR: '1' } });
  await terminal.shows(/Started: \d+ files/);
  terminal.press('l');
  await terminal.shows('open here');
  terminal.press('q');
  await terminal.ended;
  expect(terminal.raw).not.toMatch(/\u001B\[[\d;]*m/);
});

test('with colours they are the terminal’s own sixteen', { timeout: TIMEOUT }, async () => {
  using workspace = new Workspace();
  await using terminal = startTutor(workspace);
  await terminal.shows(/Started: \d+ files/);
  expect(terminal.cells(0).some((cell) => cell.inverse)).toBe(true);
  expect(terminal.raw).not.toMatch(/\u001B\[[\d;]*[34]8;[25]/);
});

test.each([['--plain', ['--plain'], {}], ['a dumb terminal', [], { TERM: 'dumb' }], ['a screen reader', [], { INK_SCREEN_READER: 'true' }]])(
  'lines only: %s', { timeout: TIMEOUT }, async (_, args, env) => {
    using workspace = new Workspace();
    await using terminal = startTutor(workspace, { args, env });
    await terminal.shows('Lesson 1: A process is what the kernel remembers');
    terminal.type('\r');
    await terminal.shows('Section 1 of');
    terminal.type('list\r');
    await terminal.shows('open here');
    terminal.type('quit\r');
    expect((await terminal.ended).code).toBe(0);
    expect(terminal.raw).not.toMatch(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F]/);
  },
);

test('without a terminal: the list, and 0', { timeout: TIMEOUT }, async () => {
  using workspace = new Workspace();
  await using terminal = new Terminal(['sh', '-c', '"$@" < /dev/null | cat; echo done', 'sh', node, program, '--workspace', workspace.folder]);
  await terminal.shows('done');
  expect(terminal.text()).toContain('This is no terminal');
  expect(terminal.alternate).toBe(false);
});

test.each([
  ['SIGTERM', {}, 'SIGTERM', 130, ''],
  ['SIGHUP', {}, 'SIGHUP', 130, ''],
  ['an error that nobody caught', { CRASH: 'throw' }, 'SIGUSR2', 4, 'a mistake in the program'],
  ['a rejection that nobody caught', { CRASH: 'reject' }, 'SIGUSR2', 4, 'a mistake in the program'],
  ['process.exit', { CRASH: 'exit' }, 'SIGUSR2', 7, ''],
])('the terminal is as it was after %s', { timeout: TIMEOUT }, async (_, env, signal, code, said) => {
  using workspace = new Workspace();
  const preload = { NODE_OPTIONS: `--import=${path.join(root, 'test/e2e/fixtures/crash.mjs')}` };
  await using terminal = startInShell(workspace, { env: { ...preload, ...env } });
  await terminal.shows(/Started: \d+ files/);
  process.kill(childOf(terminal.pid), signal);
  await terminal.shows('after');
  expect(terminal.alternate).toBe(false);
  expect(terminal.cursorHidden).toBe(false);
  expect(terminal.text()).toContain(`exit=${code}`);
  expect(terminal.text()).toContain(said);
  expect(terminal.text()).toMatch(/\bisig icanon echo\b/);
  // Bracketed paste is off again.
  expect(terminal.raw.lastIndexOf('\u001B[?2004l')).toBeGreaterThan(terminal.raw.lastIndexOf('\u001B[?2004h'));
});

test('Ctrl-C twice leaves with 130', { timeout: TIMEOUT }, async () => {
  using workspace = new Workspace();
  await using terminal = startInShell(workspace);
  await terminal.shows(first);
  terminal.press('ctrl-c');
  await terminal.shows('Ctrl-C again leaves the tutor');
  terminal.press('ctrl-c');
  await terminal.shows('exit=130');
});

test('Ctrl-Z gives the terminal back to the shell, fg brings the tutor back', { timeout: TIMEOUT }, async () => {
  using workspace = new Workspace();
  await using terminal = new Terminal(['bash', '--norc', '-i'], { env: { PS1: 'sh$ ', DRYDOCK_IDLE_MS } });
  await terminal.shows('sh$');
  terminal.type(`'${node}' '${program}' --workspace '${workspace.folder}'\r`);
  await terminal.shows(/Started: \d+ files/);
  terminal.press('ctrl-z');
  await terminal.shows('Stopped');
  expect(terminal.alternate).toBe(false);
  terminal.type('echo $((6 * 7))\r');
  await terminal.shows('42');
  terminal.resize(100, 30);
  terminal.type('fg\r');
  await terminal.shows(/^ Drydock {2}01/);
  expect(terminal.alternate).toBe(true);
  terminal.press('l');
  await terminal.shows('open here');
  // It knows the size that was set while it slept.
  await showsFrame(terminal);
  expect(terminal.lines().at(-1)).toMatch(/quit/);
  terminal.press('q');
  await terminal.shows((screen) => !screen.alternate);
  terminal.type('exit\r');
  await terminal.ended;
});

test('the editor gets every key that is typed, and its save is noticed', { timeout: TIMEOUT }, async () => {
  using workspace = new Workspace();
  const editor = path.join(workspace.folder, 'an editor');
  fs.writeFileSync(editor, '#!/bin/sh\nprintf "EDITOR %s\\n" "${1##*/}"\nread -r words\nprintf "// %s\\n" "$words" >> "$1"\n', { mode: 0o755 });
  await using terminal = startTutor(workspace, { env: { VISUAL: `'${editor}'` } });
  await terminal.shows(/Started: \d+ files/);
  terminal.press('e');
  await terminal.shows('EDITOR box.ts');
  expect(terminal.alternate).toBe(false);
  terminal.type('every key arrives\r');
  await terminal.shows(/^ Drydock {2}01/);
  expect(fs.readFileSync(workspace.file('box.ts'), 'utf8')).toMatch(/\/\/ every key arrives\n$/);
  await terminal.shows('Saved box.ts.');
  // The keys are the tutor's again.
  terminal.press('?');
  await terminal.shows('scroll a line');
});

test('Ctrl-C in the editor ends neither it nor the tutor', { timeout: TIMEOUT }, async () => {
  using workspace = new Workspace();
  const editor = path.join(workspace.folder, 'ed');
  fs.writeFileSync(editor, '#!/bin/sh\ntrap "echo CAUGHT" INT\necho EDITOR\nread -r words\nread -r words\n', { mode: 0o755 });
  await using terminal = startTutor(workspace, { env: { VISUAL: `'${editor}'` } });
  await terminal.shows(/Started: \d+ files/);
  terminal.press('e');
  await terminal.shows('EDITOR');
  terminal.press('ctrl-c');
  await terminal.shows('CAUGHT');
  terminal.type('\r\r\r');
  await terminal.shows(/^ Drydock {2}01/);
  terminal.press('l');
  await terminal.shows('open here');
});

test('idle, it writes nothing and costs nothing; its memory is within the budget', { timeout: TIMEOUT }, async () => {
  using workspace = new Workspace();
  // Its kernel must not fall asleep meanwhile: that would be news.
  await using terminal = startTutor(workspace, { env: { DRYDOCK_IDLE_MS: '60000' } });
  await terminal.shows(/kernel ready/);
  terminal.press('j');
  await terminal.shows(/not marked yet/);
  // The end of a frame may come behind what is looked for.
  let written = -1;
  while (terminal.raw.length !== written) {
    written = terminal.raw.length;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  // What it costs goes on; what it does after its start, or does slowly on a machine that is busy, comes to an end.
  let ticks = Infinity;
  for (let window = 0; window < 3 && ticks > 6; window++) {
    const before = ticksOf(terminal.pid);
    // The one wait for time: idleness can only be seen by waiting.
    await new Promise((resolve) => setTimeout(resolve, 8000));
    ticks = ticksOf(terminal.pid) - before;
  }
  expect(terminal.raw.length).toBe(written);
  // Clock ticks of 10 ms: 6 of 800 are under one per cent.
  expect(ticks).toBeLessThanOrEqual(6);
  const kilobytes = Number(/^VmRSS:\s+(\d+)/m.exec(fs.readFileSync(`/proc/${terminal.pid}/status`, 'utf8'))?.[1]);
  expect(kilobytes / 1024).toBeLessThan(150);
});

/** The program that the shell in the terminal started. */
function childOf(pid: number): number {
  return Number(fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0]);
}

/** User and system time of a process; see proc_pid_stat(5). */
function ticksOf(pid: number): number {
  const fields = fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return Number(fields[11]) + Number(fields[12]);
}
