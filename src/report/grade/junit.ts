/**
 * JUnit XML of a class: a testsuite per student and lesson.
 *
 * What the machine failed at is `skipped`: tools that make marks out of JUnit count an `error` as a failure.
 */
import { junitDocument } from '../junit.ts';
import type { Suite } from '../junit.ts';
import type { Cell, Entry, OutputFile, Prepared } from './class.ts';
import { cellMarks, notice } from './words.ts';

export function junit(of: Prepared): OutputFile[] {
  return [{ path: 'junit.xml', text: junitDocument(of.students.flatMap((student) => student.cells.map((cell) => suite(student, cell)))) }];
}

function suite(student: Entry, { lesson, state, points, result: own }: Cell): Suite {
  const { result } = student;
  const why = notice(student) || 'not graded';
  return {
    name: `${result.student.name} (${result.student.id}): ${lesson.id}`,
    properties: [
      ['student', result.student.id],
      ['lesson', lesson.id],
      ['outcome', state],
      ...(points === null ? [] : [['points', cellMarks({ lesson, state, points, result: own })] as const]),
      ['seed', result.seed],
      ...(result.kernel ? [['kernel', `${result.kernel.kind} ${result.kernel.release}`], ['image', result.kernel.image]] as const : []),
      ...(own?.leftovers ?? []).map((left) => ['left behind', `${left.kind}: ${left.what}`] as const),
    ],
    checks: points === null || !own ? [] : own.checks,
    durationMs: own?.durationMs ?? 0,
    ...(points === null ? { unjudged: { element: 'skipped', type: 'infra', message: why } } : {}),
    ...(points !== null && !own ? { unjudged: { element: 'failure', type: 'rejected', message: why } } : {}),
  };
}
