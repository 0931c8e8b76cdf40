/** The finished box is to be read in one sitting. */
import { expect, test } from 'vitest';
import { loadCourse } from '../../src/lesson/load.ts';
import { solutionTree } from '../../src/lesson/lay/trees.ts';
import { textOf } from '../../src/lesson/tree.ts';
import { checkout } from '../lesson/fixture.ts';

const BUDGET = 1000;

/** Lines that are neither empty nor a comment's. */
function linesOfCode(text: string): number {
  return text.split('\n').filter((line) => !/^\s*(\/\/|\/\*|\*|$)/.test(line)).length;
}

test('the finished box is less than a thousand lines of code', () => {
  const course = loadCourse(checkout);
  const last = course.lessons.at(-1);
  if (last === undefined) throw new Error('the course has no lessons');
  const files = [...solutionTree(course, last)].filter(([name]) => name.endsWith('.ts'));
  const counts = files.map(([name, file]) => ({ name, lines: linesOfCode(textOf(file) ?? '') })).sort((a, b) => b.lines - a.lines);
  const all = counts.reduce((sum, { lines }) => sum + lines, 0);
  // Where nothing is laid, every budget is kept.
  expect(files.length).toBeGreaterThan(15);
  expect(all, counts.map(({ name, lines }) => `${lines} ${name}`).join(', ')).toBeLessThan(BUDGET);
});
