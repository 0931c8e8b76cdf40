/**
 * Puts files into a wall from outside.
 *
 * The tree there is the learner's, who may have set links, and may be changing it at this moment. So everything is done
 * with the wall's root's rights, not the judge's (withFileIds); links are resolved inside the wall (openat2(2),
 * RESOLVE_IN_ROOT); and a file is always a new one (O_EXCL): nothing that exists, sysctl files least of all, is ever written to.
 */
import fs from 'node:fs';
import { errnoOf, SystemCallError } from '../observe/errors.ts';
import { ownPath } from '../observe/walk.ts';
import type { WireFile } from '../wire/messages.ts';
import { O_CLOEXEC, O_PATH, openat2, Resolve } from './calls.ts';
import { withFileIds } from './hop.ts';
import { WALL_ID } from './ids.ts';

const NEW = fs.constants.O_WRONLY | fs.constants.O_CREAT | fs.constants.O_EXCL | fs.constants.O_NOFOLLOW | O_CLOEXEC;
const FOLDER = O_PATH | fs.constants.O_DIRECTORY;
const INSIDE = Resolve.inRoot | Resolve.noMagicLinks;

/** A path that cannot be a file's in the box: the request is wrong, nothing was written. */
export class PathError extends Error {
  override name = 'PathError';
}

/** The parts of a relative path that stays where it is laid. Throws PathError for any other. */
export function partsOf(path: string): string[] {
  const parts = path.split('/');
  const wrong = parts.some((part) => part === '' || part === '.' || part === '..' || part.includes('\0') || Buffer.byteLength(part) > 255);
  if (wrong) throw new PathError(`${JSON.stringify(path)} is not a relative path that stays inside`);
  return parts;
}

/** Writes one file at an absolute path of the wall whose `/` is `root`, a descriptor. Parents are made; what was there is replaced. */
export function writeInside(root: number, path: string, content: string | Buffer, mode: number): void {
  const parts = partsOf(path.replace(/^\/+/, ''));
  const name = parts.pop() as string;
  withFileIds(WALL_ID, WALL_ID, () => {
    let folder = openat2(root, '/', { flags: FOLDER, resolve: INSIDE });
    let shown = '';
    try {
      for (const part of parts) {
        shown += `/${part}`;
        const next = openFolder(root, shown, () => fs.mkdirSync(`${ownPath(folder)}/${part}`));
        fs.closeSync(folder);
        folder = next;
      }
      writeNew(`${ownPath(folder)}/${name}`, content, mode, path);
    } finally {
      fs.closeSync(folder);
    }
  });
}

function openFolder(root: number, path: string, make: () => void): number {
  try {
    return openat2(root, path, { flags: FOLDER, resolve: INSIDE });
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
  attempt('mkdir', path, make);
  return openat2(root, path, { flags: FOLDER, resolve: INSIDE });
}

/**
 * Empties the folder `box`, a descriptor. False where that, or writing to it, is not possible with the plain rights of its owner (a
 * folder without permissions, files of other ids): then the wall's root has to do it, from inside.
 */
export function clearFolder(box: number): boolean {
  return withFileIds(WALL_ID, WALL_ID, () => {
    const top = ownPath(box);
    try {
      for (const name of fs.readdirSync(top)) fs.rmSync(`${top}/${name}`, { recursive: true, force: true });
      fs.accessSync(top, fs.constants.W_OK);
      return true;
    } catch (error) {
      if (errnoOf(error) === undefined) throw error;
      return false;
    }
  });
}

/** Writes files into the empty folder `box`. Throws PathError before anything is written, SystemCallError (ENOSPC, EEXIST, …). */
export function layFiles(box: number, files: readonly WireFile[]): void {
  const parted = files.map((file) => ({ ...file, parts: partsOf(file.path) }));
  withFileIds(WALL_ID, WALL_ID, () => {
    for (const { path, parts, base64, executable } of parted) {
      const folder = parts.slice(0, -1).join('/');
      attempt('mkdir', folder, () => fs.mkdirSync(`${ownPath(box)}/${folder}`, { recursive: true }));
      writeNew(`${ownPath(box)}/${path}`, Buffer.from(base64, 'base64'), executable ? 0o755 : 0o644, path);
    }
  });
}

function writeNew(target: string, content: string | Buffer, mode: number, shown: string): void {
  attempt('open', shown, () => {
    fs.rmSync(target, { force: true });
    const descriptor = fs.openSync(target, NEW, mode);
    try {
      // The mode that was asked for, whatever the judge's umask.
      fs.fchmodSync(descriptor, mode);
      fs.writeFileSync(descriptor, content);
    } finally {
      fs.closeSync(descriptor);
    }
  });
}

function attempt(call: string, path: string, step: () => void): void {
  try {
    step();
  } catch (cause) {
    throw new SystemCallError(call, JSON.stringify(path), errnoOf(cause) ?? 'EIO', { cause });
  }
}
