/**
 * Trees: the files of a folder in memory, by their path relative to it. What the course lays, what the learner has, and what
 * is sent to the kernel are all trees.
 *
 * Invariants: paths use `/`, are relative, have no `.` or `..`, and are kept in order. Only regular files are in a tree.
 */
import fs from 'node:fs';
import path from 'node:path';
import { UserError } from '../errors.ts';

export type TreeFile = { readonly bytes: Buffer; readonly executable: boolean };
export type Tree = ReadonlyMap<string, TreeFile>;

/** Folders that are never part of a tree: they are the tools', not the learner's. */
const skipped = new Set(['node_modules', '.git']);

/** How much of a folder is read at most. A `box` of 200 lessons would fit ten times. */
const MOST_FILES = 2000;
const MOST_BYTES = 8 * 1024 * 1024;

/**
 * Reads a folder. A folder that does not exist is an empty tree. Links, pipes and devices are left out: opening one could
 * hang, or lead anywhere.
 *
 * Throws UserError where the folder is too large to be what it is meant to be, or cannot be read.
 */
export function readTree(folder: string): Tree {
  const files: [string, TreeFile][] = [];
  let bytes = 0;
  const walk = (relative: string) => {
    for (const entry of list(path.join(folder, relative))) {
      const name = relative ? `${relative}/${entry.name}` : entry.name;
      if (entry.isDirectory()) {
        if (!skipped.has(entry.name)) walk(name);
      } else if (entry.isFile()) {
        const file = readFile(path.join(folder, name));
        // An editor that saves through a neighbour removes files between the listing and the reading.
        if (!file) continue;
        bytes += file.bytes.length;
        if (bytes > MOST_BYTES || files.length >= MOST_FILES) throw tooLarge(folder, name);
        files.push([name, file]);
      }
    }
  };
  walk('');
  return sorted(files);
}

function list(folder: string): fs.Dirent[] {
  try {
    return fs.readdirSync(folder, { withFileTypes: true });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw cannotRead(folder, cause);
  }
}

function readFile(file: string): TreeFile | null {
  try {
    // The size is asked first: a file of gigabytes must not be read to find out that it is too large.
    const stat = fs.statSync(file);
    if (stat.size > MOST_BYTES) throw tooLarge(path.dirname(file), path.basename(file));
    return { bytes: fs.readFileSync(file), executable: (stat.mode & 0o100) !== 0 };
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw cause instanceof UserError ? cause : cannotRead(file, cause);
  }
}

function cannotRead(file: string, cause: unknown): UserError {
  return new UserError(`${file} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, {
    next: ['Look at its owner and mode with `ls -l`, and try again.'], cause,
  });
}

function tooLarge(folder: string, name: string): UserError {
  return new UserError(`${folder} holds more than ${MOST_FILES} files or ${MOST_BYTES / 1024 / 1024} MB (reached at ${name}).`, {
    next: ['Keep only the source of your box there; root file systems and data belong elsewhere.'],
  });
}

/** A tree from pairs, in order of path. */
export function sorted(files: Iterable<readonly [string, TreeFile]>): Tree {
  return new Map([...files].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

/** Later trees over earlier ones, file by file. */
export function overlay(...trees: readonly Tree[]): Tree {
  const all = new Map<string, TreeFile>();
  for (const tree of trees) for (const [name, file] of tree) all.set(name, file);
  return sorted(all);
}

/** The part of a tree whose paths are wanted. */
export function pick(tree: Tree, wanted: (path: string) => boolean): Tree {
  return new Map([...tree].filter(([name]) => wanted(name)));
}

/** A file made of text. */
export function textFile(text: string, executable = false): TreeFile {
  return { bytes: Buffer.from(text, 'utf8'), executable };
}

/** The text of a file; null where it is not UTF-8 text. */
export function textOf(file: TreeFile): string | null {
  if (file.bytes.includes(0)) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(file.bytes);
  } catch {
    return null;
  }
}

export function sameFile(a: TreeFile | undefined, b: TreeFile | undefined): boolean {
  return a !== undefined && b !== undefined && a.bytes.equals(b.bytes) && a.executable === b.executable;
}

/**
 * Writes a tree into a folder; files that are there and not in the tree stay. Each file is complete or absent, never half
 * written. Errors are Node's own, naming call and path.
 */
export function writeTree(folder: string, tree: Tree): void {
  fs.mkdirSync(folder, { recursive: true });
  for (const [name, file] of tree) writeWhole(path.join(folder, name), file);
}

/** Writes one file through a neighbour that is renamed over it (rename(2) is atomic). Parents are made. */
export function writeWhole(target: string, file: TreeFile): void {
  fs.mkdirSync(path.dirname(target), { recursive: true });
  const temporary = path.join(path.dirname(target), `.${path.basename(target)}.${process.pid}.new`);
  try {
    fs.writeFileSync(temporary, file.bytes, { mode: file.executable ? 0o755 : 0o644 });
    fs.renameSync(temporary, target);
  } catch (cause) {
    fs.rmSync(temporary, { force: true });
    throw cause;
  }
}

/** Removes what writeWhole left in a folder when its process was killed. */
export function sweepUnfinished(folder: string): void {
  for (const name of readTree(folder).keys()) {
    const pid = /^\..+\.(\d+)\.new$/.exec(path.basename(name))?.[1];
    if (pid !== undefined && !isRunning(Number(pid))) fs.rmSync(path.join(folder, name), { force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    // kill(2): signal 0 only asks whether the process exists.
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === 'EPERM';
  }
}
