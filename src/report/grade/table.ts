/**
 * The class as a table in the terminal. Words say everything; colour only helps. Where the lessons do not fit beside the names,
 * they follow in tables of their own.
 */
import stringWidth from 'string-width';
import wrapAnsi from 'wrap-ansi';
import { painter } from '../colour.ts';
import type { Style } from '../colour.ts';
import { harmlessRow } from '../sanitize.ts';
import type { Prepared } from './class.ts';
import { commonMistakes, standing } from './insight.ts';
import { cellMarks, counted, marks, notice, stateWord, summary, toneOf } from './words.ts';

type Column = { head: string; cells: { text: string; style?: Style | undefined }[]; right: boolean; width: number };

const GAP = 2;
const MISTAKES = 5;

export function terminalTable(of: Prepared, to: { columns: number; colour: boolean }): string {
  const columns = Math.max(40, to.columns);
  const paint = painter(to.colour);
  const total = column('points', of.students.map((student) => ({ text: marks(student.total, student.maxTotal) })), true);
  const state = column('state', of.students.map(({ result }) => ({ text: stateWord(result.outcome), style: toneOf(result.outcome) })), false);
  const room = Math.max(8, columns - 2 * GAP - total.width - state.width);
  const name = column('student', of.students.map(({ result }) => ({ text: fit(result.student.name, room) })), false);
  const lessons = of.course.lessons.map(({ id }, at) => column(short(id), of.students.map(({ cells }) => {
    const cell = cells[at];
    return cell ? { text: cellMarks(cell), style: toneOf(cell.state) } : { text: '' };
  }), true));

  const whole = [name, ...lessons, total, state];
  const tables = widthOf(whole) <= columns ? [whole] : [[name, total, state], ...chunks(name, lessons, columns)];
  const lines = tables.flatMap((table) => [...drawn(table, paint), '']);
  for (const line of [summary(of), ...notices(of), ...stuck(of), ...mistakes(of)]) lines.push(...wrapped(line, columns));
  return `${lines.join('\n')}\n`;
}

/** A line that is indented stays indented when it is broken. */
function wrapped(line: string, columns: number): string[] {
  const indent = /^ */.exec(line)?.[0] ?? '';
  return wrapAnsi(line.slice(indent.length), columns - indent.length, { hard: true }).split('\n').map((row) => harmlessRow(indent + row));
}

function column(head: string, cells: Column['cells'], right: boolean): Column {
  return { head, cells, right, width: Math.max(stringWidth(head), ...cells.map(({ text }) => stringWidth(text))) };
}

/** `05` of `05-root`; eight cells of any other id. */
function short(id: string): string {
  return /^\d+(?=-)/.exec(id)?.[0] ?? fit(id, 8);
}

function widthOf(table: readonly Column[]): number {
  return table.reduce((sum, { width }) => sum + width, GAP * (table.length - 1));
}

function chunks(name: Column, lessons: readonly Column[], columns: number): Column[][] {
  const tables: Column[][] = [];
  for (const lesson of lessons) {
    const last = tables.at(-1);
    if (last && widthOf([...last, lesson]) <= columns) last.push(lesson);
    else tables.push([name, lesson]);
  }
  return tables;
}

function drawn(table: readonly Column[], paint: (style: Style, text: string) => string): string[] {
  const row = (cell: (column: Column) => { text: string; style?: Style | undefined }): string =>
    table.map((column, at) => {
      const { text, style } = cell(column);
      const space = ' '.repeat(Math.max(0, column.width - stringWidth(text)));
      const painted = style ? paint(style, text) : text;
      const last = at === table.length - 1 && !column.right;
      return column.right ? space + painted : last ? painted : painted + space;
    }).join(' '.repeat(GAP)).trimEnd();
  const height = table[0]?.cells.length ?? 0;
  return [row(({ head }) => ({ text: head, style: 'strong' })), ...Array.from({ length: height }, (_row, at) => row(({ cells }) => cells[at] ?? { text: '' }))];
}

/** As much of a text as fits into so many cells. */
function fit(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  let cut = '';
  for (const { segment } of new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(text)) {
    if (stringWidth(cut + segment) > width - 1) break;
    cut += segment;
  }
  return `${cut}…`;
}

function notices(of: Prepared): string[] {
  return of.students.flatMap((student) => (notice(student) ? [`  ${student.result.student.name}: ${notice(student)}`] : []));
}

function stuck(of: Prepared): string[] {
  const where = standing(of).perLesson.filter((one) => one.stuck.length > 0).map((one) => `${one.lesson.id} (${counted(one.stuck.length, 'student')})`);
  return where.length > 0 ? [`stuck at ${where.join(', ')}`] : [];
}

function mistakes(of: Prepared): string[] {
  const all = commonMistakes(of).flatMap(({ lesson, common }) => common.filter(({ named }) => named).map((one) => ({ lesson, ...one })));
  const most = all.sort((a, b) => b.students.length - a.students.length).slice(0, MISTAKES);
  return most.length > 0 ? ['most common mistakes:', ...most.map(({ lesson, what, students }) => `  ${lesson.id}: ${what} (${counted(students.length, 'student')})`)] : [];
}
