/**
 * Annotations for GitHub Actions, a file per submission: a job that prints it shows what did not pass beside its log.
 *
 * GitHub shows at most ten errors and ten warnings of a step; the last one says how many more there are.
 */
import { harmlessLine } from '../sanitize.ts';
import type { Entry, OutputFile, Prepared } from './class.ts';
import { notice, statusWord } from './words.ts';

const MOST = 10;

export function github(of: Prepared): OutputFile[] {
  return of.students.map((student) => ({ path: `github/${student.slug}.txt`, text: lines(student).map((line) => `${line}\n`).join('') }));
}

function lines(student: Entry): string[] {
  const failed = student.cells.flatMap(({ lesson, result }) => (result?.checks ?? [])
    .filter(({ status }) => status !== 'pass' && status !== 'blocked')
    .map((check) => annotation('error', `${lesson.id}: ${check.title}`, [statusWord(check.status), check.observed, check.mistake?.title ?? ''].filter((part) => part !== '').join('. '))));
  const said = notice(student);
  const refused = student.result.outcome === 'rejected';
  const errors = [...(said && refused ? [annotation('error', 'Not taken in', said)] : []), ...failed];
  const shown = errors.length <= MOST ? errors : [...errors.slice(0, MOST - 1), annotation('error', 'More did not pass', `${errors.length - MOST + 1} more checks did not pass`)];
  return [...shown, ...(said && !refused ? [annotation('warning', 'Not graded', said)] : [])];
}

/** One command. Its line begins with ours and holds no other line, so nothing in it can be a command of its own. */
export function annotation(level: 'error' | 'warning', title: string, message: string): string {
  return `::${level} title=${data(title).replaceAll(':', '%3A').replaceAll(',', '%2C')}::${data(message)}`;
}

function data(text: string): string {
  return harmlessLine(text).replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}
