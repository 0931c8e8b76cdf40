import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UserError } from '../../src/errors.ts';
import { fileDiff, previewDiff, treeDiff } from '../../src/lesson/lay/describe.ts';
import { layWorkspace } from '../../src/lesson/lay/lay.ts';
import { merge3 } from '../../src/lesson/lay/merge.ts';
import { planLay } from '../../src/lesson/lay/plan.ts';
import { experimentTree, mistakesOf, mistakeTree, ownFiles, solutionTree, starterTree } from '../../src/lesson/lay/trees.ts';
import { loadCourse } from '../../src/lesson/load.ts';
import { overlay, readTree, sameFile, textFile, textOf, type Tree, writeTree } from '../../src/lesson/tree.ts';
import { read, temporaryFolder, tinyRoot, write } from './fixture.ts';

const course = loadCourse(tinyRoot);
const [first, second] = [course.lessons[0]!, course.lessons[1]!];
const labels = { mine: 'yours', base: 'before', theirs: 'lesson' };
const tree = (files: Record<string, string>): Tree => new Map(Object.entries(files).map(([name, text]) => [name, textFile(text)]));
const textAt = (files: Tree, name: string) => textOf(files.get(name)!);

describe('the course as trees', () => {
  test('solutions build on one another; a starter\'s file that the solution does not mention stays', () => {
    expect([...solutionTree(course, first).keys()]).toEqual(['box.ts', 'package.json', 'run.ts']);
    expect([...solutionTree(course, second).keys()]).toEqual(['box.ts', 'loud.ts', 'package.json', 'run.ts']);
    expect(textAt(solutionTree(course, second), 'run.ts')).toContain('loud(`hello');
    expect([...ownFiles(second, 'solution').keys()]).toEqual(['loud.ts', 'run.ts']);
  });

  test('a starter stands on the solution before it', () => {
    expect(textAt(starterTree(course, second), 'box.ts')).toBe(textAt(solutionTree(course, first), 'box.ts'));
    expect(textAt(starterTree(course, second), 'run.ts')).toContain("return loud('bye')");
    expect([...starterTree(course, first).keys()]).toEqual(['box.ts', 'package.json', 'run.ts']);
  });

  test('files are laid without the lines that mark regions', () => {
    expect(textAt(solutionTree(course, first), 'run.ts')).not.toContain('#region');
  });

  test('experiments run on the reference before the lesson', () => {
    expect(experimentTree(course, second)).toEqual(solutionTree(course, first));
    expect(experimentTree(course, first)).toEqual(starterTree(course, first));
  });

  test('mistakes are variants of the solution, found by their name', () => {
    expect(mistakesOf(first).map((mistake) => mistake.name)).toEqual(['forgets-the-name', 'greets-twice', 'other-name', 'says-nothing', 'shouts']);
    expect(textAt(mistakeTree(course, first, 'shouts'), 'run.ts')).toContain('HELLO');
    expect(() => mistakeTree(course, first, 'nothing')).toThrow('Lesson 01-first keeps no mistake "nothing".');
  });
});

describe('a three-way merge', () => {
  test('takes both sides\' changes', () => {
    expect(merge3('a\nB\nc\nd\n', 'a\nb\nc\nd\n', 'a\nb\nc\nd\ne\n', labels)).toEqual({ text: 'a\nB\nc\nd\ne\n', conflicts: [] });
  });

  test('the same change on both sides is no conflict', () => {
    expect(merge3('a\nx\n', 'a\nb\n', 'a\nx\n', labels)).toEqual({ text: 'a\nx\n', conflicts: [] });
  });

  test('the same lines changed in two ways is one, with its place in the learner\'s file', () => {
    const merged = merge3('new\na\nX\nc\n', 'a\nb\nc\n', 'a\nY\nc\n', labels);
    expect(merged.conflicts).toEqual([{ line: 3, mine: ['X'], base: ['b'], theirs: ['Y'] }]);
    expect(merged.text).toBe('new\na\n<<<<<<< yours\nX\n||||||| before\nb\n=======\nY\n>>>>>>> lesson\nc\n');
  });

  test('a comment that the learner has taken out is no conflict with the one that the lesson puts there', () => {
    const [base, theirs] = ['a();\n// Do this.\n// And that.\n\nb();\n', 'a();\n// TODO(you): something else.\nb();\n'];
    expect(merge3('a();\nb();\n', base, theirs, labels)).toEqual({ text: theirs, conflicts: [] });
    expect(merge3('a();\n// And that.\nb();\n', base, theirs, labels).conflicts).toEqual([]);
    // What the learner says is not thrown away, and code is code.
    expect(merge3('a();\n// Mine.\nb();\n', base, theirs, labels).conflicts).toHaveLength(1);
    expect(merge3('a();\nb();\n', base.replace('// And', 'and(); // And'), theirs, labels).conflicts).toHaveLength(1);
  });

  test.each<[string, string, string, string]>([
    ['a line below the changed one', 'a\nB\nc\n', 'a\nb\nnew\nc\n', 'a\nB\nnew\nc\n'],
    ['a line above it', 'a\nB\nc\n', 'a\nnew\nb\nc\n', 'a\nnew\nB\nc\n'],
    ['another version of the next one', 'a\nB\nc\n', 'a\nb\nC\n', 'a\nB\nC\n'],
    ['a line below what the learner has taken out', 'a\nc\n', 'a\nb\nnew\nc\n', 'a\nnew\nc\n'],
  ])('%s is no conflict', (_, mine, theirs, text) => {
    expect(merge3(mine, 'a\nb\nc\n', theirs, labels)).toEqual({ text, conflicts: [] });
    // Started once more, there is nothing to do.
    expect(merge3(text, 'a\nb\nc\n', theirs, labels)).toEqual({ text, conflicts: [] });
  });

  test('a line in the middle of what the learner has changed is one, and so are two in one place', () => {
    expect(merge3('a\nB\nC\nd\n', 'a\nb\nc\nd\n', 'a\nb\nnew\nc\nd\n', labels).conflicts).toHaveLength(1);
    expect(merge3('a\nmine\nb\n', 'a\nb\n', 'a\nnew\nb\n', labels).conflicts).toHaveLength(1);
  });

  test('keeps the learner\'s line ends', () => {
    expect(merge3('a\r\nB\r\nc\r\n', 'a\nb\nc\n', 'a\nb\nc\nd\n', labels).text).toBe('a\r\nB\r\nc\r\nd\r\n');
  });

  const lines = fc.array(fc.constantFrom('a', 'b', 'c', '', '  d', '}'), { maxLength: 12 }).map((all) => all.join('\n'));

  test('with one side unchanged it is the other side', () => {
    fc.assert(fc.property(lines, lines, (base, changed) => {
      expect(merge3(changed, base, base, labels)).toEqual({ text: changed, conflicts: [] });
      expect(merge3(base, base, changed, labels)).toEqual({ text: changed, conflicts: [] });
    }));
  });

  test('without conflicts no line that one side added is lost', () => {
    fc.assert(fc.property(lines, lines, fc.array(fc.nat(20)), (base, theirs, places) => {
      const mine = base.split('\n');
      places.forEach((place, index) => mine.splice(place % (mine.length + 1), 0, `mine ${index}`));
      const merged = merge3(mine.join('\n'), base, theirs, labels);
      const all = merged.text.split('\n');
      places.forEach((_, index) => expect(all).toContain(`mine ${index}`));
    }));
  });

  test('a file that would take minutes to compare is one conflict, at once', () => {
    const long = (word: string) => Array.from({ length: 20_000 }, (_, index) => `${word}${index % 7}`).join('\n');
    const began = performance.now();
    expect(merge3(long('a'), long('b'), long('c'), labels).conflicts).toHaveLength(1);
    expect(performance.now() - began).toBeLessThan(1000);
  });
});

describe('a plan', () => {
  const base = tree({ 'a.ts': 'one\ntwo\nthree\n', 'b.ts': 'b\n', 'c.ts': 'c\n' });

  test('new, updated, merged, and nothing for what stays', () => {
    const mine = tree({ 'a.ts': 'ONE\ntwo\nthree\n', 'b.ts': 'b\n', 'c.ts': 'C\n', 'own.ts': 'mine' });
    const theirs = tree({ 'a.ts': 'one\ntwo\nthree\nfour\n', 'b.ts': 'b2\n', 'c.ts': 'c\n', 'd.ts': 'd\n' });
    const changes = planLay(mine, base, theirs, '09-x');
    expect(changes.map((change) => [change.kind, change.path, textOf(change.after)])).toEqual([
      ['merge', 'a.ts', 'ONE\ntwo\nthree\nfour\n'], ['update', 'b.ts', 'b2\n'], ['new', 'd.ts', 'd\n'],
    ]);
    expect(previewDiff(changes)).toBe([
      '--- a/a.ts\n+++ b/a.ts\n@@ -1,3 +1,4 @@\n ONE\n two\n three\n+four\n',
      '--- a/b.ts\n+++ b/b.ts\n@@ -1,1 +1,1 @@\n-b\n+b2\n',
      '--- /dev/null\n+++ b/d.ts\n@@ -0,0 +1,1 @@\n+d\n',
    ].join(''));
  });

  test('what cannot be merged lies beside the learner\'s file', () => {
    const bytes = { bytes: Buffer.from([0xff, 0]), executable: false };
    const mine = new Map([...tree({ 'a.ts': 'ONE\ntwo\nthree\n', 'd.ts': 'mine\n' }), ['c.ts', bytes] as const]);
    const theirs = tree({ 'a.ts': 'Eins\ntwo\nthree\n', 'b.ts': 'b2\n', 'c.ts': 'c2\n', 'd.ts': 'theirs\n' });
    expect(planLay(mine, base, theirs, '09-x').map((change) => change.kind === 'conflict' && [change.path, change.why, change.side, textOf(change.after)])).toEqual([
      ['a.ts', 'same lines', 'a.ts.09-x', '<<<<<<< yours\nONE\n||||||| the reference until now\none\n=======\nEins\n>>>>>>> lesson 09-x\ntwo\nthree\n'],
      ['b.ts', 'removed', 'b.ts.09-x', 'b2\n'],
      ['c.ts', 'not text', 'c.ts.09-x', 'c2\n'],
      ['d.ts', 'not from the course', 'd.ts.09-x', 'theirs\n'],
    ]);
    // What the lesson itself does to the file that it was written for.
    expect(planLay(mine, base, theirs, '09-x').map((change) => change.kind === 'conflict' && change.lesson && [change.lesson.before, change.lesson.after].map(textOf))).toEqual([
      ['one\ntwo\nthree\n', 'Eins\ntwo\nthree\n'], undefined, undefined, undefined,
    ]);
  });

  test('a plan that was carried out leaves nothing to do', () => {
    const file = fc.constantFrom('x\ny\nz\n', 'x\nY\nz\n', 'x\ny\nz\nw\n', 'v\nx\ny\nz\n', 'q\n');
    const files = fc.dictionary(fc.constantFrom('a', 'b', 'c'), file).map(tree);
    fc.assert(fc.property(files, files, files, (mine, from, theirs) => {
      const changes = planLay(mine, from, theirs, '02-x');
      const after = overlay(mine, new Map(changes.filter((change) => change.kind !== 'conflict').map((change) => [change.path, change.after])));
      // Every file of the learner's that they had changed is untouched or merged; none is gone.
      for (const [name, file] of mine) {
        expect(after.has(name)).toBe(true);
        const change = changes.find((one) => one.path === name);
        if (!change || change.kind === 'conflict') expect(sameFile(after.get(name), file)).toBe(true);
        if (change?.kind === 'update') expect(sameFile(from.get(name), file)).toBe(true);
      }
      const again = planLay(after, from, theirs, '02-x').filter((change) => change.kind !== 'conflict');
      expect(again).toEqual([]);
    }));
  });
});

describe('diffs', () => {
  test('name both sides as diff(1) does', () => {
    expect(treeDiff(tree({ a: 'x\n', b: 'y\n' }), tree({ b: 'z', c: 'n\n' }))).toBe(
      '--- a/a\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-x\n--- a/b\n+++ b/b\n@@ -1,1 +1,1 @@\n-y\n+z\n\\ No newline at end of file\n--- /dev/null\n+++ b/c\n@@ -0,0 +1,1 @@\n+n\n');
    expect(fileDiff('a', textFile('same'), textFile('same'))).toBe('');
    expect(fileDiff('a', textFile('text'), { bytes: Buffer.from([0]), executable: false })).toBe('Binary files a/a and b/a differ\n');
  });
});

describe('trees on disk', () => {
  test('are read and written, sorted, with their mode', () => {
    using folder = temporaryFolder();
    const files: Tree = new Map([...tree({ 'z/ü.ts': 'z', 'a b': 'a' }), ['run', textFile('#!', true)] as const]);
    writeTree(folder.path, files);
    expect(readTree(folder.path)).toEqual(new Map([['a b', files.get('a b')], ['run', files.get('run')], ['z/ü.ts', files.get('z/ü.ts')]]));
  });

  test('links, pipes and tools\' folders are no part of a tree', () => {
    using folder = temporaryFolder();
    write(folder.path, { 'a.ts': 'a', 'node_modules/x/index.js': 'x', '.git/HEAD': 'h' });
    fs.symlinkSync('/etc/passwd', path.join(folder.path, 'link'));
    fs.symlinkSync(tinyRoot, path.join(folder.path, 'course'));
    expect([...readTree(folder.path).keys()]).toEqual(['a.ts']);
  });

  test('a folder that is too large is refused before it is read', () => {
    using folder = temporaryFolder();
    write(folder.path, { huge: '' });
    fs.truncateSync(path.join(folder.path, 'huge'), 2 ** 33);
    expect(() => readTree(folder.path)).toThrow(UserError);
    expect(() => readTree(folder.path)).toThrow('huge');
  });

  test('a folder that is not there is empty', () => {
    expect(readTree('/nonexistent/folder').size).toBe(0);
  });
});

describe('laying a workspace for an author', () => {
  test.each([
    [{ kind: 'solution' } as const, 'return `hello'], [{ kind: 'starter' } as const, 'TODO(you)'], [{ kind: 'mistake', name: 'shouts' } as const, 'HELLO'],
  ])('%j', (state, text) => {
    using folder = temporaryFolder();
    layWorkspace(course, first, folder.path, state, 0);
    expect(read(folder.path, 'box/run.ts')).toContain(text);
    expect(read(folder.path, 'box/package.json')).toContain('"box"');
  });

  test('refuses a folder with files in it; --force keeps them aside', () => {
    using folder = temporaryFolder();
    write(folder.path, { 'box/run.ts': 'mine', 'box/own.ts': 'own' });
    expect(() => layWorkspace(course, first, folder.path, { kind: 'solution' }, 0)).toThrow('is not empty');
    expect(read(folder.path, 'box/run.ts')).toBe('mine');
    layWorkspace(course, first, folder.path, { kind: 'solution' }, 0, true);
    expect(read(folder.path, 'box/run.ts')).toContain('hello');
    expect(read(folder.path, 'box/own.ts')).toBe('own');
    expect(read(folder.path, '.kept/1970-01-01T00-00-00.000/box/run.ts')).toBe('mine');
  });
});
