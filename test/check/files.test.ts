/** Check files are laid where only the judge can read them, and nowhere else. */
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { layChecks } from '../../sandbox/agent/judge-files.ts';
import { boxFile } from '../agent/guest.ts';

let home = '';
beforeEach(() => {
  home = fs.mkdtempSync(path.join(os.tmpdir(), 'drydock-home-'));
});
afterEach(() => fs.rmSync(home, { recursive: true, force: true }));

test('the files are there while they are needed, closed to everybody else, and then gone', () => {
  {
    using laid = layChecks(home, [boxFile('checks.test.ts', 'x'), boxFile('fixtures/a.txt', 'y')]);
    const folder = path.dirname(laid.file);
    expect(path.dirname(folder)).toBe(home);
    expect(fs.statSync(folder).mode & 0o777).toBe(0o700);
    expect(fs.readFileSync(laid.file, 'utf8')).toBe('x');
    expect(fs.readFileSync(path.join(folder, 'fixtures/a.txt'), 'utf8')).toBe('y');
    // The judge's own module, not a second one of the same text.
    const check = createRequire(laid.file).resolve('#check');
    expect(check).toBe(path.resolve(import.meta.dirname, '../../sandbox/check/index.ts'));
  }
  expect(fs.readdirSync(home)).toEqual([]);
});

test.each([
  ['../outside.ts', /no path for a check file/],
  ['fixtures/../../outside.ts', /no path for a check file/],
  ['lesson.md', /no checks\.test\.ts/],
])('%s is refused, and nothing stays', (name, message) => {
  expect(() => layChecks(home, [boxFile(name, 'x')])).toThrow(message);
  expect(fs.readdirSync(home)).toEqual([]);
  expect(fs.existsSync(path.join(path.dirname(home), 'outside.ts'))).toBe(false);
});
