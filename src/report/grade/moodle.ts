/**
 * Moodle grading worksheet (offline grading): a row per student who has a mark.
 *
 * Whoever has none is left out: Moodle would take an empty grade for no change, but would replace the feedback that is there.
 * The feedback comments are HTML to Moodle, so they are escaped as HTML before they become a cell.
 */
import { xmlText } from '../sanitize.ts';
import type { Cell, Entry, OutputFile, Prepared } from './class.ts';
import { csvTable } from './csv.ts';
import { cellMarks, notice, stateWord, statusWord } from './words.ts';

export function moodle(of: Prepared): OutputFile[] {
  const header = ['Identifier', 'Full name', 'Grade', 'Maximum grade', 'Last modified (grade)', 'Feedback comments'];
  return [{ path: 'moodle.csv', text: csvTable([header, ...of.students.filter(({ total }) => total !== null).map(row)]) }];
}

function row(student: Entry): (string | number | null)[] {
  const { result, total, maxTotal } = student;
  return [identifier(student), result.student.name, total, maxTotal, result.gradedAt, feedback(student)];
}

/**
 * Moodle knows a hand-in as "Participant N" and reads whatever stands from the 13th character on as that number. So nothing else may
 * stand here: a matriculation number could be somebody else's. The number is in the names of Moodle's own download; a name that has
 * two of them is its owner's invention.
 */
function identifier({ result: { student, submission } }: Entry): string {
  if (student.pseudonym) return '';
  if (/^Participant \d+$/.test(student.id)) return student.id;
  const [number, ...others] = [...submission.name.matchAll(/_(\d+)(?=_assignsubmission_)/g)].map(([, found]) => found);
  return number === undefined || others.length > 0 ? '' : `Participant ${number}`;
}

function feedback(student: Entry): string {
  const said = notice(student);
  return xmlText([...(said ? [said] : []), ...student.cells.filter(({ result }) => result).map(lesson)].join(' — '));
}

function lesson(cell: Cell): string {
  const failed = (cell.result?.checks ?? []).filter(({ status }) => status !== 'pass' && status !== 'blocked');
  const said = failed.map((check) => `${check.title} (${check.mistake?.title ?? statusWord(check.status)})`);
  return `${cell.lesson.id}: ${cellMarks(cell)} points, ${stateWord(cell.state)}${said.length > 0 ? `: ${said.join('; ')}` : ''}`;
}
