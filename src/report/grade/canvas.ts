/**
 * Canvas gradebook import: a column per lesson.
 *
 * Canvas takes an empty cell for "remove the score that is there" (its gradebook importer compares cells with scores as texts).
 * So nobody has an empty cell: who lacks a mark in some lessons is in a file of their own that has no column for those, and who
 * has no mark at all is in none.
 */
import type { Entry, OutputFile, Prepared } from './class.ts';
import { csvTable } from './csv.ts';

const who = ['Student', 'ID', 'SIS User ID', 'SIS Login ID', 'Section'];

export function canvas(of: Prepared): OutputFile[] {
  const groups = new Map<string, Entry[]>([[of.course.lessons.map((_lesson, at) => at).join(), []]]);
  for (const student of of.students) {
    const marked = student.cells.flatMap(({ points }, at) => (points === null ? [] : [at])).join();
    groups.set(marked, [...(groups.get(marked) ?? []), student]);
  }
  groups.delete('');
  const [whole, ...partial] = [...groups].map(([marked, students]) => table(of, marked.split(',').map(Number), students));
  return [
    ...(whole === undefined ? [] : [{ path: 'canvas.csv', text: whole }]),
    ...partial.map((text, index) => ({ path: `canvas-partial-${index + 1}.csv`, text })),
  ];
}

function table(of: Prepared, marked: readonly number[], students: readonly Entry[]): string {
  const lessons = marked.flatMap((at) => of.course.lessons[at] ?? []);
  return csvTable([
    // Canvas finds an assignment by the number in parentheses at the end, else by its whole title; it asks where it finds none.
    [...who, ...lessons.map(({ id, title }) => `${id} ${title}`)],
    // The first cell as Canvas writes it.
    ['    Points Possible', '', '', '', '', ...lessons.map(({ maxPoints }) => maxPoints)],
    ...students.map((student) => [...person(student), ...marked.map((at) => student.cells[at]?.points ?? null)]),
  ]);
}

/** Only an id that Canvas gave is one: the number in the names of its own download (`name_late_USER_FILE_…`). */
function person({ result: { student, submission } }: Entry): string[] {
  const [, user = ''] = student.pseudonym ? [] : /^[^_]+_(?:late_)?(\d+)_\d+_/i.exec(submission.name) ?? [];
  return [student.name, user, student.id, student.email ?? '', ''];
}
