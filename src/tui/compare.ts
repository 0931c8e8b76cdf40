/**
 * Two versions of a text compared, as data: what only one has is marked, in lines that were changed the words that differ, and
 * every piece says what it is in its language.
 *
 * Loaded when somebody asks for a comparison; the first frame needs none of it.
 */
import { diffWordsWithSpace, structuredPatch } from 'diff';
import { highlight } from './text/highlight.ts';
import { type Line, type Role, lineText } from './text/line.ts';
import { untrusted } from './text/untrusted.ts';

export type DiffPart = { text: string; role: Role; differs: boolean };
/** ` ` in both, `-` only before, `+` only after, `@` the number of the line that comes next. */
export type DiffLine = { mark: ' ' | '-' | '+' | '@'; parts: readonly DiffPart[]; /** Its number, before and after; 0 where it is not there. */ before: number; after: number };

/** Lines around a change that are shown with it. */
const CONTEXT = 3;

/** The changed parts of a text with a little of what is around them; empty where nothing differs. `file` tells its language. */
export function compare(before: string, after: string, file: string): DiffLine[] {
  if (before === after) return [];
  const [old, young] = [shown(before), shown(after)];
  const language = file.slice(file.lastIndexOf('.') + 1);
  const [oldLines, youngLines] = [highlight(old, language), highlight(young, language)];
  const patch = structuredPatch('', '', old, young, '', '', { context: CONTEXT });
  return patch.hunks.flatMap(({ oldStart, newStart, lines }): DiffLine[] => {
    const numbered = number(lines, oldStart, newStart);
    const at = { text: String(newStart), role: 'label', differs: false } as const;
    return [{ mark: '@', parts: [at], before: 0, after: 0 }, ...pairUp(numbered, (line) => (line.mark === '-' ? oldLines[line.before - 1] : youngLines[line.after - 1]) ?? [])];
  });
}

/** Fit for a screen; an empty text has no line at all, so that a new file is all additions. */
const shown = (text: string): string => (text === '' ? '' : `${untrusted(text).join('\n')}\n`);

type Numbered = { mark: ' ' | '-' | '+'; text: string; before: number; after: number };

/** A hunk's lines with their numbers; what the format says about a missing line end is left out. */
function number(lines: readonly string[], before: number, after: number): Numbered[] {
  const out: Numbered[] = [];
  for (const line of lines) {
    const mark = line[0];
    if (mark !== ' ' && mark !== '-' && mark !== '+') continue;
    out.push({ mark, text: line.slice(1), before: mark === '+' ? 0 : before++, after: mark === '-' ? 0 : after++ });
  }
  return out;
}

/** A run of removed lines followed by as many added ones is compared word by word. */
function pairUp(lines: readonly Numbered[], styled: (line: Numbered) => Line): DiffLine[] {
  const out: DiffLine[] = [];
  const push = (line: Numbered, ranges: readonly Range[] = []): void => {
    out.push({ mark: line.mark, parts: partsOf(styled(line), ranges), before: line.before, after: line.after });
  };
  let at = 0;
  while (at < lines.length) {
    const removed = run(lines, at, '-');
    const added = run(lines, at + removed.length, '+');
    if (removed.length + added.length === 0) {
      push(lines[at++] as Numbered);
      continue;
    }
    const pairs = removed.length === added.length ? removed.map(({ text }, index) => words(text, added[index]?.text ?? '')) : undefined;
    removed.forEach((line, index) => push(line, pairs?.[index]?.[0]));
    added.forEach((line, index) => push(line, pairs?.[index]?.[1]));
    at += removed.length + added.length;
  }
  return out;
}

function run(lines: readonly Numbered[], from: number, mark: string): Numbered[] {
  let to = from;
  while (lines[to]?.mark === mark) to++;
  return lines.slice(from, to);
}

/** Where in a line's text something differs: from, up to. */
type Range = readonly [from: number, to: number];

function words(before: string, after: string): [Range[], Range[]] {
  const parts = diffWordsWithSpace(before, after);
  const side = (skip: 'added' | 'removed'): Range[] => {
    const ranges: Range[] = [];
    let at = 0;
    for (const part of parts) {
      if (part[skip]) continue;
      if (part.added || part.removed) ranges.push([at, at + part.value.length]);
      at += part.value.length;
    }
    return ranges;
  };
  return [side('added'), side('removed')];
}

/** The line's pieces, cut where a range begins or ends. */
function partsOf(line: Line, ranges: readonly Range[]): DiffPart[] {
  if (lineText(line) === '') return [{ text: '', role: 'text', differs: false }];
  const parts: DiffPart[] = [];
  let start = 0;
  for (const { text, role } of line) {
    const end = start + text.length;
    const cuts = [...new Set([start, end, ...ranges.flat().filter((at) => at > start && at < end)])].sort((a, b) => a - b);
    cuts.slice(1).forEach((to, index) => {
      const from = cuts[index] as number;
      parts.push({ text: text.slice(from - start, to - start), role, differs: ranges.some(([a, b]) => a <= from && to <= b) });
    });
    start = end;
  }
  return parts;
}
