/** What must hold of a lesson's folder: its files, its starter, its solution, its mistakes. Nothing is run. */
import fs from 'node:fs';
import path from 'node:path';
import { mistakesOf, ownFiles, previousTree, solutionTree, starterTree } from '../lesson/lay/trees.ts';
import { RegionError, regionTags, takeRegion } from '../lesson/regions.ts';
import { readTree, sameFile, textOf, type Tree } from '../lesson/tree.ts';
import type { Course, Lesson } from '../lesson/types.ts';
import { readAlso } from './also.ts';
import type { Problems } from './problem.ts';
import { syntaxError } from './syntax.ts';

/** The mark of what is left to the learner. */
const TODO = 'TODO(you)';

/** Fewest mistakes that a lesson must know by name. */
const FEWEST_MISTAKES = 5;

/** What the gate has to know of a rule of diagnosis. */
export type KnownRule = { readonly id: string; readonly lesson: string };

/** Everything that may stand in a lesson's folder. */
const allowed = /^(?:(?:lesson|hints)(?:\.[a-z]{2,3}(?:-[A-Z]{2})?)?\.md|checks\.test\.ts|fixtures\/.+|starter\/.+|solution\/.+|mistakes\/also\.toml|mistakes\/[^/]+\/.+)$/;
/** What editors, patches and file managers leave behind. */
const litter = /(?:^|\/)(?:\.[^/]+|[^/]+~|[^/]+\.(?:orig|rej|bak|swp|tmp)|Thumbs\.db)$/;

/** Looks at the files of one lesson. */
export function checkFolder(course: Course, lesson: Lesson, rules: readonly KnownRule[], says: Problems): void {
  const folder = `lessons/${lesson.id}`;
  checkStray(lesson, folder, says);
  const [starter, solution] = [ownFiles(lesson, 'starter'), ownFiles(lesson, 'solution')];
  if (!fs.existsSync(path.join(lesson.folder, 'checks.test.ts'))) says.at(`${folder}/checks.test.ts`, 1, 'this file is missing');
  if (!starter.size) says.at(`${folder}/starter`, 1, 'there is no starter');
  if (!solution.size) says.at(`${folder}/solution`, 1, 'there is no solution');
  checkSources(lesson, folder, says);
  checkStarter(course, lesson, folder, starter, solution, says);
  checkSolution(course, lesson, folder, starter, solution, says);
  checkMistakes(course, lesson, folder, rules, says);
}

function checkStray(lesson: Lesson, folder: string, says: Problems, inside = ''): void {
  for (const entry of fs.readdirSync(path.join(lesson.folder, inside), { withFileTypes: true })) {
    const name = path.join(inside, entry.name);
    if (entry.isDirectory()) {
      if (!fs.readdirSync(path.join(lesson.folder, name)).length) says.at(`${folder}/${name}`, 1, 'an empty folder: Git would not keep it');
      checkStray(lesson, folder, says, name);
    } else if (!entry.isFile()) says.at(`${folder}/${name}`, 1, 'only ordinary files and folders belong into a lesson');
    else if (!allowed.test(name) || litter.test(name)) says.at(`${folder}/${name}`, 1, 'a stray file: nothing in a lesson has this name');
  }
}

/** Every region can be taken, whether or not the prose pulls it, and every source is TypeScript that Node can run. */
function checkSources(lesson: Lesson, folder: string, says: Problems): void {
  for (const [name, file] of readTree(lesson.folder)) {
    const text = textOf(file);
    if (text === null || !/^(?:starter|solution|mistakes)\//.test(name)) continue;
    for (const tag of regionTags(text)) {
      try {
        takeRegion(text, tag);
      } catch (error) {
        if (!(error instanceof RegionError)) throw error;
        says.at(`${folder}/${name}`, lineWith(text, `#region ${tag}`), error.message);
      }
    }
    const wrong = name.endsWith('.ts') ? syntaxError(text) : null;
    if (wrong) says.at(`${folder}/${name}`, wrong.line, wrong.message);
  }
}

function checkStarter(course: Course, lesson: Lesson, folder: string, starter: Tree, solution: Tree, says: Problems): void {
  let todos = 0;
  for (const [name, text] of sources(lesson, 'starter')) {
    if (!text.includes(TODO)) continue;
    todos++;
    if (!solution.has(name)) says.at(`${folder}/starter/${name}`, lineWith(text, TODO), `the solution does not do what this ${TODO} asks for`);
  }
  if (starter.size && !todos) says.at(`${folder}/starter`, 1, `no ${TODO} in the starter: what is left to do?`);
  const whole = starterTree(course, lesson);
  for (const file of lesson.files) {
    if (!whole.has(file)) says.at(`${folder}/lesson.md`, 2, `files: neither the starter nor a lesson before has ${file}`);
    else if (!solution.has(file)) says.at(`${folder}/lesson.md`, 2, `files: the solution does not touch ${file}`);
  }
  reportSame(previousTree(course, lesson), starter, `${folder}/starter`, 'the reference before this lesson has the same', says);
}

function checkSolution(course: Course, lesson: Lesson, folder: string, starter: Tree, solution: Tree, says: Problems): void {
  for (const [name, text] of sources(lesson, 'solution')) {
    if (text.includes(TODO)) says.at(`${folder}/solution/${name}`, lineWith(text, TODO), `a ${TODO} in the solution`);
  }
  reportSame(starterTree(course, lesson), solution, `${folder}/solution`, starter.size ? 'the starter has the same' : 'the reference before this lesson has the same', says);
}

function reportSame(before: Tree, after: Tree, folder: string, words: string, says: Problems): void {
  for (const [name, file] of after) if (sameFile(before.get(name), file)) says.at(`${folder}/${name}`, 1, `not needed here: ${words}`);
}

function checkMistakes(course: Course, lesson: Lesson, folder: string, rules: readonly KnownRule[], says: Problems): void {
  const mistakes = mistakesOf(lesson);
  const also = says.guard(() => readAlso(course, lesson));
  for (const name of Object.keys(also ?? {})) {
    if (!mistakes.some((one) => one.name === name)) says.at(`${folder}/mistakes/also.toml`, 1, `there is no variant "${name}"`);
  }
  const solution = solutionTree(course, lesson);
  for (const mistake of mistakes) {
    const at = `${folder}/mistakes/${mistake.name}`;
    const rule = rules.find((one) => one.id === mistake.id);
    if (!/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*(?:\.[a-z0-9-]+)?$/.test(mistake.name)) says.at(at, 1, 'a mistake is named in lower case, words joined by hyphens: kept-old-root or kept-old-root.variant');
    else if (!rule) says.at(at, 1, `sandbox/diagnose/mistakes has no rule "${mistake.id}"`);
    else if (rule.lesson > lesson.id) says.at(at, 1, `the rule "${mistake.id}" belongs to ${rule.lesson}, which comes later`);
    const files = readTree(mistake.folder);
    if (!files.size) says.at(at, 1, 'a variant without a file');
    for (const [name, file] of files) if (sameFile(solution.get(name), file)) says.at(`${at}/${name}`, 1, 'not needed here: the solution has the same');
  }
  if (new Set(mistakes.map((one) => one.id)).size < FEWEST_MISTAKES) says.at(`${folder}/mistakes`, 1, `a lesson knows at least ${FEWEST_MISTAKES} mistakes by name; this one has variants of ${new Set(mistakes.map((one) => one.id)).size}`);
  const shown = new Set(course.lessons.flatMap((one) => mistakesOf(one).map((mistake) => mistake.id)));
  for (const rule of rules) {
    if (rule.lesson === lesson.id && !shown.has(rule.id)) says.at(`sandbox/diagnose/mistakes/${lesson.id}.ts`, 1, `no variant shows the mistake "${rule.id}"`);
  }
}

/** The texts as they stand in the course, marking lines included: their lines are the author's. */
function sources(lesson: Lesson, kind: 'starter' | 'solution'): [string, string][] {
  return [...readTree(path.join(lesson.folder, kind))].map(([name, file]) => [name, textOf(file) ?? '']);
}

function lineWith(text: string, word: string): number {
  return 1 + Math.max(0, text.split('\n').findIndex((line) => line.includes(word)));
}
