/** Which box is broken, and that nothing is asked which the kernel does not show; with a judge that is played. */
import { expect, test } from 'vitest';
import { rules } from '../../sandbox/diagnose/rules.ts';
import type { CheckRequest } from '../../src/check/types.ts';
import type { CheckResult } from '../../src/check/wire.ts';
import { prepareDrill, type PrepareOptions } from '../../src/drill/prepare.ts';
import { mistakesOf, mistakeTree, solutionTree } from '../../src/lesson/lay/trees.ts';
import { loadCourse } from '../../src/lesson/load.ts';
import { textFile, textOf, type Tree } from '../../src/lesson/tree.ts';
import { result, verdictOf } from '../cli/judged-world.ts';
import { checkout } from '../lesson/fixture.ts';

const course = loadCourse(checkout);
const lesson = course.lessons.find(({ id }) => id === '05-root')!;
const solution = solutionTree(course, lesson);
/** Somebody's box: the reference with a file of its own, and a line more in one. */
const mine: Tree = new Map([...solution, ['notes.ts', textFile('// mine\n')]]);

/** Which of the lesson's mistakes are in a box, by what its files say. */
function mistakesIn(request: CheckRequest): string[] {
  const text = (name: string): string | undefined => {
    const file = request.box.find(({ path }) => path === name);
    return file && Buffer.from(file.base64, 'base64').toString();
  };
  return mistakesOf(lesson).filter(({ name }) => [...mistakeTree(course, lesson, name)].every(([file, content]) => text(file) === textOf(content))).map(({ id }) => id);
}

type Answer = (request: CheckRequest) => CheckResult[];

function named(id: string, fired: string[] = []): CheckResult {
  const rule = rules.find((one) => one.id === id)!;
  return { ...result('first', 'fail'), observed: 'seen; and the doctor says why', evidence: [{ source: '/proc/1', lines: ['line'] }], fired: [id, ...fired], mistake: { id, title: rule.title, why: 'why', look: 'look' } };
}

const honest: Answer = (request) => {
  const [id] = mistakesIn(request);
  return id === undefined ? [result('first', 'pass')] : [named(id), result('second', 'fail')];
};

async function prepare(answer: Answer = honest, more: Partial<PrepareOptions> = {}): Promise<{ drill: Awaited<ReturnType<typeof prepareDrill>>; asked: CheckRequest[] }> {
  const asked: CheckRequest[] = [];
  const drill = await prepareDrill({
    course, lesson, mine, seed: 'seed', signal: new AbortController().signal, ...more,
    sandbox: {
      check: async (request, options) => {
        asked.push(request);
        const checks = answer(request);
        for (const check of checks) options?.onCheck?.({ ...check, observed: check.observed.split(';')[0]! });
        return { verdict: verdictOf(request, checks), leftovers: [] };
      },
    },
  });
  return { drill, asked };
}

test('the learner’s box is judged as it is, then broken; the question hides what the proof says', async () => {
  const { drill, asked } = await prepare();
  expect(asked).toHaveLength(2);
  expect(asked[0]?.box.map(({ path }) => path)).toContain('notes.ts');
  expect(asked[1]).toMatchObject({ lesson: '05-root', allRules: true, seed: 'seed' });
  expect(drill).toMatchObject({ on: 'yours', lesson: '05-root', seed: 'seed' });
  expect(drill.because).toBeUndefined();
  expect(drill.before).toBe(mine);
  expect(drill.broken.has('notes.ts')).toBe(true);
  expect(drill.choices.map(({ id }) => id)).toContain(drill.mistake);
  expect(drill.choices).toHaveLength(4);
  expect(drill.proof.mistake?.id).toBe(drill.mistake);
  expect(drill.symptoms.map(({ id }) => id)).toEqual(['first', 'second']);
  for (const symptom of drill.symptoms) {
    expect(symptom).not.toHaveProperty('mistake');
    expect(symptom).not.toHaveProperty('fired');
    expect(symptom.evidence).toEqual([]);
  }
  // What a system call's failure means comes with the proof.
  expect([drill.symptoms[0]?.observed, drill.proof.observed]).toEqual(['seen', 'seen; and the doctor says why']);
});

test('a seed is a drill; seeds differ', async () => {
  const ids = await Promise.all(['1', '2', '3', '4', '5', '6'].map(async (seed) => (await prepare(honest, { seed })).drill.mistake));
  expect((await prepare(honest, { seed: '1' })).drill.mistake).toBe(ids[0]);
  expect(new Set(ids).size).toBeGreaterThan(2);
});

test('what gets another name in the kernel is not asked', async () => {
  let first: string | undefined;
  const { drill, asked } = await prepare((request) => {
    const [id] = mistakesIn(request);
    if (id === undefined) return [result('first', 'pass')];
    first ??= id;
    return id === first ? [named(rules.find((rule) => rule.lesson === '04-mounts')!.id)] : [named(id)];
  });
  expect(drill.mistake).not.toBe(first);
  expect(asked.length).toBeGreaterThanOrEqual(3);
});

test('nor is what passes with the mistake in it', async () => {
  let tries = 0;
  const { drill } = await prepare((request) => (mistakesIn(request).length > 0 && ++tries === 1 ? [result('first', 'pass')] : honest(request)));
  expect(tries).toBe(2);
  expect(drill.on).toBe('yours');
});

test('a mistake that shows as well is no wrong answer', async () => {
  const other = rules.filter((rule) => rule.lesson === '05-root').map(({ id }) => id);
  const { drill } = await prepare((request) => {
    const [id] = mistakesIn(request);
    return id === undefined ? [result('first', 'pass')] : [named(id, other.filter((one) => one !== id).slice(0, 4))];
  });
  const ids = drill.choices.map(({ id }) => id);
  for (const also of other.filter((one) => one !== drill.mistake).slice(0, 4)) expect(ids).not.toContain(also);
});

test.each<[string, Partial<PrepareOptions>, Answer, string]>([
  ['there is none', { mine: null }, honest, 'no box'],
  ['it is built in another way', { mine: new Map([['box.ts', textFile('// all mine\n')]]) }, honest, 'does not fit'],
  ['it does not pass', {}, (request) => (mistakesIn(request).length === 0 && request.box.some(({ path }) => path === 'notes.ts') ? [result('first', 'fail')] : honest(request)), 'does not pass'],
])('where %s, the reference’s is broken, and that is said', async (_name, more, answer, because) => {
  const { drill } = await prepare(answer, more);
  expect(drill).toMatchObject({ on: 'reference', because });
  expect([...drill.before]).toEqual([...solution]);
});

test('where nothing shows anywhere, nothing is asked', async () => {
  await expect(prepare(() => [result('first', 'pass')])).rejects.toThrow(/None of 05-root's mistakes/);
});
