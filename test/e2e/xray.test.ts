/** The X-ray in a real terminal: on the screen, live; in lines; and `drydock xray --watch`. With the private kernel. */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { expect, test } from 'vitest';
import type { Terminal } from './terminal.ts';
import { Terminal as RealTerminal } from './terminal.ts';
import { DRYDOCK_IDLE_MS, Workspace, node, program, startTutor } from './tutor.ts';

/** A kernel boots in seconds; a machine that runs other tests beside this one takes its time. */
const TIMEOUT = 300_000;
const SLOW = 120_000;

/** A learner who is at lesson 4 and has solved it. */
function atLessonFour(): Workspace {
  const workspace = new Workspace();
  execFileSync(node, [program, 'start', '4', '--force', '--workspace', workspace.folder], { stdio: 'ignore' });
  workspace.solve('04-mounts');
  return workspace;
}

const key = (terminal: Terminal, name: string, wanted: string | RegExp): Promise<void> => {
  terminal.press(name);
  return terminal.shows(wanted, SLOW);
};

test('x shows what there is, starts the lesson’s container, and ends it again', { timeout: TIMEOUT }, async () => {
  using workspace = atLessonFour();
  await using terminal = startTutor(workspace);
  await terminal.shows('kernel ready', SLOW);
  await key(terminal, 'x', 'No container runs in the sandbox');
  expect(terminal.text()).toMatch(/Enter starts one[\s\S]*box run\s+--hostname xray -- sh/);
  expect(terminal.lines().at(-1)).toMatch(/Enter start one.*x close.*quit/);

  await key(terminal, 'enter', 'CLONE_NEWUTS');
  await terminal.shows(/^ Drydock {2}X-ray: xray, process \d+/);
  expect(terminal.text()).toMatch(/▸1 Namespaces {2}2 Processes/);
  expect(terminal.text()).toMatch(/uts +(\d+) +(?!\1)\d+ +different/);
  expect(terminal.text()).toMatch(/net +(\d+) +\1 +same/);
  await key(terminal, '2', /\d+ +1 +\w+ +[\d.]+ \w+ +└─ sh -c 'sleep 1000/);
  expect(terminal.text()).toMatch(/\d+ +– +\w+ +[\d.]+ \w+ +node .*box\.ts run --hostname/);
  await key(terminal, '3', /effective +all \d+/);
  await key(terminal, '4', /\/ +ext4 +private/);
  await key(terminal, '5', /memory +[\d.]+ [KM]iB, no limit/);
  await key(terminal, '6', 'It is in the host’s network');
  await key(terminal, 'tab', /▸1 Namespaces/);

  // Live: the plot grows by itself, and nothing is drawn but what has changed.
  await key(terminal, '5', /the last [3-9] seconds/);
  const from = terminal.raw.length;
  await terminal.shows(/the last (1\d|[6-9]) seconds/, SLOW);
  expect(terminal.raw.slice(from)).not.toMatch(/\u001B\[[23]?J/);
  expect(terminal.raw.length - from).toBeLessThan(12_000);

  // Every size, the same words at the top.
  for (const [columns, rows] of [[120, 40], [60, 20], [40, 10], [80, 24]] as const) {
    terminal.resize(columns, rows);
    await terminal.shows((screen) => {
      const lines = screen.lines();
      return /^ Drydock {2}X-ray/.test(lines[0] ?? '') && (lines[1] ?? '').includes('▸5') && (lines[2] ?? '').trim() === 'Cgroup' && /quit|close/.test(lines.at(-1) ?? '');
    }, SLOW);
  }
  terminal.press('j', 'j');
  await terminal.shows((screen) => (screen.lines()[2] ?? '').trim() !== 'Cgroup');

  await key(terminal, 'x', /^ Drydock {2}04/);
  await key(terminal, 'x', 'No container runs in the sandbox');
  await key(terminal, 'esc', /^ Drydock {2}04/);
  terminal.press('q');
  expect((await terminal.ended).code).toBe(0);
});

test('a container of another terminal appears by itself, n and p go between two; in lines and without colours', { timeout: TIMEOUT }, async () => {
  using workspace = atLessonFour();
  await using terminal = startTutor(workspace, { env: { NO_COLOR: '1' } });
  await terminal.shows('kernel ready', SLOW);
  await key(terminal, 'x', 'No container runs in the sandbox');
  const box = (...args: string[]): Terminal => new RealTerminal([node, program, 'box', '--workspace', workspace.folder, ...args], { env: { DRYDOCK_IDLE_MS } });
  await using one = box('run', '--hostname', 'one', '--', 'sleep', '1001');
  // All of its namespaces: one that is still being made is another one a moment later.
  await terminal.shows(/X-ray: one, process[\s\S]*4 of 7 are its own/, SLOW);
  await using two = box('run', '--hostname', 'two', '--', 'sleep', '1002');
  await terminal.shows(/X-ray: one, process \d+ {2}container 1 of 2/, SLOW);
  await key(terminal, 'n', /X-ray: two, process \d+ {2}container 2 of 2/);
  await key(terminal, 'p', /X-ray: one, process \d+ {2}container 1 of 2/);
  expect(terminal.raw).not.toMatch(/\u001B\[[\d;]*m/);

  // The same in a terminal of its own, and in lines.
  {
    await using watching = new RealTerminal([node, program, 'xray', '--watch', '--only', 'namespaces', '--workspace', workspace.folder, 'two'], { env: { DRYDOCK_IDLE_MS } });
    await watching.shows(/X-ray: two[\s\S]*6 of 7|X-ray: two[\s\S]*4 of 7|X-ray: two[\s\S]*of 7 are its own/, SLOW);
    expect(watching.alternate).toBe(true);
    watching.press('q');
    expect((await watching.ended).code).toBe(0);
    expect(watching.alternate).toBe(false);
    expect(watching.cursorHidden).toBe(false);
  }
  {
    await using plain = startTutor(workspace, { args: ['--plain'], rows: 200 });
    await plain.shows('kernel ready', SLOW);
    plain.type('xray\r');
    await plain.shows(/X-ray: two, process \d+\n\nNamespaces[\s\S]*Routes of the container[\s\S]*X-ray: one/, SLOW);
    await plain.shows((screen) => screen.text().trimEnd().endsWith('drydock>'), SLOW);
    expect(plain.raw).not.toMatch(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\u2500-\u259F]/);
    plain.type('quit\r');
    await plain.ended;
  }

  // (Ctrl-C would end box alone: process 1 of a pid namespace does not hear it.)
  const kill = (command: string): void => void execFileSync(node, [program, 'shell', '--workspace', workspace.folder], { input: `pkill -KILL -f '^${command}$'\n`, stdio: ['pipe', 'ignore', 'ignore'] });
  kill('sleep 1001');
  await terminal.shows(/one has ended|X-ray: two/, SLOW);
  await terminal.shows(/X-ray: two, process \d+ *$/m, SLOW);
  kill('sleep 1002');
  await terminal.shows('No container runs in the sandbox', SLOW);
});

test('a box that does not run says so where the container would be', { timeout: TIMEOUT }, async () => {
  using workspace = atLessonFour();
  fs.writeFileSync(workspace.file('run.ts'), 'export async function run(): Promise<number> {\n  throw new Error(`nothing is done yet`);\n}\n');
  await using terminal = startTutor(workspace);
  await terminal.shows('kernel ready', SLOW);
  await key(terminal, 'x', 'No container runs in the sandbox');
  await key(terminal, 'enter', /Your box ended before there was a container to see: (exit status|ended by)/);
  expect(terminal.text()).toMatch(/It said:\n +.*nothing is done yet\n\n +Enter starts it again\./);
});
