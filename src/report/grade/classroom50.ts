/**
 * classroom50/result/v1, a file per submission. Scores are integers.
 *
 * `datetime` is when it was handed in and never moves; `graded_at` moves with every grading. Without a mark, or without the time it
 * was handed in, there is no file: an invented zero would overwrite a score, an invented time would make somebody late.
 */
import { harmlessJson } from '../sanitize.ts';
import type { Entry, OutputFile, Prepared } from './class.ts';
import { scored } from './scored.ts';

export function classroom50(of: Prepared): OutputFile[] {
  return of.students.flatMap((student) => {
    const made = result(of, student);
    return made ? [{ path: `classroom50/${student.slug}/result.json`, text: `${harmlessJson(made, 2)}\n` }] : [];
  });
}

function result(of: Prepared, student: Entry): object | undefined {
  const { student: person, submission, gradedAt } = student.result;
  const datetime = instant(submission.submittedAt ?? '');
  if (student.total === null || datetime === undefined) return undefined;
  // There is no release of a repository here: the submission is named after its time and files, as submit tags are.
  const tag = `submit/${datetime.replaceAll(':', '-')}-${(submission.digest || student.result.key).replace(/^sha256:/, '').slice(0, 7)}`;
  return {
    schema: 'classroom50/result/v1',
    classroom: word(of.course.title),
    assignment: word(of.course.lessons.map(({ id }) => id).join('-')),
    assignment_type: 'individual',
    owner: person.id,
    submission: tag,
    commit: submission.digest || tag,
    release: tag,
    review: tag,
    datetime,
    graded_at: instant(gradedAt) ?? datetime,
    score: student.total,
    'max-score': student.maxTotal,
    tests: scored(student).map((test) => ({ 'test-name': test.id, passed: test.passed, score: test.points, 'max-score': test.maxPoints })),
    submitted_by: { username: person.id, id: null },
  };
}

/** UTC, in whole seconds; undefined where the text is no time. */
function instant(text: string): string | undefined {
  const time = new Date(text);
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString().replace(/\.\d+Z$/, 'Z');
}

function word(text: string): string {
  return text.normalize('NFKD').replace(/[^A-Za-z0-9]+/g, '-').replace(/^-+|-+$/g, '').toLowerCase().slice(0, 80) || 'drydock';
}
