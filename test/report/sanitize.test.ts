import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { harmlessJson, harmlessLine, harmlessText, xmlAttribute, xmlText } from '../../src/report/sanitize.ts';

/** What a terminal could obey, or a reader be misled by: C0, DEL, C1, bidi, zero width, separators, tags, halves. */
const dangerous =
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]|[\u{e0000}-\u{e007f}]|[\ud800-\udfff]/u;

const anything = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(fc.constantFrom('\u001b[31m', '\u001b]52;c;AAAA\u0007', '\u009b2J', '\u202e', '\u200b', '\ud800', '::notice ', '##[group]', '\n', ' ', 'a', ']]>', '\r', '\t', '\u{e0041}'))
    .map((parts) => parts.join('')),
);

describe('a line', () => {
  test.each([
    ['plain text stays', 'NSpid:\t412 1', 'NSpid: 412 1'],
    ['an ANSI colour', '\u001b[31mred\u001b[0m', '␛[31mred␛[0m'],
    ['an OSC 52 that would set the clipboard', '\u001b]52;c;cm0gLXJm\u0007', '␛]52;c;cm0gLXJm␇'],
    ['an eight-bit CSI', '\u009b2J', '\\x9b2J'],
    ['a right-to-left override', 'user\u202etxt.exe', 'user\\u{202e}txt.exe'],
    ['a zero-width space', 'a\u200bb', 'a\\u{200b}b'],
    ['NUL', 'a\u0000b', 'a␀b'],
    ['line ends', 'a\r\nb', 'a␍␊b'],
    ['half a character', 'a\ud800b', 'a\ufffdb'],
    ['a command of a build log', '::notice title=Autograding report::100', ': :notice title=Autograding report::100'],
    ['the same, indented', '  ::error::x', '  : :error::x'],
    ['two older forms', 'x ##[group] ##vso[task.setvariable]', 'x ## [group] ## vso[task.setvariable]'],
    ['two colons inside a line are only two colons', 'std::string', 'std::string'],
    ['letters of any script, and emoji', 'žluťoučký 船渠 ⚓', 'žluťoučký 船渠 ⚓'],
  ])('%s', (_what, from, to) => {
    expect(harmlessLine(from)).toBe(to);
  });

  test('never holds anything dangerous or a line end', () => {
    fc.assert(fc.property(anything, (text) => {
      const line = harmlessLine(text);
      expect(line).not.toMatch(dangerous);
      expect(line).not.toContain('\n');
      expect(line.trimStart().startsWith('::')).toBe(false);
    }));
  });
});

test('a text keeps its lines, and no line of it is a command', () => {
  fc.assert(fc.property(anything, (text) => {
    const lines = harmlessText(text).split('\n');
    expect(lines).toHaveLength(text.split('\n').length);
    for (const line of lines) {
      expect(line).not.toMatch(dangerous);
      expect(line.trimStart().startsWith('::')).toBe(false);
      expect(line).not.toMatch(/##(vso|teamcity)?\[/);
    }
  }));
});

test('harmless text is not changed by being made harmless again', () => {
  fc.assert(fc.property(anything, (text) => {
    expect(harmlessLine(harmlessLine(text))).toBe(harmlessLine(text));
    expect(harmlessText(harmlessText(text))).toBe(harmlessText(text));
  }));
});

test('JSON is the same value to a parser, and plain to a terminal', () => {
  fc.assert(fc.property(anything, (text) => {
    const json = harmlessJson({ text });
    expect(JSON.parse(json)).toEqual({ text });
    expect(json).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]|[\u{e0000}-\u{e007f}]/u);
  }));
});

describe('XML', () => {
  test('a section end and markup are text', () => {
    expect(xmlText('a ]]> <b> & c')).toBe('a ]]&gt; &lt;b&gt; &amp; c');
    expect(xmlAttribute('say "hi"\nnow')).toBe('say &quot;hi&quot;&#10;now');
  });

  test('holds only characters that XML 1.0 allows, and no bare markup', () => {
    fc.assert(fc.property(anything, (text) => {
      expect(xmlText(text)).toMatch(/^[\n\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u);
      expect(xmlAttribute(text)).not.toMatch(/[<>"\n]/);
    }));
  });
});
