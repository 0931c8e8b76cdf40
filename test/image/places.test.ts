import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { UserError } from '../../src/errors.ts';
import { release } from '../../sandbox/image/machine.ts';
import { cacheDir, makeDir, runDir, shortName } from '../../sandbox/image/places.ts';

let dir = '';
beforeEach(() => {
  dir = fs.mkdtempSync(path.join(os.tmpdir(), 'places-'));
});
afterEach(() => fs.rmSync(dir, { recursive: true, force: true }));

test.each([
  [{ DRYDOCK_CACHE: '/a', XDG_CACHE_HOME: '/b', HOME: '/c' }, '/a'],
  [{ XDG_CACHE_HOME: '/b', HOME: '/c' }, '/b/drydock'],
  [{ XDG_CACHE_HOME: 'not/absolute', HOME: '/c' }, '/c/.cache/drydock'],
  [{ HOME: '/c' }, '/c/.cache/drydock'],
  [{}, path.join(os.userInfo().homedir, '.cache/drydock')],
])('the cache with %j is %s', (env, expected) => {
  expect(cacheDir(env)).toBe(expected);
});

test('the run directory is private, and the runtime directory of a session is preferred', () => {
  const made = runDir({ XDG_RUNTIME_DIR: dir });
  expect(made).toBe(path.join(dir, 'drydock'));
  expect(fs.statSync(made).mode & 0o777).toBe(0o700);
});

test('a run directory that others can enter is refused', () => {
  fs.mkdirSync(path.join(dir, 'drydock'), { mode: 0o755 });
  fs.chmodSync(path.join(dir, 'drydock'), 0o755);
  expect(() => runDir({ XDG_RUNTIME_DIR: dir })).toThrow(UserError);
});

test('a symbolic link is not taken for the run directory', () => {
  fs.mkdirSync(path.join(dir, 'elsewhere'), { mode: 0o700 });
  fs.symlinkSync('elsewhere', path.join(dir, 'drydock'));
  expect(() => runDir({ XDG_RUNTIME_DIR: dir })).toThrow('not a private directory');
});

test('a socket in the longest run directory keeps to the 107 bytes of unix(7)', () => {
  expect(path.join('/run/user/4294967295/drydock', `${shortName('x'.repeat(4000), 'here')}.sock`).length).toBeLessThan(107);
});

test('a cache that cannot be made is named, with what helps, and exit 3', () => {
  fs.writeFileSync(path.join(dir, 'file'), '');
  const cache = path.join(dir, 'file', 'cache');
  let caught: unknown;
  try {
    makeDir(cache);
  } catch (error) {
    caught = error;
  }
  expect(caught).toBeInstanceOf(UserError);
  const error = caught as UserError;
  expect(error.message).toBe(`Drydock keeps its kernel in ${cache}, but that cannot be written to (ENOTDIR).`);
  expect(error.next).toEqual(['set DRYDOCK_CACHE to a directory you can write to']);
  expect(error.exit).toBe(3);
});

test.each([
  ['ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n', 'debian-12', 'bookworm'],
  ['ID=debian\nVERSION_CODENAME=forky\n', 'debian-forky', 'forky'],
  ["ID=ubuntu\nVERSION_ID='24.04'\nVERSION_CODENAME=noble\n", 'ubuntu-24.04', 'noble'],
])('a release is known by os-release: %j', (text, key, codename) => {
  fs.writeFileSync(path.join(dir, 'os-release'), text);
  expect(release(path.join(dir, 'os-release'))).toMatchObject({ key, codename });
});

test('a machine without os-release is unknown, not a crash', () => {
  expect(release(path.join(dir, 'none')).key).toBe('unknown-unknown');
});
