/** A three-way merge of one text: the learner's version, the version both began from, and what the lesson brings. */
import { diff3MergeRegions, diffIndices } from 'node-diff3';

/** A place where the learner and the lesson changed the same lines. */
export type Conflict = {
  /** The first line in the learner's file, from 1. */
  line: number;
  mine: string[];
  base: string[];
  theirs: string[];
};

export type Merged = {
  /** The result; in a conflict both sides stand between markers, and what both began from, as diff3(1) has it. */
  text: string;
  conflicts: Conflict[];
};

/** Above this product of line counts a merge would take seconds; nobody's `box` comes near. */
const MOST_WORK = 25_000_000;

type Labels = { mine: string; base: string; theirs: string };

/**
 * Merges line by line. Without conflicts the result holds every change of both sides, and merged once more it stays what it is.
 *
 * The learner's line ends are kept: a file with CRLF stays one. `labels` stand at the conflict markers.
 */
export function merge3(mine: string, base: string, theirs: string, labels: Labels): Merged {
  const merged = merge(mine, base, theirs, labels, sideBySide);
  const settled = merged.conflicts.length > 0 || merge(merged.text, base, theirs, labels, sideBySide).text === merged.text;
  // Among lines that are all alike, what touches cannot be told from what has been merged already.
  return settled ? merged : merge(mine, base, theirs, labels, () => undefined);
}

function merge(mine: string, base: string, theirs: string, labels: Labels, resolve: typeof sideBySide): Merged {
  const crlf = mine.includes('\r\n');
  const a = split(mine);
  const o = split(base);
  const b = split(theirs);
  const conflicts: Conflict[] = [];
  const result: string[] = [];
  const clash = (conflict: Conflict) => {
    conflicts.push(conflict);
    result.push(`<<<<<<< ${labels.mine}`, ...conflict.mine, `||||||| ${labels.base}`, ...conflict.base, '=======', ...conflict.theirs, `>>>>>>> ${labels.theirs}`);
  };
  if (Math.max(a.length, b.length) * o.length > MOST_WORK) {
    clash({ line: 1, mine: a, base: o, theirs: b });
  } else {
    for (const region of diff3MergeRegions(a, o, b)) {
      if (region.stable) {
        result.push(...region.bufferContent);
        continue;
      }
      const { aContent, oContent, bContent } = region;
      const both = same(aContent, bContent) ? aContent : commentsDropped(aContent, oContent) ? bContent : resolve(aContent, oContent, bContent);
      if (both !== undefined) result.push(...both);
      else clash({ line: region.aStart + 1, mine: aContent, base: oContent, theirs: bContent });
    }
  }
  return { text: result.join(crlf ? '\r\n' : '\n'), conflicts };
}

type Change = { from: number; to: number; put: readonly string[] };

/**
 * Both sides' changes, where they touch and do not overlap: a lesson that adds a line below the one that the learner has just written
 * is no conflict. Undefined where the same line is changed by both, or both put something in the same place.
 */
function sideBySide(mine: string[], base: string[], theirs: string[]): string[] | undefined {
  const [a, b] = [changes(base, mine), changes(base, theirs)];
  if (isIn(mine, theirs, b)) return mine;
  if (a.some((one) => b.some((other) => overlap(one, other)))) return undefined;
  // What is put before a line comes before what replaces the line.
  const all = [...a, ...b].sort((one, other) => one.from - other.from || one.to - other.to);
  const result: string[] = [];
  let done = 0;
  for (const { from, to, put } of all) {
    result.push(...base.slice(done, from), ...put);
    done = to;
  }
  return [...result, ...base.slice(done)];
}

/**
 * The learner has only taken comments out, as one does when they have been dealt with. That is no change of the code, so what the
 * lesson has to say in their place is said.
 */
function commentsDropped(mine: string[], base: string[]): boolean {
  return base.length > mine.length && base.every(isComment) && mine.every((line) => base.includes(line));
}

function isComment(line: string): boolean {
  return /^\s*(?:\/\/|\/\*|\*|$)/.test(line);
}

/** Whether `mine` has all of these changes of `theirs` already, as after a lesson that was started twice. */
function isIn(mine: string[], theirs: string[], made: readonly Change[]): boolean {
  const since = changes(theirs, mine);
  let shift = 0;
  return made.every(({ from, to, put }) => {
    const at = from + shift;
    shift += put.length - (to - from);
    return put.length > 0 && !since.some((one) => overlap(one, { from: at, to: at + put.length, put }));
  });
}

function changes(base: string[], text: string[]): Change[] {
  return diffIndices(base, text).map(({ buffer1: [from, length], buffer2Content }) => ({ from, to: from + length, put: buffer2Content }));
}

function overlap(one: Change, other: Change): boolean {
  const insertions = one.from === one.to && other.from === other.to;
  return insertions ? one.from === other.from : one.from < other.to && other.from < one.to;
}

function split(text: string): string[] {
  return text.replaceAll('\r\n', '\n').split('\n');
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((line, index) => line === b[index]);
}
