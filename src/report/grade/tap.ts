/** TAP 14 of a class: a subtest per student, in it a subtest per lesson. What the machine failed at is `# SKIP`. */
import { tapDocument } from '../tap.ts';
import type { Point } from '../tap.ts';
import type { Cell, Entry, OutputFile, Prepared } from './class.ts';
import { cellMarks, notice, summary } from './words.ts';

export function tap(of: Prepared): OutputFile[] {
  return [{ path: 'results.tap', text: tapDocument(of.students.map(student), [summary(of)]) }];
}

function student(of: Entry): Point {
  const { result } = of;
  const name = `${result.student.name} (${result.student.id})`;
  if (result.outcome === 'rejected') return { name, refused: notice(of) };
  if (of.cells.every(({ points }) => points === null)) return { name, skip: notice(of) };
  const notes = [notice(of), `seed ${result.seed}`, result.kernel ? `kernel ${result.kernel.kind} ${result.kernel.release}` : ''];
  return { name, passed: of.cells.every(({ state, points }) => points === null || state === 'pass'), points: of.cells.map((cell) => lesson(of, cell)), notes: notes.filter((note) => note !== '') };
}

function lesson(of: Entry, cell: Cell): Point {
  const name = cell.lesson.id;
  if (cell.points === null || !cell.result) return { name, skip: notice(of) || 'not graded' };
  return {
    name,
    passed: cell.state === 'pass',
    points: cell.result.checks.map((check) => ({ check })),
    notes: [`points ${cellMarks(cell)}`, ...cell.result.leftovers.map((left) => `left behind: ${left.kind}: ${left.what}`)],
  };
}
