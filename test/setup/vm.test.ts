/** `npm start` where the private kernel cannot run: the door itself, told that it is elsewhere, with a Vagrant that only takes notes. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Terminal } from '../e2e/terminal.ts';

const root = path.resolve(import.meta.dirname, '../..');
const door = path.join(root, 'bin/drydock.mjs');
let dir = '';

beforeAll(() => {
  dir = fs.mkdtempSync(path.join(os.tmpdir(), 'vm-'));
});
afterAll(() => fs.rmSync(dir, { recursive: true, force: true }));

/** Node's arguments: before anything else runs, it believes to be on another machine. */
function on(platform: string, arch: string, ...args: string[]): string[] {
  const elsewhere = `data:text/javascript,for (const [name, value] of Object.entries({ platform: '${platform}', arch: '${arch}' })) Object.defineProperty(process, name, { value });`;
  return ['--import', elsewhere, door, ...args];
}

/** An environment whose PATH has, of all programs, at most a Vagrant that writes down how it is called and ends as told. */
function withVagrant(name: string, vagrant: { up: number; ssh: number } | null): { env: Record<string, string>; notes: () => string[] } {
  const bin = path.join(dir, name);
  fs.mkdirSync(bin);
  const file = path.join(bin, 'notes');
  fs.writeFileSync(file, '');
  if (vagrant) {
    const script = `#!/bin/sh\n[ "$1" = --version ] && echo Vagrant 2.4.9 && exit\necho "$1 $PWD" >> '${file}'\n[ "$1" = up ] && echo machine is up && exit ${vagrant.up}\nexit ${vagrant.ssh}\n`;
    fs.writeFileSync(path.join(bin, 'vagrant'), script, { mode: 0o755 });
  }
  return { env: { PATH: bin, HOME: dir }, notes: () => fs.readFileSync(file, 'utf8').split('\n').filter(Boolean) };
}

function start(argv: string[], env: Record<string, string>): { code: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, argv, { env, encoding: 'utf8', input: '' });
  return { code: status, stdout, stderr };
}

test.each([
  ['darwin', 'arm64', 'macOS on arm64'], ['darwin', 'x64', 'macOS on x64'], ['win32', 'x64', 'Windows on x64'], ['linux', 'arm64', 'Linux on arm64'],
])('%s on %s, without a terminal: two lines, the way, exit 3, and nothing is started', (platform, arch, words) => {
  const { env, notes } = withVagrant(`pipe-${platform}-${arch}`, { up: 0, ssh: 0 });
  const { code, stdout, stderr } = start(on(platform, arch), env);
  expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
  expect(stderr).toBe(`drydock: Drydock judges with a Linux kernel of its own, which needs x86-64 Linux; this is ${words}.\n`
    + '  → the same tutor runs in a virtual machine: vagrant up, then vagrant ssh (which opens it)\n  → the lessons can be read here: npx drydock read 1\n');
  expect(notes()).toEqual([]);
});

test('without Vagrant it says what to install', () => {
  const { code, stderr } = start(on('darwin', 'arm64'), withVagrant('none', null).env);
  expect(code).toBe(3);
  expect(stderr).toMatch(/install Vagrant \(2\.4 or newer\) and what it shall use, VirtualBox for one\n {2}→ then run npm start again, or: vagrant up && vagrant ssh/);
});

test.each([['Enter', ''], ['y', 'y']])('at a terminal, %s brings it up and opens it, and the way it ends is the way this ends', async (name, answer) => {
  const { env, notes } = withVagrant(`yes-${name}`, { up: 0, ssh: 7 });
  await using terminal = new Terminal([process.execPath, ...on('darwin', 'arm64', '--plain')], { env, cwd: dir, columns: 160 });
  await terminal.shows('Bring it up now?');
  expect(terminal.text()).toContain('Vagrant 2.4.9 is installed');
  terminal.type(answer);
  terminal.press('enter');
  expect(await terminal.ended).toMatchObject({ code: 7 });
  expect(notes()).toEqual([`up ${root}`, `ssh ${root}`]);
});

test.each([['n', ['n', 'enter']], ['Ctrl-D', ['ctrl-d']], ['Ctrl-C', ['ctrl-c']]])('%s is a no: nothing is started', async (name, keys) => {
  const { env, notes } = withVagrant(`no-${name}`, { up: 0, ssh: 0 });
  await using terminal = new Terminal([process.execPath, ...on('win32', 'x64')], { env, columns: 160 });
  await terminal.shows('Bring it up now?');
  terminal.press(...keys);
  expect(await terminal.ended).toMatchObject({ code: 3 });
  expect(terminal.text()).toContain('Whenever you like: vagrant up, then vagrant ssh');
  expect(notes()).toEqual([]);
});

test('a machine that does not come up is said, exit 3, and not entered', async () => {
  const { env, notes } = withVagrant('broken', { up: 1, ssh: 0 });
  await using terminal = new Terminal([process.execPath, ...on('linux', 'arm64')], { env, columns: 160 });
  await terminal.shows('Bring it up now?');
  terminal.press('enter');
  expect(await terminal.ended).toMatchObject({ code: 3 });
  expect(terminal.text()).toContain('The virtual machine did not come up (vagrant ended with 1).');
  expect(notes()).toEqual([`up ${root}`]);
});

test('commands run here all the same, and so does everything where the kernel runs', () => {
  const { env } = withVagrant('reading', null);
  const elsewhere = start(on('darwin', 'arm64', 'read', '1'), { ...env, PATH: process.env['PATH'] ?? '' });
  expect(elsewhere).toMatchObject({ code: 0, stdout: expect.stringContaining('Lesson 1') as string });
  expect(start([door], { ...env, PATH: process.env['PATH'] ?? '' })).toMatchObject({ code: 0, stdout: expect.stringContaining('01-processes') as string });
});
