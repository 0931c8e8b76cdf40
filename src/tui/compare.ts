/**
 * Two versions of a text compared, as data: what only one has is marked, and in lines that were changed the words that differ.
 *
 * Loaded when somebody asks for a comparison; the first frame needs none of it.
 */
import { diffWordsWithSpace, structuredPatch } from 'diff';
import { untrusted } from './text/untrusted.ts';

export type DiffPart = { text: string; differs: boolean };
/** ` ` in both, `-` only before, `+` only after, `@` the number of the line that comes next. */
export type DiffLine = { mark: ' ' | '-' | '+' | '@'; parts: readonly DiffPart[] };

/** Lines around a change that are shown with it. */
const CONTEXT = 3;

/** The changed parts of a text with a little of what is around them; empty where nothing differs. */
export function compare(before: string, after: string): DiffLine[] {
  if (before === after) return [];
  const patch = structuredPatch('', '', shown(before), shown(after), '', '', { context: CONTEXT });
  return patch.hunks.flatMap((hunk): DiffLine[] => [{ mark: '@', parts: [{ text: String(hunk.newStart), differs: false }] }, ...pairUp(hunk.lines)]);
}

/** Fit for a screen; an empty text has no line at all, so that a new file is all additions. */
const shown = (text: string): string => (text === '' ? '' : `${untrusted(text).join('\n')}\n`);

/** A run of removed lines followed by as many added ones is compared word by word. */
function pairUp(lines: readonly string[]): DiffLine[] {
  const out: DiffLine[] = [];
  let at = 0;
  while (at < lines.length) {
    const removed = run(lines, at, '-');
    const added = run(lines, at + removed.length, '+');
    if (removed.length + added.length === 0) {
      const text = lines[at] ?? '';
      if (!text.startsWith('\\')) out.push({ mark: ' ', parts: [{ text: text.slice(1), differs: false }] });
      at++;
      continue;
    }
    const pairs = removed.length === added.length ? removed.map((text, index) => words(text, added[index] ?? '')) : undefined;
    removed.forEach((text, index) => out.push({ mark: '-', parts: pairs?.[index]?.[0] ?? whole(text) }));
    added.forEach((text, index) => out.push({ mark: '+', parts: pairs?.[index]?.[1] ?? whole(text) }));
    at += removed.length + added.length;
  }
  return out;
}

const whole = (text: string): DiffPart[] => [{ text, differs: false }];

function run(lines: readonly string[], from: number, mark: string): string[] {
  const found: string[] = [];
  for (let at = from; lines[at]?.startsWith(mark); at++) found.push((lines[at] ?? '').slice(1));
  return found;
}

function words(before: string, after: string): [DiffPart[], DiffPart[]] {
  const parts = diffWordsWithSpace(before, after);
  const side = (skip: 'added' | 'removed'): DiffPart[] => parts.filter((part) => !part[skip]).map((part) => ({ text: part.value, differs: part.added || part.removed }));
  return [side('added'), side('removed')];
}
