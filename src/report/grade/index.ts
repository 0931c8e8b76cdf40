/**
 * Reports on a class: each format is a pure function from results to files. The same results give the same bytes, in
 * whatever order they come.
 *
 * Everything in a result may be a submission's invention. It is tamed once (`tame.ts`), before any format sees it; each format
 * escapes what its own syntax means.
 */
import { canvas } from './canvas.ts';
import type { ClassResults, Format, OutputFile } from './class.ts';
import { classroom50 } from './classroom50.ts';
import { csv } from './csv.ts';
import { github } from './github.ts';
import { gradescope } from './gradescope.ts';
import { htmlReport } from './html.ts';
import { junit } from './junit.ts';
import { markdown } from './markdown.ts';
import { moodle } from './moodle.ts';
import { prairielearn } from './prairielearn.ts';
import { prepare } from './prepare.ts';
import { terminalTable } from './table.ts';
import { tap } from './tap.ts';

/** The names `--format` takes. */
export const gradeFormatNames = [
  'html', 'csv', 'canvas', 'moodle', 'gradescope', 'classroom50', 'prairielearn', 'junit', 'tap', 'markdown', 'github',
] as const;
export type FormatName = (typeof gradeFormatNames)[number];

const formats: Record<FormatName, Format> = {
  html: htmlReport, csv, canvas, moodle, gradescope, classroom50, prairielearn, junit, tap, markdown, github,
};

export const gradeFormats: Record<FormatName, (of: ClassResults) => OutputFile[]> = Object.fromEntries(
  gradeFormatNames.map((name) => [name, (of: ClassResults) => formats[name](prepare(of))]),
) as Record<FormatName, (of: ClassResults) => OutputFile[]>;

/** The table for the terminal: one text that ends with a line end, no line wider than `columns` (40 at least). */
export function classTable(of: ClassResults, to: { columns: number; colour: boolean }): string {
  return terminalTable(prepare(of), to);
}

export type { ClassResults, CourseLesson, OutputFile } from './class.ts';
