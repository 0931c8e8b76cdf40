/** Mistakes put into boxes that are not the reference, and the questions that are made of them. */
import path from 'node:path';
import { expect, test } from 'vitest';
import { choicesFor, shuffled, withMistake } from '../../src/drill/mutate.ts';
import { mistakesOf, mistakeTree, solutionTree } from '../../src/lesson/lay/trees.ts';
import { loadCourse } from '../../src/lesson/load.ts';
import { readTree, textFile, textOf, type Tree } from '../../src/lesson/tree.ts';
import { checkout } from '../lesson/fixture.ts';

const course = loadCourse(checkout);
const variants = course.lessons.flatMap((lesson) => mistakesOf(lesson).map(({ name }) => ({ lesson, name })));

/** The reference with a remark at the end of every source: somebody's own file, in which every line of the reference still stands. */
function annotated(tree: Tree): Tree {
  return new Map([...tree].map(([name, file]) => [name, name.endsWith('.ts') ? textFile(`${textOf(file)}\n// mine\n`) : file]));
}

const brokenOf = ({ lesson, name }: (typeof variants)[number]): Tree | null => withMistake(annotated(solutionTree(course, lesson)), solutionTree(course, lesson), mistakeTree(course, lesson, name));
const fitting = variants.filter((variant) => brokenOf(variant) !== null);

test('most mistakes fit into a box with remarks of its own; not those at a remark’s very place', () => {
  expect(fitting.length / variants.length).toBeGreaterThan(0.8);
});

test.each(fitting)('$lesson.id: $name changes such a box, and takes none of its remarks away', (variant) => {
  const mine = annotated(solutionTree(course, variant.lesson));
  const broken = brokenOf(variant) ?? mine;
  expect([...broken]).not.toEqual([...mine]);
  for (const [file, after] of broken) if (mine.has(file) && file.endsWith('.ts')) expect(textOf(after)).toContain('// mine');
});

test('the reference itself with a mistake is that mistake’s variant', () => {
  for (const { lesson, name } of variants) {
    const [solution, mistake] = [solutionTree(course, lesson), mistakeTree(course, lesson, name)];
    expect([...withMistake(solution, solution, mistake) ?? []].map(([file, { bytes }]) => [file, bytes.toString()]), `${lesson.id} ${name}`)
      .toEqual([...mistake].map(([file, { bytes }]) => [file, bytes.toString()]));
  }
});

test('into a box of quite another build none fits, and none is forced', () => {
  const lesson = course.lessons.find(({ id }) => id === '05-root')!;
  const mine = readTree(path.join(checkout, 'test/fixtures/boxes/by-tools/05-root'));
  expect(mine.size).toBeGreaterThan(0);
  for (const { name } of mistakesOf(lesson)) expect(withMistake(mine, solutionTree(course, lesson), mistakeTree(course, lesson, name))).toBeNull();
});

const known = ['a', 'b', 'c', 'd', 'e', 'f'].map((id) => ({ id, title: `Title ${id}` }));

test('four answers, the right one among them at any place, none twice', () => {
  const places = new Set<number>();
  for (let seed = 0; seed < 40; seed += 1) {
    const choices = choicesFor(known, known[2]!, [], String(seed));
    expect(choices).toHaveLength(4);
    expect(new Set(choices.map(({ id }) => id)).size).toBe(4);
    places.add(choices.findIndex(({ id }) => id === 'c'));
  }
  expect([...places].sort()).toEqual([0, 1, 2, 3]);
});

test('what is seen as well is no wrong answer; nor is one with the same words', () => {
  const same = [...known, { id: 'twin', title: 'Title c' }];
  for (let seed = 0; seed < 20; seed += 1) {
    const ids = choicesFor(same, known[2]!, ['a', 'c'], String(seed)).map(({ id }) => id);
    expect(ids).toContain('c');
    expect(ids).not.toContain('a');
    expect(ids).not.toContain('twin');
  }
});

test('a seed is an order', () => {
  expect(shuffled(known, 'x', ({ id }) => id)).toEqual(shuffled(known, 'x', ({ id }) => id));
  expect(new Set(['1', '2', '3', '4'].map((seed) => shuffled(known, seed, ({ id }) => id).map(({ id }) => id).join(''))).size).toBeGreaterThan(1);
});
