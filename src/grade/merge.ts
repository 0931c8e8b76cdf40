/**
 * Joins what several machines graded: any number of parts, in any order, into one gradebook.
 *
 * Given are folders that `drydock grade` wrote, or results' files. Nothing is guessed: what is missing, there twice or
 * contradicts itself is named. Of two results for one submission the choice does not depend on the order they come in.
 */
import fs from 'node:fs';
import path from 'node:path';
import * as v from 'valibot';
import { Exit, UserError } from '../errors.ts';
import { type ClassRecord, ClassSchema } from './class.ts';
import { canonicalLine } from './canonical.ts';
import { type Gradebook, gapsOf, infraOf, inOrder, sortTroubles, type Trouble } from './gradebook.ts';
import type { SubmissionResult } from './result.ts';
import { namesIn, readResult } from './store.ts';

export type Merged = Gradebook & { record: ClassRecord | undefined; skipped: string[] };

/** Reads and joins. Throws UserError where there is nothing to join, or the parts are of different classes. */
export function merge(sources: readonly string[], cwd: string): Merged {
  const records: ClassRecord[] = [];
  const results: SubmissionResult[] = [];
  const skipped: string[] = [];
  for (const source of sources) readSource(path.resolve(cwd, source), source, { records, results, skipped });
  if (results.length === 0 && records.length === 0) {
    throw new UserError(`There is no result in ${sources.join(', ')}.`, { next: ['Name the folders that drydock grade --out wrote, or the files in their results/.'], exit: Exit.usage });
  }
  const ids = idsOf(results);
  const members = joinRecords(records);
  const { chosen, troubles } = choose(results, ids);
  const mine = members ? chosen.filter((result) => members.submissions.some(({ id }) => id === result.submission.id)) : chosen;
  const strangers = chosen.filter((result) => !mine.includes(result)).map(({ student }): Trouble => ({ kind: 'conflict', who: student.id, what: 'it is not in the list of the class, and left out' }));
  const course = members?.course ?? courseOf(results);
  return {
    course, results: inOrder(mine), record: members, skipped,
    troubles: sortTroubles([...troubles, ...strangers, ...(members ? gapsOf(members, mine) : []), ...infraOf(mine), ...missingParts(records)]),
  };
}

function readSource(source: string, named: string, into: { records: ClassRecord[]; results: SubmissionResult[]; skipped: string[] }): void {
  const stat = fs.statSync(source, { throwIfNoEntry: false });
  if (!stat) throw new UserError(`There is no ${named}.`, { next: ['ls shows what there is; paths are relative to where you are.'] });
  if (stat.isDirectory()) {
    const folder = fs.existsSync(path.join(source, 'results')) ? path.join(source, 'results') : source;
    for (const name of namesIn(folder)) if (name.endsWith('.json') && !name.startsWith('.') && name !== 'class.json') readSource(path.join(folder, name), name, into);
    const record = path.join(source, 'class.json');
    if (fs.existsSync(record)) into.records.push(readRecord(record));
    return;
  }
  const result = readResult(source);
  if (result) into.results.push(result);
  else if (path.basename(source) === 'class.json') into.records.push(readRecord(source));
  else into.skipped.push(source);
}

export function readRecord(file: string): ClassRecord {
  try {
    return v.parse(ClassSchema, JSON.parse(fs.readFileSync(file, 'utf8')));
  } catch (cause) {
    throw new UserError(`${file} is not whole, or no list of a class.`, { next: ['Run the same drydock grade command again: what is graded stays graded.'], cause });
  }
}

/** Results of before there were ids have their names. */
function idsOf(results: readonly SubmissionResult[]): ReadonlyMap<SubmissionResult, string> {
  return new Map(results.map((result) => [result, result.submission.id ?? result.submission.name]));
}

/** All parts must be of one class: the same course, lessons, seed and image, and the same members. */
function joinRecords(records: readonly ClassRecord[]): ClassRecord | undefined {
  const [first, ...rest] = records;
  if (!first) return undefined;
  for (const other of rest) {
    for (const [what, of] of [
      ['the course', (record: ClassRecord) => record.course], ['the seed', (record: ClassRecord) => record.seed], ['the image of the kernel', (record: ClassRecord) => record.image],
      ['the number of parts', (record: ClassRecord) => record.shard?.count ?? null],
      ['the list of submissions', (record: ClassRecord) => record.submissions.map(({ id, student }) => [id, student.id])],
    ] as const) {
      if (JSON.stringify(of(first)) !== JSON.stringify(of(other))) {
        throw new UserError(`These are not parts of one class: ${what} is not the same in all of them.`, {
          next: ['Grade every part with the same submissions, --lesson, --seed, --salt and --roster, and the same version of the course.'],
        });
      }
    }
  }
  return first;
}

/** Parts of which nothing is there at all. */
function missingParts(records: readonly ClassRecord[]): Trouble[] {
  const count = records[0]?.shard?.count ?? 1;
  const there = new Set(records.map(({ shard }) => shard?.index ?? 0));
  return Array.from({ length: records.length === 0 ? 0 : count }, (_, part) => part).filter((part) => !there.has(part))
    .map((part) => ({ kind: 'gap', who: `part ${part + 1} of ${count}`, what: 'its folder was not given' }));
}

/** One result for each submission. */
function choose(results: readonly SubmissionResult[], ids: ReadonlyMap<SubmissionResult, string>): { chosen: SubmissionResult[]; troubles: Trouble[] } {
  const bySubmission = Map.groupBy(results, (result) => ids.get(result) ?? '');
  const troubles: Trouble[] = [];
  const chosen = [...bySubmission.values()].flatMap((all) => {
    // A mark beats none; then the older one, which stands; then any order that is always the same.
    const of = (result: SubmissionResult): string => `${result.outcome === 'infra' ? 1 : 0} ${result.gradedAt} ${JSON.stringify(result)}`;
    const sorted = [...all].sort((a, b) => (of(a) < of(b) ? -1 : 1));
    const [best, ...others] = sorted;
    if (!best) return [];
    const marks = others.filter(({ outcome }) => outcome !== 'infra');
    const who = best.student.id;
    if (marks.some((other) => JSON.stringify(other) === JSON.stringify(best))) troubles.push({ kind: 'double', who, what: 'the same result was given more than once' });
    const again = marks.filter((other) => JSON.stringify(other) !== JSON.stringify(best));
    const same = again.filter((other) => other.key === best.key && canonicalLine(other) === canonicalLine(best));
    if (same.length > 0) troubles.push({ kind: 'double', who, what: 'it was graded more than once, each time with the same result' });
    const contrary = again.filter((other) => !same.includes(other));
    if (contrary.length === 0) return [best];
    troubles.push({ kind: 'conflict', who, what: conflict(best, contrary) });
    return [contrary.some(({ key }) => key === best.key) ? { ...best, flaky: true } : best];
  });
  return { chosen, troubles };
}

function conflict(best: SubmissionResult, contrary: readonly SubmissionResult[]): string {
  const points = [best, ...contrary].map((result) => `${result.points} of ${result.maxPoints} (${result.gradedAt})`).join(', ');
  const why = contrary.some(({ key }) => key === best.key) ? 'the same files came out differently' : 'files, lessons, seed or version were not the same';
  return `it was graded more than once with different results: ${points}; ${why}; the oldest is kept`;
}

function courseOf(results: readonly SubmissionResult[]): ClassRecord['course'] {
  const lessons = new Map(results.flatMap((result) => result.lessons.map(({ lesson, title, maxPoints }) => [lesson, { id: lesson, title, maxPoints }])));
  const versions = [...new Set(results.map(({ course }) => course.version))].sort();
  return { title: results[0]?.course.title ?? '', version: versions.join(', '), lessons: [...lessons.values()].sort((a, b) => (a.id < b.id ? -1 : 1)) };
}
