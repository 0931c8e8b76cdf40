/**
 * Styled text as data: a line is a list of segments, each with a role. What a role looks like is decided in theme.ts, and
 * only when the line is painted; everything before that is pure and knows no terminal.
 */
import { splitAt, widthOf } from './width.ts';

/** What a piece of text is, not how it looks. */
export type Role =
  | 'text'
  | 'muted'
  | 'strong'
  | 'emphasis'
  | 'title'
  | 'heading'
  | 'link'
  | 'code'
  | 'picture'
  | 'keyword'
  | 'string'
  | 'number'
  | 'comment'
  | 'call'
  | 'good'
  | 'bad'
  | 'warn'
  | 'key'
  | 'label'
  | 'frame'
  | 'frameFocused'
  | 'bar'
  | 'selected'
  | 'added'
  | 'removed'
  | 'addedWord'
  | 'removedWord';

export type Segment = { text: string; role: Role; href?: string };
export type Line = readonly Segment[];

export const seg = (text: string, role: Role = 'text'): Segment => ({ text, role });
export const line = (text: string, role: Role = 'text'): Line => (text === '' ? [] : [{ text, role }]);
export const blank: Line = [];

export function lineWidth(parts: Line): number {
  let sum = 0;
  for (const part of parts) sum += widthOf(part.text);
  return sum;
}

/** The characters alone, for tests, for screen readers and for searching. */
export function lineText(parts: Line): string {
  return parts.map((part) => part.text).join('');
}

/** `parts` cut to `cells`, ending in an ellipsis where something was cut. */
export function fitLine(parts: Line, cells: number): Line {
  if (lineWidth(parts) <= cells) return parts;
  if (cells <= 0) return [];
  const kept: Segment[] = [];
  let room = cells - 1;
  for (const part of parts) {
    const width = widthOf(part.text);
    if (width <= room) {
      kept.push(part);
      room -= width;
      continue;
    }
    kept.push({ ...part, text: `${splitAt(part.text, room)[0]}…` });
    return kept;
  }
  return kept;
}

/** `parts` filled up with spaces to `cells`; cut where it is longer. */
export function padLine(parts: Line, cells: number, role: Role = 'text'): Line {
  const fitted = fitLine(parts, cells);
  const room = cells - lineWidth(fitted);
  return room > 0 ? [...fitted, { text: ' '.repeat(room), role }] : fitted;
}

/** `left` and `right` at the two ends of `cells`; `right` goes first where both do not fit. */
export function spread(left: Line, right: Line, cells: number, role: Role = 'text'): Line {
  const rightWidth = lineWidth(right);
  if (rightWidth === 0) return padLine(left, cells, role);
  if (rightWidth + 8 > cells) return padLine(left, cells, role);
  return [...padLine(left, cells - rightWidth - 1, role), { text: ' ', role }, ...right];
}

export function indent(lines: readonly Line[], first: Line, rest: Line = [seg(' '.repeat(lineWidth(first)))]): Line[] {
  return lines.map((parts, index) => [...(index === 0 ? first : rest), ...parts]);
}
