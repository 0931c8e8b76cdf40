/**
 * The kernel's set-up, for real: interrupted, repeated, two at once, offline, into a cache whose path has spaces and letters
 * that are not ASCII. The packages are taken from the machine's own cache, which `npm test` has filled before.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { release } from '../../sandbox/image/machine.ts';
import { lockKey, readLock } from '../../sandbox/image/lock.ts';
import { cacheDir } from '../../sandbox/image/places.ts';
import { findKernel } from '../../sandbox/image/setup.ts';
import { until } from '../launch/kit.ts';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

const root = path.resolve(import.meta.dirname, '../..');
let dir = '';
let cache = '';

beforeAll(() => {
  // Beside the machine's own cache, so that the packages can be linked instead of copied.
  fs.mkdirSync(cacheDir(), { recursive: true });
  dir = fs.mkdtempSync(path.join(cacheDir(), 'test ü-'));
  cache = path.join(dir, 'ein Süßer');
  fs.mkdirSync(path.join(cache, 'debs'), { recursive: true });
  const debs = path.join(cacheDir(), 'debs');
  for (const name of fs.readdirSync(debs)) fs.linkSync(path.join(debs, name), path.join(cache, 'debs', name));
});

afterAll(() => fs.rmSync(dir, { recursive: true, force: true }));

/** Starts the set-up with apt out of reach: what is there has to do. `said` is what it has written so far. */
function setUp(env: Record<string, string> = {}): { child: ChildProcess; said: () => string; ended: Promise<number | null> } {
  const child = spawn(process.execPath, [path.join(root, 'sandbox/launch/setup.ts')], {
    stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, DRYDOCK_CACHE: cache, DRYDOCK_BUNDLE: path.join(dir, 'none'), http_proxy: 'http://127.0.0.1:9', ...env },
  });
  let text = '';
  child.stderr?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return { child, said: () => text, ended: once(child, 'close').then(([code]) => code as number | null) };
}

test('killed in the middle, taken over by one that waited, done once, the same as everywhere', async () => {
  const first = setUp();
  await until('packages to be unpacked', () => /unpacking/.test(first.said()), 60_000);
  const second = setUp();
  await until('the second to wait', () => /Another set-up is under way/.test(second.said()), 60_000);
  expect(findKernel({ ...process.env, DRYDOCK_CACHE: cache })).toBeUndefined();
  first.child.kill('SIGKILL');
  expect(await second.ended).toBe(0);

  const files = findKernel({ ...process.env, DRYDOCK_CACHE: cache });
  expect(files?.id).toBe(findKernel()?.id);
  expect(second.said()).toContain(`Setting up the private kernel and its root file system in ${cache}`);
  expect(fs.readdirSync(cache).filter((name) => !/^(debs|setup\.lock|image-\w+\.ext4|tools-\w+|ready-\w+\.json|warm-\w+)$/.test(name))).toEqual([]);

  // The cache may be moved, or copied from another machine.
  const moved = path.join(dir, 'moved');
  fs.renameSync(cache, moved);
  const there = findKernel({ ...process.env, DRYDOCK_CACHE: moved });
  expect(there?.kernel?.linux.startsWith(moved)).toBe(true);
  fs.renameSync(moved, cache);

  const third = setUp();
  expect(await third.ended).toBe(0);
  expect(third.said()).toBe('');
});

test('a package that was damaged is noticed and fetched again; without a network that is said, with the way on', async () => {
  const locked = readLock().releases[lockKey(release().key, process.arch === 'x64' ? 'amd64' : 'arm64')];
  const other = path.join(dir, 'damaged');
  fs.mkdirSync(path.join(other, 'debs'), { recursive: true });
  for (const name of fs.readdirSync(path.join(cache, 'debs'))) fs.copyFileSync(path.join(cache, 'debs', name), path.join(other, 'debs', name));
  const victim = fs.readdirSync(path.join(other, 'debs')).find((name) => name.startsWith('sed_')) ?? '';
  fs.appendFileSync(path.join(other, 'debs', victim), 'x');
  const { ended, said } = setUp({ DRYDOCK_CACHE: other, DRYDOCK_MIRROR: 'http://127.0.0.1:9/debian' });
  expect(await ended).toBe(3);
  expect(said()).toMatch(/there is no network, or a package source does not answer/);
  expect(said()).toMatch(/→ run the command again with a network; what was fetched is kept\n {2}→ run it in the virtual machine: vagrant up/);
  if (locked) expect(fs.existsSync(path.join(other, 'debs', victim))).toBe(false);
  expect(fs.readdirSync(path.join(other, 'debs')).length).toBeGreaterThan(50);
});

test('a full disk is said before anything is fetched', async () => {
  // A file system of 60 MB, in a mount namespace of its own.
  const place = path.join(dir, 'small');
  fs.mkdirSync(place);
  const shell = 'mount -t tmpfs -o size=60m small "$1" && exec "$2" "$3"';
  const child = spawn('unshare', ['--user', '--map-root-user', '--mount', 'sh', '-c', shell, 'sh', place, process.execPath, path.join(root, 'sandbox/launch/setup.ts')], {
    stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, DRYDOCK_CACHE: place },
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  expect((await once(child, 'close'))[0]).toBe(3);
  expect(said).toBe(`drydock: The private kernel's set-up needs 1.2 GB, and the disk of ${place} has only 0.1 GB free.\n`
    + '  → free some space, or set DRYDOCK_CACHE to a directory on another disk\n');
});
