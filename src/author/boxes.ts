/**
 * Starters, laid on boxes that look quite unlike the reference.
 *
 * test/fixtures/boxes/NAME/LESSON/ is the box of a learner who has just passed LESSON and who arranges code in another way. The next
 * lesson's starter must come in without taking anything away, and what it leaves must still be TypeScript.
 */
import fs from 'node:fs';
import path from 'node:path';
import { lessonAfter } from '../lesson/find.ts';
import { planLay } from '../lesson/lay/plan.ts';
import { solutionTree, starterTree } from '../lesson/lay/trees.ts';
import { readTree, textOf, type Tree, type TreeFile } from '../lesson/tree.ts';
import type { Course, Lesson } from '../lesson/types.ts';
import type { Problems } from './problem.ts';
import { syntaxError } from './syntax.ts';

export type LearnerBox = {
  /** Whose: the folder's name. */
  name: string;
  /** The lesson they have just passed. */
  lesson: Lesson;
  tree: Tree;
  /** Relative to the course's root. */
  folder: string;
};

/** The boxes kept for a course, by name and lesson. None where the folder is missing. */
export function learnerBoxes(course: Course): LearnerBox[] {
  const all = 'test/fixtures/boxes';
  if (!fs.existsSync(path.join(course.root, all))) return [];
  const names = fs.readdirSync(path.join(course.root, all), { withFileTypes: true }).filter((entry) => entry.isDirectory()).map((entry) => entry.name).sort();
  return names.flatMap((name) => course.lessons.flatMap((lesson) => {
    const folder = `${all}/${name}/${lesson.id}`;
    const tree = readTree(path.join(course.root, folder));
    return tree.size ? [{ name, lesson, tree, folder }] : [];
  }));
}

/** Lays the next lesson's starter on a learner's box, in memory. */
export function checkLaying(course: Course, box: LearnerBox, says: Problems): void {
  const next = lessonAfter(course, box.lesson);
  if (!next) return;
  for (const change of planLay(box.tree, solutionTree(course, box.lesson), starterTree(course, next), next.id)) {
    const at = `${box.folder}/${change.path}`;
    if (change.kind === 'conflict') {
      if (box.tree.has(change.side)) says.at(at, 1, `the starter of ${next.id} would lie on ${change.side}, which is the learner's`);
      continue;
    }
    if (change.kind === 'new') continue;
    const lost = change.kind === 'merge' ? lostLines(box.tree.get(change.path), solutionTree(course, box.lesson).get(change.path), change.after) : [];
    if (lost[0]) says.at(at, lost[0].line, `the starter of ${next.id} takes away the learner's line: ${lost[0].text.trim()}`);
    const wrong = change.path.endsWith('.ts') ? syntaxError(textOf(change.after) ?? '') : null;
    if (wrong) says.at(at, 1, `with the starter of ${next.id} merged in, line ${wrong.line}: ${wrong.message}`);
  }
}

/** Lines of the learner's own, not from the reference, that are no longer there, or fewer times. */
export function lostLines(mine: TreeFile | undefined, base: TreeFile | undefined, after: TreeFile): { line: number; text: string }[] {
  const count = (file: TreeFile | undefined) => {
    const counts = new Map<string, number>();
    for (const line of (file ? textOf(file) ?? '' : '').split(/\r?\n/)) counts.set(line, (counts.get(line) ?? 0) + 1);
    return counts;
  };
  const [had, reference, has] = [count(mine), count(base), count(after)];
  const lines = (mine ? textOf(mine) ?? '' : '').split(/\r?\n/);
  return [...had].flatMap(([text, times]) => {
    const own = times - (reference.get(text) ?? 0);
    return text.trim() && own > (has.get(text) ?? 0) ? [{ line: lines.indexOf(text) + 1, text }] : [];
  });
}
