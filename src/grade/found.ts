/**
 * Which submissions there are: what was named on the command line is a submission, a folder of them, or what a learning platform
 * gives to download (Moodle, Canvas), as a folder or as the one zip it comes in.
 */
import fs from 'node:fs';
import path from 'node:path';
import { Exit, UserError } from '../errors.ts';
import { takeApart } from './download.ts';
import { archiveName } from './ingest/index.ts';
import { visible } from './ingest/show.ts';
import { makeScratch, removeScratch } from './scratch.ts';

export type Found = {
  /** Where it is: a folder or an archive. */
  source: string;
  /** What it is called: the folder's or archive's name, without what it ends with. */
  name: string;
  /** Everything a roster may know it by: its name, and what a platform's name says about its owner. */
  names: string[];
};

export type Findings = {
  submissions: Found[];
  /** What lies in a folder of submissions and is none, with the reason. */
  skipped: { path: string; why: string }[];
};

/** Findings, and what had to be unpacked for them, which goes when they are disposed of. */
export type Held = Findings & Disposable;

/** Exit status: there is nothing here that could ever be graded. */
export const NEVER = 42 as typeof Exit.bug;

/** Moodle: `Ada Lovelace_123456_assignsubmission_file`, or the same before a file's own name. */
const moodle = /^(.+?)_(\d+)_assignsubmission_(?:file|onlinetext)(?:_.*)?$/s;
/** Canvas: `lovelaceada_LATE_1234_56789_box`, sometimes with `-1` for a file that was handed in again. */
const canvas = /^([^_]+)(?:_LATE)?_(\d+)_(\d+)_(.+)$/si;

/** Finds all submissions, in the order of their names. Rejects with UserError where there is none, or two have one name. */
export async function findSubmissions(sources: readonly string[], cwd: string): Promise<Held> {
  const scratch = new Scratch();
  try {
    const findings: Findings = { submissions: [], skipped: [] };
    for (const source of sources) await look(path.resolve(cwd, source), source, findings, scratch);
    checkNames(findings, sources);
    return { ...findings, [Symbol.dispose]: () => scratch[Symbol.dispose]() };
  } catch (error) {
    scratch[Symbol.dispose]();
    throw error;
  }
}

/** A folder that is made when it is first needed. */
class Scratch implements Disposable {
  #folder: string | undefined;

  get folder(): string {
    return (this.#folder ??= makeScratch());
  }

  [Symbol.dispose](): void {
    if (this.#folder !== undefined) removeScratch(this.#folder);
  }
}

function checkNames({ submissions }: Findings, sources: readonly string[]): void {
  if (submissions.length === 0) {
    throw new UserError(`There is no submission in ${sources.join(', ')}.`, {
      next: ['Name folders or archives (.zip, .tar, .tar.gz, .tar.zst) with a box in them, or a folder that holds such.'], exit: NEVER,
    });
  }
  submissions.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  const twice = submissions.find(({ name }, at) => name === submissions[at + 1]?.name);
  if (twice) {
    const both = submissions.filter(({ name }) => name === twice.name).map(({ source }) => source);
    throw new UserError(`Two submissions are called ${visible(twice.name)}: ${both.map(visible).join(' and ')}.`, { next: ['Rename or take away one of the two: which one counts is not for us to say.'], exit: NEVER });
  }
}

async function look(source: string, named: string, findings: Findings, scratch: Scratch): Promise<void> {
  const stat = fs.statSync(source, { throwIfNoEntry: false });
  if (!stat) throw new UserError(`There is no submission ${named}.`, { next: ['ls shows what there is; paths are relative to where you are.'], exit: NEVER });
  if (stat.isFile()) {
    const pieces = await takeApart(source, () => scratch.folder, isPlatforms);
    if (pieces) findings.submissions.push(...pieces.map((piece) => ({ ...describe(piece.name), source: piece.source, name: piece.name })));
    else findings.submissions.push(describe(source));
    return;
  }
  if (isSubmission(source)) {
    findings.submissions.push(describe(source));
    return;
  }
  for (const entry of fs.readdirSync(source, { withFileTypes: true })) {
    const inside = path.join(source, entry.name);
    if (entry.name.startsWith('.') || entry.name === '__MACOSX') findings.skipped.push({ path: inside, why: 'hidden' });
    else if (entry.isFile() && !isHandedIn(entry.name)) findings.skipped.push({ path: inside, why: 'neither a folder nor an archive' });
    else findings.submissions.push(describe(inside));
  }
}

/** Whether a folder is one submission, and not a folder of them. */
function isSubmission(folder: string): boolean {
  return ['box.ts', 'box/box.ts', 'workspace/box/box.ts'].some((inner) => fs.lstatSync(path.join(folder, inner), { throwIfNoEntry: false }) !== undefined);
}

/** A file that somebody handed in: an archive, or whatever a platform has put its mark on. */
function isHandedIn(name: string): boolean {
  return archiveName.test(name) || /\.(?:7z|rar|tar\.[a-z0-9]+|tbz2?|txz)$/i.test(name) || isPlatforms(name);
}

/** Whether a platform made this name for somebody's submission. */
function isPlatforms(name: string): boolean {
  return moodle.test(name) || canvas.test(name);
}

function describe(source: string): Found {
  const name = path.basename(source).replace(archiveName, '');
  return { source, name, names: [...new Set([path.basename(source), name, ...ownersOf(name)])] };
}

function ownersOf(name: string): string[] {
  const [, moodleName, moodleId] = moodle.exec(name) ?? [];
  if (moodleName !== undefined && moodleId !== undefined) return [moodleName, moodleId, `Participant ${moodleId}`];
  const [, canvasName, canvasUser] = canvas.exec(name) ?? [];
  return canvasName !== undefined && canvasUser !== undefined ? [canvasName, canvasUser] : [];
}
