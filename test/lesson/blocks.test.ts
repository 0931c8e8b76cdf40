import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseBlocks } from '../../src/lesson/blocks.ts';
import { readHints } from '../../src/lesson/hints.ts';
import { plain } from '../../src/lesson/spans.ts';
import { everyBlock, renderBlocks } from '../../src/lesson/text.ts';
import { type Block, LessonError } from '../../src/lesson/types.ts';

const noCode = () => {
  throw new Error('no code here');
};
const parse = (text: string, line = 1): Block[] => parseBlocks(text, 'lesson.md', line, noCode);

/** The error that parsing gives, as `LINE: MESSAGE`. */
function errorOf(text: string): string {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof LessonError) return `${error.place.line}: ${error.message}`;
    throw error;
  }
  return 'none';
}

describe('blocks', () => {
  test('know the line they stand on, counted from where the prose begins', () => {
    const blocks = parse('# One\n\ntext\nmore\n\n\n```sh try\nls\n```\n```expect\n.\n```\n\n- a\n- b\n\n  ```sh try\n  id\n  ```\n', 11);
    expect(everyBlock(blocks).map((block) => `${block.kind} ${block.place.line}`)).toEqual([
      'heading 11', 'paragraph 13', 'experiment 17', 'list 24', 'paragraph 24', 'paragraph 25', 'experiment 27',
    ]);
  });

  test('an experiment takes the expectations that follow it, and says whether it fails', () => {
    expect(parse('```sh try fails\nfalse\n```\n\n```expect\n^a$\n\nb+\n```\n')).toMatchObject([
      { kind: 'experiment', number: 1, script: 'false', fails: true, expect: ['^a$', 'b+'] },
    ]);
  });

  test('experiments and predictions are counted through lists and quotes', () => {
    const predict = '```predict\nq\n( ) a\n(x) b\n---\nwhy\n```\n';
    const blocks = parse(`\`\`\`sh try\na\n\`\`\`\n\n> ${predict.trim().replaceAll('\n', '\n> ')}\n\n${predict}\n\`\`\`sh try\nb\n\`\`\`\n`);
    expect(everyBlock(blocks).flatMap((block) => ('number' in block ? [`${block.kind} ${block.number}`] : []))).toEqual([
      'experiment 1', 'prediction 1', 'prediction 2', 'experiment 2',
    ]);
  });

  test('a prediction has a question, choices that may go on over lines, and an explanation', () => {
    const [block] = parse('```predict\nWhat is `x`?\nReally?\n( ) one\n(x) two,\n    and more\n---\nBecause.\n```\n');
    expect(block).toMatchObject({
      kind: 'prediction',
      question: [{ kind: 'text', text: 'What is ' }, { kind: 'code', text: 'x' }, { kind: 'text', text: '? Really?' }],
      choices: [{ text: [{ text: 'one' }], right: false }, { text: [{ text: 'two, and more' }], right: true }],
      explanation: [{ text: 'Because.' }],
    });
  });

  test('line breaks inside a paragraph are spaces; escapes and references are their letters', () => {
    expect(parse('a\nb  \nc \\* &lt;d&gt; *e*')).toMatchObject([
      { spans: [{ text: 'a b c * <d> ' }, { kind: 'emphasis', spans: [{ text: 'e' }] }] },
    ]);
  });

  test('CRLF makes no difference', () => {
    const text = '# A\n\n```sh try\nls\nid\n```\n```expect\nx\n```\n\n- a\n- b\n';
    expect(parse(text.replaceAll('\n', '\r\n'))).toEqual(parse(text));
  });

  test('code is pulled by name and tag', () => {
    const asked: unknown[] = [];
    const [block] = parseBlocks('```ts from=run.ts#flags\n```', 'l.md', 1, (...wanted) => {
      asked.push(wanted);
      return 'const a = 1;';
    });
    expect(asked).toEqual([['run.ts', 'flags']]);
    expect(block).toMatchObject({ kind: 'code', language: 'ts', text: 'const a = 1;', from: 'run.ts' });
  });

  test.each([
    ['```sh try\n```', '1: lesson.md:1: an experiment without a command'],
    ['x\n\n```sh try twice\na\n```', '3: lesson.md:3: after `sh try` only `fails` may follow, not "twice"'],
    ['```ts try\na\n```', 'write `sh try`, not `ts try`'],
    ['```sh tyr\na\n```', '"tyr" after `sh` means nothing'],
    ['```expect\na\n```', 'stands right after its `sh try` block'],
    ['```sh try\na\n```\n\ntext\n\n```expect\na\n```', '7: '],
    ['```sh try\na\n```\n```expect\na\n(\n```', '6: lesson.md:6: this is no regular expression'],
    ['```sh try\na\n```\n```expect\n\n```', 'needs at least one'],
    ['```sh try\nls', 'never closed'],
    ['```predict\nq\n( ) a\n(x) b\n```', 'needs a line `---`'],
    ['```predict\nq\n(x) b\n---\ne\n```', 'at least two choices'],
    ['```predict\nq\n( ) a\n( ) b\n---\ne\n```', 'exactly one choice is the right one, `(x)`; here 0 are'],
    ['```predict\nq\n(x) a\n(x) b\n---\ne\n```', 'here 2 are'],
    ['```predict\nq\n(x)\n( ) b\n---\ne\n```', '3: lesson.md:3: a choice without text'],
    ['```predict\n( ) a\n(x) b\n---\ne\n```', 'begins with its question'],
    ['```predict\nq\n( ) a\n(x) b\n---\n```', 'explanation is missing'],
    ['```predict\nq\n( ) a\nb\n(x) b\n---\ne\n```', '4: '],
    ['```picture\n\n```', 'an empty picture'],
    ['a\n\n    code', 'four spaces'],
    ['<b>x</b>', 'no HTML'],
    ['write <pid> here', 'write `<pid>` in backticks'],
    ['![x](y.png)', 'no images'],
    ['```ts from=run.ts#x\ncode\n```', 'leave the block empty'],
    ['a\n\n```ts from=run.ts#x\n```', '3: lesson.md:3: no code here'],
  ])('%j: %s', (text, message) => {
    expect(errorOf(text)).toContain(message);
  });

  test('comments are for authors', () => {
    expect(parse('<!-- note -->\n\na <!-- b --> c')).toMatchObject([{ kind: 'paragraph', spans: [{ text: 'a  c' }] }]);
  });
});

describe('any text at all', () => {
  /** Pieces that mean something, so that the generator gets deep into the parser. */
  const pieces = fc.array(fc.oneof(
    fc.constantFrom('```', '```sh try', '```sh try fails', '```expect', '```predict', '```picture', '```ts from=a#b', '---', '( ) a', '(x) b', '+++',
      '- x', '  - y', '1. z', '> q', '# h', '## 1', '| a | b |', '|---|---|', '[x]: y', '<a', '&amp;', '**', '_', '`', '~~', '![', '](', '    ', '\t', '\r', '', 'word'),
    fc.string({ unit: 'binary', maxLength: 20 }),
  ), { maxLength: 40 }).map((lines) => lines.join('\n'));

  test('parses or is a LessonError with a place inside the text', () => {
    fc.assert(fc.property(pieces, (text) => {
      try {
        const blocks = parse(text);
        for (const block of everyBlock(blocks)) expect(block.place.line).toBeLessThanOrEqual(text.split(/\r\n?|\n/).length);
        renderBlocks(blocks, 40);
      } catch (error) {
        expect(error).toBeInstanceOf(LessonError);
      }
    }), { numRuns: 1500 });
  });

  test('as hints, too', () => {
    fc.assert(fc.property(pieces, (text) => {
      try {
        readHints(text, 'hints.md');
      } catch (error) {
        expect(error).toBeInstanceOf(LessonError);
      }
    }), { numRuns: 500 });
  });

  test('deep nesting is an error or a page, not a crash', () => {
    const deep = [200, 1365, 5000].flatMap((depth) => ['> ', '- ', '1. ', '> - '].map((mark) => `${mark.repeat(depth)}x`));
    for (const text of [...deep, '*'.repeat(20000), '['.repeat(20000)]) {
      try {
        renderBlocks(parse(text), 80);
      } catch (error) {
        expect(error).toBeInstanceOf(LessonError);
      }
    }
  });
});

describe('text', () => {
  test('renders everything within its width, in words', () => {
    const blocks = parse([
      '# Title', '', 'Some *words* and **more** and `code` and [a link](https://example.org).', '', '- one', '- two', '  1. inner', '',
      '```sh try fails', 'false', '```', '', '```predict', 'q?', '( ) a', '(x) b', '---', 'e', '```', '', '| a | b |', '|---|---|', '| 1 | 2 |', '', '> quote', '', '---', '',
      '```picture', ' +--+', '```',
    ].join('\n'));
    expect(renderBlocks(blocks, 40).join('\n')).toMatchInlineSnapshot(`
      "Title
      =====

      Some _words_ and *more* and \`code\` and a
      link (https://example.org).

      - one
      - two
        1. inner

      Experiment 1 (it fails, and that is the point):
          false

      Prediction 1: q?
        a) a
        b) b

      a  b
      -  -
      1  2

      | quote

      --------------------

       +--+"
    `);
  });

  test('a table that is too wide becomes a list', () => {
    const [table] = parse('| name | what it does |\n|---|---|\n| unshare | leaves a namespace and enters a new one |\n');
    expect(renderBlocks(table ? [table] : [], 30)).toEqual(['- name: unshare', '  what it does: leaves a', '  namespace and enters a new', '  one']);
  });

  test('plain text of spans has no marks', () => {
    const [block] = parse('a **b `c`** [d](e)');
    expect(block?.kind === 'paragraph' ? plain(block.spans) : '').toBe('a b c d');
  });
});
