/**
 * What the course has become since a learner's box was laid (somebody has fetched a newer one), and bringing that into the box.
 *
 * What is brought are changes of starters, of lessons that were begun here: the reference's code is nobody's business before it is asked
 * for. They are merged as at the beginning of a lesson: what the learner wrote is never replaced.
 */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { lessonsBefore } from '../find.ts';
import { overlay, pick, readTree, sameFile, textFile, type Tree, writeWhole } from '../tree.ts';
import type { Course, Lesson } from '../types.ts';
import { type Change, planLay, written } from './plan.ts';
import { ownFiles } from './trees.ts';
import { baseOf, keepRecords, type KeptSet, laidLesson, putFiles, readBox, recordLaid, replaceTree, saving, startOf } from './workspace.ts';

/** What is new in a lesson since the learner was last told. */
export type LessonNews = {
  lesson: Lesson;
  /** What one reads: the page, the hints. */
  page: boolean;
  checks: boolean;
  /** Files of its starter. */
  files: string[];
};

/** By lesson, hashes of what the learner was last told of. */
type Told = Record<string, { page: string; checks: string; starter: string }>;

/** News of the lessons that were begun here, in the course's order. Nothing is written: `noteTold` does that. */
export function courseNews(course: Course, workspace: string): LessonNews[] {
  const told = readTold(workspace);
  return begun(course, workspace).flatMap((lesson) => {
    const [before, now] = [told[lesson.id], hashesOf(lesson)];
    if (!before) return [];
    const starter = ownFiles(lesson, 'starter');
    const brought = broughtOf(workspace, lesson);
    const files = before.starter === now.starter || !brought ? [] : [...starter].filter(([name, file]) => !sameFile(brought.get(name), file)).map(([name]) => name);
    const news = { lesson, page: before.page !== now.page, checks: before.checks !== now.checks, files };
    return news.page || news.checks || files.length > 0 ? [news] : [];
  });
}

/** The learner knows the course as it is now. */
export function noteTold(course: Course, workspace: string): void {
  const lessons = begun(course, workspace);
  const told = readTold(workspace);
  const now = { ...told, ...Object.fromEntries(lessons.map((lesson) => [lesson.id, hashesOf(lesson)])) };
  if (JSON.stringify(now) !== JSON.stringify(told)) writeTold(workspace, now);
  // A workspace from before there were such records: from now on it has them.
  for (const lesson of lessons) if (!broughtOf(workspace, lesson)) recordBrought(workspace, lesson);
}

/** The starters up to this lesson are in the box, as the course has them now. */
export function noteBrought(course: Course, lesson: Lesson, workspace: string): void {
  const lessons = [...lessonsBefore(course, lesson), lesson];
  for (const one of lessons) recordBrought(workspace, one);
  // What the learner was told of earlier lessons is another matter.
  const told = readTold(workspace);
  writeTold(workspace, { ...Object.fromEntries(lessons.map((one) => [one.id, hashesOf(one)])), ...told, [lesson.id]: hashesOf(lesson) });
}

/** What the changed starters do to the learner's files, in order of path. Nothing is touched. */
export function planUpdate(course: Course, workspace: string): Change[] {
  return changesOf(course, workspace, readBox(workspace));
}

/** Does it; what was replaced is kept aside. Null where no file had to change. */
export function applyUpdate(course: Course, changes: readonly Change[], workspace: string, now: number): KeptSet | null {
  const laid = laidLesson(workspace);
  const kept = putFiles(workspace, written(changes), 'update', now);
  if (kept) keepRecords(workspace, kept);
  if (laid !== null) {
    // The next merge begins from the changed course, and the way back to the lesson's beginning is none to the older one.
    const brought = (tree: Tree): Tree => overlay(tree, written(changesOf(course, workspace, tree).filter(({ kind }) => kind !== 'conflict')));
    const [base, start] = [baseOf(workspace, laid), startOf(workspace, laid)];
    recordLaid(workspace, laid, base.size > 0 ? brought(base) : base, start ? brought(start) : readBox(workspace));
  }
  for (const lesson of begun(course, workspace)) recordBrought(workspace, lesson);
  noteTold(course, workspace);
  return kept;
}

function changesOf(course: Course, workspace: string, mine: Tree): Change[] {
  const lessons = begun(course, workspace).flatMap((lesson) => {
    const brought = broughtOf(workspace, lesson);
    return brought ? [{ id: lesson.id, brought, starter: ownFiles(lesson, 'starter') }] : [];
  });
  const before = overlay(...lessons.map(({ brought }) => brought));
  const changes = lessons.flatMap(({ id, starter }, index) => {
    // A file that a later starter has, too, comes with that one.
    const later = lessons.slice(index + 1);
    return planLay(mine, before, pick(starter, (name) => !later.some((one) => one.starter.has(name))), id);
  });
  return changes.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** The lessons up to the one that was laid last. */
function begun(course: Course, workspace: string): Lesson[] {
  const laid = laidLesson(workspace);
  return course.lessons.slice(0, course.lessons.findIndex((one) => one.id === laid) + 1);
}

/** The lesson's own starter as it was brought here; undefined where that is not known. */
function broughtOf(workspace: string, lesson: Lesson): Tree | undefined {
  const folder = broughtFolder(workspace, lesson);
  return fs.existsSync(folder) ? readTree(folder) : undefined;
}

function recordBrought(workspace: string, lesson: Lesson): void {
  saving(workspace, () => {
    const folder = broughtFolder(workspace, lesson);
    replaceTree(folder, ownFiles(lesson, 'starter'));
    // A starter without files is known, too.
    fs.mkdirSync(folder, { recursive: true });
  });
}

const broughtFolder = (workspace: string, lesson: Lesson): string => path.join(workspace, '.base', 'starters', lesson.id);
const toldFile = (workspace: string): string => path.join(workspace, '.base', 'course.json');

/** A record that cannot be read counts as none: then there is no news, and from now on there is a record. */
function readTold(workspace: string): Told {
  try {
    const record = JSON.parse(fs.readFileSync(toldFile(workspace), 'utf8')) as { version?: unknown; lessons?: unknown } | null;
    return record?.version === 1 && typeof record.lessons === 'object' && record.lessons !== null ? (record.lessons as Told) : {};
  } catch {
    return {};
  }
}

function writeTold(workspace: string, lessons: Told): void {
  saving(workspace, () => writeWhole(toldFile(workspace), textFile(`${JSON.stringify({ version: 1, lessons }, null, 2)}\n`)));
}

/** Of the files, not of how they are understood: a lesson that does not parse has changed, too. */
function hashesOf({ folder }: Lesson): Told[string] {
  const names = fs.existsSync(folder) ? fs.readdirSync(folder).sort() : [];
  const here = (wanted: RegExp): Tree => new Map(names.filter((name) => wanted.test(name)).map((name) => [name, { bytes: fs.readFileSync(path.join(folder, name)), executable: false }]));
  return {
    page: hashOf(here(/^(?:lesson|hints)(?:\.[\w-]+)?\.md$/)),
    checks: hashOf(here(/^checks\.test\.ts$/), readTree(path.join(folder, 'fixtures'))),
    starter: hashOf(readTree(path.join(folder, 'starter'))),
  };
}

function hashOf(...trees: readonly Tree[]): string {
  const hash = createHash('sha256');
  for (const tree of trees) for (const [name, { bytes }] of tree) hash.update(`${name}\0${bytes.length}\0`).update(bytes);
  return hash.digest('hex').slice(0, 16);
}
