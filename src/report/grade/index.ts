/**
 * Reports on a class: each format is a pure function from results to files. The same results give the same bytes, in
 * whatever order they come.
 */
import type { Format } from './class.ts';

/** The names `--format` takes. */
export const gradeFormatNames = [
  'html', 'csv', 'canvas', 'moodle', 'gradescope', 'classroom50', 'prairielearn', 'junit', 'tap', 'markdown', 'github',
] as const;
export type FormatName = (typeof gradeFormatNames)[number];

const none: Format = () => [];

export const gradeFormats: Record<FormatName, Format> = {
  html: none,
  csv: none,
  canvas: none,
  moodle: none,
  gradescope: none,
  classroom50: none,
  prairielearn: none,
  junit: none,
  tap: none,
  markdown: none,
  github: none,
};

/** The table for the terminal: one text that ends with a line end, no line wider than `columns`. */
export function classTable(of: import('./class.ts').ClassResults, _to: { columns: number; colour: boolean }): string {
  return `${of.results.length} submissions\n`;
}

export type { ClassResults, CourseLesson, Format, OutputFile } from './class.ts';
