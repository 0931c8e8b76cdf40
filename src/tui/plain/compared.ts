/** Comparisons of files in words: which version a line is of stands before it, and no line is broken. */
import type { DiffLine } from '../compare.ts';
import type { FileDiff, StartDiff, View } from '../state/types.ts';
import { lessonOf } from '../state/select.ts';
import type { State } from '../state/types.ts';
import { t } from '../strings.ts';
import { untrustedLine } from '../text/untrusted.ts';

/** What a line is called that only the first, or only the second version has. */
export type Sides = readonly [before: string, after: string];

/** Files that differ; `absent` says of one that the first side does not have it. */
export function spokenFiles(files: readonly FileDiff[], sides: Sides, absent: (file: string) => string): string[] {
  return files.flatMap(({ file, absent: isAbsent, lines }) => ['', isAbsent ? absent(untrustedLine(file)) : untrustedLine(file), ...spokenLines(lines, sides)]);
}

/** The learner's files beside others, with what the comparison is. */
export function spokenDiff(state: State, view: Extract<View, { name: 'diff' }>): string[] {
  const { against, version, files = [] } = view;
  const reference = against === 'reference';
  if (files.length === 0) return [reference ? t.diff.same : version === undefined ? t.diff.nothingKept : t.diff.unchanged];
  const title = reference ? t.diff.reference : version === undefined ? t.diff.passed : t.diff.passedOf(lessonOf(state, version).number);
  return ['', title, ...spokenFiles(files, reference ? t.plain.sides.reference : t.plain.sides.passed, reference ? t.diff.notYours : t.diff.newSince), ...(reference ? ['', t.plain.diffAgain] : [])];
}

/** What would be done to the learner's files, those that touch their own work first. */
export function spokenStart({ changes, news }: Extract<View, { name: 'preview' }>): string[] {
  const kinds = ['conflict', 'merge', 'update', 'new'];
  const what = changes.toSorted((a, b) => kinds.indexOf(a.change.kind) - kinds.indexOf(b.change.kind)).flatMap(spokenChange);
  const head = news === undefined ? [t.start.previewTitle] : [t.update.title, ...news.map((one) => t.update.lesson(one.lesson, one)), t.update.box];
  return ['', ...head, ...(changes.length === 0 ? [t.start.same] : what), '', t.plain.preview];
}

function spokenChange({ change, lines }: StartDiff): string[] {
  const [file, side] = [untrustedLine(change.file), untrustedLine(change.side ?? '')];
  const title = change.kind === 'conflict' ? t.start.conflict(file, side) : t.start[change.kind](file);
  const next = change.kind !== 'conflict' ? [] : [change.after.includes('\n<<<<<<< ') ? t.start.sameLines(file, side) : t.start.conflictNext];
  return ['', title, ...next, ...(change.reference ? [t.start.referenceNext] : []), ...spokenLines(lines, t.plain.sides.start)];
}

function spokenLines(lines: readonly DiffLine[], [before, after]: Sides): string[] {
  return lines.map(({ mark, parts }) => {
    const text = parts.map((part) => part.text).join('');
    switch (mark) {
      case '@':
        return t.diff.at(text);
      case '-':
        return `${before}: ${text}`;
      case '+':
        return `${after}: ${text}`;
      case ' ':
        return `    ${text}`.trimEnd();
    }
  });
}
