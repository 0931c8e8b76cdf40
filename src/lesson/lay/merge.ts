/** A three-way merge of one text: the learner's version, the version both began from, and what the lesson brings. */
import { diff3MergeRegions } from 'node-diff3';

/** A place where the learner and the lesson changed the same lines. */
export type Conflict = {
  /** The first line in the learner's file, from 1. */
  line: number;
  mine: string[];
  base: string[];
  theirs: string[];
};

export type Merged = {
  /** The result; in a conflict both sides stand between markers. */
  text: string;
  conflicts: Conflict[];
};

/** Above this product of line counts a merge would take seconds; nobody's `box` comes near. */
const MOST_WORK = 25_000_000;

/**
 * Merges line by line. Without conflicts the result holds every change of both sides.
 *
 * The learner's line ends are kept: a file with CRLF stays one. `labels` stand at the conflict markers.
 */
export function merge3(mine: string, base: string, theirs: string, labels: { mine: string; theirs: string }): Merged {
  const crlf = mine.includes('\r\n');
  const a = split(mine);
  const o = split(base);
  const b = split(theirs);
  const conflicts: Conflict[] = [];
  const result: string[] = [];
  const clash = (conflict: Conflict) => {
    conflicts.push(conflict);
    result.push(`<<<<<<< ${labels.mine}`, ...conflict.mine, '=======', ...conflict.theirs, `>>>>>>> ${labels.theirs}`);
  };
  if (Math.max(a.length, b.length) * o.length > MOST_WORK) {
    clash({ line: 1, mine: a, base: o, theirs: b });
  } else {
    for (const region of diff3MergeRegions(a, o, b)) {
      if (region.stable) result.push(...region.bufferContent);
      else if (same(region.aContent, region.bContent)) result.push(...region.aContent);
      else clash({ line: region.aStart + 1, mine: region.aContent, base: region.oContent, theirs: region.bContent });
    }
  }
  return { text: result.join(crlf ? '\r\n' : '\n'), conflicts };
}

function split(text: string): string[] {
  return text.replaceAll('\r\n', '\n').split('\n');
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((line, index) => line === b[index]);
}
