/** What `drydock grade` and `grade merge` leave: the gradebook, reports in the formats asked for, the table, the comparison. */
import path from 'node:path';
import { compare, comparisonText } from '../grade/against.ts';
import { type Gradebook, generatedAt, gradebookText, inOrder } from '../grade/gradebook.ts';
import { merge } from '../grade/merge.ts';
import type { SubmissionResult } from '../grade/result.ts';
import { writeAtomic } from '../grade/store.ts';
import { BugError, UserError } from '../errors.ts';
import { nearest } from '../lesson/nearest.ts';
import { type ClassResults, classTable, type FormatName, gradeFormatNames, gradeFormats } from '../report/grade/index.ts';
import { harmlessText, wantsColour } from '../report/index.ts';
import type { Context } from './command.ts';

const usual: readonly FormatName[] = ['html', 'csv'];

/** The formats asked for, in the order of their list. Throws UserError for one that is not known. */
export function chosenFormats(context: Context): readonly FormatName[] {
  const named = context.values['format'];
  if (!Array.isArray(named)) return usual;
  const wanted = named.flatMap((list: string) => list.split(',')).map((one) => one.trim()).filter(Boolean);
  if (wanted.includes('all')) return gradeFormatNames;
  const unknown = wanted.find((one) => one !== 'none' && one !== 'json' && !gradeFormatNames.some((name) => name === one));
  if (unknown !== undefined) {
    const near = nearest(unknown, gradeFormatNames);
    throw new UserError(`There is no format "${unknown}".`, { next: [...(near.length ? [`Did you mean ${near.join(' or ')}?`] : []), `--format is one or more of ${gradeFormatNames.join(', ')}, all, none.`] });
  }
  return gradeFormatNames.filter((name) => wanted.includes(name));
}

/** Writes gradebook.json and the reports. Returns their paths. */
export function writeReports(out: string, book: Gradebook, formats: readonly FormatName[]): string[] {
  const of = classResults(book);
  const files = [{ path: 'gradebook.json', text: gradebookText(book) }, ...formats.flatMap((name) => gradeFormats[name](of))];
  for (const { path: name, text } of files) {
    if (path.isAbsolute(name) || name.split('/').includes('..')) throw new BugError(`a report wants to be written to ${name}`);
    writeAtomic(path.join(out, name), text);
  }
  return files.map((file) => path.join(out, file.path));
}

/** The same results make the same reports, whenever and by whomever they are made. */
function classResults({ course, results }: Gradebook): ClassResults {
  return { results: inOrder(results), course: { title: course.title, lessons: course.lessons }, generatedAt: generatedAt(results) };
}

/** The table on standard output, what is missing, and where everything is. */
export function printTable(context: Context, book: Gradebook, written: readonly string[]): void {
  const columns = context.stdout.columns || 100;
  context.stdout.write(classTable(classResults(book), { columns, colour: wantsColour(context.stdout, context.env) }));
  for (const { kind, who, what } of book.troubles.slice(0, 20)) context.warn(harmlessText(`drydock: ${kind}: ${who}: ${what}`));
  if (book.troubles.length > 20) context.warn(`drydock: and ${book.troubles.length - 20} more, in gradebook.json`);
  const best = written.find((file) => file.endsWith('.html')) ?? written[0];
  if (best !== undefined) context.print(`\n${path.relative(context.cwd, best) || best}`);
}

/** Shows what would change against an earlier grading, and writes it beside the new one. */
export function compareWith(context: Context, old: string, out: string, results: readonly SubmissionResult[]): void {
  const comparison = compare(merge([old], context.cwd).results, results);
  const text = comparisonText(comparison);
  context.print();
  context.stdout.write(harmlessText(text));
  writeAtomic(path.join(out, 'against.txt'), text);
  writeAtomic(path.join(out, 'against.json'), `${JSON.stringify({ schema: 'drydock.against/1', ...comparison }, null, 1)}\n`);
}
