import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { runGate } from '../../src/author/gate.ts';
import { lostLines } from '../../src/author/boxes.ts';
import { trialsFor } from '../../src/author/dynamic.ts';
import { problemLine } from '../../src/author/problem.ts';
import { syntaxError } from '../../src/author/syntax.ts';
import { SandboxError } from '../../src/check/sandbox.ts';
import { loadCourse } from '../../src/lesson/load.ts';
import { textFile } from '../../src/lesson/tree.ts';
import { checkout, read, tinyCopy, tinyRoot, write } from '../lesson/fixture.ts';
import { type Judged, tinyJudge, tinyRules } from './tiny-judge.ts';

const signal = new AbortController().signal;
const quick = async (root: string): Promise<string[]> => {
  const course = loadCourse(root);
  return (await runGate(course, { lessons: course.lessons, rules: tinyRules, say: () => {}, signal })).map(problemLine);
};
const thorough = async (root: string, change?: Parameters<typeof tinyJudge>[0]): Promise<{ problems: string[]; lines: string[] }> => {
  const course = loadCourse(root);
  const lines: string[] = [];
  const sandbox = tinyJudge(change);
  const problems = await runGate(course, { lessons: course.lessons, rules: tinyRules, sandboxes: [sandbox], say: (line) => lines.push(line.replace(/ \(\d+\.\d s\)$/, '')), signal });
  expect(sandbox.sessions).toEqual([]);
  return { problems: problems.map(problemLine), lines };
};

type Damage = (root: string) => void;
const put = (files: Record<string, string>): Damage => (root) => write(path.join(root, 'lessons'), files);
const edit = (file: string, change: (text: string) => string): Damage => (root) => {
  const at = path.join(root, 'lessons', file);
  const [before, after] = [fs.readFileSync(at, 'utf8'), change(fs.readFileSync(at, 'utf8'))];
  if (before === after) throw new Error(`the damage to ${file} does nothing`);
  fs.writeFileSync(at, after);
};
const remove = (file: string): Damage => (root) => fs.rmSync(path.join(root, 'lessons', file), { recursive: true });
const page = '01-first/lesson.md';

describe('translations', () => {
  const original = read(tinyRoot, `lessons/${page}`);
  const german = original.replace(/^title = .*$/m, 'title = "Die erste Lektion"');

  test('with the same experiments and questions are fine', async () => {
    using folder = tinyCopy();
    write(path.join(folder.path, 'lessons'), { '01-first/lesson.de.md': german, '01-first/hints.de.md': read(tinyRoot, 'lessons/01-first/hints.md') });
    expect(await quick(folder.path)).toEqual([]);
  });

  test.each([
    ['another experiment', german.replace(/(```sh try\n)/, '$1echo anders; '), /^lessons\/01-first\/lesson\.de\.md:1: it does not do what lesson\.md does: expected the experiment /],
    ['other files', german.replace(/^minutes = \d+$/m, 'minutes = 29'), /lesson\.de\.md:1: it does not do what lesson\.md does: expected minutes \d+, .* found minutes 29/],
    ['a head that is wrong', german.replace('title =', 'titel ='), /^lessons\/01-first\/lesson\.de\.md:\d+: .*title/],
  ])('with %s are named', async (_, text, problem) => {
    using folder = tinyCopy();
    write(path.join(folder.path, 'lessons'), { '01-first/lesson.de.md': text });
    const problems = await quick(folder.path);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(problem);
  });

  test('under a name that is no language are strays', async () => {
    using folder = tinyCopy();
    write(path.join(folder.path, 'lessons'), { '01-first/lesson.german.md': german });
    expect(await quick(folder.path)).toEqual([expect.stringContaining('lesson.german.md:1: a stray file')]);
  });
});

describe('the quick half', () => {
  test('finds nothing wrong with a course that is right', async () => {
    expect(await quick(tinyRoot)).toEqual([]);
  });

  const cases: [string, Damage, string][] = [
    ['a page that does not parse', edit(page, (text) => text.replace('```sh try\n', '```sh tyr\n')), 'lessons/01-first/lesson.md:27: "tyr" after `sh` means nothing'],
    ['one prediction only', edit(page, (text) => text.replace(/```predict\nAnd[^]*?```\n/, '')), 'lessons/01-first/lesson.md:1: a lesson has at least two predictions; this one has 1'],
    ['a prediction that nothing answers', edit(page, (text) => text.replace(/```sh try fails[^]*?```\n```expect[^]*?```\n/, '')), 'no experiment follows prediction 2'],
    ['no picture', edit(page, (text) => text.replace(/```picture[^]*?```\n/, '')), 'lessons/01-first/lesson.md:1: a lesson needs a picture'],
    ['a picture that is too wide', edit(page, (text) => text.replace('──▶ box', `${'─'.repeat(70)}▶ box`)), 'lessons/01-first/lesson.md:13: this line is 91 columns wide; 76 fit'],
    ['a tab', edit(page, (text) => text.replace('echo hello\n```\n```expect', 'echo\thello\n```\n```expect')), 'lessons/01-first/lesson.md:28: a tab'],
    ['a word that no line can hold', edit(page, (text) => text.replace('```picture', `${'x'.repeat(90)}\n\n\`\`\`picture`)), 'a word here is too long for 80 columns'],
    ['an experiment that expects nothing', edit(page, (text) => text.replace(/```expect\n\^hello\$\n```\n/, '')), 'lessons/01-first/lesson.md:27: experiment 1 has no `expect` block'],
    ['a link without TLS', edit(page, (text) => text.replace('https://example', 'http://example')), 'the link http://example.org/greet is not https'],
    ['a link that is no address', edit(page, (text) => text.replace('https://example.org/greet', 'https://exa]mple')), 'is not an address'],
    ['a link to no lesson', edit('02-second/lesson.md', (text) => text.replace('(01-first)', '(07-none)')), 'the link 07-none leads nowhere'],
    ['a link to no heading', edit('02-second/lesson.md', (text) => text.replace('(01-first)', '(#nowhere)')), 'names no heading of this page'],
    ['a link out of the course', edit('02-second/lesson.md', (text) => text.replace('(01-first)', '(../../../../etc/passwd)')), 'leads out of the course'],
    ['two hints', edit('01-first/hints.md', (text) => text.replace(/## 3[^]*/, '')), 'lessons/01-first/hints.md:1: a ladder has three to five hints; this one has 2'],
    ['an empty hint', edit('01-first/hints.md', (text) => text.replace('It returns text.', '')), 'lessons/01-first/hints.md:5: this hint is empty'],
    ['no hints', remove('01-first/hints.md'), 'lessons/01-first/hints.md:1: this file is missing'],
    ['no checks', remove('01-first/checks.test.ts'), 'lessons/01-first/checks.test.ts:1: this file is missing'],
    ['no starter', remove('02-second/starter'), 'lessons/02-second/starter:1: there is no starter'],
    ['no solution', remove('02-second/solution'), 'lessons/02-second/solution:1: there is no solution'],
    ['a stray file', put({ '01-first/notes.md': 'x' }), 'lessons/01-first/notes.md:1: a stray file'],
    ['what an editor leaves', put({ '01-first/solution/run.ts~': 'x' }), 'lessons/01-first/solution/run.ts~:1: a stray file'],
    ['a stray file beside the lessons', put({ 'README.txt': 'x' }), 'lessons/README.txt:1: a stray file'],
    ['a link on disk', (root) => fs.symlinkSync('run.ts', path.join(root, 'lessons/01-first/solution/b.ts')), 'lessons/01-first/solution/b.ts:1: only ordinary files'],
    ['an empty folder', (root) => fs.mkdirSync(path.join(root, 'lessons/01-first/mistakes/x')), 'lessons/01-first/mistakes/x:1: an empty folder'],
    ['a lesson that the outline forgets', put({ '03-third/lesson.md': 'x' }), 'lessons/course.toml:1: the folder lessons/03-third is in no part'],
    ['a starter that leaves nothing to do', edit('01-first/starter/run.ts', (text) => text.replace('TODO(you)', 'TODO')), 'lessons/01-first/starter:1: no TODO(you) in the starter'],
    ['a TODO that the solution does not answer', edit('01-first/starter/box.ts', (text) => `// TODO(you): more\n${text}`), 'lessons/01-first/starter/box.ts:1: the solution does not do what this TODO(you) asks for'],
    ['a TODO in the solution', edit('01-first/solution/run.ts', (text) => `${text}// TODO(you)\n`), 'lessons/01-first/solution/run.ts:11: a TODO(you) in the solution'],
    ['a file that the learner is to edit and nobody has', edit(page, (text) => text.replace('["run.ts"]', '["ran.ts"]')), 'files: neither the starter nor a lesson before has ran.ts'],
    ['a file that is to be edited for nothing', edit(page, (text) => text.replace('["run.ts"]', '["run.ts", "box.ts"]')), 'files: the solution does not touch box.ts'],
    ['a solution that repeats the starter', (root) => fs.copyFileSync(path.join(root, 'lessons/01-first/starter/box.ts'), path.join(root, 'lessons/01-first/solution/box.ts')), 'lessons/01-first/solution/box.ts:1: not needed here: the starter has the same'],
    ['a starter that repeats what was there', (root) => fs.copyFileSync(path.join(root, 'lessons/01-first/starter/box.ts'), path.join(root, 'lessons/02-second/starter/box.ts')), 'lessons/02-second/starter/box.ts:1: not needed here: the reference before this lesson has the same'],
    ['a region that is never closed', edit('01-first/solution/run.ts', (text) => text.replace('// #endregion greet\n', '')), 'lessons/01-first/solution/run.ts:2: the region "greet" is never closed'],
    ['a source that is no TypeScript', edit('01-first/mistakes/shouts/run.ts', (text) => text.replace('{\n', '(\n')), 'lessons/01-first/mistakes/shouts/run.ts:'],
    ['types that Node cannot take away', edit('02-second/solution/loud.ts', (text) => `enum Loud { A }\n${text}`), 'lessons/02-second/solution/loud.ts:1: Node cannot run this'],
    ['a mistake that no rule knows', (root) => fs.renameSync(path.join(root, 'lessons/01-first/mistakes/shouts'), path.join(root, 'lessons/01-first/mistakes/yells')), 'lessons/01-first/mistakes/yells:1: sandbox/diagnose/mistakes has no rule "yells"'],
    ['a rule that no variant shows', remove('01-first/mistakes/shouts'), 'sandbox/diagnose/mistakes/01-first.ts:1: no variant shows the mistake "shouts"'],
    ['too few mistakes', remove('02-second/mistakes/loudest'), 'lessons/02-second/mistakes:1: a lesson knows at least 5 mistakes by name; this one has variants of 4'],
    ['a mistake of a later lesson', (root) => fs.cpSync(path.join(root, 'lessons/02-second/mistakes/loudest'), path.join(root, 'lessons/01-first/mistakes/loudest'), { recursive: true }), 'the rule "loudest" belongs to 02-second, which comes later'],
    ['a mistake that is none', (root) => fs.copyFileSync(path.join(root, 'lessons/02-second/solution/loud.ts'), path.join(root, 'lessons/02-second/mistakes/loudest/loud.ts')), 'lessons/02-second/mistakes/loudest/loud.ts:1: not needed here: the solution has the same'],
    ['a badly named mistake', (root) => fs.renameSync(path.join(root, 'lessons/01-first/mistakes/shouts'), path.join(root, 'lessons/01-first/mistakes/Shouts')), 'a mistake is named in lower case'],
    ['an exception for no variant', put({ '01-first/mistakes/also.toml': 'nobody = ["shouts"]\n' }), 'lessons/01-first/mistakes/also.toml:1: there is no variant "nobody"'],
    ['an exception that does not parse', put({ '01-first/mistakes/also.toml': '\nshouts = 3\n' }), 'lessons/01-first/mistakes/also.toml:2: shouts: a list of ids is needed'],
  ];
  test.each(cases)('%s', async (_name, damage, problem) => {
    using copy = tinyCopy();
    damage(copy.path);
    expect((await quick(copy.path)).join('\n')).toContain(problem);
  });

  test('numbers rise', async () => {
    using copy = tinyCopy();
    const at = path.join(copy.path, 'lessons');
    fs.renameSync(path.join(at, '02-second'), path.join(at, '01-second'));
    edit('course.toml', (text) => text.replace('02-second', '01-second'))(copy.path);
    edit('01-second/lesson.md', (text) => text.replace('02-second', '01-second'))(copy.path);
    expect(await quick(copy.path)).toContain('lessons/course.toml:1: 01-second comes after 01-first: numbers must rise');
  });

  test('the boxes of learners: a starter may not take a line of theirs, nor lie on a file of theirs', async () => {
    using copy = tinyCopy();
    const box = (text: string, more: Record<string, string> = {}) => {
      const files = { 'package.json': '{}', 'box.ts': "import { greet } from './run.ts';\n\nconsole.log(greet(process.argv[3] ?? ''));\n", 'run.ts': text, ...more };
      write(path.join(copy.path, 'test/fixtures/boxes/other/01-first'), files);
    };
    const solution = read(tinyRoot, 'lessons/01-first/solution/run.ts').replaceAll(/.*#(?:end)?region.*\n/g, '');
    box(`${solution}\nfunction mine(): void {}\n`);
    expect(await quick(copy.path)).toEqual([]);
    // The learner's line is where the lesson's is: a conflict, which leaves their file alone.
    const clash = solution.replace("return 'bye';", "return 'so long';");
    box(clash);
    expect(await quick(copy.path)).toEqual([]);
    box(clash, { 'run.ts.02-second': 'mine' });
    expect(await quick(copy.path)).toEqual(['test/fixtures/boxes/other/01-first/run.ts:1: the starter of 02-second would lie on run.ts.02-second, which is the learner\'s']);
    // Merged line by line, this becomes something that Node does not take: two imports of one name are a syntax error.
    fs.rmSync(path.join(copy.path, 'test/fixtures/boxes/other/01-first/run.ts.02-second'));
    box(`${solution}\nexport function bye2(): string {\n  return 'x'\n`);
    expect((await quick(copy.path)).join()).toContain('with the starter of 02-second merged in');
  });

  test('lost lines are the learner\'s own that are gone', () => {
    expect(lostLines(textFile('a\nmine\nb\nmine\n'), textFile('a\nb\n'), textFile('a\nmine\nb\n'))).toEqual([{ line: 2, text: 'mine' }]);
    expect(lostLines(textFile('a\nmine\n'), textFile('a\n'), textFile('mine\n'))).toEqual([]);
  });

  test('Node says what it would not run, and where', () => {
    expect(syntaxError('const a: number = 1;\n')).toBeNull();
    expect(syntaxError('let a = 1;\nlet b = ;\n')).toEqual({ line: 2, message: expect.stringContaining('Node cannot run this') as string });
  });
});

describe('quick', () => {
  const course = loadCourse(checkout);
  const solutions = (id: string, quick: boolean) => trialsFor(course, course.lessons.find((lesson) => lesson.id === id)!, [], quick)
    .map(({ name }) => name).filter((name) => name.startsWith('the solution passes'));

  test('a solution is tried on its own lesson and the one before, the last one on all', () => {
    expect(solutions('04-mounts', false)).toEqual(['the solution passes 01-processes', 'the solution passes 02-syscalls', 'the solution passes 03-pid', 'the solution passes']);
    expect(solutions('04-mounts', true)).toEqual(['the solution passes 03-pid', 'the solution passes']);
    expect(solutions('01-processes', true)).toEqual(['the solution passes']);
    const last = course.lessons.at(-1)!.id;
    expect(solutions(last, true)).toEqual(solutions(last, false));
    expect(solutions(last, true)).toHaveLength(course.lessons.length);
  });
});

describe('the thorough half', () => {
  test('tries everything once, in order, and leaves no session', async () => {
    const { problems, lines } = await thorough(tinyRoot);
    expect(problems).toEqual([]);
    expect(lines).toEqual([
      '01-first, 02-second: texts and files - ok',
      '01-first: the starter fails - ok', '01-first: the solution passes - ok',
      ...['forgets-the-name', 'greets-twice', 'other-name', 'says-nothing', 'shouts'].map((name) => `01-first: mistake ${name} - ok`),
      '01-first: the experiments match - ok',
      '02-second: the starter fails - ok', '02-second: the solution passes 01-first - ok', '02-second: the solution passes - ok',
      ...['half-loud', 'loud-twice', 'loudest', 'lower-case', 'whispers'].map((name) => `02-second: mistake ${name} - ok`),
      '02-second: the experiments match - ok',
    ]);
  }, 60_000);

  const spoil = (wanted: Partial<Judged['result']>, where: (judged: Judged) => boolean) => (judged: Judged) => (where(judged) ? { ...judged.result, ...wanted } : judged.result);
  const has = (text: string) => ({ box }: Judged) => box.some((file) => Buffer.from(file.base64, 'base64').toString().includes(text));

  test.each<[string, Damage | null, ReturnType<typeof spoil> | undefined, string]>([
    ['a starter that passes', edit('01-first/starter/run.ts', (text) => text.replace(/throw new Error\(`TODO\(you\): greet \$\{name\}`\)/, '/* TODO(you) */ return `hello ${name}`')), undefined, 'lessons/01-first/starter:1: no check fails on the starter (greets pass)'],
    ['a starter that ends in an error of ours', null, spoil({ status: 'error' }, has('TODO(you): greet')), 'lessons/01-first/starter:1: 01-first, check greets ends in an error of its own'],
    ['a solution that fails', edit('02-second/solution/loud.ts', (text) => text.replace('toUpperCase', 'trim')), undefined, 'lessons/02-second/solution:1: 02-second, check greets: fail (expected hello you, observed hello you; --seed '],
    ['a solution that breaks an earlier lesson', null, spoil({ status: 'fail' }, (judged) => judged.lesson === '01-first' && has('toUpperCase')(judged)), 'lessons/02-second/solution:1: 01-first, check greets: fail'],
    ['a rule that fires on a solution', null, spoil({ fired: ['shouts'] }, has('toUpperCase')), 'the rule "shouts" fires on the solution'],
    ['a mistake that passes', edit('01-first/mistakes/shouts/run.ts', (text) => text.replace('return `HELLO ${name}`', 'return `hello ${name}` + ""')), undefined, 'lessons/01-first/mistakes/shouts:1: every check passes with this mistake in it'],
    ['a mistake with another\'s name', (root) => fs.copyFileSync(path.join(root, 'lessons/01-first/mistakes/shouts/run.ts'), path.join(root, 'lessons/01-first/mistakes/says-nothing/run.ts')), undefined, 'lessons/01-first/mistakes/says-nothing:1: the first check that fails, greets, names the mistake "shouts" (expected hello you, observed HELLO you)'],
    ['a mistake without a name', edit('01-first/mistakes/shouts/run.ts', (text) => text.replace('HELLO', 'HOLLA')), undefined, 'lessons/01-first/mistakes/shouts:1: the first check that fails, greets, names no mistake'],
    ['a rule that fires on another mistake', null, spoil({ fired: ['says-nothing', 'shouts'] }, has('HELLO')), 'lessons/01-first/mistakes/shouts:1: the rule "says-nothing" fires, too (greets); if it is right, mistakes/also.toml says so'],
    ['an experiment that prints something else', edit(page, (text) => text.replace('echo hello\n```\n```expect', 'echo hallo\n```\n```expect')), undefined, 'lessons/01-first/lesson.md:27: experiment 1: nothing matches /^hello$/; it printed:\n    | hallo'],
    ['an experiment that fails unannounced', edit(page, (text) => text.replace('sh try fails', 'sh try')), undefined, 'lessons/01-first/lesson.md:42: experiment 2: it ended with status 1, and the fence does not say `fails`'],
    ['an experiment that was to fail', edit(page, (text) => text.replace('```sh try\n', '```sh try fails\n')), undefined, 'experiment 1: the fence says `fails`, and it ended with status 0'],
  ])('%s', async (_name, damage, change, problem) => {
    using copy = tinyCopy();
    damage?.(copy.path);
    expect((await thorough(copy.path, change)).problems.join('\n')).toContain(problem);
  }, 60_000);

  test('a second mistake that is right can be declared', async () => {
    using copy = tinyCopy();
    const change = spoil({ fired: ['says-nothing', 'shouts'] }, has('HELLO'));
    put({ '01-first/mistakes/also.toml': 'shouts = ["says-nothing"]\n' })(copy.path);
    expect((await thorough(copy.path, change)).problems).toEqual([]);
  }, 60_000);

  test.each([[1, []], [2, ['lessons/01-first/lesson.md:1: the starter fails: no verdict, twice the kernel was lost (it did not answer)']]])('a kernel that is lost %d times', async (times, problems) => {
    const course = loadCourse(tinyRoot);
    const sandbox = tinyJudge();
    let left = times;
    const lines: string[] = [];
    const losing = { ...sandbox, check: (...request: Parameters<typeof sandbox.check>) => (left-- > 0 ? Promise.reject(new SandboxError('kernel', 'it did not answer')) : sandbox.check(...request)) };
    expect((await runGate(course, { lessons: course.lessons, rules: tinyRules, sandboxes: [losing], say: (line) => lines.push(line), signal })).map(problemLine)).toEqual(problems);
    expect(lines[1]).toBe('01-first: the starter fails - the kernel was lost, once more (it did not answer)');
  }, 60_000);

  test('with several kernels finds the same, in the same order', async () => {
    using copy = tinyCopy();
    for (const file of ['01-first/mistakes/shouts/run.ts', '01-first/mistakes/greets-twice/run.ts']) edit(file, (text) => text.replace(/return `/, 'return `x'))(copy.path);
    const course = loadCourse(copy.path);
    const gate = async (count: number) => {
      let [now, most] = [0, 0];
      const sandboxes = Array.from({ length: count }, () => {
        const judge = tinyJudge();
        return { ...judge, check: async (...request: Parameters<typeof judge.check>) => {
          most = Math.max(most, ++now);
          return judge.check(...request).finally(() => now--);
        } };
      });
      const problems = await runGate(course, { lessons: course.lessons, rules: tinyRules, sandboxes, say: () => {}, signal });
      return { problems: problems.map((problem) => problemLine(problem).replace(/--seed \w+/, '')), most };
    };
    const [alone, together] = [await gate(1), await gate(3)];
    expect(alone.problems).toHaveLength(2);
    expect(together.problems).toEqual(alone.problems);
    expect([alone.most, together.most]).toEqual([1, 3]);
  }, 60_000);

  test('one kernel that fails us ends it, when the others are done', async () => {
    const course = loadCourse(tinyRoot);
    let working = 0;
    const judge = tinyJudge();
    const slow = { ...judge, check: async (...request: Parameters<typeof judge.check>) => {
      working++;
      await new Promise((resolve) => setTimeout(resolve, 300));
      return judge.check(...request).finally(() => working--);
    } };
    const failing = { ...tinyJudge(), check: () => Promise.reject(new Error('gone')) };
    await expect(runGate(course, { lessons: course.lessons, rules: tinyRules, sandboxes: [slow, failing], say: () => {}, signal })).rejects.toThrow('gone');
    expect(working).toBe(0);
  });

  test('stops between trials when it is told to', async () => {
    const course = loadCourse(tinyRoot);
    const stopped = AbortSignal.abort();
    await expect(runGate(course, { lessons: course.lessons, rules: tinyRules, sandboxes: [tinyJudge()], say: () => {}, signal: stopped })).rejects.toThrow();
  });
});

test('the course itself is right, as far as can be seen without a kernel', async () => {
  const course = loadCourse(checkout);
  expect((await runGate(course, { lessons: course.lessons, say: () => {}, signal })).map(problemLine)).toEqual([]);
});
