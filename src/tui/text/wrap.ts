/** Words into lines: wraps styled text at spaces, and only where a word is longer than the line inside the word. */
import { type Line, type Segment, lineText } from './line.ts';
import { splitAt, widthOf } from './width.ts';

/** A run of characters without a space, maybe of several roles: `**bold**ly` is one word. */
type Word = { parts: Segment[]; width: number; /** The space before it. */ gap: Segment | undefined };

/**
 * `parts` in lines of at most `cells`. Newlines in a segment end a line; runs of spaces count as one where a line is broken
 * there and stay as they are elsewhere. A `cells` below 2 counts as 2, so that a wide character always fits.
 */
export function wrap(parts: Line, cells: number): Line[] {
  const room = Math.max(2, cells);
  const lines: Line[] = [];
  for (const paragraph of splitNewlines(parts)) lines.push(...wrapParagraph(paragraph, room));
  return lines;
}

/** Of a line's cells, how many must be used before a space is a good place to break: a long name stays in one piece less often. */
const FILLED = 0.6;

/**
 * Lines that keep their spaces (code, output): cut at `cells`, after a space where there is one near the end, and each continuation
 * begins with `mark`. Without the marks and joined again, they are what they were.
 */
export function wrapHard(parts: Line, cells: number, mark: Segment): Line[] {
  const hang = widthOf(mark.text);
  const room = Math.max(hang + 2, cells);
  const lines: Line[] = [];
  let rest = lineText(parts);
  let at = 0;
  do {
    const [head] = splitAt(rest, lines.length === 0 ? room : room - hang);
    const space = head.length < rest.length ? head.lastIndexOf(' ') : -1;
    const taken = space > head.length * FILLED ? space + 1 : head.length;
    const piece = slice(parts, at, at + taken);
    lines.push(lines.length === 0 ? piece : [mark, ...piece]);
    at += taken;
    rest = rest.slice(taken);
  } while (rest !== '');
  return lines;
}

/** The segments between two places of the line's text. */
function slice(parts: Line, from: number, to: number): Segment[] {
  const found: Segment[] = [];
  let start = 0;
  for (const part of parts) {
    const text = part.text.slice(Math.max(0, from - start), Math.max(0, to - start));
    if (text !== '') found.push({ ...part, text });
    start += part.text.length;
  }
  return found;
}

function splitNewlines(parts: Line): Segment[][] {
  const paragraphs: Segment[][] = [[]];
  for (const part of parts) {
    part.text.split('\n').forEach((text, index) => {
      if (index > 0) paragraphs.push([]);
      if (text !== '') paragraphs.at(-1)?.push({ ...part, text });
    });
  }
  return paragraphs;
}

function wrapParagraph(parts: Segment[], room: number): Line[] {
  const lines: Line[] = [];
  let current: Segment[] = [];
  let used = 0;
  const flush = (): void => {
    lines.push(current);
    current = [];
    used = 0;
  };
  for (const word of wordsOf(parts)) {
    const gap = word.gap ? widthOf(word.gap.text) : 0;
    if (used > 0 && used + gap + word.width > room) flush();
    else if (word.gap && (used > 0 || lines.length === 0)) {
      // At the beginning it is an indentation, which gives way to the word where both do not fit.
      const kept = Math.min(gap, Math.max(0, room - used - Math.min(word.width, room)));
      if (kept > 0) current.push({ ...word.gap, text: ' '.repeat(kept) });
      used += kept;
    }
    for (const part of word.parts) {
      let rest = part.text;
      while (used + widthOf(rest) > room) {
        const [head, tail] = splitAt(rest, room - used);
        if (head !== '') current.push({ ...part, text: head });
        rest = head === '' ? rest : tail;
        flush();
      }
      if (rest !== '') current.push({ ...part, text: rest });
      used += widthOf(rest);
    }
  }
  flush();
  return lines;
}

function wordsOf(parts: Segment[]): Word[] {
  const words: Word[] = [];
  let open: Word | undefined;
  for (const part of parts) {
    for (const text of part.text.split(/( +)/)) {
      if (text === '') continue;
      if (text.startsWith(' ')) {
        open = { parts: [], width: 0, gap: { ...part, text } };
        words.push(open);
        continue;
      }
      if (!open) {
        open = { parts: [], width: 0, gap: undefined };
        words.push(open);
      }
      open.parts.push({ ...part, text });
      open.width += widthOf(text);
    }
  }
  // A space at the very end has no word to go with.
  return words.filter((word) => word.parts.length > 0);
}
