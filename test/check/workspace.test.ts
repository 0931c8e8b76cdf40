import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { limits, readBox, readChecks } from '../../src/check/workspace.ts';
import { UserError } from '../../src/errors.ts';

let workspace = '';
const box = (...parts: string[]): string => path.join(workspace, 'box', ...parts);
const paths = (): string[] => readBox(workspace).map((file) => file.path);

beforeEach(() => {
  workspace = fs.mkdtempSync(path.join(os.tmpdir(), 'drydock prostor ž '));
  fs.mkdirSync(box('lib'), { recursive: true });
  fs.writeFileSync(box('box.ts'), 'console.error("box");\n');
  fs.writeFileSync(box('lib', 'libc.ts'), '');
});

afterEach(() => fs.rmSync(workspace, { recursive: true, force: true }));

test('a box is its files, by their paths in it, sorted; bytes and the executable bit are kept', () => {
  fs.writeFileSync(box('run.sh'), Buffer.from([0, 255, 10]), { mode: 0o755 });
  expect(readBox(workspace)).toEqual([
    { path: 'box.ts', base64: Buffer.from('console.error("box");\n').toString('base64') },
    { path: 'lib/libc.ts', base64: '' },
    { path: 'run.sh', base64: Buffer.from([0, 255, 10]).toString('base64'), executable: true },
  ]);
});

test('packages, version control and what editors leave are no part of it', () => {
  for (const folder of ['node_modules/ffi-rs', '.git', 'lib/node_modules']) fs.mkdirSync(box(folder), { recursive: true });
  for (const file of ['node_modules/ffi-rs/index.js', '.git/HEAD', 'box.ts~', '.box.ts.swp', '#box.ts#', '4913', 'lib/.DS_Store']) fs.writeFileSync(box(file), 'x');
  // vim and emacs lock files are dangling links: they come and go while one edits, and must not spoil a check.
  fs.symlinkSync('me@host.1:1', box('.#box.ts'));
  expect(paths()).toEqual(['box.ts', 'lib/libc.ts']);
});

function problem(call: () => unknown): UserError {
  try {
    call();
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    return error as UserError;
  }
  throw new Error('nothing was refused');
}

test('a workspace without a box says how to get one', () => {
  fs.rmSync(box(), { recursive: true });
  const error = problem(() => readBox(workspace));
  expect(error.message).toBe(`there is no box yet: ${box()} is not a folder`);
  expect(error.next).toEqual(['drydock start 1   lays the first lesson there']);
});

test('a symbolic link is refused by name: it could lead anywhere', () => {
  fs.symlinkSync('/etc/passwd', box('lib', 'secret.ts'));
  expect(problem(() => readBox(workspace)).message).toBe(`${box('lib', 'secret.ts')} is a symbolic link; only ordinary files go into the sandbox`);
});

test('a link to a folder is refused as well', () => {
  fs.symlinkSync('/etc', box('etc'));
  expect(problem(() => readBox(workspace)).message).toContain('is a symbolic link');
});

test('a FIFO is refused and does not make the reader wait', () => {
  execFileSync('mkfifo', [box('pipe')]);
  expect(problem(() => readBox(workspace)).message).toBe(`${box('pipe')} is no ordinary file; only ordinary files go into the sandbox`);
});

test('too many bytes are refused before they are read', () => {
  fs.truncateSync(box('box.ts'), limits.bytes - 10);
  fs.writeFileSync(box('lib', 'libc.ts'), 'x'.repeat(11));
  expect(problem(() => readBox(workspace)).message).toBe(`your box has more than 8 MiB (at ${box('lib', 'libc.ts')})`);
});

test('too many files are refused', () => {
  fs.mkdirSync(box('many'));
  for (let count = 0; count < limits.files; count += 1) fs.writeFileSync(box('many', String(count)), '');
  expect(problem(() => readBox(workspace)).message).toContain('your box has more than 1000 files');
});

test('folders without end are refused', () => {
  fs.mkdirSync(box(...Array.from({ length: limits.depth + 1 }, () => 'd')), { recursive: true });
  expect(problem(() => readBox(workspace)).message).toContain('your box is more than 16 folders deep');
});

test('a file that may not be read is named; one that vanishes while it is read is left out', () => {
  const open = fs.openSync;
  const refuse = (code: string): void => {
    vi.spyOn(fs, 'openSync').mockImplementation((file, ...rest) => {
      // Root may read everything, so the kernel's refusal is played here.
      if (String(file).endsWith('libc.ts')) throw Object.assign(new Error(code), { code });
      return open(file, ...rest);
    });
  };
  refuse('EACCES');
  expect(problem(() => readBox(workspace)).message).toBe(`${box('lib', 'libc.ts')} cannot be read: EACCES`);
  vi.restoreAllMocks();
  refuse('ENOENT');
  expect(paths()).toEqual(['box.ts']);
  vi.restoreAllMocks();
});

test("a lesson's checks are its check file and its fixtures, nothing else of its folder", () => {
  const lesson = path.join(workspace, 'lesson');
  fs.mkdirSync(path.join(lesson, 'fixtures'), { recursive: true });
  fs.mkdirSync(path.join(lesson, 'solution'));
  for (const file of ['checks.test.ts', 'lesson.md', 'fixtures/hello.txt', 'solution/box.ts']) fs.writeFileSync(path.join(lesson, file), file);
  expect(readChecks(lesson).map((file) => file.path)).toEqual(['checks.test.ts', 'fixtures/hello.txt']);
});

test('a lesson without checks is an error that says so', () => {
  expect(problem(() => readChecks(workspace)).message).toContain('the lesson has no checks');
});
