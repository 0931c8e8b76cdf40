/** Comparisons as one column of lines: - what only the first has, + what only the second has. */
import type { DiffLine } from '../compare.ts';
import type { FileDiff, StartDiff } from '../state/types.ts';
import { t } from '../strings.ts';
import { type Line, type Role, blank, indent, line, seg } from '../text/line.ts';
import { untrustedLine } from '../text/untrusted.ts';
import { wrap, wrapHard } from '../text/wrap.ts';
import { continued } from './blocks.ts';

/** The learner's files against the reference's. */
export function layoutFiles(files: readonly FileDiff[] | undefined, width: number): Line[] {
  if (!files) return [line(t.diff.loading, 'label')];
  if (files.length === 0) return [line(t.diff.same, 'good')];
  return files.flatMap(({ file, absent, lines }, index) => [
    ...(index > 0 ? [blank] : []),
    line(absent ? t.diff.absent(untrustedLine(file)) : untrustedLine(file), 'heading'),
    ...layoutDiff(lines, width),
  ]);
}

/** What starting a lesson does to the learner's files. */
export function layoutStartDiff(changes: readonly StartDiff[], width: number): Line[] {
  if (changes.length === 0) return [line(t.start.same)];
  const lines: Line[] = [...wrap(line(t.start.accept, 'key'), width)];
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

/** What touches the learner's own work comes first. */
const weight = ({ change }: StartDiff): number => ['conflict', 'merge', 'update', 'new'].indexOf(change.kind);

const roles: Record<DiffLine['mark'], [same: Role, differs: Role]> = {
  ' ': ['label', 'label'],
  '-': ['removed', 'removedWord'],
  '+': ['added', 'addedWord'],
  '@': ['label', 'label'],
};

function layoutDiff(lines: readonly DiffLine[], width: number): Line[] {
  return lines.flatMap(({ mark, parts }) => {
    if (mark === '@') return [line(t.diff.at(parts[0]?.text ?? ''), 'label')];
    const [same, differs] = roles[mark];
    const content = parts.map((part) => seg(part.text, part.differs ? differs : same));
    return indent(wrapHard(content, width - 2, continued), [seg(`${mark} `, same)], [seg('  ')]);
  });
}
