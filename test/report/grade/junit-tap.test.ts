/** JUnit and TAP of a class, read back. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { gradeFormats } from '../../../src/report/grade/index.ts';
import { limits, line } from '../../../src/report/grade/tame.ts';
import { XMLParser } from '../xml.ts';
import { hostileText } from './hostile.ts';
import { readTap } from './readers.ts';
import type { TapPoint } from './readers.ts';
import { classOf, hostile, made, sample } from './samples.ts';

describe('JUnit', () => {
  const read = (of = sample): ReturnType<XMLParser['document']> => new XMLParser(gradeFormats.junit(of)[0]?.text ?? '').document();
  const document = read();
  const suite = (name: string): ReturnType<typeof document.all>[number] | undefined => document.all('testsuite').find(({ attributes }) => attributes['name'] === name);

  test('has a suite for every student and lesson', () => {
    expect(document.all('testsuite')).toHaveLength(60);
    expect(suite('Grace Hopper (grace): 05-root')?.attributes).toMatchObject({ tests: '3', failures: '1', errors: '0', skipped: '1' });
    expect(suite('Grace Hopper (grace): 04-mounts')?.attributes).toMatchObject({ tests: '3', failures: '0', errors: '0', skipped: '0' });
  });

  test('what the machine failed at is skipped, neither failure nor error', () => {
    const ken = suite('Ken Thompson (ken): 03-pid');
    expect(ken?.attributes).toMatchObject({ tests: '1', failures: '0', errors: '0', skipped: '1' });
    expect(ken?.children.at(-1)?.children).toMatchObject([{ name: 'skipped', attributes: { message: expect.stringMatching(/^Not graded: /) as string } }]);
  });

  test('what was not taken in is a failure', () => {
    expect(suite('Frances Allen (frances): 01-processes')?.attributes).toMatchObject({ tests: '1', failures: '1', skipped: '0' });
  });

  test('counts are what is there', () => {
    const all = [document.root, ...document.all('testsuite')];
    for (const element of all) {
      const cases = new Map<string, number>();
      const walk = (of: typeof element): void => {
        for (const child of of.children) {
          cases.set(child.name, (cases.get(child.name) ?? 0) + 1);
          walk(child);
        }
      };
      walk(element);
      expect(element.attributes).toMatchObject({
        tests: String(cases.get('testcase') ?? 0), failures: String(cases.get('failure') ?? 0), errors: String(cases.get('error') ?? 0), skipped: String(cases.get('skipped') ?? 0),
      });
    }
  });

  test('hostile texts come back, made harmless', () => {
    fc.assert(fc.property(hostileText, (text) => {
      const root = read(classOf(hostile(text)));
      const name = line(text, limits.name);
      expect(root.all('testsuite').map(({ attributes }) => attributes['name'])).toContain(`${name} (${name}): 02-syscalls`);
      expect(root.all('testcase').map(({ attributes }) => attributes['name'])).toContain(`kernel-agrees: ${line(text)}`);
      expect(root.all('testcase')).toHaveLength(15);
    }));
  });
});

describe('TAP', () => {
  const read = (of = sample): ReturnType<typeof readTap> => readTap(gradeFormats.tap(of)[0]?.text ?? '');
  const { points, comments } = read();
  const of = (description: string): TapPoint | undefined => points.find((point) => point.description === description);

  test('has a point per student, in it one per lesson, in it one per check', () => {
    expect(points).toHaveLength(12);
    expect(of('Ada Lovelace (ada)')?.ok).toBe(true);
    expect(of('Grace Hopper (grace)')).toMatchObject({ ok: false, comments: ['seed k7fq2m', 'kernel uml 6.1.174'] });
    expect(of('Grace Hopper (grace)')?.subtests.map(({ ok, description }) => [ok, description])).toEqual([[true, '01-processes'], [true, '02-syscalls'], [true, '03-pid'], [true, '04-mounts'], [false, '05-root']]);
    expect(of('Grace Hopper (grace)')?.subtests[4]?.subtests[1]).toMatchObject({ ok: false, yaml: { status: 'fail', mistake: 'The old root is still mounted (kept-old-root)' } });
    expect(comments[0]).toMatch(/^12 submissions: /);
  });

  test('what the machine failed at is skipped', () => {
    expect(of('Ken Thompson (ken)')?.subtests.map(({ ok, skip }) => [ok, skip?.slice(0, 10)])).toEqual([[true, undefined], [true, undefined], [true, 'Not graded'], [true, 'Not graded'], [true, 'Not graded']]);
    expect(read(classOf(made({ id: 'k', name: 'K', states: [], outcome: 'infra' }))).points).toMatchObject([{ ok: true, skip: 'Not graded: the machine failed, not the submission' }]);
  });

  test('what was not taken in is not ok', () => {
    expect(of('Frances Allen (frances)')).toMatchObject({ ok: false, yaml: { reason: expect.stringContaining('box/../../etc/passwd') as string } });
  });

  test('hostile texts come back, made harmless', () => {
    fc.assert(fc.property(hostileText, fc.constantFrom('fail', 'rejected', 'infra'), (text, outcome) => {
      const own = read(classOf({ ...hostile(text), outcome }));
      const name = line(text, limits.name);
      expect(own.points.map(({ description }) => description)).toEqual([`${name} (${name})`]);
      if (outcome !== 'rejected') expect(own.points[0]?.subtests[1]?.subtests[1]?.description).toBe(`kernel-agrees: ${line(text)}`);
    }));
  });
});
