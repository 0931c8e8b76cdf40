/** Comparisons as lines: one column with - and +, or two side by side where the window is wide enough. */
import type { DiffLine } from '../compare.ts';
import type { LessonNews } from '../ports.ts';
import type { FileDiff, StartDiff } from '../state/types.ts';
import { t } from '../strings.ts';
import { type Line, type Role, blank, indent, line, padLine, seg } from '../text/line.ts';
import { untrustedLine } from '../text/untrusted.ts';
import { wrap, wrapHard } from '../text/wrap.ts';
import { continued } from './blocks.ts';

/** From this many columns on there is room for two. */
const SIDE_BY_SIDE = 108;

/** What is said where nothing differs, and of a file that is not there on the first side. */
export type DiffWords = { same: string; absent: (file: string) => string };

/** The learner's files against others: the reference's, or their own of another time. */
export function layoutFiles(files: readonly FileDiff[] | undefined, words: DiffWords, width: number): Line[] {
  if (!files) return [line(t.diff.loading, 'label')];
  if (files.length === 0) return wrap(line(words.same, 'good'), width);
  return files.flatMap(({ file, absent, lines }, index) => [
    ...(index > 0 ? [blank] : []),
    line(absent ? words.absent(untrustedLine(file)) : untrustedLine(file), 'heading'),
    // Beside an empty column nothing is compared.
    ...(width >= SIDE_BY_SIDE && !absent ? layoutColumns(lines, width) : layoutDiff(lines, width)),
  ]);
}

/** What starting a lesson does to the learner's files. `about`: what is said before they are shown. */
export function layoutStartDiff(changes: readonly StartDiff[], width: number, about: readonly Line[] = []): Line[] {
  if (changes.length === 0) return [line(t.start.same)];
  const lines: Line[] = [...wrap(line(t.start.accept, 'key'), width), ...about];
  for (const { change, lines: diff } of changes.toSorted((a, b) => weight(a) - weight(b))) {
    const file = untrustedLine(change.file);
    const title = change.kind === 'conflict' ? t.start.conflict(file, untrustedLine(change.side ?? '')) : t.start[change.kind](file);
    lines.push(blank, ...wrap(line(title, change.kind === 'conflict' ? 'bad' : 'heading'), width));
    if (change.kind === 'conflict') {
      const bothInOne = change.after.includes('\n<<<<<<< ');
      lines.push(...wrap(line(bothInOne ? t.start.sameLines(file, untrustedLine(change.side ?? '')) : t.start.conflictNext, 'label'), width));
    }
    if (change.reference) lines.push(...wrap(line(t.start.referenceNext, 'warn'), width));
    lines.push(...layoutDiff(diff, width));
  }
  return lines;
}

/** What is new in the course: in which lessons, and what it does to the learner's files. */
export function layoutUpdate(news: readonly LessonNews[], changes: readonly StartDiff[], width: number): Line[] {
  const about = news.flatMap((one) => wrap(line(t.update.lesson(one.lesson, one)), width));
  return layoutStartDiff(changes, width, [blank, ...about, blank, line(t.update.box, 'strong')]);
}

/** What touches the learner's own work comes first. */
const weight = ({ change }: StartDiff): number => ['conflict', 'merge', 'update', 'new'].indexOf(change.kind);

const roles: Record<DiffLine['mark'], [mark: Role, differs: Role]> = {
  ' ': ['label', 'label'],
  '-': ['removed', 'removedWord'],
  '+': ['added', 'addedWord'],
  '@': ['label', 'label'],
};

function contentOf({ mark, parts }: DiffLine): Line {
  return parts.map((part) => seg(part.text, part.differs ? roles[mark][1] : part.role));
}

function layoutDiff(lines: readonly DiffLine[], width: number): Line[] {
  return lines.flatMap((one) => {
    if (one.mark === '@') return [line(t.diff.at(one.parts[0]?.text ?? ''), 'label')];
    return indent(wrapHard(contentOf(one), width - 2, continued), [seg(`${one.mark} `, roles[one.mark][0])], [seg('  ')]);
  });
}

/** Before on the left, after on the right; of a run of changed lines, the first beside the first. */
function layoutColumns(lines: readonly DiffLine[], width: number): Line[] {
  const each = Math.floor((width - 3) / 2);
  const out: Line[] = [];
  let at = 0;
  while (at < lines.length) {
    const one = lines[at] as DiffLine;
    if (one.mark === '@' || one.mark === ' ') {
      if (one.mark === ' ') out.push(...beside(one, one, each));
      else if (out.length > 0) out.push(line('⋯', 'label'));
      at++;
      continue;
    }
    const removed = run(lines, at, '-');
    const added = run(lines, at + removed.length, '+');
    for (let row = 0; row < Math.max(removed.length, added.length); row++) out.push(...beside(removed[row], added[row], each));
    at += removed.length + added.length;
  }
  return out;
}

function run(lines: readonly DiffLine[], from: number, mark: string): DiffLine[] {
  let to = from;
  while (lines[to]?.mark === mark) to++;
  return lines.slice(from, to);
}

/** Two lines beside each other, each wrapped in its own column. */
function beside(left: DiffLine | undefined, right: DiffLine | undefined, each: number): Line[] {
  const [a, b] = [column(left, left?.before ?? 0, each), column(right, right?.after ?? 0, each)];
  return Array.from({ length: Math.max(a.length, b.length) }, (_, row): Line => [...padLine(a[row] ?? [], each), seg(' │ ', 'frame'), ...(b[row] ?? [])]);
}

function column(one: DiffLine | undefined, number: number, width: number): Line[] {
  if (!one) return [];
  const gutter = `${String(number).padStart(4)} ${one.mark} `;
  return indent(wrapHard(contentOf(one), width - gutter.length, continued), [seg(gutter, roles[one.mark][0])], [seg(' '.repeat(gutter.length))]);
}
