/** What the renderers write, kept as golden files: a change of wording is a change one sees in review. */
import { XMLParser } from './xml.ts';
import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import { reporterFor, reporterNames } from '../../src/report/index.ts';
import type { Judged, ReporterName } from '../../src/report/index.ts';
import { judged, judgedHostile, sample } from './samples.ts';

function render(name: ReporterName, runs: readonly Judged[], options: { colour?: boolean; columns?: number; several?: boolean } = {}): string {
  let text = '';
  const reporter = reporterFor(
    name,
    { write: (more) => (text += more), colour: options.colour ?? false, columns: options.columns ?? 80 },
    options.several ?? false,
  );
  for (const run of runs) {
    reporter.begin(run.lesson);
    for (const check of run.verdict.checks) reporter.check(check);
    reporter.end(run.verdict, run.leftovers);
  }
  reporter.finish();
  return text;
}

describe('golden', () => {
  test.each([
    ['plain', {}],
    ['plain', { colour: true }],
    ['plain', { columns: 40 }],
    ['json', {}],
    ['junit', {}],
    ['tap', {}],
    ['json', { several: true }],
    ['tap', { several: true }],
  ] as const)('%s %o', async (name, options) => {
    const tag = Object.entries(options).map(([key, value]) => `-${key}-${value}`).join('');
    await expect(render(name, [judged], options)).toMatchFileSnapshot(`golden/${name}${tag}.txt`);
  });

  test.each(reporterNames)('%s, hostile', async (name) => {
    await expect(render(name, [judgedHostile])).toMatchFileSnapshot(`golden/${name}-hostile.txt`);
  });
});

describe('hostile text', () => {
  test.each(reporterNames)('%s lets no control character or bidi override out', (name) => {
    expect(render(name, [judgedHostile])).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\ud800-\udfff]/u);
  });

  test.each(reporterNames)('%s writes no line that a build log obeys', (name) => {
    for (const line of render(name, [judgedHostile]).split('\n')) expect(line.trimStart().startsWith('::')).toBe(false);
  });

  test('plain makes no such line by breaking one that is too long', () => {
    const [, failing] = sample.checks;
    if (!failing) throw new Error('the sample has changed');
    for (let before = 0; before < 90; before++) {
      const said = `${'a'.repeat(before)}${before % 2 ? ' ' : ''}::error title=x::y`;
      const evidence = [{ source: said, lines: [said] }];
      const check = { ...failing, title: said, observed: said, evidence };
      const text = render('plain', [{ ...judged, verdict: { ...sample, checks: [check] } }]);
      for (const line of text.split('\n')) expect(line.trimStart().startsWith('::'), line).toBe(false);
    }
  });

  test('TAP has exactly the points and the plan it should', () => {
    const lines = render('tap', [judgedHostile]).split('\n');
    expect(lines.filter((line) => /^(not )?ok\b/.test(line))).toHaveLength(1);
    expect(lines.filter((line) => /^1\.\./.test(line))).toEqual(['1..1']);
    expect(lines.find((line) => /^not ok 1/.test(line))).not.toMatch(/(^|[^\\])# SKIP/);
    expect(lines.filter((line) => line === '  ...')).toHaveLength(1);
  });

  test('JUnit is XML whose text is the text that was given', () => {
    const root = new XMLParser(render('junit', [judgedHostile])).document();
    const failure = root.find('failure');
    expect(failure.attributes['type']).toBe('fail');
    expect(failure.text).toContain(']]> <b>&amp;');
    expect(root.all('testcase')).toHaveLength(1);
  });
});

describe('plain', () => {
  test('fits the width, except the command one copies', () => {
    for (const columns of [40, 80]) {
      for (const line of render('plain', [judged], { columns }).split('\n')) {
        if (line.includes('box run')) continue;
        expect(stringWidth(line), line).toBeLessThanOrEqual(columns);
      }
    }
  });

  test('what became known after a check was shown is said at the end, and only that', () => {
    let text = '';
    const reporter = reporterFor('plain', { write: (more) => (text += more), colour: false, columns: 80 }, false);
    const [, first] = sample.checks;
    if (!first) throw new Error('the sample has changed');
    reporter.check(first);
    const shown = text;
    const checks = [{ ...first, observed: `${first.observed}; mount(…) failed with ENOENT. There is no such directory.` }];
    reporter.end({ ...sample, checks }, []);
    expect(text.slice(shown.length).split('\n').slice(0, 4)).toEqual([
      '  more on   The command is process 1 of its own pid namespace',
      '    observed  the process ids of the command: 412; it has one id, so it lives in',
      '              the pid namespace of the host; mount(…) failed with ENOENT. There',
      '              is no such directory.',
    ]);
    expect(text.slice(shown.length)).not.toContain('did ');
  });

  test('colour changes nothing but escape sequences', () => {
    expect(render('plain', [judged], { colour: true }).replace(/\u001b\[\d+m/g, '')).toBe(render('plain', [judged]));
  });
});

test('JSON of one lesson is the verdict object and nothing else', () => {
  expect(JSON.parse(render('json', [judged]))).toEqual(sample);
});
