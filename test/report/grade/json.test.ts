/** The JSON formats, each against a schema of what its reader takes. */
import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { gradeFormats } from '../../../src/report/grade/index.ts';
import { PRAIRIELEARN_BYTES } from '../../../src/report/grade/prairielearn.ts';
import { limits, line } from '../../../src/report/grade/tame.ts';
import { hostileText } from './hostile.ts';
import { classOf, hostile, made, sample } from './samples.ts';

const integer = v.pipe(v.number(), v.integer(), v.minValue(0));
const visibility = v.picklist(['hidden', 'after_due_date', 'after_published', 'visible']);
const format = v.picklist(['text', 'html', 'simple_format', 'md', 'ansi']);
const said = v.pipe(v.string(), v.nonEmpty());

const gradescope = v.strictObject({
  score: v.optional(integer),
  execution_time: integer,
  output: said,
  output_format: format,
  test_output_format: format,
  test_name_format: format,
  visibility,
  stdout_visibility: visibility,
  extra_data: v.record(v.string(), v.unknown()),
  tests: v.optional(v.array(v.strictObject({
    score: integer, max_score: integer, status: v.picklist(['passed', 'failed']), name: v.string(), name_format: format, number: v.string(),
    output: v.string(), output_format: format, tags: v.array(v.string()), visibility, extra_data: v.record(v.string(), v.unknown()),
  }))),
});

const instant = v.pipe(v.string(), v.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/));
const classroom50 = v.strictObject({
  schema: v.literal('classroom50/result/v1'),
  classroom: v.pipe(v.string(), v.regex(/^[a-z0-9-]+$/)),
  assignment: v.pipe(v.string(), v.regex(/^[a-z0-9-]+$/)),
  assignment_type: v.picklist(['individual', 'group', 'team']),
  owner: v.string(),
  submission: v.pipe(v.string(), v.startsWith('submit/')),
  commit: said,
  release: said,
  review: said,
  datetime: instant,
  graded_at: instant,
  score: integer,
  'max-score': integer,
  tests: v.array(v.strictObject({ 'test-name': said, passed: v.boolean(), score: integer, 'max-score': integer })),
  submitted_by: v.strictObject({ username: v.string(), id: v.null() }),
});

const prairielearn = v.union([
  v.strictObject({ gradable: v.literal(false), message: said, output: v.string(), format_errors: v.pipe(v.array(said), v.minLength(1)) }),
  v.strictObject({
    gradable: v.literal(true), score: v.pipe(v.number(), v.minValue(0), v.maxValue(1)), message: said, output: v.string(), images: v.array(v.never()),
    tests: v.optional(v.array(v.strictObject({ name: said, description: said, points: integer, max_points: integer, message: v.string(), output: v.string(), images: v.array(v.never()) }))),
  }),
]);

const schemas = { gradescope, classroom50, prairielearn };
const names = ['gradescope', 'classroom50', 'prairielearn'] as const;

function read<N extends (typeof names)[number]>(name: N, of = sample): Record<string, v.InferOutput<(typeof schemas)[N]>> {
  return Object.fromEntries(gradeFormats[name](of).map(({ path, text }) => [path.split('/')[1], v.parse(schemas[name], JSON.parse(text)) as v.InferOutput<(typeof schemas)[N]>]));
}

describe.each(names)('%s', (name) => {
  test('is what its reader takes', () => {
    const files = read(name);
    expect(Object.keys(files)).toHaveLength(name === 'classroom50' ? 10 : 12);
  });

  test('is so whatever a submission says', () => {
    fc.assert(fc.property(hostileText, fc.constantFrom('fail', 'rejected', 'infra', 'tamper'), (text, outcome) => {
      read(name, classOf({ ...hostile(text), outcome }));
    }));
  });

  test('points of tests add up to the score', () => {
    for (const file of Object.values(read(name)) as { score?: number; tests?: Record<string, unknown>[] }[]) {
      if (file.score === undefined || !file.tests) continue;
      const sum = file.tests.reduce((all, test) => all + Number(test['score'] ?? test['points']), 0);
      expect(name === 'prairielearn' ? sum / 41 : sum).toBe(file.score);
    }
  });

  test('they do where a lesson\'s points are not its checks\'', () => {
    const base = made({ id: 'a', name: 'A', states: ['fail', 'pass', 'pass', 'pass', 'pass'] });
    const lessons = base.lessons.map((lesson, at) => (at === 0 ? { ...lesson, points: 3 } : lesson));
    const { score, tests } = read('gradescope', classOf({ ...base, lessons }))['a'] ?? {};
    expect(score).toBe(38);
    expect(tests?.reduce((sum, test) => sum + test.score, 0)).toBe(38);
    expect(tests?.[0]).toMatchObject({ name: '01-processes: A process, its streams and its end', score: 3, max_score: 6, status: 'failed' });
  });
});

test('hostile texts come back, made harmless', () => {
  fc.assert(fc.property(hostileText, (text) => {
    const [file] = Object.values(read('gradescope', classOf(hostile(text))));
    const failed = file?.tests?.filter(({ status }) => status === 'failed') ?? [];
    expect(failed.map(({ name }) => name)).toContain(`02-syscalls: ${line(text)}`);
    const [record] = Object.values(read('classroom50', classOf(hostile(text))));
    expect(record?.owner).toBe(line(text, limits.name));
  }));
});

describe('no mark is no zero', () => {
  test('Gradescope gets neither score nor tests', () => {
    const ken = read('gradescope')['ken'];
    expect(ken).not.toHaveProperty('score');
    expect(ken).not.toHaveProperty('tests');
    expect(ken?.output).toMatch(/^Not graded: /);
  });

  test('PrairieLearn is told that it is not gradable', () => {
    expect(read('prairielearn')['ken']).toMatchObject({ gradable: false });
    expect(read('prairielearn')['frances']).toMatchObject({ gradable: false, format_errors: [expect.stringContaining('box/../../etc/passwd')] });
  });

  test('classroom50 gets no file', () => {
    expect(Object.keys(read('classroom50'))).not.toContain('ken');
  });

  test('Gradescope gets a zero for what was not taken in, and why', () => {
    expect(read('gradescope')['frances']).toMatchObject({ score: 0, output: expect.stringContaining('Not taken in: ') as string });
  });
});

test('classroom50: when it was handed in does not move when it is graded again, when it was graded does', () => {
  const before = read('classroom50')['grace'];
  const results = sample.results.map((result) => ({ ...result, key: `${result.key}-2`, gradedAt: '2027-01-02T03:04:05.678Z' }));
  const after = read('classroom50', { ...sample, results })['grace'];
  expect(before).toMatchObject({ datetime: '2026-11-20T16:05:00Z', graded_at: '2026-11-25T14:32:04Z' });
  expect(after).toEqual({ ...before, graded_at: '2027-01-02T03:04:05Z' });
});

test('PrairieLearn: at most 1 MB, however much was said', () => {
  const base = made({ id: 'a', name: 'A', states: ['fail', 'fail', 'fail', 'fail', 'fail'] });
  for (const [checks, length] of [[20, 2000], [100, 2000], [4000, 10]] as const) {
    const lessons = base.lessons.map((lesson) => {
      const many = Array.from({ length: checks }, (_check, at) => ({
        ...lesson.checks[1], id: `c${at}`, title: '\u202e'.repeat(Math.min(length, 400)), points: 1, status: 'fail' as const, did: '\u202e'.repeat(length), expected: '', observed: '', evidence: [], durationMs: 1,
      }));
      return { ...lesson, points: 0, maxPoints: checks, checks: many };
    });
    const [file] = gradeFormats.prairielearn(classOf({ ...base, lessons }));
    expect(Buffer.byteLength(file?.text ?? '')).toBeLessThanOrEqual(PRAIRIELEARN_BYTES);
    v.parse(prairielearn, JSON.parse(file?.text ?? ''));
  }
});
