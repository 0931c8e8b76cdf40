/** Beginning lessons in a learner's workspace, going back, taking back. On a real file system. */
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { applyReset, applyStart, planReset, planStart } from '../../src/lesson/lay/start.ts';
import { solutionTree, starterTree } from '../../src/lesson/lay/trees.ts';
import { keptSets, laidLesson, readBox, startOf, undoLast } from '../../src/lesson/lay/workspace.ts';
import { loadCourse } from '../../src/lesson/load.ts';
import { textOf } from '../../src/lesson/tree.ts';
import type { Course, Lesson } from '../../src/lesson/types.ts';
import { checkout, read, temporaryFolder, tinyCopy, tinyRoot, write } from './fixture.ts';

const course = loadCourse(tinyRoot);
const [first, second] = [course.lessons[0]!, course.lessons[1]!];
const begin = (lesson: Lesson, workspace: string, now = 1000, of: Course = course) => {
  const start = planStart(of, lesson, workspace);
  return { ...start, ...applyStart(of, start, workspace, now) };
};
const kinds = (start: { changes: readonly { kind: string; path: string }[] }) => start.changes.map((change) => `${change.kind} ${change.path}`);

/** What a learner made of lesson 1: another body, a helper of their own. */
const myRun = `/** Greets. */
export function greet(name: string): string {
  const words = ['hello', name];
  return words.join(' ');
}

export function bye(): string {
  return 'bye';
}

function mine() {}
`;

describe('start', () => {
  test('the first lesson lays the whole project', () => {
    using folder = temporaryFolder();
    expect(kinds(begin(first, folder.path))).toEqual(['new box.ts', 'new package.json', 'new run.ts']);
    expect(readBox(folder.path)).toEqual(starterTree(course, first));
    expect(laidLesson(folder.path)).toBe('01-first');
  });

  test('a file that the learner did not touch is brought up to date, a changed one merged', () => {
    using folder = temporaryFolder();
    begin(first, folder.path);
    write(folder.path, { 'box/run.ts': myRun, 'box/notes.md': 'mine' });
    const start = begin(second, folder.path, 2000);
    expect(kinds(start)).toEqual(['new loud.ts', 'merge run.ts']);
    const merged = read(folder.path, 'box/run.ts');
    expect(merged).toContain("import { loud } from './loud.ts';");
    expect(merged).toContain("return loud('bye');");
    expect(merged).toContain("const words = ['hello', name];");
    expect(merged).toContain('function mine() {}');
    expect(read(folder.path, 'box/notes.md')).toBe('mine');
    expect(read(start.kept!.folder, 'box/run.ts')).toBe(myRun);
  });

  test('with the reference as one\'s own, the next starter is the course\'s', () => {
    using folder = temporaryFolder();
    begin(first, folder.path);
    write(folder.path, { 'box/run.ts': textOf(solutionTree(course, first).get('run.ts')!)! });
    expect(kinds(begin(second, folder.path))).toEqual(['new loud.ts', 'update run.ts']);
    expect(readBox(folder.path)).toEqual(starterTree(course, second));
  });

  test('a conflict leaves the learner\'s file and lays the lesson\'s beside it', () => {
    using folder = temporaryFolder();
    begin(first, folder.path);
    const mine = myRun.replace("return 'bye';", "return 'so long';");
    write(folder.path, { 'box/run.ts': mine });
    const start = begin(second, folder.path);
    expect(kinds(start)).toEqual(['new loud.ts', 'conflict run.ts']);
    expect(read(folder.path, 'box/run.ts')).toBe(mine);
    expect(read(folder.path, 'box/run.ts.02-second')).toContain("<<<<<<< yours\n  return 'so long';\n||||||| the reference until now\n  return 'bye';\n=======\n  return loud('bye');\n>>>>>>> lesson 02-second");
  });

  test('a lesson that is laid is not laid again, and an earlier one changes nothing', () => {
    using folder = temporaryFolder();
    begin(first, folder.path);
    begin(second, folder.path);
    write(folder.path, { 'box/loud.ts': 'mine' });
    expect(begin(second, folder.path)).toMatchObject({ laidAlready: true, changes: [], kept: null });
    expect(begin(first, folder.path)).toMatchObject({ laidAlready: true });
    expect(read(folder.path, 'box/loud.ts')).toBe('mine');
    expect(laidLesson(folder.path)).toBe('02-second');
  });

  test('a lesson further on says which reference code it would bring', () => {
    using folder = temporaryFolder();
    const start = planStart(course, second, folder.path);
    expect(start.skipped.map((lesson) => lesson.id)).toEqual(['01-first']);
    expect(start.reference.map((change) => change.path)).toEqual(['run.ts']);
    expect(fs.readdirSync(folder.path)).toEqual([]);
  });

  test('somebody who comes with a box of their own keeps it', () => {
    using folder = temporaryFolder();
    write(folder.path, { 'box/run.ts': myRun, 'box/loud.ts': 'my own', 'box/main.ts': 'elsewhere' });
    const start = begin(second, folder.path);
    expect(start.skipped).toEqual([]);
    expect(kinds(start)).toEqual(['new box.ts', 'conflict loud.ts', 'new package.json', 'merge run.ts']);
    expect(read(folder.path, 'box/loud.ts')).toBe('my own');
    expect(read(folder.path, 'box/run.ts')).toContain('function mine() {}');
  });

  test('a course that was updated since is merged from what was laid, not from what it says now', () => {
    using copy = tinyCopy();
    using folder = temporaryFolder();
    begin(loadCourse(copy.path).lessons[0]!, folder.path, 1, loadCourse(copy.path));
    write(folder.path, { 'box/run.ts': myRun });
    // The new edition says `farewell` where the old one, which the learner has, said `bye`.
    for (const file of ['01-first/solution/run.ts', '02-second/starter/run.ts']) {
      const at = path.join(copy.path, 'lessons', file);
      fs.writeFileSync(at, fs.readFileSync(at, 'utf8').replace("'bye'", "'farewell'"));
    }
    const updated = loadCourse(copy.path);
    begin(updated.lessons[1]!, folder.path, 2, updated);
    expect(read(folder.path, 'box/run.ts')).toContain("return loud('farewell');");
    expect(read(folder.path, 'box/run.ts')).toContain('function mine() {}');
  });

  test('a record that cannot be read counts as none', () => {
    using folder = temporaryFolder();
    begin(first, folder.path);
    write(folder.path, { '.base/laid.json': '{"lesson":' });
    expect(laidLesson(folder.path)).toBeNull();
    expect(kinds(begin(second, folder.path))).toContain('new loud.ts');
  });
});

describe('undo', () => {
  test('puts back what was replaced, takes away what was new, and can itself be undone', () => {
    using folder = temporaryFolder();
    begin(first, folder.path, 1000);
    write(folder.path, { 'box/run.ts': myRun });
    const before = readBox(folder.path);
    begin(second, folder.path, 2000);
    const after = readBox(folder.path);
    write(folder.path, { 'box/loud.ts': 'work since' });
    const { undone, kept } = undoLast(folder.path, 3000);
    expect(undone.kept.why).toBe('start 02-second');
    expect(readBox(folder.path)).toEqual(before);
    expect(read(kept.folder, 'box/loud.ts')).toBe('work since');
    expect(laidLesson(folder.path)).toBe('01-first');

    undoLast(folder.path, 4000);
    expect(read(folder.path, 'box/loud.ts')).toBe('work since');
    expect(textOf(readBox(folder.path).get('run.ts')!)).toBe(textOf(after.get('run.ts')!));
    expect(laidLesson(folder.path)).toBe('02-second');
  });

  test('with nothing to undo says so', () => {
    using folder = temporaryFolder();
    expect(() => undoLast(folder.path, 0)).toThrow('There is nothing to undo');
  });

  test('sets kept in the same millisecond do not meet', () => {
    using folder = temporaryFolder();
    begin(first, folder.path, 1000);
    for (let n = 0; n < 3; n++) {
      write(folder.path, { 'box/run.ts': `version ${n}` });
      applyReset(course, planReset(course, first, folder.path, false), folder.path, 1000);
    }
    expect(keptSets(folder.path).map((set) => set.kept.why)).toEqual(['start 01-first', 'reset 01-first', 'reset 01-first', 'reset 01-first']);
    expect(read(keptSets(folder.path).at(-1)!.folder, 'box/run.ts')).toBe('version 2');
  });
});

describe('reset', () => {
  test('goes back to the learner\'s own box as it was when the lesson began', () => {
    using folder = temporaryFolder();
    begin(first, folder.path, 1000);
    write(folder.path, { 'box/run.ts': myRun });
    begin(second, folder.path, 2000);
    const beginning = readBox(folder.path);
    write(folder.path, { 'box/run.ts': 'broken', 'box/loud.ts': 'broken, too', 'box/extra.ts': 'extra' });
    const reset = planReset(course, second, folder.path, false);
    expect(reset.from).toBe('my start');
    expect([...reset.files.keys()]).toEqual(['loud.ts', 'run.ts']);
    const { kept } = applyReset(course, reset, folder.path, 3000);
    expect(readBox(folder.path)).toEqual(new Map([...beginning, ['extra.ts', readBox(folder.path).get('extra.ts')]].sort() as never));
    expect(read(kept!.folder, 'box/run.ts')).toBe('broken');
    expect(startOf(folder.path, '02-second')).not.toBeNull();
  });

  test('--reference begins with the course\'s own', () => {
    using folder = temporaryFolder();
    begin(first, folder.path);
    write(folder.path, { 'box/run.ts': myRun });
    begin(second, folder.path);
    applyReset(course, planReset(course, second, folder.path, true), folder.path, 1);
    expect(readBox(folder.path)).toEqual(starterTree(course, second));
  });

  test('of an earlier lesson makes the next start merge from there', () => {
    using folder = temporaryFolder();
    begin(first, folder.path);
    begin(second, folder.path);
    applyReset(course, planReset(course, first, folder.path, true), folder.path, 1);
    expect(laidLesson(folder.path)).toBe('01-first');
    write(folder.path, { 'box/run.ts': myRun });
    expect(kinds(begin(second, folder.path))).toContain('merge run.ts');
  });
});

describe('what goes wrong', () => {
  /** Does something as nobody, whom modes bind, in a process of its own when we are root. */
  const asNobody = (script: string, ...args: string[]) => spawnSync(process.execPath, ['--input-type=module', '-e', script, ...args], {
    encoding: 'utf8', ...(process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {}),
  });
  const script = `
    import { loadCourse } from ${JSON.stringify(path.join(checkout, 'src/lesson/load.ts'))};
    import { applyStart, planStart } from ${JSON.stringify(path.join(checkout, 'src/lesson/lay/start.ts'))};
    const course = loadCourse(${JSON.stringify(tinyRoot)});
    try {
      applyStart(course, planStart(course, course.lessons[0], process.argv[1]), process.argv[1], 0);
    } catch (error) {
      console.log(JSON.stringify([error.name, error.exit, error.message, ...error.next]));
    }`;

  test('a workspace that cannot be written is a sentence, naming the call and the errno', () => {
    using folder = temporaryFolder();
    fs.chmodSync(folder.path, 0o555);
    const { stdout, stderr } = asNobody(script, folder.path);
    expect(stderr).toBe('');
    const [name, exit, message, next] = JSON.parse(stdout) as [string, number, string, string];
    expect([name, exit]).toEqual(['UserError', 3]);
    expect(message).toMatch(/^The workspace .* cannot be written: mkdir .* EACCES\.$/);
    expect(next).toContain('--workspace DIR');
  });

  test('on a full disk nothing of the learner\'s is lost', () => {
    using folder = temporaryFolder();
    // A disk of 40 KB that is this process's alone: gone with its mount namespace.
    const output = execFileSync('unshare', ['-rm', 'sh', '-c', `
      mount -t tmpfs -o size=40k none "$1" && mkdir "$1/box" && printf 'mine' > "$1/box/run.ts"
      head -c 40000 /dev/zero > "$1/filler" 2>/dev/null
      "$2" --input-type=module -e "$3" "$1"
      cat "$1/box/run.ts"; ls "$1/box"`, 'sh', folder.path, process.execPath, script], { encoding: 'utf8' });
    const [error, rest] = [output.slice(0, output.indexOf('\n')), output.slice(output.indexOf('\n') + 1)];
    expect(error).toMatch(/^\["UserError",3,"The workspace .* cannot be written: .*ENOSPC\.","The disk is full/);
    expect(rest).toBe('minerun.ts\n');
  });

  test('killed at any moment, a start can be done again', () => {
    using folder = temporaryFolder();
    begin(first, folder.path);
    write(folder.path, { 'box/run.ts': myRun });
    const wanted = (() => {
      using twin = temporaryFolder();
      begin(first, twin.path);
      write(twin.path, { 'box/run.ts': myRun });
      begin(second, twin.path);
      return readBox(twin.path);
    })();
    const interrupted = script.replaceAll('course.lessons[0]', 'course.lessons[1]');
    // Dies by SIGKILL at the n-th rename: every file it puts in place is one.
    for (let n = 1; n <= 12; n++) {
      using twin = temporaryFolder();
      fs.cpSync(folder.path, twin.path, { recursive: true });
      const dying = `import fs from 'node:fs'; const { renameSync } = fs; let left = ${n};
        fs.renameSync = (...args) => { if (--left === 0) process.kill(process.pid, 'SIGKILL'); renameSync(...args); };
        ${interrupted}`;
      const { signal } = spawnSync(process.execPath, ['--input-type=module', '-e', dying, twin.path]);
      if (n <= 8) expect(signal).toBe('SIGKILL');
      expect(textOf(readBox(twin.path).get('run.ts')!)).toMatch(/function mine\(\) \{\}/);
      begin(second, twin.path);
      expect([...readBox(twin.path).keys()]).toEqual([...wanted.keys()]);
      expect(textOf(readBox(twin.path).get('run.ts')!)).toBe(textOf(wanted.get('run.ts')!));
    }
  }, 60_000);
});

describe('types for the editor', () => {
  test('inside the checkout nothing is needed; elsewhere a link beside box/', () => {
    using folder = temporaryFolder();
    const real = { ...course, root: checkout };
    begin(first, folder.path, 0, real);
    expect(fs.readlinkSync(path.join(folder.path, 'node_modules'))).toBe(path.join(checkout, 'node_modules'));
    const seen = execFileSync(process.execPath, ['-e', 'console.log(require.resolve("ffi-rs/package.json"))'], { cwd: path.join(folder.path, 'box'), encoding: 'utf8' });
    expect(fs.realpathSync(seen.trim())).toBe(fs.realpathSync(path.join(checkout, 'node_modules/ffi-rs/package.json')));
  });

  test('a link into a checkout that has moved is renewed; a folder of the learner\'s is left alone', () => {
    using folder = temporaryFolder();
    fs.symlinkSync('/nowhere/node_modules', path.join(folder.path, 'node_modules'));
    begin(first, folder.path, 0, { ...course, root: checkout });
    expect(fs.existsSync(path.join(folder.path, 'node_modules/ffi-rs'))).toBe(true);
    using other = temporaryFolder();
    write(other.path, { 'node_modules/own/index.js': '' });
    const start = begin(first, other.path, 0, { ...course, root: checkout });
    expect(start.note).toContain('EEXIST');
    expect(fs.existsSync(path.join(other.path, 'node_modules/own/index.js'))).toBe(true);
  });
});
