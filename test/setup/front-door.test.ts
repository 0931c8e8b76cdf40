/** The front door: on another Node than the pinned one, without HOME, from a read-only checkout, and when things fail. */
import { execFile, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const root = path.resolve(import.meta.dirname, '../..');
const pinned = path.join(root, 'node_modules/.bin/node');
let dir = '';

beforeAll(() => {
  dir = fs.mkdtempSync(path.join(os.tmpdir(), 'tür 1-'));
});
afterAll(() => {
  spawnSync('chmod', ['-R', 'u+w', dir]);
  fs.rmSync(dir, { recursive: true, force: true });
});

type Ran = { code: number; stdout: string; stderr: string };

function run(program: string, args: string[], options: { env?: NodeJS.ProcessEnv; cwd?: string } = {}): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(program, args, { ...options, maxBuffer: 1e8 }, (error, stdout, stderr) => {
      const code = error ? Number(error.code ?? 1) : 0;
      resolve({ code: Number.isNaN(code) ? 1 : code, stdout, stderr });
    });
  });
}

/** A checkout of its own that shares the installed packages: a copy of what git has, node_modules as a link. */
function checkout(name: string, options: { packages: boolean }): string {
  const at = path.join(dir, name);
  fs.mkdirSync(at);
  for (const entry of ['bin', 'src', 'sandbox', 'lessons', 'package.json', 'package-lock.json']) {
    fs.cpSync(path.join(root, entry), path.join(at, entry), { recursive: true });
  }
  if (options.packages) fs.symlinkSync(path.join(root, 'node_modules'), path.join(at, 'node_modules'));
  return at;
}

/** A node that is not the pinned program's file: a copy of it serves. */
function anotherNode(): string {
  const copy = path.join(dir, 'node');
  if (!fs.existsSync(copy)) fs.copyFileSync(fs.realpathSync(pinned), copy);
  return copy;
}

test('without a terminal it prints the list, what to type, and exits 0; no kernel is needed', async () => {
  const { code, stdout } = await run(pinned, [path.join(root, 'bin/drydock.mjs')], { env: { PATH: process.env['PATH'], DRYDOCK_CACHE: path.join(dir, 'nothing') } });
  expect(code).toBe(0);
  expect(stdout).toContain('01-processes');
  expect(stdout).toContain('npx drydock read 1');
  expect(fs.existsSync(path.join(dir, 'nothing'))).toBe(false);
});

test('another Node hands over to the pinned one: arguments, output and exit codes are passed on', async () => {
  const door = path.join(root, 'bin/drydock.mjs');
  const good = await run(anotherNode(), [door, 'read', '1']);
  expect(good).toMatchObject({ code: 0, stdout: expect.stringContaining('Lesson 1') });
  const bad = await run(anotherNode(), [door, 'read', 'no such lesson']);
  expect(bad).toMatchObject({ code: 2, stderr: expect.stringContaining('drydock: ') });
});

test('the bundled program finds the kernel that the sources have set up', async () => {
  const { code, stdout } = await run(pinned, [path.join(root, 'bin/drydock.mjs'), 'doctor', '--json', '--workspace', path.join(dir, 'none')]);
  expect(code).toBe(0);
  const { findings } = JSON.parse(stdout) as { findings: { id: string; state: string; found: string }[] };
  for (const id of ['kernel', 'answer']) expect(findings.find((finding) => finding.id === id)).toMatchObject({ state: 'ok' });
});

test('--run runs a file of the checkout under the pinned Node', async () => {
  fs.writeFileSync(path.join(dir, 'which.ts'), 'const path: string = process.execPath; console.log(path, process.argv.slice(2).join("|"));');
  const { stdout } = await run(anotherNode(), [path.join(root, 'bin/drydock.mjs'), '--run', path.join(dir, 'which.ts'), 'a b', 'ç']);
  expect(stdout).toBe(`${fs.realpathSync(pinned)} a b|ç\n`);
});

test('a checkout whose path has spaces and other letters bundles into dist/, once, and anew when a source changes', async () => {
  const at = checkout('mein Prögramm', { packages: true });
  const door = path.join(at, 'bin/drydock.mjs');
  expect(await run(pinned, [door, 'list'])).toMatchObject({ code: 0, stderr: expect.stringContaining(path.join(at, 'dist')) });
  expect(await run(pinned, [door, 'list'])).toMatchObject({ code: 0, stderr: '' });
  const errors = path.join(at, 'src/errors.ts');
  fs.writeFileSync(errors, `${fs.readFileSync(errors, 'utf8')}\n// changed\n`);
  expect(await run(pinned, [door, 'list'])).toMatchObject({ code: 0, stderr: expect.stringContaining('bundled') });
  expect(fs.readdirSync(path.join(at, 'dist')).length).toBe(2);
});

test('a source that does not compile is said with file and line, exit 4, and the bundle before it stays', async () => {
  const at = checkout('broken', { packages: true });
  const main = path.join(at, 'src/main.ts');
  fs.writeFileSync(main, `${fs.readFileSync(main, 'utf8')}\nconst = 1;\n`);
  const { code, stderr } = await run(pinned, [path.join(at, 'bin/drydock.mjs'), 'list']);
  expect(code).toBe(4);
  expect(stderr).toMatch(/drydock: The program could not be bundled/);
  expect(stderr).toMatch(/src\/main\.ts/);
  expect(fs.readdirSync(path.join(at, 'dist'))).toEqual([]);
});

describe('a read-only checkout', () => {
  /** Runs it where nothing below the checkout can be written to, not even by root: a read-only bind mount. */
  function runReadOnly(at: string, env: NodeJS.ProcessEnv): Promise<Ran> {
    const shell = 'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && exec "$2" "$1/bin/drydock.mjs" list';
    return run('unshare', ['--user', '--map-root-user', '--mount', 'sh', '-c', shell, 'sh', at, fs.realpathSync(pinned)], { env: { PATH: process.env['PATH'], ...env } });
  }

  test('bundles into the cache', async () => {
    const at = checkout('read only', { packages: true });
    const cache = path.join(dir, 'cache ß');
    const first = await runReadOnly(at, { HOME: dir, DRYDOCK_CACHE: cache });
    expect(first).toMatchObject({ code: 0, stdout: expect.stringContaining('01-processes') });
    expect(fs.readdirSync(cache)).toEqual([expect.stringMatching(/^bundle-/)]);
    expect(await runReadOnly(at, { HOME: dir, DRYDOCK_CACHE: cache })).toMatchObject({ code: 0, stderr: '' });
  });

  test('without its packages says who can help, exit 3', async () => {
    const at = checkout('read only and empty', { packages: false });
    const { code, stderr } = await runReadOnly(at, { HOME: dir });
    expect(code).toBe(3);
    expect(stderr).toBe(`drydock: The npm packages are missing, and ${at} cannot be written to (EROFS).\n`
      + '  → run it once as a user who can write there, or work in a copy of your own\n');
  });
});

test('packages that cannot be fetched are said in one sentence, exit 3, and nothing is left half done', async () => {
  const at = checkout('no network', { packages: false });
  const env = {
    PATH: process.env['PATH'], HOME: dir, npm_config_registry: 'http://127.0.0.1:9/', npm_config_cache: path.join(dir, 'npm'), npm_config_fetch_retries: '0',
  };
  const { code, stderr } = await run(pinned, [path.join(at, 'bin/drydock.mjs')], { env });
  expect(code).toBe(3);
  expect(stderr).toMatch(/^Installing up to \d+ npm packages, Drydock's own Node among them, into .*node_modules \(about 300 MB\)\n/);
  expect(stderr).toMatch(/drydock: The npm packages could not be fetched: there is no network, or the registry does not answer \(.*\)\.\n {2}→ run the command again with a network\n$/);
  expect(fs.existsSync(path.join(at, '.npm-set-up'))).toBe(false);
});

test('HOME need not be set', async () => {
  const { code, stdout } = await run(pinned, [path.join(root, 'bin/drydock.mjs'), 'list'], { env: { PATH: process.env['PATH'] } });
  expect(code).toBe(0);
  expect(stdout).toContain('01-processes');
});
