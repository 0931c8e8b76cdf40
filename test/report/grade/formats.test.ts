/** What holds for every format: the same bytes for the same results, nothing hostile, no mark that is none, no name where there is none. */
import fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import { classTable, gradeFormatNames, gradeFormats } from '../../../src/report/grade/index.ts';
import { dangerous, hostileText, nasty, obeyed } from './hostile.ts';
import { classOf, hostile, made, results, sample, shuffled } from './samples.ts';

const wide = { columns: 100, colour: false };

describe.each(gradeFormatNames)('%s', (name) => {
  const format = gradeFormats[name];

  test('the same results give the same files in any order', () => {
    expect(format(shuffled)).toEqual(format(sample));
    expect(format(sample)).toEqual(format(structuredClone(sample)));
  });

  test('paths stay below the folder, and no two are one on a file system that ignores case', () => {
    const people = nasty.map((text) => hostile(text)).concat(hostile('ADA'), hostile('ada'), hostile('Ada'));
    const paths = format(classOf(...people)).map(({ path }) => path);
    for (const path of paths) expect(path).toMatch(/^(?:[A-Za-z0-9][A-Za-z0-9_-]*\/)*[A-Za-z0-9][A-Za-z0-9_-]*\.(?:json|xml|csv|md|html|txt|tap)$/);
    expect(new Set(paths.map((path) => path.toLowerCase())).size).toBe(paths.length);
    for (const part of paths.flatMap((path) => path.split('/'))) expect(part).not.toMatch(/^(?:con|prn|aux|nul)(?:\.|$)/i);
  });

  test('lets no control character, no bidi control and no half character out, and no line that a build log obeys', () => {
    fc.assert(fc.property(hostileText, (text) => {
      for (const file of format(classOf(hostile(text)))) {
        expect(file.text).not.toMatch(dangerous);
        expect(file.text.replaceAll('\r\n', '')).not.toContain('\r');
        const own = name === 'github' ? file.text.replace(/^::(?:error|warning) /gm, '') : file.text;
        expect(obeyed(own), own).toBe(false);
      }
    }), { numRuns: 60 });
  });

  test('caps what is huge', () => {
    const huge = '\u202e'.repeat(400_000);
    const size = format(classOf(hostile(huge))).reduce((sum, { text }) => sum + text.length, 0);
    expect(size).toBeLessThan(1_000_000);
  });

  test('has no name, address or file name of somebody who has a pseudonym', () => {
    const secret = 'Ada_Lovelace_4711';
    const base = hostile('x');
    const result = {
      ...base,
      submission: { ...base.submission, name: `${secret}.tar.gz` },
      student: { id: 'student-7fq2', name: 'student-7fq2', email: `${secret}@example.edu`, pseudonym: true },
      discarded: [{ path: `${secret}/node_modules`, why: `not of ${secret}.tar.gz` }],
      reason: `cannot read ${secret}.tar.gz`,
    };
    for (const end of ['fail', 'rejected', 'infra'] as const) {
      const files = format(classOf({ ...result, outcome: end }));
      for (const { path, text } of files) expect(`${path}\n${text}`).not.toContain(secret);
    }
  });

  test('an empty class is a report, too', () => {
    for (const { text } of format(classOf())) expect(text).toBeTypeOf('string');
  });
});

test('a lesson that only a result knows of is not lost', () => {
  const [ada] = results;
  if (!ada) throw new Error('the sample has changed');
  const [csv] = gradeFormats.csv({ ...sample, results: [ada], course: { title: 'Short', lessons: sample.course.lessons.slice(0, 2) } });
  expect(csv?.text.split('\r\n')[0]).toContain('05-root points');
});

describe('the terminal table', () => {
  test('fits, and says every student, point and state in words', () => {
    for (const columns of [40, 60, 80, 120]) {
      const text = classTable(sample, { columns, colour: false });
      for (const line of text.split('\n')) expect(stringWidth(line), line).toBeLessThanOrEqual(columns);
    }
    const text = classTable(sample, wide);
    expect(text).toMatch(/^Ada Lovelace +6\/6 +7\/7 +9\/9 +9\/9 +10\/10 +41\/41 +passed$/m);
    expect(text).toMatch(/^Ken Thompson +6\/6 +7\/7 +– +– +– +– +not graded$/m);
    expect(text).toMatch(/^Mallory Klein .* reached for the judge$/m);
    expect(text).toContain('  Ken Thompson: Not graded: The private kernel did not start');
    expect(text).toContain('05-root: The old root is still mounted (8 students)');
  });

  test('colour changes nothing but escape sequences', () => {
    expect(classTable(sample, { columns: 80, colour: true }).replace(/\u001b\[\d+m/g, '')).toBe(classTable(sample, { columns: 80, colour: false }));
  });

  test('lets nothing hostile out, and keeps to the width', () => {
    fc.assert(fc.property(hostileText, fc.integer({ min: 40, max: 130 }), (text, columns) => {
      const table = classTable(classOf(hostile(text), made({ id: 'b', name: 'B', states: ['pass'] })), { columns, colour: false });
      expect(table).not.toMatch(dangerous);
      expect(obeyed(table), table).toBe(false);
      for (const line of table.split('\n')) expect(stringWidth(line), line).toBeLessThanOrEqual(columns);
    }), { numRuns: 60 });
  });

  test('a line break of its own makes no command', () => {
    for (let before = 0; before < 50; before++) {
      for (const space of ['', ' ']) {
        const said = `${'a'.repeat(before)}${space}::error title=x::y`;
        expect(obeyed(classTable(classOf({ ...hostile('x'), outcome: 'rejected', reason: said }), { columns: 40, colour: false })), said).toBe(false);
      }
    }
  });
});
