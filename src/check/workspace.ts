/**
 * Reads folders whose files go into the sandbox: the learner's box, and what a lesson's checks need.
 *
 * What is read here was written by a learner: its size, its names and its links are not to be trusted.
 */
import fs from 'node:fs';
import path from 'node:path';
import { UserError } from '../errors.ts';
import type { WireFile } from './wire.ts';

/** How much a box may be: far more than a box needs, far less than a frame of the wire holds (16 MiB, in base64). */
export const limits = { files: 1000, bytes: 8 * 1024 * 1024, depth: 16 } as const;

/** Folders and files that are no part of a box: packages, version control, what editors leave. */
const ignoredFolders = new Set(['node_modules', '.git', '.hg', '.svn', '.vscode', '.idea']);
const ignoredFiles = /^(?:\.DS_Store|\.#.*|.*~|\..*\.sw[a-p]|#.*#|4913)$/;

/**
 * The box of a workspace as wire files, paths relative to its `box` folder, sorted.
 *
 * Throws UserError, naming the file, where there is no box, a file cannot be read, is no ordinary file (a link could lead out of the
 * folder), or the whole is more than `limits` allow.
 */
export function readBox(workspace: string): WireFile[] {
  const folder = path.join(workspace, 'box');
  if (!isFolder(folder)) {
    throw new UserError(`there is no box yet: ${folder} is not a folder`, {
      next: ['drydock start 1   lays the first lesson there'],
    });
  }
  return readFolder(folder, 'your box');
}

/** The files of a lesson's folder that its checks need: checks.test.ts, and everything in fixtures/. */
export function readChecks(lessonFolder: string): WireFile[] {
  const checks = path.join(lessonFolder, 'checks.test.ts');
  const fixtures = path.join(lessonFolder, 'fixtures');
  if (!fs.existsSync(checks)) {
    throw new UserError(`the lesson has no checks: ${checks} is missing`, { next: ['git status lessons   shows whether the checkout is whole'] });
  }
  const files: WireFile[] = [{ path: 'checks.test.ts', base64: fs.readFileSync(checks).toString('base64') }];
  if (isFolder(fixtures)) {
    for (const file of readFolder(fixtures, 'the fixtures')) files.push({ ...file, path: `fixtures/${file.path}` });
  }
  return files;
}

/** Every file below `folder` as readBox gives them. `what` is how errors call the whole: `your box`. */
export function readFolder(folder: string, what: string): WireFile[] {
  const files: WireFile[] = [];
  let bytes = 0;

  const read = (relative: string, depth: number): void => {
    if (depth > limits.depth) throw tooMuch(`is more than ${limits.depth} folders deep`, relative);
    for (const entry of list(path.join(folder, relative))) {
      const name = path.join(relative, entry.name);
      const full = path.join(folder, name);
      if (entry.isDirectory()) {
        if (!ignoredFolders.has(entry.name)) read(name, depth + 1);
        continue;
      }
      if (ignoredFiles.test(entry.name)) continue;
      if (!entry.isFile()) throw notAFile(full, entry.isSymbolicLink());
      const content = readFile(full, limits.bytes - bytes);
      if (content === 'gone') continue;
      if (content === 'too large') throw tooMuch(`has more than ${limits.bytes / 1024 / 1024} MiB`, name);
      bytes += content.bytes.length;
      files.push({ path: name.split(path.sep).join('/'), base64: content.bytes.toString('base64'), ...(content.executable ? { executable: true } : {}) });
      if (files.length > limits.files) throw tooMuch(`has more than ${limits.files} files`, name);
    }
  };

  const tooMuch = (problem: string, at: string): UserError =>
    new UserError(`${what} ${problem} (at ${path.join(folder, at)})`, { next: ['take out what is no source of box; node_modules does not count'] });

  read('', 0);
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

function list(folder: string): fs.Dirent[] {
  try {
    return fs.readdirSync(folder, { withFileTypes: true });
  } catch (cause) {
    throw unreadable(folder, cause);
  }
}

/**
 * A whole regular file of at most `most` bytes. `gone`: it vanished since it was listed, as files do that an editor
 * replaces. Opened without following a link, so that it cannot be swapped for one.
 */
function readFile(file: string, most: number): { bytes: Buffer; executable: boolean } | 'gone' | 'too large' {
  let fd: number;
  try {
    fd = fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW | fs.constants.O_NONBLOCK);
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return 'gone';
    if (codeOf(cause) === 'ELOOP') throw notAFile(file, true);
    throw unreadable(file, cause);
  }
  try {
    const stat = fs.fstatSync(fd);
    if (!stat.isFile()) throw notAFile(file, false);
    if (stat.size > most) return 'too large';
    return { bytes: fs.readFileSync(fd), executable: (stat.mode & 0o111) !== 0 };
  } catch (cause) {
    throw cause instanceof UserError ? cause : unreadable(file, cause);
  } finally {
    fs.closeSync(fd);
  }
}

function isFolder(folder: string): boolean {
  return fs.statSync(folder, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function notAFile(file: string, link: boolean): UserError {
  return new UserError(`${file} is ${link ? 'a symbolic link' : 'no ordinary file'}; only ordinary files go into the sandbox`, {
    next: [link ? `put the file itself there: cp --remove-destination "$(readlink -f '${file}')" '${file}'` : `move it out of the way: ${file}`],
  });
}

function unreadable(file: string, cause: unknown): UserError {
  return new UserError(`${file} cannot be read: ${codeOf(cause) ?? String(cause)}`, { next: [`ls -l '${file}'`], cause });
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
