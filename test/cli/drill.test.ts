/** `drydock drill` around a sandbox that is played: what is asked, shown, answered, recorded; with and without a terminal. */
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { rules } from '../../sandbox/diagnose/rules.ts';
import { SandboxError } from '../../src/check/sandbox.ts';
import { layWorkspace } from '../../src/lesson/lay/lay.ts';
import { mistakesOf, mistakeTree } from '../../src/lesson/lay/trees.ts';
import { loadCourse } from '../../src/lesson/load.ts';
import { readTree, textOf } from '../../src/lesson/tree.ts';
import { checkout } from '../lesson/fixture.ts';
import { answering, JudgedWorld, type Played, result, verdictOf } from './judged-world.ts';

const course = loadCourse(checkout);
const lesson = course.lessons.find(({ id }) => id === '03-pid')!;
const ruleOf = (id: string) => rules.find((rule) => rule.id === id)!;

/** Names the mistake whose files are in the box; else everything passes. */
const judge: NonNullable<Played['check']> = async (request, options) => {
  const text = (name: string): string => Buffer.from(request.box.find((file) => file.path === name)?.base64 ?? '', 'base64').toString();
  const found = mistakesOf(lesson).find(({ name }) => [...mistakeTree(course, lesson, name)].every(([file, content]) => text(file) === textOf(content)));
  if (!found) return await answering(result('one', 'pass'))(request, options);
  const { id, title } = ruleOf(found.id);
  const failed = { ...result('one', 'fail'), evidence: [{ source: '/proc/9/status', lines: ['NSpid:\t9 \u001b[31m'] }], fired: [id], mistake: { id, title, why: 'It is because.', look: 'There.' } };
  return await answering(failed)(request, options);
};

class Drilled extends JudgedWorld {
  constructor(played: Played = {}) {
    super({ check: judge, ...played });
    fs.rmSync(path.join(this.workspace, 'box'), { recursive: true });
    layWorkspace(course, lesson, this.workspace, { kind: 'solution' }, 0);
    fs.writeFileSync(path.join(this.workspace, 'box/mine.ts'), '// mine\n');
    fs.writeFileSync(path.join(this.workspace, 'progress.json'), JSON.stringify({
      version: 1, current: null, lessons: { '03-pid': { state: 'passed', attempts: 1, hints: 0, predictions: {}, seconds: 0 } },
    }));
  }

  /** The number of the right answer, and of a wrong one. */
  numbers(): { right: number; wrong: number; title: string } {
    const { choices, mistake } = JSON.parse(fs.readFileSync(path.join(this.workspace, '.drill/drill.json'), 'utf8')) as { choices: { id: string; title: string }[]; mistake: string };
    const right = choices.findIndex(({ id }) => id === mistake) + 1;
    return { right, wrong: right === 1 ? 2 : 1, title: choices[right - 1]!.title };
  }
}

test('the last lesson that passed; symptoms, ways to look, four answers; and not which it is', async () => {
  using world = new Drilled();
  const before = [...readTree(path.join(world.workspace, 'box'))];
  const { status, out, err } = await world.drydock('drill', '--seed', 'abc');
  expect(status).toBe(0);
  expect(out).toMatch(/^Drill on 03-pid: one thing is broken in a copy of your box\./);
  expect(out).toContain('  FAIL  Title of one\n    did       box run -- true\n    expected  one thing\n    observed  another\n');
  expect(out).toContain('drydock drill --shell');
  expect(out).toContain('drydock drill --answer N');
  expect(out.match(/^ {2}[1-4] {2}\S/gm)).toHaveLength(4);
  expect(out).not.toContain('It is because.');
  expect(err).toContain('Seeing whether your box works as it is.');
  expect(world.requests).toHaveLength(2);
  expect([...readTree(path.join(world.workspace, 'box'))]).toEqual(before);
  expect(world.closed).toBe(1);
});

test('asked again, it is the same one, and no kernel is needed; --new is another, of the same lesson', async () => {
  using world = new Drilled();
  const first = await world.drydock('drill', '3', '--seed', 'abc');
  const asked = world.requests.length;
  expect((await world.drydock('drill')).out).toBe(first.out);
  expect((await world.drydock('drill', '3')).out).toBe(first.out);
  expect(world.requests).toHaveLength(asked);
  expect((await world.drydock('drill', '--new')).out).toContain('Drill on 03-pid');
  expect(world.requests.length).toBeGreaterThan(asked);
  // The same seed is the same drill.
  expect((await world.drydock('drill', '--seed', 'abc')).out).toBe(first.out);
});

test('the right answer: status 0, the proof, the changed lines, and it is recorded', async () => {
  using world = new Drilled();
  await world.drydock('drill', '--seed', 'abc');
  const { right, title } = world.numbers();
  const { status, out } = await world.drydock('drill', '--answer', String(right));
  expect(status).toBe(0);
  expect(out.replaceAll(/\s+/g, ' ')).toContain(`Right: ${title}.`);
  expect(out).toContain('NSpid: 9 ␛[31m');
  expect(out).toContain('It is because.');
  expect(out).toMatch(/^--- a\/\S+\n\+\+\+ b\/\S+\n@@/m);
  expect(out).toContain('Drills on 03-pid: 1 of 1 found.');
  expect(world.progress()).toMatchObject({ lessons: { '03-pid': { state: 'passed', drills: { of: 1, right: 1 } } } });
  // Answered is answered.
  expect((await world.drydock('drill', '--answer', '1')).err).toContain('There is no open drill.');
});

test('a wrong one: status 1, which it is, and it counts', async () => {
  using world = new Drilled();
  await world.drydock('drill', '--seed', 'abc');
  const { right, wrong, title } = world.numbers();
  const { status, out } = await world.drydock('drill', '--answer', String(wrong));
  expect(status).toBe(1);
  expect(out.replaceAll(/\s+/g, ' ')).toContain(`Not so. It is ${right}: ${title}.`);
  expect(world.progress()).toMatchObject({ lessons: { '03-pid': { drills: { of: 1, right: 0 } } } });
});

test('--json: the question, and then the answer with its proof', async () => {
  using world = new Drilled();
  const question = JSON.parse((await world.drydock('drill', '--json', '--seed', 'abc')).out) as { choices: { number: number }[]; symptoms: object[] };
  expect(question).toMatchObject({ schema: 'drydock.drill/1', lesson: '03-pid', seed: 'abc', on: 'yours' });
  expect(question.choices.map(({ number }) => number)).toEqual([1, 2, 3, 4]);
  expect(question).not.toHaveProperty('answered');
  expect(JSON.stringify(question.symptoms)).not.toContain('It is because.');
  const { right } = world.numbers();
  const answered = JSON.parse((await world.drydock('drill', '--answer', String(right), '--json')).out) as object;
  expect(answered).toMatchObject({ answered: { choice: right, right: true, answer: right, proof: { mistake: { why: 'It is because.' } }, score: { right: 1, of: 1 } } });
});

test('--shell lays the broken box, not the learner’s', async () => {
  const laid: (string | undefined)[] = [];
  using world = new Drilled({
    run: ({ box, argv, wall }) => {
      laid.push(box?.find(({ path: name }) => name === 'mine.ts')?.base64, argv.join(' '), wall, JSON.stringify(box?.map(({ base64 }) => base64)));
      return { write() {}, end() {}, resize() {}, signal() {}, finish() {}, started: Promise.resolve(3), ended: Promise.resolve({ ending: { code: 0, signal: null }, leftovers: [] }) };
    },
  });
  await world.drydock('drill', '--seed', 'abc');
  expect((await world.drydock('drill', '--shell')).status).toBe(0);
  const broken = [...readTree(path.join(world.workspace, '.drill/broken'))].map(([, { bytes }]) => bytes.toString('base64'));
  expect(laid).toEqual([Buffer.from('// mine\n').toString('base64'), 'bash', 'playground', JSON.stringify(broken)]);
});

test('a lesson that has not passed shows its answer only to who says so', async () => {
  using world = new Drilled();
  const refused = await world.drydock('drill', '1');
  expect(refused.status).toBe(2);
  expect(refused.err).toContain('Lesson 01-processes has not passed yet');
  expect(world.requests).toEqual([]);
  fs.rmSync(path.join(world.workspace, 'progress.json'));
  expect((await world.drydock('drill')).err).toContain('No lesson has passed yet');
});

test.each([
  [['--answer', '5'], /"5" is none of the answers\.\n {2}→ They are 1 to 4/],
  [['--answer', 'two'], /"two" is none of the answers/],
  [['--seed', 'a b'], /is no seed/],
  [['9-nothing'], /There is no lesson/],
])('%j is a matter of usage', async (argv, message) => {
  using world = new Drilled();
  await world.drydock('drill', '--seed', 'abc');
  const ran = await world.drydock('drill', ...argv);
  expect(ran.status).toBe(2);
  expect(ran.err).toMatch(message);
});

test('a kernel that is lost makes no drill, and takes none away', async () => {
  using world = new Drilled();
  await world.drydock('drill', '--seed', 'abc');
  const open = fs.readFileSync(path.join(world.workspace, '.drill/drill.json'), 'utf8');
  using lost = new Drilled({ check: () => Promise.reject(new SandboxError('kernel', 'the kernel was lost')) });
  fs.cpSync(path.join(world.workspace, '.drill'), path.join(lost.workspace, '.drill'), { recursive: true });
  expect((await lost.drydock('drill', '--new')).status).toBe(4);
  expect(fs.readFileSync(path.join(lost.workspace, '.drill/drill.json'), 'utf8')).toBe(open);
});

test('the answers of a judge that says nothing of a mistake are not asked', async () => {
  using world = new Drilled({ check: async (request) => ({ verdict: verdictOf(request, [result('one', 'pass')]), leftovers: [] }) });
  const { status, err } = await world.drydock('drill');
  expect(status).toBe(3);
  expect(err).toContain("None of 03-pid's mistakes");
});
