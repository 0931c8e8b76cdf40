/** Changes in words and as a diff, for a preview and for what is said afterwards. Plain text. */
import { createTwoFilesPatch } from 'diff';
import { textOf, type Tree, type TreeFile } from '../tree.ts';
import type { Change } from './plan.ts';

/** One line for each change, and for a conflict what each side is and what to do. */
export function describe(changes: readonly Change[]): string[] {
  return changes.flatMap((change) => {
    switch (change.kind) {
      case 'new':
        return [`  new       ${change.path}`];
      case 'update':
        return [`  updated   ${change.path} (you had not changed it)`];
      case 'merge':
        return [`  merged    ${change.path} (your changes and the lesson's)`];
      case 'conflict':
        return [`  conflict  ${change.path}: ${whyInWords(change)}`, ...whatToDo(change).map((line) => `            ${line}`)];
    }
  });
}

function whyInWords(change: Change & { kind: 'conflict' }): string {
  switch (change.why) {
    case 'same lines': {
      const lines = change.conflicts.map((conflict) => String(conflict.line));
      return `you and the lesson changed the same lines (${lines.length === 1 ? 'line' : 'lines'} ${lines.join(', ')} of yours)`;
    }
    case 'removed':
      return 'you removed it, and the lesson changes it';
    case 'not from the course':
      return 'a file of yours has this name, and the lesson brings another';
    case 'not text':
      return 'it is not text, so it cannot be merged';
  }
}

function whatToDo(change: Change & { kind: 'conflict' }): string[] {
  if (change.why === 'same lines') {
    return [
      'Your file stays as it is.',
      `${change.side} holds both: yours under <<<<<<<, the lesson's under =======, and between them`,
      'what the lesson was written for, under |||||||.',
      `Make one of them, and put it in the place of ${change.path}.`,
    ];
  }
  return [
    change.before ? 'Your file stays as it is.' : 'It stays removed.',
    `The lesson's version is ${change.side}: take over what you need, then delete it.`,
  ];
}

/** What the changes do to the learner's files, as a unified diff. */
export function previewDiff(changes: readonly Change[]): string {
  return changes.map((change) => {
    const before = change.kind === 'new' || change.kind === 'conflict' ? undefined : change.before;
    return fileDiff(change.kind === 'conflict' ? change.side : change.path, before, change.after);
  }).join('');
}

/** Every difference between two trees, as a unified diff from `from` to `to`. Empty where there is none. */
export function treeDiff(from: Tree, to: Tree): string {
  const paths = [...new Set([...from.keys(), ...to.keys()])].sort();
  return paths.map((path) => fileDiff(path, from.get(path), to.get(path))).join('');
}

/** One file's difference with three lines of context; a missing side is /dev/null, as in diff(1). */
export function fileDiff(path: string, from: TreeFile | undefined, to: TreeFile | undefined): string {
  if (from && to && from.bytes.equals(to.bytes)) return '';
  const [before, after] = [from ? textOf(from) : '', to ? textOf(to) : ''];
  const [left, right] = [from ? `a/${path}` : '/dev/null', to ? `b/${path}` : '/dev/null'];
  if (before === null || after === null) return `Binary files ${left} and ${right} differ\n`;
  // The library begins with a line of `=`, which diff(1) and patch(1) do not know.
  return createTwoFilesPatch(left, right, before, after, undefined, undefined, { context: 3 }).replace(/^=+\n/, '');
}
