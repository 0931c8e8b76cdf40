/** The CSV formats, read back by an RFC 4180 reader. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { csvCell, csvTable } from '../../../src/report/grade/csv.ts';
import { gradeFormats } from '../../../src/report/grade/index.ts';
import { harmlessLine } from '../../../src/report/sanitize.ts';
import { limits, line } from '../../../src/report/grade/tame.ts';
import { hostileText } from './hostile.ts';
import { readCsv, unneutralised } from './readers.ts';
import { classOf, hostile, made, sample } from './samples.ts';

/** Rows as objects, by the header. */
function records(text: string): Record<string, string>[] {
  const [header = [], ...rows] = readCsv(text);
  expect(new Set(header).size).toBe(header.length);
  return rows.map((row) => Object.fromEntries(header.map((name, at) => [name, row[at] ?? ''])));
}

function only(files: { path: string; text: string }[]): string {
  expect(files).toHaveLength(1);
  return files[0]?.text ?? '';
}

describe('a cell', () => {
  test.each([
    ['plain', 'plain'],
    [12, '12'],
    [-1, '-1'],
    [null, ''],
    ['a,b', '"a,b"'],
    ['say "hi"', '"say ""hi"""'],
    ['=1+1', "'=1+1"],
    ['@x', "'@x"],
    ['-x', "'-x"],
    ['＝x', "'＝x"],
    ["'=x", "''=x"],
    ["O'Brien", "O'Brien"],
    ["'quoted'", "'quoted'"],
    ['\t=1', "' =1"],
    ['a\nb', 'a␊b'],
    [' edge ', '" edge "'],
  ] as const)('%j is %s', (value, cell) => {
    expect(csvCell(value)).toBe(cell);
  });

  test('any texts come back as they were, made harmless, and none is a formula', () => {
    fc.assert(fc.property(fc.array(fc.array(hostileText, { minLength: 3, maxLength: 3 }), { minLength: 1, maxLength: 5 }), (rows) => {
      const read = readCsv(csvTable(rows));
      expect(read.map((row) => row.map(unneutralised))).toEqual(rows.map((row) => row.map(harmlessLine)));
      for (const cell of read.flat()) expect(cell).not.toMatch(/^\s*[=+\-@＝＋－＠]/u);
    }));
  });
});

describe('the plain table', () => {
  const rows = records(only(gradeFormats.csv(sample)));
  const of = (student: string): Record<string, string> => rows.find(({ id }) => id === student) ?? {};

  test('has a row per submission, by name', () => {
    expect(rows.map(({ student }) => student)).toEqual(['Ada Lovelace', 'Barbara Liskov', 'Dennis Ritchie', 'Edsger Dijkstra', 'Frances Allen', 'Grace Hopper', 'Jean Bartik', 'Ken Thompson', 'Konrad Zuse', 'Mallory Klein', 'Margaret Hamilton', 'Zdeněk Kárník']);
  });

  test('says points, outcome and mistakes', () => {
    expect(of('grace')).toMatchObject({ outcome: 'fail', points: '33', 'max points': '41', '05-root points': '2', '05-root max points': '10', '05-root outcome': 'fail', mistakes: 'kept-old-root' });
  });

  test('what the machine failed at is blank and not zero', () => {
    expect(of('ken')).toMatchObject({ outcome: 'infra', points: '', 'max points': '', '01-processes points': '6', '03-pid points': '', '03-pid max points': '', '03-pid outcome': 'infra' });
  });

  test('what was not taken in is zero, and says why', () => {
    expect(of('frances')).toMatchObject({ outcome: 'rejected', points: '0', 'max points': '41', '05-root points': '0', '05-root outcome': 'rejected' });
    expect(of('frances')['reason']).toContain('box/../../etc/passwd');
  });

  test('a lesson that nobody graded is blank', () => {
    const [row] = records(only(gradeFormats.csv(classOf(made({ id: 'a', name: 'A', states: ['pass'] })))));
    expect(row).toMatchObject({ points: '', '02-syscalls points': '', '02-syscalls outcome': 'not graded' });
  });

  test('hostile names and reasons come back, made harmless', () => {
    fc.assert(fc.property(hostileText, (text) => {
      const [row] = records(only(gradeFormats.csv(classOf(hostile(text)))));
      for (const column of ['student', 'id', 'email', 'submission'] as const) expect(unneutralised(row?.[column] ?? '?')).toBe(line(text, limits.name));
      expect(unneutralised(row?.['reason'] ?? '?')).toBe(line(text));
    }));
  });
});

describe('Canvas', () => {
  test('has its columns, the points possible, and integers', () => {
    const [header = [], possible = [], ...students] = readCsv(gradeFormats.canvas(sample)[0]?.text ?? '');
    expect(header.slice(0, 5)).toEqual(['Student', 'ID', 'SIS User ID', 'SIS Login ID', 'Section']);
    expect(header.slice(5)).toEqual(sample.course.lessons.map(({ id, title }) => `${id} ${title}`));
    expect(possible).toEqual(['    Points Possible', '', '', '', '', '6', '7', '9', '9', '10']);
    expect(students).toContainEqual(['Grace Hopper', '', 'grace', 'grace@example.edu', '', '6', '7', '9', '9', '2']);
  });

  test('has no empty mark, which Canvas would take for "remove the score"', () => {
    const files = gradeFormats.canvas(sample);
    expect(files.map(({ path }) => path)).toEqual(['canvas.csv', 'canvas-partial-1.csv']);
    for (const { text } of files) for (const row of readCsv(text)) for (const cell of row.slice(5)) expect(cell).not.toBe('');
    const [, , ...partial] = readCsv(files[1]?.text ?? '');
    expect(partial).toEqual([['Ken Thompson', '', 'ken', 'ken@example.edu', '', '6', '7']]);
  });

  test('somebody without any mark is in no file', () => {
    const files = gradeFormats.canvas(classOf(made({ id: 'k', name: 'K', states: [], outcome: 'infra' })));
    expect(files.map(({ text }) => text).join()).not.toContain('K,');
  });

  test('knows its own user numbers from its own download, and takes nothing else for one', () => {
    const base = made({ id: '4711', name: 'Ada', states: ['pass', 'pass', 'pass', 'pass', 'pass'] });
    const id = (name: string, pseudonym = false): string | undefined => {
      const [file] = gradeFormats.canvas(classOf({ ...base, submission: { ...base.submission, name }, student: { ...base.student, pseudonym } }));
      return readCsv(file?.text ?? '')[2]?.[1];
    };
    expect(id('lovelaceada_1234_56789_box.zip')).toBe('1234');
    expect(id('lovelaceada_LATE_1234_56789_box.zip')).toBe('1234');
    expect(id('lovelaceada_1234_56789_box.zip', true)).toBe('');
    expect(id('4711')).toBe('');
    expect(id('box_12.zip')).toBe('');
  });
});

describe('Moodle', () => {
  const rows = records(only(gradeFormats.moodle(sample)));

  test('has its columns, and whoever has no mark is left out', () => {
    expect(Object.keys(rows[0] ?? {})).toEqual(['Identifier', 'Full name', 'Grade', 'Maximum grade', 'Last modified (grade)', 'Feedback comments']);
    expect(rows).toHaveLength(11);
    expect(rows.map((row) => row['Full name'])).not.toContain('Ken Thompson');
    for (const row of rows) expect(row['Grade']).toMatch(/^\d+$/);
    expect(rows.find((row) => row['Full name'] === 'Grace Hopper')?.['Feedback comments']).toContain('05-root: 2/10 points, not passed: The kernel shows it: another root, and no way back (The old root is still mounted)');
  });

  test.each([
    ['Ada Lovelace_123456_assignsubmission_file', '4711', 'Participant 123456'],
    ['ada', 'Participant 77', 'Participant 77'],
    ['ada', '4711', ''],
    ['ada', '0000000000004711', ''],
    ['Eve_666_assignsubmission_file_x_123_assignsubmission_file', 'eve', ''],
  ])('%s of %s is %j', (name, id, identifier) => {
    const base = made({ id, name: 'x', states: ['pass', 'pass', 'pass', 'pass', 'pass'] });
    const [row] = records(only(gradeFormats.moodle(classOf({ ...base, submission: { ...base.submission, name } }))));
    expect(row?.['Identifier']).toBe(identifier);
    const [anonymous] = records(only(gradeFormats.moodle(classOf({ ...base, submission: { ...base.submission, name }, student: { id: 'student-123456', name: 'student-123456', pseudonym: true } }))));
    expect(anonymous?.['Identifier']).toBe('');
  });

  test('its feedback is HTML, so what a submission says is escaped', () => {
    fc.assert(fc.property(hostileText, (text) => {
      const [row] = records(only(gradeFormats.moodle(classOf(hostile(text)))));
      expect(row?.['Feedback comments']).not.toMatch(/[<>]|&(?!(?:amp|lt|gt);)/);
    }));
  });
});
