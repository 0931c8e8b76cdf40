/** How states are said. A report never says one by colour or position alone. */
import type { CheckStatus } from '../../check/wire.ts';
import type { Cell, CellState, Entry, Prepared } from './class.ts';

const words: Record<CellState, string> = {
  pass: 'passed',
  fail: 'not passed',
  error: 'error in a check',
  timeout: 'out of time',
  memory: 'out of memory',
  pids: 'too many processes',
  output: 'too much output',
  disk: 'too much on disk',
  tamper: 'reached for the judge',
  rejected: 'not taken in',
  infra: 'not graded',
  missing: 'not graded',
};

export function stateWord(state: CellState): string {
  return words[state];
}

/** `blocked` is not said as a failure: what blocks it is. */
export function statusWord(status: CheckStatus): string {
  return status === 'blocked' ? 'blocked' : words[status];
}

/** How a state looks; it is always said, too. */
export function toneOf(state: CellState): 'good' | 'bad' | 'warn' {
  if (state === 'pass') return 'good';
  return state === 'infra' || state === 'missing' || state === 'rejected' ? 'warn' : 'bad';
}

/** `4/9`, or a dash where there is no mark. */
export function marks(points: number | null, of: number): string {
  return points === null ? '–' : `${points}/${of}`;
}

export function cellMarks(cell: Cell): string {
  return marks(cell.points, cell.lesson.maxPoints);
}

/** Why somebody has no mark, or a zero, as one sentence; empty where there is nothing to say. */
export function notice({ result, total }: Entry): string {
  if (result.outcome === 'rejected') return `Not taken in: ${result.reason ?? 'no reason was given'}`;
  if (result.outcome === 'infra') return `Not graded: ${result.reason ?? 'the machine failed, not the submission'}`;
  if (total === null) return 'Not graded in full: at least one lesson has no mark, so there is no total.';
  return '';
}

/** `12 submissions: 5 passed, 4 not passed, 1 not graded`. */
export function summary({ students }: Prepared): string {
  const counts = new Map<string, number>();
  for (const state of Object.keys(words) as CellState[]) {
    const number = students.filter(({ result }) => result.outcome === state).length;
    if (number > 0) counts.set(words[state], (counts.get(words[state]) ?? 0) + number);
  }
  const said = [...counts].map(([word, number]) => `${number} ${word}`).join(', ');
  return `${counted(students.length, 'submission')}${said ? `: ${said}` : ''}`;
}

export function counted(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}

/** `2026-11-25 14:32 UTC`; text that is no time stays as it is. */
export function moment(iso: string): string {
  const time = new Date(iso);
  return Number.isNaN(time.getTime()) ? iso : time.toISOString().replace(/^(.+)T(\d\d:\d\d):.*$/, '$1 $2 UTC');
}
