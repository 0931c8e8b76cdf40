import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { UserError } from '../../src/errors.ts';
import { findLesson, lessonAfter, lessonsBefore } from '../../src/lesson/find.ts';
import { loadCourse } from '../../src/lesson/load.ts';
import { distance, nearest } from '../../src/lesson/nearest.ts';
import { RegionError, regionTags, takeRegion, withoutMarkers } from '../../src/lesson/regions.ts';
import { renderLesson } from '../../src/lesson/text.ts';
import { LessonError } from '../../src/lesson/types.ts';
import { read, tinyCopy, tinyRoot, write } from './fixture.ts';

function failure(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof LessonError) return error.message;
    throw error;
  }
  return 'none';
}

describe('the course from disk', () => {
  test('has its lessons in order, with everything they say about themselves', () => {
    const course = loadCourse(tinyRoot);
    expect(course).toMatchObject({ title: 'A tiny course', format: 1, parts: [{ title: 'Part I: First things', lessons: ['01-first', '02-second'] }], root: tinyRoot });
    expect(course.lessons[0]).toMatchObject({
      id: '01-first', number: 1, title: 'The first lesson', minutes: 5, needs: [], files: ['run.ts'], goal: 'Greet whoever is named.', folder: path.join(tinyRoot, 'lessons/01-first'),
    });
    expect(course.lessons[1]?.needs).toEqual(['01-first']);
    expect(course.lessons[0]?.hints).toHaveLength(3);
  });

  test('pulls code from the solution, and places count from the top of the file', () => {
    const [first, second] = loadCourse(tinyRoot).lessons;
    const code = [first, second].map((lesson) => lesson?.blocks.find((block) => block.kind === 'code' && block.from !== undefined));
    expect(code[0]).toMatchObject({ text: 'export function greet(name: string): string {\n  return `hello ${name}`;\n}' });
    expect(code[1]).toMatchObject({ text: expect.stringContaining('loud(`hello ${name}`)') as string });
    const lines = read(tinyRoot, 'lessons/01-first/lesson.md').split('\n');
    for (const block of first?.blocks ?? []) if (block.kind === 'experiment') expect(lines[block.place.line - 1]).toMatch(/^```sh try/);
  });

  test('falls back to earlier lessons for code', () => {
    using copy = tinyCopy();
    fs.appendFileSync(path.join(copy.path, 'lessons/02-second/lesson.md'), '\n```ts from=box.ts\n```\n');
    expect(loadCourse(copy.path).lessons[1]?.blocks.at(-1)).toMatchObject({ kind: 'code', from: 'box.ts', text: expect.stringContaining('console.log') as string });
  });

  test('one lesson that does not parse spoils only itself, and says where', () => {
    using copy = tinyCopy();
    fs.appendFileSync(path.join(copy.path, 'lessons/02-second/lesson.md'), '\n```ts from=run.ts#nowhere\n```\n');
    const [first, second] = loadCourse(copy.path).lessons;
    expect(first?.blocks.length).toBeGreaterThan(3);
    expect(failure(() => second?.blocks)).toBe('lessons/02-second/lesson.md:50: there is no region "nowhere" in 02-second/solution/run.ts');
  });

  const head = (change: (text: string) => string) => (root: string) =>
    fs.writeFileSync(path.join(root, 'lessons/02-second/lesson.md'), change(read(root, 'lessons/02-second/lesson.md')));
  const outline = (change: (text: string) => string) => (root: string) =>
    fs.writeFileSync(path.join(root, 'lessons/course.toml'), change(read(root, 'lessons/course.toml')));

  test.each([
    ['a head with a wrong type', head((text) => text.replace('minutes = 10', 'minutes = "ten"')), 'lessons/02-second/lesson.md:4: minutes: a number of minutes is needed'],
    ['a key too many', head((text) => text.replace('minutes = 10', 'minutes = 10\nlevel = 3')), 'lessons/02-second/lesson.md:5: level: no such key'],
    ['a missing key', head((text) => text.replace(/^goal.*\n/m, '')), 'lessons/02-second/lesson.md:2: goal: is missing'],
    ['TOML that is none', head((text) => text.replace('needs = [', 'needs = [[')), 'lessons/02-second/lesson.md:6: this is not TOML'],
    ['no head', head((text) => text.slice(4)), 'lessons/02-second/lesson.md:1: a lesson begins with a line `+++`'],
    ['half a head', head((text) => text.replace('\n+++\n', '\n')), 'lessons/02-second/lesson.md:1: the head has no second line'],
    ['another lesson\'s id', head((text) => text.replace('"02-second"', '"03-second"')), 'lessons/02-second/lesson.md:2: the head says "03-second", the folder "02-second"'],
    ['a need that comes later', head((text) => text.replace('["01-first"]', '["09-late"]')), 'needs: "09-late" is no lesson before this one'],
    ['an empty file', head(() => ''), 'lessons/02-second/lesson.md:1: '],
    ['a folder that is missing', outline((text) => text.replace('"02-second"', '"02-second",\n  "03-third"')), 'lessons/course.toml:10: there is no folder lessons/03-third'],
    ['a lesson twice', outline((text) => text.replace('"02-second"', '"02-second", "01-first"')), 'is named twice'],
    ['another format', outline((text) => text.replace('format = 1', 'format = 7')), 'lessons/course.toml:2: format 7 is not known here, only 1'],
    ['parts of a wrong type', outline((text) => text.replace(/\[\[parts\]\][^]*/, 'parts = "x"\n')), 'lessons/course.toml:5: parts: '],
  ])('%s', (_name, damage, message) => {
    using copy = tinyCopy();
    damage(copy.path);
    expect(failure(() => loadCourse(copy.path))).toContain(message);
  });

  test('a missing outline is named', () => {
    using copy = tinyCopy();
    fs.rmSync(path.join(copy.path, 'lessons/course.toml'));
    expect(failure(() => loadCourse(copy.path))).toBe('lessons/course.toml:1: this file is missing');
  });

  test.each([
    ['text first', 'Hello.\n\n## 1\n\nx\n', '1: '],
    ['out of order', '## 1\n\nx\n\n## 3\n\ny\n', '5: lessons/01-first/hints.md:5: here the heading `## 2` is expected'.slice(3)],
    ['an empty rung', '## 1\n\n## 2\n\ny\n', ':1: this hint is empty'],
    ['an empty last rung', '## 1\n\nx\n\n## 2\n', ':5: this hint is empty'],
    ['an experiment', '## 1\n\n```sh try\nls\n```\n', 'belong into lesson.md'],
  ])('hints: %s', (_name, text, message) => {
    using copy = tinyCopy();
    write(copy.path, { 'lessons/01-first/hints.md': text });
    expect(failure(() => loadCourse(copy.path).lessons[0]?.hints)).toContain(message);
  });

  test('as text it has everything, the answers last', () => {
    const text = renderLesson(loadCourse(tinyRoot).lessons[0]!, 60).join('\n');
    expect(text).toMatch(/^Lesson 1: The first lesson\n=+\n5 minutes · files: run.ts\n\nGoal: Greet whoever is named\./);
    expect(text).toMatch(/Experiment 2 \(it fails, and that is the point\):\n {4}false/);
    expect(text).toMatch(/Answers to the predictions\n-+\n\n1\. b\) hello, and a line end\n {3}echo\(1\) prints its arguments\.\n\n2\. a\) nothing\n/);
    expect(text.split('\n').every((line) => line.length <= 60)).toBe(true);
  });
});

describe('finding a lesson', () => {
  const course = loadCourse(tinyRoot);

  test.each([
    ['1', '01-first'], ['01', '01-first'], ['01-first', '01-first'], ['first', '01-first'], ['2', '02-second'], ['002', '02-second'],
    ['02-', '02-second'], ['sec', '02-second'], ['SECOND', '02-second'], [' 2 ', '02-second'], ['lessons/02-second/', '02-second'],
  ])('%j is %s', (typed, id) => {
    expect(findLesson(course, typed).id).toBe(id);
  });

  test.each([
    ['frist', ['Did you mean 01-first?']], ['02-secnod', ['Did you mean 02-second?']], ['3', []], ['', []], ['0', []], ['../..', []], ['constructor', []],
  ])('%j is unknown', (typed, next) => {
    expect.assertions(2);
    try {
      findLesson(course, typed);
    } catch (error) {
      expect((error as UserError).message).toBe(`There is no lesson "${typed}".`);
      expect((error as UserError).next).toEqual([...next, 'Lessons are 01-first to 02-second; `drydock list` shows them.']);
    }
  });

  test('neighbours', () => {
    const [first, second] = course.lessons;
    expect(lessonAfter(course, first!)).toBe(second);
    expect(lessonAfter(course, second!)).toBeNull();
    expect(lessonsBefore(course, second!)).toEqual([first]);
  });
});

describe('nearest', () => {
  test.each([['', 'abc', 3], ['abc', 'abc', 0], ['chekc', 'check', 1], ['kitten', 'sitting', 3], ['ab', 'ba', 1]])('%j to %j is %d', (a, b, edits) => {
    expect(distance(a, b)).toBe(edits);
    expect(distance(b, a)).toBe(edits);
  });

  test('gives the near ones, nearest first, and no others', () => {
    expect(nearest('chek', ['list', 'check', 'shell', 'cheek'])).toEqual(['check', 'cheek']);
    expect(nearest('zzz', ['list', 'check'])).toEqual([]);
    expect(nearest('sol', ['solution', 'shell'])).toEqual(['solution']);
  });
});

describe('regions', () => {
  const source = 'a\n  // #region one\n    x\n\n      y\n  // #endregion one\n# #region two\nz\n# #endregion two\n// #region open\n';

  test('are taken without their indentation, and leave no trace where files are laid', () => {
    expect(takeRegion(source, 'one')).toBe('x\n\n  y');
    expect(takeRegion(source, 'two')).toBe('z');
    expect(withoutMarkers(source)).toBe('a\n    x\n\n      y\nz\n');
    expect(regionTags(source)).toEqual(['one', 'two', 'open']);
  });

  test('may overlap', () => {
    const overlapping = '// #region a\n1\n// #region b\n2\n// #endregion a\n3\n// #endregion b';
    expect(takeRegion(overlapping, 'a')).toBe('1\n2');
    expect(takeRegion(overlapping, 'b')).toBe('2\n3');
  });

  test.each([['open', 'is never closed'], ['three', 'there is no region "three"']])('%s: %s', (tag, message) => {
    expect(() => takeRegion(source, tag)).toThrow(RegionError);
    expect(() => takeRegion(source, tag)).toThrow(message);
  });
});
