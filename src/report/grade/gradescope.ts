/**
 * Gradescope's results.json, a file per submission.
 *
 * Where the machine failed there is no score and there are no tests: Gradescope then says that the autograder failed, and keeps no zero.
 */
import { harmlessJson } from '../sanitize.ts';
import type { Entry, OutputFile, Prepared } from './class.ts';
import { scored } from './scored.ts';
import { notice, stateWord } from './words.ts';

export function gradescope(of: Prepared): OutputFile[] {
  return of.students.map((student) => ({ path: `gradescope/${student.slug}/results.json`, text: `${harmlessJson(results(student), 2)}\n` }));
}

function results(student: Entry): object {
  const { result, total } = student;
  const tests = total === null ? [] : scored(student);
  return {
    ...(total === null ? {} : { score: total }),
    execution_time: Math.round(result.durationMs / 1000),
    output: notice(student) || stateWord(result.outcome),
    output_format: 'text',
    test_output_format: 'text',
    test_name_format: 'text',
    visibility: 'visible',
    stdout_visibility: 'hidden',
    extra_data: {
      schema: result.schema, key: result.key, outcome: result.outcome, seed: result.seed, kernel: result.kernel ?? null, course: result.course,
      attempts: result.attempts, flaky: result.flaky, shared_kernel: result.sharedKernel, submitted_at: result.submission.submittedAt, graded_at: result.gradedAt,
    },
    ...(total === null ? {} : {
      tests: tests.map((test) => ({
        score: test.points,
        max_score: test.maxPoints,
        status: test.passed ? 'passed' : 'failed',
        name: test.name,
        name_format: 'text',
        number: test.number,
        output: test.text,
        output_format: 'text',
        tags: [test.lesson],
        visibility: 'visible',
        extra_data: { id: test.id, status: test.status },
      })),
    }),
  };
}
