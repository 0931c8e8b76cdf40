/** Markdown and annotations: Markdown read by a Markdown parser, annotations as GitHub's runner reads them. */
import fc from 'fast-check';
import { marked } from 'marked';
import type { Token } from 'marked';
import { describe, expect, test } from 'vitest';
import { gradeFormats } from '../../../src/report/grade/index.ts';
import { markdownText } from '../../../src/report/grade/markdown.ts';
import { harmlessLine } from '../../../src/report/sanitize.ts';
import { line } from '../../../src/report/grade/tame.ts';
import { hostileText, nasty } from './hostile.ts';
import { classOf, hostile, made, sample } from './samples.ts';

/** Kinds of tokens, with all below them. */
function kinds(tokens: readonly Token[]): string[] {
  return tokens.flatMap((token) => {
    const inner: Token[] = [...('tokens' in token && token.tokens ? token.tokens : [])];
    if (token.type === 'list') inner.push(...token['items'] as Token[]);
    if (token.type === 'table') for (const cell of [...token['header'] as { tokens: Token[] }[], ...(token['rows'] as { tokens: Token[] }[][]).flat()]) inner.push(...cell.tokens);
    return [token.type, ...kinds(inner)];
  });
}

function htmlOf(text: string): string {
  return marked.parse(text, { async: false, gfm: true });
}

/** The text of HTML whose only tags are those it may have. */
function textOf(html: string): string {
  return html.replace(/<\/?(?:code|p|br|ul|li|h1)>/g, '').replace(/&(?:#(\d+)|(\w+));/g, (_all, code: string | undefined, name: string | undefined) =>
    code ? String.fromCodePoint(Number(code)) : { amp: '&', lt: '<', gt: '>', quot: '"' }[name ?? ''] ?? '?');
}

const allowed = ['space', 'heading', 'text', 'paragraph', 'table', 'list', 'list_item', 'html', 'escape', 'checkbox'];

describe('Markdown', () => {
  const [file] = gradeFormats.markdown(sample);

  test('has the tables', () => {
    const tables = marked.lexer(file?.text ?? '').filter(({ type }) => type === 'table') as { header: { text: string }[]; rows: { text: string }[][] }[];
    expect(tables.map(({ header }) => header.map(({ text }) => text))).toEqual([
      ['Student', 'Points', 'State', '01-processes', '02-syscalls', '03-pid', '04-mounts', '05-root'], ['Lesson', 'Passed', 'Stuck here'], ['Lesson', 'Students', 'Mistake', 'Who'],
    ]);
    expect(tables[0]?.rows.map((row) => row.map(({ text }) => text))).toContainEqual(['Ken Thompson', '–', 'not graded', '6/6 passed', '7/7 passed', 'not graded', 'not graded', 'not graded']);
    expect(tables[1]?.rows.map((row) => row.map(({ text }) => text))).toContainEqual(['03-pid Process one', '5 of 11', 'Dennis Ritchie, Edsger Dijkstra']);
  });

  test('text is text: it comes back, made harmless, and is neither link, image, emphasis nor markup', () => {
    fc.assert(fc.property(hostileText, (text) => {
      for (const before of ['x ', '- x ', '# x ']) {
        const html = htmlOf(`${before}${markdownText(text)} x`);
        expect(html.replace(/<\/?(?:p|code|ul|li|h1)>/g, '')).not.toMatch(/[<>]/);
        const trimmed = (of: string): string => of.replace(/\s+/g, ' ').trim();
        expect(trimmed(textOf(html))).toBe(trimmed(`x ${harmlessLine(text)} x`));
      }
    }));
  });

  test.each(nasty.filter((text) => /@|www|:\/\/|^#\d|GH-|:tada/.test(text)))('%j stands in code, where GitHub makes neither link nor mention', (text) => {
    expect(markdownText(text)).toMatch(/^<code>.*<\/code>$/);
  });

  test('a hostile class has the structure of an honest one', () => {
    fc.assert(fc.property(hostileText, (text) => {
      const [own] = gradeFormats.markdown(classOf(hostile(text)));
      const tokens = marked.lexer(own?.text ?? '', { gfm: true });
      for (const kind of kinds(tokens)) expect(allowed).toContain(kind);
      expect(tokens.filter(({ type }) => type === 'heading')).toHaveLength(8);
      const html = htmlOf(own?.text ?? '');
      expect(html.replace(/<\/?(?:h[123]|p|ul|li|table|thead|tbody|tr|th|td|code|br)>/g, '')).not.toMatch(/[<>]/);
      for (const table of tokens.filter(({ type }) => type === 'table') as { header: unknown[]; rows: unknown[][] }[]) {
        for (const row of table.rows) expect(row).toHaveLength(table.header.length);
      }
    }));
  });
});

describe('annotations', () => {
  /** As the runner takes a command apart: from `::` to the next `::`, properties at commas, escapes undone. */
  const parse = (text: string): { level: string; title: string; message: string } => {
    const [, level = '', title = '', message = ''] = /^::(error|warning) title=([^,:]*)::(.*)$/.exec(text) ?? [];
    const undone = (of: string): string => of.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%3A', ':').replaceAll('%2C', ',').replaceAll('%25', '%');
    return { level, title: undone(title), message: undone(message) };
  };
  const lines = (text: string | undefined): string[] => (text ?? '').split('\n').slice(0, -1);

  test('are one command a line, whatever a submission says', () => {
    fc.assert(fc.property(hostileText, fc.constantFrom('fail', 'rejected', 'infra'), (text, outcome) => {
      for (const one of lines(gradeFormats.github(classOf({ ...hostile(text), outcome }))[0]?.text)) {
        expect(one).toMatch(/^::(?:error|warning) title=[^,:]*::/);
        expect(parse(one).message).not.toMatch(/[\r\n]/);
      }
    }));
  });

  test('come back as they were, made harmless', () => {
    fc.assert(fc.property(hostileText, (text) => {
      const [one] = lines(gradeFormats.github(classOf(hostile(text)))[0]?.text);
      expect(parse(one ?? '').title).toBe(`02-syscalls: ${line(text)}`);
    }), { numRuns: 40 });
  });

  test('are at most ten errors; what the machine failed at is a warning', () => {
    const base = made({ id: 'a', name: 'A', states: ['fail'] });
    const lessons = base.lessons.map((lesson) => ({ ...lesson, checks: Array.from({ length: 30 }, () => lesson.checks[1]).filter((check) => check !== undefined) }));
    const many = lines(gradeFormats.github(classOf({ ...base, lessons }))[0]?.text);
    expect(many.filter((one) => one.startsWith('::error '))).toHaveLength(10);
    expect(many[9]).toBe('::error title=More did not pass::21 more checks did not pass');
    const ken = gradeFormats.github(sample).find(({ path }) => path === 'github/ken.txt');
    expect(lines(ken?.text).map(parse)).toMatchObject([{ level: 'warning', title: 'Not graded' }]);
  });
});
