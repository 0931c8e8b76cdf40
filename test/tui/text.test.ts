/** Text: cells, lines, wrapping, what others wrote. */
import fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import { box } from '../../src/tui/text/box.ts';
import { highlight } from '../../src/tui/text/highlight.ts';
import { fitLine, line, lineText, lineWidth, padLine, seg, spread } from '../../src/tui/text/line.ts';
import { untrusted, untrustedLine } from '../../src/tui/text/untrusted.ts';
import quickWidth, { fit, splitAt, widthOf } from '../../src/tui/text/width.ts';
import { wrap, wrapHard } from '../../src/tui/text/wrap.ts';

/** Text as it may come: ASCII, wide characters, emoji, combining marks, spaces. */
const text = fc.string({ unit: fc.constantFrom('a', 'b', 'word', ' ', '  ', '界', '한', 'é', 'e\u0301', '👩‍👩‍👧', '─', '✓', '…', '-', '/proc/1/ns'), maxLength: 40 });
const width = fc.integer({ min: 4, max: 60 });

describe('cells', () => {
  test('the fast way and the general way agree on every character of the Basic Multilingual Plane that the fast way takes', () => {
    for (let code = 0x20; code < 0x3000; code++) {
      const character = String.fromCharCode(code);
      expect(widthOf(character), `U+${code.toString(16)}`).toBe(stringWidth(character));
    }
  });

  test('what ink measures with gives string-width’s own answers, painted or not', () => {
    fc.assert(fc.property(text, fc.constantFrom('', '\u001B[1;36m', '\u001B[0m', '\u001B]8;;http://x\u001B\\', '\u001B[2K'), (some, sequence) => {
      expect(quickWidth(`${sequence}${some}${sequence}`)).toBe(stringWidth(`${sequence}${some}${sequence}`));
    }));
    expect(quickWidth('─\u001B[1m', { countAnsiEscapeCodes: true })).toBe(stringWidth('─\u001B[1m', { countAnsiEscapeCodes: true }));
  });

  test('what is cut fits, and both parts are the whole', () => {
    fc.assert(fc.property(text, width, (some, cells) => {
      const [head, tail] = splitAt(some, cells);
      expect(head + tail).toBe(some);
      expect(widthOf(head)).toBeLessThanOrEqual(cells);
      expect(widthOf(fit(some, cells))).toBeLessThanOrEqual(cells);
    }));
  });
});

describe('lines', () => {
  test.each([
    [[seg('hello', 'strong'), seg(' world')], 8, 'hello w…'],
    [[seg('hello')], 5, 'hello'],
    [[seg('界界界')], 4, '界…'],
    [[seg('ab'), seg('cd')], 2, 'a…'],
  ])('fitLine %#', (parts, cells, expected) => {
    expect(lineText(fitLine(parts, cells))).toBe(expected);
  });

  test('a padded line is exactly as wide as it should be, whatever is in it', () => {
    fc.assert(fc.property(text, width, (some, cells) => {
      const padded = padLine(line(some), cells);
      // A wide character that is cut may leave one cell free at the ellipsis; padding fills it.
      expect(lineWidth(padLine(padded, cells))).toBe(cells);
    }));
  });

  test('spread puts two ends at the ends, and drops the right one where it is too narrow', () => {
    expect(lineText(spread([seg('left')], [seg('right')], 20))).toBe('left           right');
    expect(lineText(spread([seg('left')], [seg('right')], 10))).toBe('left      ');
  });
});

describe('wrapping', () => {
  test('no line is wider than it may be, and no character is lost', () => {
    fc.assert(fc.property(text, width, (some, cells) => {
      const lines = wrap(line(some), cells);
      for (const parts of lines) expect(lineWidth(parts)).toBeLessThanOrEqual(cells);
      expect(lines.map(lineText).join('').replaceAll(' ', '')).toBe(some.replaceAll(' ', ''));
    }));
  });

  test('an indentation gives way to the word', () => {
    expect(wrap(line('      a'), 4).map(lineText)).toEqual(['   a']);
    expect(wrap(line('  ab cd'), 4).map(lineText)).toEqual(['  ab', 'cd']);
  });

  test('roles stay with their words', () => {
    const lines = wrap([seg('one '), seg('two three', 'strong'), seg('!')], 8);
    expect(lines.map(lineText)).toEqual(['one two', 'three!']);
    expect(lines[1]?.map((part) => part.role)).toEqual(['strong', 'text']);
  });

  test('a word longer than the line is cut', () => {
    expect(wrap(line('abcdefghij'), 4).map(lineText)).toEqual(['abcd', 'efgh', 'ij']);
  });

  test('code keeps every space, and joined again it is what it was', () => {
    fc.assert(fc.property(text, width, (some, cells) => {
      const mark = seg('↪ ', 'muted');
      const lines = wrapHard(line(some), cells, mark);
      for (const parts of lines) expect(lineWidth(parts)).toBeLessThanOrEqual(cells);
      expect(lines.map((parts, index) => lineText(index === 0 ? parts : parts.slice(1))).join('')).toBe(some);
    }));
  });

  test('code breaks after a space near the end of the line', () => {
    expect(wrapHard(line('const answer = compute(1);'), 18, seg('↪ ')).map(lineText)).toEqual(['const answer = ', '↪ compute(1);']);
  });
});

describe('frames', () => {
  test('every line of a frame is as wide as the frame', () => {
    fc.assert(fc.property(text, text, fc.array(text, { maxLength: 5 }), fc.integer({ min: 12, max: 80 }), (title, note, contents, cells) => {
      const drawn = box([{ lines: contents.map((some) => line(some)) }, { lines: [line('x')], title: line(title) }], { width: cells, title: line(title), note: line(note), edge: 'frame' });
      for (const parts of drawn) expect(lineWidth(parts)).toBe(cells);
    }));
  });
});

describe('highlighting', () => {
  test.each(['ts', 'sh', 'bash', 'json', 'unknown'])('changes no character of %s', (language) => {
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom('const ', "'", '"', '`', '//', '/*', '*/', '#', '$x', '\n', '\\', 'f(', ')', '1', ' ', 'if', ';', '${') }), (code) => {
      expect(highlight(code, language).map(lineText).join('\n')).toBe(code);
    }));
  });

  test.each([
    ['ts', "const a = 'b'; // c", ['keyword', 'text', 'string', 'text', 'comment']],
    ['sh', 'echo "$HOME" # c', ['call', 'text', 'string', 'text', 'comment']],
  ])('%s: %s', (language, code, roles) => {
    expect(highlight(code, language)[0]?.map((part) => part.role)).toEqual(roles);
  });
});

describe('what others wrote', () => {
  test.each([
    ['colours', '\u001B[31mred\u001B[0m', 'red'],
    ['a cleared screen', 'a\u001B[2J\u001B[Hb', 'ab'],
    ['a window title', '\u001B]0;pwned\u0007text', 'text'],
    ['a link', '\u001B]8;;http://x\u001B\\word\u001B]8;;\u001B\\', 'word'],
    ['8-bit sequences', '\u009B31mred\u009D0;t\u009Cx', 'redx'],
    ['an unfinished sequence', 'text\u001B[12', 'text'],
    ['an unfinished string', 'text\u001B]0;never ends', 'text'],
    ['a lone escape at the end', 'text\u001B', 'text'],
    ['a backspace', 'a\bb', 'a␈b'],
    ['a bell', 'a\u0007', 'a␇'],
    ['a lone surrogate', 'a\uD800b', 'a\uFFFDb'],
  ])('%s', (_, given, shown) => {
    expect(untrusted(given)).toEqual([shown]);
  });

  test('tabs go to the next stop, carriage returns end a line', () => {
    expect(untrusted('Name:\tsh\nx\r\ny\rz')).toEqual(['Name:   sh', 'x', 'y', 'z']);
  });

  test('too many lines and too many characters are counted', () => {
    expect(untrusted('a\nb\nc\nd', { lines: 2 })).toEqual(['a', 'b', '… 2 more lines']);
    expect(untrusted('abcdef', { length: 4 })).toEqual(['abcd', '… 2 more characters']);
    expect(untrustedLine('a\nb  \n c')).toBe('a b c');
    expect(untrustedLine('x'.repeat(50), 10)).toBe(`${'x'.repeat(9)}…`);
  });

  test('nothing a terminal obeys is left, whatever comes', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (some) => {
      for (const shown of untrusted(some)) expect(shown).not.toMatch(/[\u0000-\u001F\u007F-\u009F]/);
    }));
  });
});
