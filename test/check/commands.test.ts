/** The commands as they are typed, with a real kernel: check, box, shell, and a `did` that is pasted into the shell. */
import { execFile, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import pty from '@lydell/node-pty';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { connect } from '../../sandbox/launch/client.ts';
import type { Verdict } from '../../src/check/wire.ts';

vi.setConfig({ testTimeout: 120_000 });

const root = path.resolve(import.meta.dirname, '../..');
const main = path.join(root, 'src/main.ts');
let workspace = '';

beforeAll(() => {
  workspace = fs.mkdtempSync(path.join(os.tmpdir(), 'drydock prostor ž '));
  for (const from of ['starter', 'solution']) fs.cpSync(path.join(root, 'lessons/01-processes', from), path.join(workspace, 'box'), { recursive: true });
});
afterAll(async () => {
  const client = await connect({ workspace, kernel: 'auto' });
  await client.stop();
  fs.rmSync(workspace, { recursive: true, force: true });
});

type Ran = { status: number | null; out: string; err: string };

/** Runs `drydock …` to its end. */
function drydock(argv: string[], input = ''): Promise<Ran> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [main, ...argv], { env: { ...process.env, DRYDOCK_WORKSPACE: workspace }, encoding: 'utf8' }, (_error, out, err) => {
      resolve({ status: child.exitCode, out, err });
    });
    child.stdin?.end(input);
  });
}

function lay(from: string): void {
  fs.cpSync(path.join(root, 'lessons/01-processes', from), path.join(workspace, 'box'), { recursive: true });
}

test('a right box passes, and a mistake gets its name', async () => {
  const right = await drydock(['check', '1']);
  expect(right.err.replace(/^The private kernel boots\.\n/, '')).toBe('');
  expect(right.out).toContain('Passed: 10 of 10 checks pass, 14 of 14 points');
  expect(right.status).toBe(0);

  lay('mistakes/status-lost');
  const wrong = await drydock(['check', '1', '--json', '--seed', 'replay']);
  const verdict = JSON.parse(wrong.out) as Verdict;
  expect(verdict.checks.filter(({ status }) => status === 'fail').map(({ id, mistake }) => [id, mistake?.id])).toEqual([['exit-status', 'status-lost']]);
  expect(wrong.status).toBe(1);
  expect(fs.existsSync(path.join(workspace, 'progress.json'))).toBe(true);
  lay('solution');
});

test('box runs with our streams and our exit status', async () => {
  expect(await drydock(['box', 'run', '--', 'sh', '-c', 'cat; echo err >&2; exit 42'], 'typed')).toMatchObject({ status: 42, out: 'typed', err: 'err\n' });
  expect(await drydock(['box', 'run', '--', 'sh', '-c', 'kill -KILL $$'])).toMatchObject({ status: 137 });
  expect(await drydock(['box', 'run', '--', 'no-such-command'])).toMatchObject({ status: 127, out: '' });
});

test('what a check did can be pasted into the shell: its files are there', async () => {
  lay('mistakes/refusals-not-told-apart');
  const verdict = JSON.parse((await drydock(['check', '1', '--json'])).out) as Verdict;
  const check = verdict.checks.find(({ id }) => id === 'not-executable');
  expect(check).toMatchObject({ status: 'fail', did: expect.stringMatching(/^box run -- \/tmp\/\w+$/) });
  const pasted = `ls -l ${check?.did.split(' ').at(-1)} && ${check?.did}; echo "status $?"\n`;
  const { out, err } = await drydock(['shell'], pasted);
  expect(out).toMatch(/^-rw-r--r-- 1 root root .*\/tmp\/\w+\nstatus 127\n$/);
  expect(err).toContain('box: ');
  lay('solution');
});

test('a shell on a terminal: keys, Ctrl-C, its size, and the status it ends with', async () => {
  const shell = pty.spawn(process.execPath, [main, 'shell'], { cols: 70, rows: 20, env: { ...process.env, DRYDOCK_WORKSPACE: workspace, TERM: 'xterm' } });
  let screen = '';
  shell.onData((text) => (screen += text));
  const ended = new Promise<number>((resolve) => shell.onExit(({ exitCode }) => resolve(exitCode)));
  const shows = (what: RegExp): Promise<void> => vi.waitFor(() => expect(screen).toMatch(what), { timeout: 30_000, interval: 50 });
  await shows(/# $/);
  shell.write('stty size; hostname\r');
  await shows(/20 70\s+drydock\s/);
  shell.write('sleep 1000\r');
  await shows(/sleep 1000\s+(\x1b\[\?2004l\s*)?$/);
  shell.write('\u0003');
  await shows(/\^C\s.*# $/s);
  shell.resize(60, 15);
  shell.write('stty size\r');
  await shows(/15 60\s/);
  shell.write('exit 7\r');
  expect(await ended).toBe(7);
});

test('Ctrl-C during a check ends it with 130, and the next check is as ever', async () => {
  const child = spawn(process.execPath, [main, 'check', '1'], { env: { ...process.env, DRYDOCK_WORKSPACE: workspace }, stdio: ['ignore', 'pipe', 'pipe'] });
  await new Promise<void>((resolve) => child.stdout.on('data', (text: Buffer) => void (text.toString().includes('pass') && resolve())));
  child.kill('SIGINT');
  expect(await new Promise((resolve) => child.on('exit', (code) => resolve(code)))).toBe(130);
  expect((await drydock(['check', '1'])).status).toBe(0);
});
