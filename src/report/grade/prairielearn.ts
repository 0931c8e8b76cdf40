/**
 * PrairieLearn's external grading results, a file per submission of at most 1 MB.
 *
 * What could not be taken in and what the machine failed at is not gradable: PrairieLearn then counts it as no attempt.
 */
import { harmlessJson } from '../sanitize.ts';
import type { Entry, OutputFile, Prepared } from './class.ts';
import { scored } from './scored.ts';
import { notice, stateWord } from './words.ts';

/** PrairieLearn refuses larger results. */
export const PRAIRIELEARN_BYTES = 1_000_000;

export function prairielearn(of: Prepared): OutputFile[] {
  return of.students.map((student) => ({ path: `prairielearn/${student.slug}/results.json`, text: fitting(student) }));
}

/** With as much of each test's output as the size allows. */
function fitting(student: Entry): string {
  for (const most of [20_000, 4_000, 1_000, 200, 0]) {
    const text = `${harmlessJson(results(student, most))}\n`;
    if (Buffer.byteLength(text) <= PRAIRIELEARN_BYTES) return text;
  }
  // Thousands of checks: the score says it all.
  const { tests: _tests, ...short } = results(student, 0);
  return `${harmlessJson(short)}\n`;
}

function results(student: Entry, most: number): { gradable: boolean; tests?: object[] } & Record<string, unknown> {
  const { result, total, maxTotal } = student;
  const said = notice(student);
  if (total === null || result.outcome === 'rejected') return { gradable: false, message: said, output: '', format_errors: [said] };
  return {
    gradable: true,
    score: maxTotal === 0 ? 0 : total / maxTotal,
    message: `${total} of ${maxTotal} points: ${stateWord(result.outcome)}`,
    output: '',
    images: [],
    tests: scored(student).map((test) => ({
      name: test.name,
      description: test.id,
      points: test.points,
      max_points: test.maxPoints,
      message: test.status,
      output: shortened(test.text, most),
      images: [],
    })),
  };
}

function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  return most === 0 ? '' : `${text.slice(0, most).replace(/[\ud800-\udbff]$/, '')} …`;
}
