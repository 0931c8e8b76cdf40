/** CSV: a row per submission. Quoted as RFC 4180 has it; no cell is a formula to a spreadsheet. */
import { harmlessLine } from '../sanitize.ts';
import type { Entry, OutputFile, Prepared } from './class.ts';

/** A number is ours and stays a number; null is an empty cell, which means that there is no such value. */
export type CsvValue = string | number | null;

/** Records end with CR LF (RFC 4180, 2.1). */
export function csvTable(rows: readonly (readonly CsvValue[])[]): string {
  return rows.map((row) => `${row.map(csvCell).join(',')}\r\n`).join('');
}

/**
 * One cell. Text that a spreadsheet would take for a formula gets an apostrophe in front, which spreadsheets read as "this is
 * text"; so does text that begins with that apostrophe, so that a reader can take away exactly one.
 */
export function csvCell(value: CsvValue): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const text = harmlessLine(value);
  const safe = /^\s*(?:[=+\-@＝＋－＠]|'+\s*[=+\-@＝＋－＠])/u.test(text) ? `'${text}` : text;
  return /[",;\r\n]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function csv(of: Prepared): OutputFile[] {
  const lessons = of.course.lessons.flatMap(({ id }) => [`${id} points`, `${id} max points`, `${id} outcome`]);
  const header = ['student', 'id', 'email', 'submission', 'submitted at', 'outcome', 'points', 'max points', ...lessons,
    'mistakes', 'reason', 'discarded', 'attempts', 'flaky', 'shared kernel', 'seed', 'kernel', 'image', 'course version', 'graded at', 'digest', 'key'];
  return [{ path: 'results.csv', text: csvTable([header, ...of.students.map(row)]) }];
}

function row({ result, cells, total, maxTotal }: Entry): CsvValue[] {
  const { student, submission, kernel } = result;
  const checks = cells.flatMap((cell) => cell.result?.checks ?? []);
  const mistakes = [...new Set(checks.flatMap(({ mistake }) => mistake?.id ?? []))];
  return [
    student.name, student.id, student.email ?? null, submission.name, submission.submittedAt,
    result.outcome, total, total === null ? null : maxTotal,
    ...cells.flatMap(({ lesson, state, points }) => [points, points === null ? null : lesson.maxPoints, state === 'missing' ? 'not graded' : state]),
    mistakes.join(' '), result.reason ?? null, result.discarded.length, result.attempts, String(result.flaky), String(result.sharedKernel),
    result.seed, kernel ? `${kernel.kind} ${kernel.release}` : null, kernel?.image ?? null, result.course.version, result.gradedAt,
    submission.digest || null, result.key,
  ];
}
