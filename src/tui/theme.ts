/**
 * What the roles look like: the sixteen colours of the reader's own terminal theme, never fixed RGB values.
 *
 * With NO_COLOR nothing of this is written. Every state is also said in words or by a mark, so nothing is lost.
 */
import type { Line, Role, Segment } from './text/line.ts';

/** SGR parameters (ECMA-48 8.3.117) per role; empty for plain text. */
const look: Record<Role, string> = {
  text: '',
  muted: '2',
  strong: '1',
  emphasis: '3',
  title: '1',
  heading: '1;36',
  link: '4;34',
  code: '33',
  picture: '36',
  keyword: '35',
  string: '32',
  number: '33',
  comment: '2;3',
  call: '34',
  good: '32',
  bad: '1;31',
  warn: '33',
  key: '1;36',
  label: '2',
  frame: '2',
  frameFocused: '1;36',
  bar: '7',
  selected: '7',
  added: '32',
  removed: '31',
  addedWord: '1;4;32',
  removedWord: '1;4;31',
};

/** How to paint: with colours or without, with links a terminal can follow (OSC 8) or without. */
export type Paint = { color: boolean; links: boolean };

/** One line as a string for the terminal. Adjacent segments of one role share one sequence. */
export function paintLine(parts: Line, paint: Paint): string {
  if (!paint.color && !paint.links) return parts.map((part) => part.text).join('');
  let out = '';
  for (const part of merge(parts)) {
    let text = part.text;
    const codes = paint.color ? look[part.role] : '';
    if (codes !== '') text = `\u001B[${codes}m${text}\u001B[0m`;
    if (paint.links && part.href) text = `\u001B]8;;${part.href}\u001B\\${text}\u001B]8;;\u001B\\`;
    out += text;
  }
  return out;
}

function merge(parts: Line): Segment[] {
  const merged: Segment[] = [];
  for (const part of parts) {
    const last = merged.at(-1);
    if (last && last.role === part.role && last.href === part.href) merged[merged.length - 1] = { ...last, text: last.text + part.text };
    else merged.push(part);
  }
  return merged;
}
