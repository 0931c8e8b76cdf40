/**
 * The learner's workspace on disk.
 *
 *     workspace/
 *       box/                   the learner's project: theirs
 *       progress.json          see src/progress
 *       .base/laid.json        which lesson was laid last
 *       .base/LESSON/          the reference that LESSON was laid against: the base of the next merge
 *       .base/starters/LESSON/ LESSON's own starter as it was brought last, and
 *       .base/course.json      what the learner knows of the course: see update.ts
 *       .start/LESSON/         the learner's box as it was when LESSON began: where `reset` goes back to
 *       .passed/LESSON/        the learner's box as it was when the kernel last passed LESSON
 *       .kept/TIME/            files that a command replaced, and why: nothing of the learner's is ever deleted; for an update also
 *                              the records that it changed
 */
import fs from 'node:fs';
import path from 'node:path';
import { fileError, UserError } from '../../errors.ts';
import { readTree, sweepUnfinished, textFile, type Tree, writeTree, writeWhole } from '../tree.ts';

/** A set of files that was kept aside. */
export type Kept = {
  version: 1;
  /** The command that was the reason: `start 05-root`. */
  why: string;
  at: string;
  /** Files that were not there before: an undo takes them away again. */
  created: string[];
  /** The lesson laid before. */
  laid: string | null;
};

export type KeptSet = { folder: string; kept: Kept };

/** The learner's project in a workspace. */
export function boxFolder(workspace: string): string {
  return path.join(workspace, 'box');
}

/** The learner's files. Throws UserError where they cannot be read or are too many. */
export function readBox(workspace: string): Tree {
  return readTree(boxFolder(workspace));
}

/** The lesson laid last in this workspace, or null. A record that cannot be read counts as none. */
export function laidLesson(workspace: string): string | null {
  try {
    const record: unknown = JSON.parse(fs.readFileSync(path.join(workspace, '.base', 'laid.json'), 'utf8'));
    return typeof record === 'object' && record !== null && 'lesson' in record && typeof record.lesson === 'string' ? record.lesson : null;
  } catch {
    return null;
  }
}

/** The reference that a lesson was laid against; empty where none was recorded. */
export function baseOf(workspace: string, lesson: string): Tree {
  return readTree(path.join(workspace, '.base', lesson));
}

/** The learner's box as it was when a lesson began, or null where it never did. */
export function startOf(workspace: string, lesson: string): Tree | null {
  const folder = path.join(workspace, '.start', lesson);
  return fs.existsSync(folder) ? readTree(folder) : null;
}

/** Keeps the box that has passed a lesson. */
export function recordPassed(workspace: string, lesson: string, box: Tree): void {
  saving(workspace, () => replaceTree(path.join(workspace, '.passed', lesson), box));
}

/** The learner's box as it was when it last passed a lesson, or null where it never did. */
export function passedOf(workspace: string, lesson: string): Tree | null {
  const folder = path.join(workspace, '.passed', lesson);
  return fs.existsSync(folder) ? readTree(folder) : null;
}

/** Records that a lesson is laid: the base of the next merge, then the learner's box as it now begins. */
export function recordLaid(workspace: string, lesson: string, base: Tree, start: Tree): void {
  saving(workspace, () => {
    replaceTree(path.join(workspace, '.base', lesson), base);
    replaceTree(path.join(workspace, '.start', lesson), start);
    noteLaid(workspace, lesson);
  });
}

/** Says which lesson is laid, after a step back or forward. */
export function noteLaid(workspace: string, lesson: string | null): void {
  saving(workspace, () => {
    const file = path.join(workspace, '.base', 'laid.json');
    if (lesson === null) fs.rmSync(file, { force: true });
    else writeWhole(file, textFile(`${JSON.stringify({ version: 1, lesson }, null, 2)}\n`));
  });
}

/**
 * Puts files into the learner's box; files that they replace are kept aside first. Returns where, or null where nothing
 * was replaced and nothing new came.
 */
export function putFiles(workspace: string, files: Tree, why: string, now: number): KeptSet | null {
  const box = boxFolder(workspace);
  saving(workspace, () => sweepUnfinished(box));
  const present = readTree(box);
  const replaced = new Map([...files.keys()].flatMap((name) => {
    const file = present.get(name);
    return file ? [[name, file] as const] : [];
  }));
  const created = [...files.keys()].filter((name) => !present.has(name));
  return saving(workspace, () => {
    const set = files.size ? keepAside(workspace, replaced, created, why, now) : null;
    writeTree(box, files);
    return set;
  });
}

/**
 * Takes back what the last command did to the learner's files: puts the files it replaced in their place and takes away
 * those it made. What is there now is kept aside, too, so that an undo can be undone.
 *
 * Throws UserError where nothing was kept.
 */
export function undoLast(workspace: string, now: number): { undone: KeptSet; kept: KeptSet } {
  const undone = keptSets(workspace).at(-1);
  if (!undone) throw new UserError('There is nothing to undo: no command has changed your files yet.');
  const before = readTree(path.join(undone.folder, 'box'));
  const present = readBox(workspace);
  const touched = [...new Set([...before.keys(), ...undone.kept.created])];
  const now_ = new Map(touched.flatMap((name) => {
    const file = present.get(name);
    return file ? [[name, file] as const] : [];
  }));
  return saving(workspace, () => {
    const created = [...before.keys()].filter((name) => !present.has(name));
    const kept = keepAside(workspace, now_, created, `undo of ${undone.kept.why}`, now);
    writeTree(boxFolder(workspace), before);
    for (const name of undone.kept.created) if (!before.has(name)) fs.rmSync(path.join(boxFolder(workspace), name), { force: true });
    noteLaid(workspace, undone.kept.laid);
    if (fs.existsSync(path.join(undone.folder, 'records'))) {
      keepRecords(workspace, kept);
      restoreRecords(workspace, undone.folder);
    }
    return { undone, kept };
  });
}

/** What is recorded of the lesson that is laid: from what the next merge begins. In a set that was kept aside it lies in records/. */
function records(workspace: string): string[] {
  const laid = laidLesson(workspace);
  return ['.base/starters', ...(laid === null ? [] : [`.base/${laid}`, `.start/${laid}`])];
}

/** Keeps the records with a set, where they are about to change without another lesson being laid: an undo puts them back. */
export function keepRecords(workspace: string, { folder }: KeptSet): void {
  saving(workspace, () => {
    for (const name of records(workspace)) if (fs.existsSync(path.join(workspace, name))) fs.cpSync(path.join(workspace, name), path.join(folder, 'records', name), { recursive: true });
  });
}

function restoreRecords(workspace: string, folder: string): void {
  for (const name of records(workspace)) {
    const kept = path.join(folder, 'records', name);
    if (!fs.existsSync(kept)) continue;
    fs.rmSync(path.join(workspace, name), { recursive: true, force: true });
    fs.cpSync(kept, path.join(workspace, name), { recursive: true });
  }
}

/** Every set of files kept aside, oldest first. A set whose record cannot be read is left alone. */
export function keptSets(workspace: string): KeptSet[] {
  const all = path.join(workspace, '.kept');
  if (!fs.existsSync(all)) return [];
  return fs.readdirSync(all).sort().flatMap((name) => {
    const folder = path.join(all, name);
    try {
      const kept = JSON.parse(fs.readFileSync(path.join(folder, 'kept.json'), 'utf8')) as Kept;
      return kept.version === 1 && Array.isArray(kept.created) ? [{ folder, kept }] : [];
    } catch {
      return [];
    }
  });
}

/** The record is written last: a set without one was interrupted before anything in the box was touched. */
function keepAside(workspace: string, files: Tree, created: string[], why: string, now: number): KeptSet {
  const at = new Date(now).toISOString();
  const all = path.join(workspace, '.kept');
  fs.mkdirSync(all, { recursive: true });
  const folder = freshFolder(path.join(all, at.replaceAll(':', '-').replace('Z', '')));
  const kept: Kept = { version: 1, why, at, created, laid: laidLesson(workspace) };
  writeTree(path.join(folder, 'box'), files);
  writeWhole(path.join(folder, 'kept.json'), textFile(`${JSON.stringify(kept, null, 2)}\n`));
  return { folder, kept };
}

/** Two sets may fall into one millisecond; the later one sorts behind. */
function freshFolder(wanted: string): string {
  for (let n = 0; ; n++) {
    const folder = n === 0 ? wanted : `${wanted}-${String(n).padStart(3, '0')}`;
    try {
      fs.mkdirSync(folder);
      return folder;
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause;
    }
  }
}

/** Makes a folder of records hold this and nothing else. */
export function replaceTree(folder: string, tree: Tree): void {
  fs.rmSync(folder, { recursive: true, force: true });
  writeTree(folder, tree);
}

/** Runs something that writes into the workspace; the file system's errors become ones a person can mend. */
export function saving<T>(workspace: string, write: () => T): T {
  try {
    return write();
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    throw fileError(`The workspace ${workspace} cannot be written`, cause);
  }
}
