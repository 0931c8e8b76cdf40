/** The commands that need no kernel, in this process, over the tiny course. */
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { readBox, recordPassed } from '../../src/lesson/lay/workspace.ts';
import { openProgress } from '../../src/progress/index.ts';
import { tinyJudge } from '../author/tiny-judge.ts';
import { checkout, read, temporaryFolder, tinyCopy, write } from '../lesson/fixture.ts';
import { drydock } from './harness.ts';

const passed = (workspace: string, lesson: string) => openProgress(workspace).apply({
  type: 'checked', lesson, verdict: { at: 't', passed: true, points: 1, of: 1, failed: [], seed: 's' },
});

describe('list', () => {
  test('shows the lessons and their states in words', async () => {
    using folder = temporaryFolder();
    passed(folder.path, '01-first');
    openProgress(folder.path).apply({ type: 'started', lesson: '02-second', at: 't' });
    expect(await drydock(['list', '--workspace', folder.path])).toEqual({
      exit: 0, err: '', out: 'A tiny course\n\nPart I: First things\n✓ 01-first   The first lesson   passed\n> 02-second  The second lesson  begun\n',
    });
  });

  test('as JSON', async () => {
    using folder = temporaryFolder();
    const { out } = await drydock(['list', '--json', '--workspace', folder.path]);
    expect(JSON.parse(out)).toEqual({
      schema: 'drydock.list/1', title: 'A tiny course', current: '01-first',
      parts: [{
        title: 'Part I: First things',
        lessons: [
          { id: '01-first', number: 1, title: 'The first lesson', minutes: 5, goal: 'Greet whoever is named.', needs: [], files: ['run.ts'], state: 'untouched', attempts: 0, hints: 0, seconds: 0, last: null, drills: { of: 0, right: 0 } },
          expect.objectContaining({ id: '02-second', needs: ['01-first'] }),
        ],
      }],
    });
  });

  test('is what stands in for the tutor without a terminal, with what to type', async () => {
    using folder = temporaryFolder();
    const { exit, out, err } = await drydock(['--workspace', folder.path]);
    expect([exit, err]).toEqual([0, '']);
    expect(out).toContain('> 01-first');
    expect(out).toContain('npx drydock start 1');
    expect(fs.readdirSync(folder.path)).toEqual([]);
  });
});

describe('read', () => {
  test('prints the lesson, at most 80 columns wide, with or without a workspace', async () => {
    const { exit, out } = await drydock(['read', 'first', '--workspace', '/nonexistent']);
    expect(exit).toBe(0);
    expect(out).toContain('Lesson 1: The first lesson\n=====');
    expect(out).toContain('Answers to the predictions');
  });

  test('follows a narrow terminal', async () => {
    const { out } = await drydock(['read', '2', '--workspace', '/nonexistent'], { columns: 30 });
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(52);
    expect(out).toContain('Louder than in the first');
  });
});

describe('hint', () => {
  test('climbs the ladder, remembers the rung, and says what comes after the last', async () => {
    using folder = temporaryFolder();
    const hint = (...more: string[]) => drydock(['hint', '1', ...more, '--workspace', folder.path]);
    expect((await hint('--again')).out).toBe('You have taken no hint for 01-first yet.\n');
    expect((await hint()).out).toBe('01-first: hint 1 of 3\n\nLook at `greet`.\n');
    expect((await hint()).out).toContain('hint 2 of 3');
    expect((await hint('--again')).out).toBe('01-first: hint 1 of 3\n\nLook at `greet`.\n\n01-first: hint 2 of 3\n\nIt returns text.\n');
    expect((await hint()).out).toContain('    return `hello ${name}`;');
    const { out } = await hint();
    expect(out).toContain('You have seen all 3 hints');
    expect(out).toContain('drydock solution 1');
    expect(openProgress(folder.path).state.lessons['01-first']?.hints).toBe(3);
  });
});

describe('solution and diff', () => {
  test.each(['solution', 'diff'])('%s is locked until the lesson passes, or somebody insists', async (name) => {
    using folder = temporaryFolder();
    await drydock(['start', '1', '--workspace', folder.path]);
    const locked = await drydock([name, '1', '--workspace', folder.path]);
    expect(locked).toEqual({
      exit: 2, out: '',
      err: `drydock: Lesson 01-first has not passed yet, and this shows the answer.\n  → drydock hint 1   says a little more each time\n  → drydock ${name} 1 --yes   shows it all the same\n`,
    });
    expect((await drydock([name, '1', '--workspace', folder.path], { answers: ['n'] })).out).not.toContain('hello');
    expect(openProgress(folder.path).state.lessons['01-first']?.peeked).toBe(false);
    expect((await drydock([name, '1', '--workspace', folder.path], { answers: ['yes'] })).out).toContain('hello ${name}');
    expect(openProgress(folder.path).state.lessons['01-first']?.peeked).toBe(true);
    expect((await drydock([name, '1', '--yes', '--workspace', folder.path])).out).toContain('hello ${name}');
  });

  test('both open without a question once it has passed', async () => {
    using folder = temporaryFolder();
    await drydock(['start', '1', '--workspace', folder.path]);
    passed(folder.path, '01-first');
    expect((await drydock(['solution', '1', '--workspace', folder.path])).out).toMatch(/^\/\/ ---- run\.ts ----\n\/\*\* Greets\. \*\/\nexport function greet/);
    write(folder.path, { 'box/mine.ts': 'only mine' });
    const { out } = await drydock(['diff', '1', '--workspace', folder.path]);
    expect(out).toMatch(/^--- a\/run\.ts\n\+\+\+ b\/run\.ts\n@@/);
    expect(out).not.toContain('mine.ts');
    await drydock(['course', 'lay', '1', folder.path, '--force']);
    expect((await drydock(['diff', '1', '--workspace', folder.path])).out).toBe('Your files are the same as the reference.\n');
  });
});

describe('diff --passed', () => {
  test('shows what has changed since the lesson passed, or since the nearest before it did', async () => {
    using folder = temporaryFolder();
    await drydock(['start', '1', '--workspace', folder.path]);
    const none = await drydock(['diff', '2', '--passed', '--workspace', folder.path]);
    expect(none).toMatchObject({ exit: 2, out: '', err: expect.stringContaining('Neither 02-second nor a lesson before it has passed yet.') });
    recordPassed(folder.path, '01-first', readBox(folder.path));
    expect(await drydock(['diff', '2', '--passed', '--workspace', folder.path])).toMatchObject({
      exit: 0, out: 'Nothing has changed since.\n', err: expect.stringContaining('From your box when it passed 01-first to your box now:'),
    });
    write(folder.path, { 'box/mine.ts': 'new\n' });
    const { out } = await drydock(['diff', '1', '--passed', '--workspace', folder.path]);
    expect(out).toMatch(/^--- \/dev\/null\n\+\+\+ b\/mine\.ts\n@@ -0,0 \+1,1 @@\n\+new\n$/);
  });
});

describe('start', () => {
  test('lays the files and says what to do with them', async () => {
    using folder = temporaryFolder();
    const { exit, out, err } = await drydock(['start', '1', '--workspace', folder.path], { root: checkoutLike() });
    expect([exit, err]).toEqual([0, '']);
    expect(out).toBe([
      'Lesson 01-first is the current one: The first lesson.', '  new       box.ts', '  new       package.json', '  new       run.ts',
      `You work in ${folder.path}/box/run.ts.`, 'Read: drydock read 1    Judge: drydock check 1', '',
    ].join('\n'));
    expect(JSON.parse(read(folder.path, 'progress.json'))).toMatchObject({ current: '01-first', lessons: { '01-first': { state: 'started', startedAt: '2026-01-02T03:04:05.000Z' } } });
    expect((await drydock(['start', '1', '--workspace', folder.path])).out).toContain('Its files are in your box already');
  });

  test('--preview shows and changes nothing', async () => {
    using folder = temporaryFolder();
    const { out } = await drydock(['start', '1', '--preview', '--workspace', folder.path]);
    expect(out).toContain('  new       run.ts\n');
    expect(out).toContain('--- /dev/null\n+++ b/run.ts\n');
    expect(fs.readdirSync(folder.path)).toEqual([]);
  });

  test('a skipped lesson\'s reference comes only after a yes', async () => {
    using folder = temporaryFolder();
    const start = (answers?: string[], ...more: string[]) => drydock(['start', '2', ...more, '--workspace', folder.path], answers ? { answers } : {});
    const refused = await start();
    expect(refused).toMatchObject({ exit: 2, out: '' });
    expect(refused.err).toContain('Lesson 02-second builds on reference code of 01-first that your box does not have (run.ts).');
    expect(refused.err).toContain('→ drydock start 2 --force');
    expect((await start(['no'])).out).toContain('Nothing was changed.');
    expect(fs.existsSync(path.join(folder.path, 'box'))).toBe(false);
    expect((await start(['y'])).out).toContain('Lesson 02-second is the current one');
    using other = temporaryFolder();
    expect((await drydock(['start', '2', '--force', '--workspace', other.path])).exit).toBe(0);
  });

  test('a conflict is explained: where, what each side is, what to do', async () => {
    using folder = temporaryFolder();
    await drydock(['start', '1', '--workspace', folder.path]);
    write(folder.path, { 'box/run.ts': "/** Greets. */\nexport function greet(name: string): string {\n  return 'x';\n}\n\nexport function bye(): string {\n  return 'tschüss';\n}\n" });
    const { exit, out } = await drydock(['start', '2', '--workspace', folder.path]);
    expect(exit).toBe(0);
    expect(out).toContain('  conflict  run.ts: you and the lesson changed the same lines (line 7 of yours)\n            Your file stays as it is.\n            run.ts.02-second holds both');
  });

  test('--undo takes the last change back', async () => {
    using folder = temporaryFolder();
    expect(await drydock(['start', '--undo', '--workspace', folder.path])).toMatchObject({ exit: 2, err: 'drydock: There is nothing to undo: no command has changed your files yet.\n' });
    await drydock(['start', '1', '--workspace', folder.path]);
    const { out } = await drydock(['start', '--undo', '--workspace', folder.path]);
    expect(out).toContain('Your files are as they were before `drydock start 01-first`');
    expect(fs.readdirSync(path.join(folder.path, 'box'))).toEqual([]);
  });
});

describe('reset', () => {
  test('asks, keeps the learner\'s files aside, and says where', async () => {
    using folder = temporaryFolder();
    await drydock(['start', '1', '--workspace', folder.path]);
    const laid = read(folder.path, 'box/run.ts');
    write(folder.path, { 'box/run.ts': 'my work' });
    const reset = (answers?: string[], ...more: string[]) => drydock(['reset', '1', ...more, '--workspace', folder.path], answers ? { answers } : {});
    expect(await reset()).toMatchObject({ exit: 2, err: expect.stringContaining('drydock reset 1 --yes') as string });
    expect((await reset(['n'])).out).toContain('Nothing was changed.');
    expect(read(folder.path, 'box/run.ts')).toBe('my work');
    const { out } = await reset(undefined, '--yes');
    expect(read(folder.path, 'box/run.ts')).toBe(laid);
    const kept = /kept in (.*); `drydock/.exec(out)?.[1] ?? '';
    expect(read(kept, 'box/run.ts')).toBe('my work');
    expect((await reset()).out).toBe('Your files are as they were at the beginning of 01-first already.\n');
  });
});

describe('the author\'s commands', () => {
  test('lay writes a state of the course', async () => {
    using folder = temporaryFolder();
    const { exit, out } = await drydock(['course', 'lay', '1', 'ws', '--mistake', 'shouts'], { cwd: folder.path });
    expect([exit, out]).toEqual([0, `${folder.path}/ws/box is the box of 01-first, with the mistake shouts.\n`]);
    expect(read(folder.path, 'ws/box/run.ts')).toContain('HELLO');
    expect(await drydock(['course', 'lay', '1', 'ws', '--starter'], { cwd: folder.path })).toMatchObject({ exit: 2, err: expect.stringContaining('is not empty') as string });
    expect(await drydock(['course', 'lay', '1', 'ws', '--starter', '--mistake', 'shouts'], { cwd: folder.path })).toMatchObject({ exit: 2 });
    expect(await drydock(['course', 'lay', '1', 'other', '--mistake', 'shout'], { cwd: folder.path })).toMatchObject({ exit: 2, err: expect.stringContaining('It keeps: forgets-the-name') as string });
    expect(fs.existsSync(path.join(folder.path, 'other'))).toBe(false);
  });

  test('new begins a lesson that loads, and the gate names what is left', async () => {
    using copy = tinyCopy();
    const { exit, out } = await drydock(['course', 'new', 'volumes'], { root: copy.path });
    expect([exit, out.split('\n')[0]]).toEqual([0, 'Lesson 03-volumes begins:']);
    expect(read(copy.path, 'lessons/course.toml')).toContain('  "02-second",\n  "03-volumes",\n]');
    expect((await drydock(['list', '--workspace', '/nonexistent'], { root: copy.path })).out).toContain('03-volumes');
    const gate = await drydock(['course', 'check', '3', '--static'], { root: copy.path });
    expect(gate.exit).toBe(1);
    expect(gate.out.split('\n').filter((line) => line.startsWith('lessons/'))).toEqual([
      'lessons/03-volumes/lesson.md:1: a lesson has at least two predictions; this one has 1',
      'lessons/03-volumes/mistakes:1: a lesson knows at least 5 mistakes by name; this one has variants of 0',
    ]);
    for (const slug of ['volumes', 'Volumes', '../x', '9']) expect(await drydock(['course', 'new', slug], { root: copy.path })).toMatchObject({ exit: 2 });
  });

  test('check prints FILE:LINE: MESSAGE, or JSON, and ends with 1', async () => {
    using copy = tinyCopy();
    fs.rmSync(path.join(copy.path, 'lessons/01-first/hints.md'));
    const text = await drydock(['course', 'check', '--static'], { root: copy.path });
    expect(text).toMatchObject({ exit: 1, err: '' });
    expect(text.out).toContain('\nlessons/01-first/hints.md:1: this file is missing\n');
    const json = await drydock(['course', 'check', '1', '--static', '--json'], { root: copy.path });
    expect(JSON.parse(json.out)).toMatchObject({ schema: 'drydock.course/1', passed: false, problems: expect.arrayContaining([{ file: 'lessons/01-first/hints.md', line: 1, message: 'this file is missing' }]) as unknown });
  });

  test('a course whose outline cannot be read is one problem with its place', async () => {
    using copy = tinyCopy();
    write(copy.path, { 'lessons/course.toml': 'format = 1\ntitle = \n' });
    expect(await drydock(['course', 'check'], { root: copy.path })).toMatchObject({ exit: 1, out: expect.stringMatching(/^\nlessons\/course\.toml:2: this is not TOML.*\n\nThe course is not ready: 1 problem\.\n$/) as string });
    expect(await drydock(['list'], { root: copy.path })).toMatchObject({ exit: 3, err: expect.stringContaining('drydock: The course has a fault at lessons/course.toml:2:') as string });
  });

  test('check tries the lessons in the sandbox it is given', async () => {
    const { exit, out } = await drydock(['course', 'check', '1'], { sandbox: tinyJudge() });
    // The tiny course's mistakes are not among the rules of the real one, and nothing else is wrong.
    expect(exit).toBe(1);
    expect(out).toMatch(/^01-first: the solution passes - ok \(\d+\.\d s\)$/m);
    expect(out.split('\n').filter((line) => line.startsWith('lessons/')).every((line) => line.includes('has no rule'))).toBe(true);
  });
});

describe('trouble', () => {
  test('progress that cannot be saved is said once, and the command goes on', async () => {
    using folder = temporaryFolder();
    write(folder.path, { ws: 'a file, not a folder' });
    const { exit, out, err } = await drydock(['hint', '1', '--workspace', path.join(folder.path, 'ws')]);
    expect(exit).toBe(0);
    expect(out).toContain('hint 1 of 3');
    expect(err.match(/drydock: Your progress cannot be saved/g)).toHaveLength(1);
  });

  test('a damaged progress file is said once', async () => {
    using folder = temporaryFolder();
    write(folder.path, { 'progress.json': '{"version": 1, "cur' });
    const { exit, err } = await drydock(['list', '--workspace', folder.path]);
    expect(exit).toBe(0);
    expect(err).toMatch(/^drydock: The progress file was damaged .*progress\.broken-2026-01-02T03-04-05\.000\.json.*\n$/);
    expect((await drydock(['list', '--workspace', folder.path])).err).toBe('');
  });

  test('a newer progress file is refused', async () => {
    using folder = temporaryFolder();
    write(folder.path, { 'progress.json': '{"version": 2}' });
    expect(await drydock(['list', '--workspace', folder.path])).toMatchObject({ exit: 3, out: '', err: expect.stringContaining('written by a newer Drydock') as string });
    expect(read(folder.path, 'progress.json')).toBe('{"version": 2}');
  });

  test('a lesson that does not parse is the course\'s fault, named with its place', async () => {
    using copy = tinyCopy();
    fs.appendFileSync(path.join(copy.path, 'lessons/02-second/lesson.md'), '\n```sh try\n');
    expect(await drydock(['read', '2'], { root: copy.path })).toMatchObject({ exit: 3, err: expect.stringContaining('drydock: The course has a fault at lessons/02-second/lesson.md:50: this fence is never closed\n') as string });
    expect((await drydock(['read', '1'], { root: copy.path })).exit).toBe(0);
  });
});

/** The tiny course in a root that has the workbook's own node_modules, so that no note about types is due. */
function checkoutLike(): string {
  return path.join(checkout, 'test/fixtures/course');
}
