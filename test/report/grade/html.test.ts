/** The class report, read back by a strict reader. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { palettes } from '../../../src/report/grade/html-style.ts';
import { gradeFormats } from '../../../src/report/grade/index.ts';
import { limits, line } from '../../../src/report/grade/tame.ts';
import { hostileText } from './hostile.ts';
import { all, readHtml, textOf } from './html-reader.ts';
import type { Node } from './html-reader.ts';
import { classOf, hostile, made, sample } from './samples.ts';

function report(of = sample): Node {
  return readHtml(gradeFormats.html(of)[0]?.text ?? '');
}

const page = report();
const [classTable, stuckTable, mistakesTable] = all(page, 'table') as [Node, Node, Node];
const rows = (table: Node): string[][] => all(table, 'tr').map((row) => row.children.filter((child) => typeof child !== 'string').map(textOf));

describe('what it says', () => {
  test('a row per student: points and state of each lesson', () => {
    expect(rows(classTable)).toHaveLength(14);
    expect(rows(classTable)).toContainEqual(['Barbara Liskov', '26/41', '6/6passed', '7/7passed', '9/9passed', '2/9out of memory', '2/10not passed']);
  });

  test('what the machine failed at is said to be not graded, and is no zero', () => {
    expect(rows(classTable)).toContainEqual(['Ken Thompson', '–', '6/6passed', '7/7passed', '–not graded', '–not graded', '–not graded']);
    expect(textOf(section('Ken Thompson'))).toContain('Not graded: The private kernel did not start');
  });

  test('who is stuck where', () => {
    expect(rows(stuckTable).slice(1).map((row) => row.slice(1))).toEqual([
      ['10 of 12', '1: Konrad Zuse'], ['8 of 12', '2: Jean Bartik, Mallory Klein'], ['5 of 11', '2: Dennis Ritchie, Edsger Dijkstra'],
      ['3 of 11', '2: Barbara Liskov, Margaret Hamilton'], ['1 of 11', '2: Grace Hopper, Zdeněk Kárník'],
    ]);
    expect(textOf(page)).toContain('Through all lessons: Ada Lovelace.');
  });

  test('the most common mistakes', () => {
    expect(rows(mistakesTable)).toContainEqual(['04-mounts Mounts of your own', 'Mounts travel back to the host shared-propagation', '6', 'Dennis Ritchie, Edsger Dijkstra, Jean Bartik, Konrad Zuse, Mallory Klein, Margaret Hamilton']);
    expect(rows(mistakesTable)).toContainEqual(['No named mistake: The kernel shows it: mounts of your own kernel-agrees', '1', 'Barbara Liskov']);
  });

  test('a section per student, with what failed and why', () => {
    expect(all(page, 'article')).toHaveLength(12);
    const terms = all(section('Grace Hopper'), 'dt').map(textOf);
    expect(terms).toEqual(['did', 'expected', 'observed', 'evidence', 'mistake', 'why', 'look']);
    const said = textOf(section('Grace Hopper'));
    for (const part of ['box run --hostname k3xw9', '/proc/412/mountinfo', 'The old root is still mounted (kept-old-root)', 'seed k7fq2m', 'kernel uml 6.1.174']) expect(said).toContain(part);
    expect(textOf(section('Zdeněk Kárník'))).toContain('vitest.config.ts: a configuration of your own is not used');
    expect(textOf(section('Jean Bartik'))).toContain('two attempts differed');
  });
});

function section(name: string): Node {
  const found = all(page, 'article').find((article) => all(article, 'h3').some((heading) => textOf(heading) === name));
  if (!found) throw new Error(`no section for ${name}`);
  return found;
}

describe('for whoever reads it', () => {
  test('every table has a caption and headings with a scope', () => {
    for (const table of all(page, 'table')) {
      expect(all(table, 'caption')).toHaveLength(1);
      expect((table.children.find((child) => typeof child !== 'string') as Node).name).toBe('caption');
      for (const heading of all(table, 'th')) expect(heading.attributes['scope']).toMatch(/^(?:col|row|rowgroup)$/);
      expect(all(table, 'thead')).toHaveLength(1);
    }
  });

  test('headings go down one level at a time, from one h1', () => {
    const levels = headings(page).map(({ name }) => Number(name.slice(1)));
    expect(levels.filter((level) => level === 1)).toHaveLength(1);
    levels.forEach((level, at) => expect(level - (levels[at - 1] ?? 0)).toBeLessThanOrEqual(1));
  });

  test('ids are unique, links lead to them, and regions have names', () => {
    const everything = all({ name: '', attributes: {}, children: [page] }, 'html').flatMap(below);
    const ids = everything.flatMap(({ attributes }) => attributes['id'] ?? []);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { attributes } of everything) {
      if (attributes['href'] !== undefined) expect(ids).toContain(attributes['href'].replace(/^#/, ''));
      if (attributes['aria-labelledby'] !== undefined) expect(ids).toContain(attributes['aria-labelledby']);
    }
    expect(page.attributes['lang']).toBe('en');
  });

  test('a state is said in words wherever it is shown in colour', () => {
    const coloured = below(page).filter(({ attributes }) => /\b(?:good|bad|warn)\b/.test(attributes['class'] ?? ''));
    expect(coloured.length).toBeGreaterThan(100);
    for (const node of coloured) expect(textOf(node)).toMatch(/passed|not graded|not taken in|Not graded|Not taken in|out of|too m|error|blocked|reached/);
  });

  test.each(['light', 'dark'] as const)('%s: every colour stands out from what it is on, 4.5 to 1', (name) => {
    const palette = palettes[name];
    const pairs = [...(['ink', 'soft', 'link'] as const).flatMap((ink) => [[ink, 'paper'], [ink, 'shade']] as const), ['good-ink', 'good-paper'], ['bad-ink', 'bad-paper'], ['warn-ink', 'warn-paper']] as const;
    for (const [ink, paper] of pairs) expect(contrast(palette[ink], palette[paper]), `${ink} on ${paper}`).toBeGreaterThanOrEqual(4.5);
  });

  test('needs no script and loads nothing', () => {
    const text = gradeFormats.html(sample)[0]?.text ?? '';
    expect(text).toContain("default-src &#39;none&#39;".replaceAll('&#39;', "'"));
    expect(text).not.toMatch(/<script|<link|<img|<iframe|@import|url\(|https?:/);
  });
});

function headings(node: Node): Node[] {
  return below(node).filter(({ name }) => /^h\d$/.test(name));
}

function below(node: Node): Node[] {
  return node.children.flatMap((child) => (typeof child === 'string' ? [] : [child, ...below(child)]));
}

/** WCAG 2.2, contrast ratio. */
function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

describe('hostile texts', () => {
  test('come back, made harmless, and make no element and no attribute', () => {
    fc.assert(fc.property(hostileText, (text) => {
      const own = report(classOf(hostile(text)));
      const name = line(text, limits.name);
      expect(all(own, 'h3').map(textOf)).toEqual([name]);
      expect(all(own, 'article').flatMap((article) => all(article, 'h5')).map(textOf)).toContain(`not passed ${line(text)}`);
    }), { numRuns: 60 });
  });

  test('a student\'s section has an end, however much was said', () => {
    const base = made({ id: 'a', name: 'A', states: ['fail', 'fail', 'fail', 'fail', 'fail'] });
    const lessons = base.lessons.map((lesson) => ({ ...lesson, checks: Array.from({ length: 200 }, (_check, at) => ({ id: `c${at}`, title: 'x', points: 1, status: 'fail' as const, did: 'd'.repeat(3000), expected: '', observed: '', evidence: [], durationMs: 1 })) }));
    const [file] = gradeFormats.html(classOf({ ...base, lessons }));
    expect(file?.text.length).toBeLessThan(400_000);
    expect(textOf(readHtml(file?.text ?? ''))).toContain('There is no room on this page for its details');
  });
});
