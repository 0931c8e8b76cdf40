/** A course that has changed since a box was laid: what is told, what is brought, and that nothing is lost. On a real file system. */
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { applyReset, applyStart, planReset, planStart } from '../../src/lesson/lay/start.ts';
import { applyUpdate, courseNews, noteTold, planUpdate } from '../../src/lesson/lay/update.ts';
import { readBox, undoLast } from '../../src/lesson/lay/workspace.ts';
import { loadCourse } from '../../src/lesson/load.ts';
import { textOf } from '../../src/lesson/tree.ts';
import type { Course } from '../../src/lesson/types.ts';
import { drydock } from '../cli/harness.ts';
import { type Folder, read, temporaryFolder, tinyCopy, write } from './fixture.ts';

/** A learner who has begun the first lessons of a course that can be changed. */
class Classroom implements Disposable {
  readonly #copy: Folder = tinyCopy();
  readonly #workspace: Folder = temporaryFolder();
  readonly folder = this.#workspace.path;
  readonly root = this.#copy.path;

  constructor(lessons = 1) {
    for (let number = 0; number < lessons; number++) this.start(number);
  }

  get course(): Course {
    return loadCourse(this.root);
  }

  start(number: number): string[] {
    const { course } = this;
    const start = planStart(course, course.lessons[number]!, this.folder);
    applyStart(course, start, this.folder, 1000 + number);
    return start.changes.map(({ kind, path: name }) => `${kind} ${name}`);
  }

  /** Somebody fetches a course in which a file says something else. */
  pull(file: string, from: string, to: string): void {
    const at = path.join(this.root, 'lessons', file);
    const text = fs.readFileSync(at, 'utf8');
    if (!text.includes(from)) throw new Error(`${file} has no ${from}`);
    fs.writeFileSync(at, text.replaceAll(from, to));
  }

  get news(): string[] {
    return courseNews(this.course, this.folder).map(({ lesson, page, checks, files }) => [lesson.id, ...(page ? ['page'] : []), ...(checks ? ['checks'] : []), ...files].join(' '));
  }

  get plan(): string[] {
    return planUpdate(this.course, this.folder).map(({ kind, path: name }) => `${kind} ${name}`);
  }

  update(): void {
    applyUpdate(this.course, planUpdate(this.course, this.folder), this.folder, 5000);
  }

  mine(name: string): string {
    return textOf(readBox(this.folder).get(name)!) ?? '';
  }

  [Symbol.dispose](): void {
    this.#copy[Symbol.dispose]();
    this.#workspace[Symbol.dispose]();
  }
}

/** The learner's own lines around what lesson 1 has given. */
const edit = (text: string): string => `${text.replace('throw new Error(`TODO(you): greet ${name}`)', "return ['hello', name].join(' ')")}\nfunction mine() {}\n`;

test('nothing is new in a course that has not changed', () => {
  using room = new Classroom();
  expect([room.news, room.plan]).toEqual([[], []]);
});

test('what is new is told by lesson and file, once, and only of lessons that were begun', () => {
  using room = new Classroom();
  fs.appendFileSync(path.join(room.root, 'lessons/01-first/hints.md'), '\n');
  fs.appendFileSync(path.join(room.root, 'lessons/01-first/checks.test.ts'), '\n');
  fs.appendFileSync(path.join(room.root, 'lessons/02-second/lesson.md'), '\n');
  room.pull('01-first/starter/box.ts', 'console.log', 'console.error');
  expect(room.news).toEqual(['01-first page checks box.ts']);
  noteTold(room.course, room.folder);
  expect(room.news).toEqual([]);
  // To be told is not to have it.
  expect(room.plan).toEqual(['update box.ts']);
});

test('a file that was not touched is replaced, into one that was the change is merged', () => {
  using room = new Classroom();
  write(room.folder, { 'box/run.ts': edit(room.mine('run.ts')), 'box/notes.md': 'mine' });
  room.pull('01-first/starter/box.ts', 'console.log', 'console.error');
  room.pull('01-first/starter/run.ts', "return 'bye'", "return 'farewell'");
  expect(room.plan).toEqual(['update box.ts', 'merge run.ts']);
  room.update();
  expect(room.mine('box.ts')).toContain('console.error');
  expect(room.mine('run.ts')).toContain("return 'farewell'");
  expect(room.mine('run.ts')).toContain("return ['hello', name].join(' ')");
  expect(room.mine('run.ts')).toContain('function mine() {}');
  expect(room.mine('notes.md')).toBe('mine');
  expect([room.news, room.plan]).toEqual([[], []]);
});

test('where both changed the same lines, the learner’s file stays, and the course’s lies beside it', () => {
  using room = new Classroom();
  const mine = room.mine('run.ts').replace("'bye'", "'so long'");
  write(room.folder, { 'box/run.ts': mine });
  room.pull('01-first/starter/run.ts', "'bye'", "'farewell'");
  expect(room.plan).toEqual(['conflict run.ts']);
  room.update();
  expect(room.mine('run.ts')).toBe(mine);
  expect(read(room.folder, 'box/run.ts.01-first')).toContain("<<<<<<< yours\n  return 'so long';\n||||||| the reference until now\n  return 'bye';\n=======\n  return 'farewell';\n>>>>>>> lesson 01-first");
  expect(room.plan).toEqual([]);
});

test('a file that the learner removed stays removed; a new one comes', () => {
  using room = new Classroom();
  fs.rmSync(path.join(room.folder, 'box/box.ts'));
  room.pull('01-first/starter/box.ts', 'console.log', 'console.error');
  write(path.join(room.root, 'lessons/01-first'), { 'starter/more.ts': 'export {};\n' });
  expect(room.plan).toEqual(['conflict box.ts', 'new more.ts']);
  room.update();
  expect([...readBox(room.folder).keys()]).toEqual(['box.ts.01-first', 'more.ts', 'package.json', 'run.ts']);
});

test('the reference’s code is not brought, and a file that a later starter has comes with that one', () => {
  using room = new Classroom(2);
  room.pull('01-first/solution/run.ts', 'hello', 'good day');
  room.pull('01-first/starter/run.ts', 'Greets', 'Says good day');
  expect(room.plan).toEqual([]);
  room.pull('02-second/starter/run.ts', 'Greets', 'Says good day');
  write(room.folder, { 'box/run.ts': `${room.mine('run.ts')}\nfunction mine() {}\n` });
  expect(room.plan).toEqual(['merge run.ts']);
  room.update();
  expect(room.mine('run.ts')).toMatch(/^import .*\n\n\/\*\* Says good day\. \*\/[\s\S]*function mine/);
});

test('after it, the next lesson and the way back to the beginning have it, too', () => {
  using room = new Classroom();
  write(room.folder, { 'box/run.ts': edit(room.mine('run.ts')) });
  for (const file of ['01-first/starter/run.ts', '01-first/solution/run.ts', '02-second/starter/run.ts', '02-second/solution/run.ts']) room.pull(file, '/** Greets. */', '/** Greets somebody. */');
  room.update();
  const { course } = room;
  expect(textOf(planReset(course, course.lessons[0]!, room.folder, false).files.get('run.ts')!)).toMatch(/Greets somebody[\s\S]*TODO\(you\)/);
  expect(room.start(1)).toEqual(['new loud.ts', 'merge run.ts']);
  expect(room.mine('run.ts')).toContain('Greets somebody');
  expect(room.mine('run.ts')).toContain('function mine() {}');
  applyReset(course, planReset(course, course.lessons[1]!, room.folder, true), room.folder, 9000);
  expect(room.plan).toEqual([]);
});

test('it can be undone, and then be brought again, or with the next lesson; and the undo can be undone', () => {
  using room = new Classroom();
  const before = readBox(room.folder);
  room.pull('01-first/starter/box.ts', 'console.log', 'console.error');
  room.update();
  const after = readBox(room.folder);
  expect(undoLast(room.folder, 6000).undone.kept.why).toBe('update');
  expect(readBox(room.folder)).toEqual(before);
  expect([room.news, room.plan]).toEqual([[], ['update box.ts']]);
  undoLast(room.folder, 7000);
  expect(readBox(room.folder)).toEqual(after);
  expect(room.plan).toEqual([]);
  undoLast(room.folder, 8000);
  expect(room.start(1)).toContain('update box.ts');
});

test('a workspace from before there were such records has none of the news, and from then on all', () => {
  using room = new Classroom();
  fs.rmSync(path.join(room.folder, '.base/starters'), { recursive: true });
  fs.rmSync(path.join(room.folder, '.base/course.json'));
  room.pull('01-first/starter/box.ts', 'console.log', 'console.error');
  expect([room.news, room.plan]).toEqual([[], []]);
  noteTold(room.course, room.folder);
  room.pull('01-first/starter/box.ts', 'console.error', 'console.info');
  expect([room.news, room.plan]).toEqual([['01-first box.ts'], ['conflict box.ts']]);
});

test('drydock update says what is new, what it did, and how to take it back', async () => {
  using room = new Classroom();
  const update = (...more: string[]) => drydock(['update', ...more, '--workspace', room.folder], { root: room.root });
  expect(await update()).toMatchObject({ exit: 0, out: 'Your box has everything that the course brings.\n' });
  write(room.folder, { 'box/run.ts': room.mine('run.ts').replace("'bye'", "'so long'") });
  room.pull('01-first/starter/run.ts', "'bye'", "'farewell'");
  room.pull('01-first/starter/box.ts', 'console.log', 'console.error');
  const preview = await update('--preview');
  expect(preview.out).toContain('-console.log');
  expect(room.mine('box.ts')).toContain('console.log');
  const { exit, out, err } = await update();
  expect([exit, err]).toEqual([0, '']);
  expect(out.split('\n').slice(0, 8)).toEqual([
    'The course has changed since you were last told:', '  01-first: its starter (box.ts, run.ts)',
    '  updated   box.ts (you had not changed it)', '  conflict  run.ts: you and the lesson changed the same lines (line 7 of yours)',
    '            Your file stays as it is.', '            run.ts.01-first holds both: yours under <<<<<<<, the lesson\'s under =======, and between them',
    '            what the lesson was written for, under |||||||.',
    '            Make one of them, and put it in the place of run.ts.',
  ]);
  expect(out).toMatch(/What was replaced is kept in .*\.kept\S*; `drydock start --undo` takes it back\.\n$/);
  expect((await update()).out).toBe('Your box has everything that the course brings.\n');
});
