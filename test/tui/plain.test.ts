/** The linear mode: words in, sentences out. */
import { PassThrough, Writable } from 'node:stream';
import { describe, expect, test, vi } from 'vitest';
import { announce } from '../../src/tui/plain/announce.ts';
import { compare } from '../../src/tui/compare.ts';
import { runScreen, sizeOf } from '../../src/tui/plain/run.ts';
import { sectionsOf } from '../../src/tui/plain/sections.ts';
import { askedBy } from '../../src/tui/plain/words.ts';
import { Effects } from '../../src/tui/effects/perform.ts';
import type { TutorStreams } from '../../src/tui/options.ts';
import { createStage } from '../../src/tui/stage.ts';
import { initialState } from '../../src/tui/state/init.ts';
import { createStore } from '../../src/tui/store.ts';
import { begin, drive, started } from './drive.ts';
import { FakeSandbox, kernel, result, verdictOf } from './fake-sandbox.ts';
import { detail, xrayOf } from './xray-sample.ts';
import { MemoryWorkspace, progressWith, sampleCourse } from './sample.ts';

describe('words', () => {
  const { state } = begin();
  test.each([
    ['', { ask: 'read', section: 'next' }],
    ['  more ', { ask: 'read', section: 'next' }],
    ['RUN 2', { ask: 'command', command: { do: 'experiment', number: 2 } }],
    ['run', { ask: 'nothing', say: 'Which one? For example: run 1' }],
    ['run x', { ask: 'nothing', say: 'Which one? For example: run 1' }],
    ['answer 1 b', { ask: 'command', command: { do: 'predict', number: 1, choice: 1 } }],
    ['answer 1 3', { ask: 'command', command: { do: 'predict', number: 1, choice: 2 } }],
    ['answer 1', { ask: 'nothing', say: 'Which question, and which answer? For example: answer 1 b' }],
    ['open 3', { ask: 'command', command: { do: 'open', lesson: '03-third' } }],
    ['/ mounts', { ask: 'find', words: 'mounts' }],
    ['/mounts', { ask: 'find', words: 'mounts' }],
    ['q', { ask: 'command', command: { do: 'quit' } }],
    ['lsit', { ask: 'nothing', say: 'I do not know “lsit”. Did you mean list? help lists the words.' }],
  ])('%j', (text, asked) => {
    expect(askedBy(state, text)).toEqual(asked);
  });

  test('an unknown lesson is answered with what there is', () => {
    expect(askedBy(state, 'open 99')).toMatchObject({ ask: 'nothing', say: expect.stringContaining('There is no lesson "99".') as string });
  });
});

test('sections begin with headings and are the whole page together', () => {
  const lesson = sampleCourse().lessons[0]!;
  const sections = sectionsOf(lesson);
  expect(sections.flat()).toEqual(lesson.blocks);
  expect(sections.slice(1).every((section) => section[0]?.kind === 'heading')).toBe(true);
});

describe('what is said', () => {
  const said = (before: ReturnType<typeof begin>, ...happens: Parameters<typeof drive>[1][]): string => announce(before.state, drive(before, ...happens).state).join('\n');

  test('nothing when nothing changed that one has to know', () => {
    expect(said(begin(), { do: 'scroll', by: 'line', direction: 1 })).toBe('');
  });

  test('what is new in the course, what it does to the box, and how to answer', () => {
    const change = { file: 'run.ts', kind: 'merge', side: undefined, reference: false, before: 'a', after: 'b' } as const;
    const text = said(begin(), { type: 'courseChanged', news: [{ lesson: '01-first', page: true, checks: false, files: ['run.ts'] }], changes: [{ change, lines: [] }] });
    expect(text).toMatch(/The course has changed since you were here\n[\s\S]*01-first: its page, its starter \(run\.ts\)[\s\S]*run\.ts {2}merged[\s\S]*yes does it, no leaves your files as they are\.$/);
  });

  test('a comparison says of each line whose it is', () => {
    const files = [{ file: 'run.ts', absent: false, lines: compare(`one\ntwo ${'long '.repeat(30)}\n`, 'one\nthree\n', 'run.ts') }];
    const looking = drive(begin(progressWith({ '01-first': { started: true, passed: true } }, '01-first')), { do: 'diff' });
    const text = said(looking, { type: 'compared', against: 'reference', version: undefined, files });
    expect(text).toMatch(/run\.ts\n {2}line 1\n {4}one\nyours: two (?:long )+\nreference: three\n/);
    expect(text).not.toMatch(/↪|^[-+] /m);
    const passed = drive(looking, { type: 'compared', against: 'reference', version: undefined, files }, { do: 'diff' });
    expect(said(passed, { type: 'compared', against: 'passed', version: '01-first', files })).toMatch(/Since your box passed lesson 01[\s\S]*then: two[\s\S]*now: three/);
  });

  test('the X-ray without a container says what to type, and presses no keys', () => {
    const looking = drive(begin(), { do: 'xray' });
    const text = said(looking, { type: 'xrayed', xray: xrayOf(null) });
    expect(text).toContain('xray start starts one with your box');
    expect(text).not.toMatch(/Enter|\(s\)/);
  });

  test('a stage of the kernel once, not every megabyte', () => {
    const setting = (done: number) => ({ type: 'kernel', state: { at: 'setting-up', what: 'packages', done, total: 60 }, note: undefined }) as const;
    expect(said(begin(), setting(1))).toBe('setting up: packages');
    expect(said(drive(begin(), setting(1)), setting(2))).toBe('');
  });

  test('a verdict in full', () => {
    const run = drive(begin(), { type: 'saved', files: [] }, { type: 'checkBegan', run: 1 });
    const verdict = verdictOf('01-first', [result('a', 'fail', { did: 'box run', expected: 'x', observed: 'y' })]);
    expect(said(run, { type: 'checkEnded', run: 1, verdict, leftovers: [] })).toMatch(/NOT YET {2}0 of 1 check pass[\s\S]*FAIL {2}Check a[\s\S]*observed y/);
  });

  test('the answer to a question, when the kernel has given its own', () => {
    const where = { lesson: '01-first', number: 2 };
    const asked = drive(begin(), { do: 'predict', number: 1, choice: 0 }, { type: 'experimentBegan', ...where });
    const text = said(asked, { type: 'experimentEnded', ...where, output: '0\n', ending: { code: 0, signal: null } });
    expect(text).toMatch(/Experiment 2, output:\n0\nExperiment 2: exit status 0\nNot so\.\n1\. b\) 0\n[\s\S]*root of the sandbox/);
  });

  test('one hint at a time', () => {
    const one = { type: 'progress', progress: progressWith({ '01-first': { started: true, hints: 1 } }, '01-first') } as const;
    const two = { type: 'progress', progress: progressWith({ '01-first': { started: true, hints: 2 } }, '01-first') } as const;
    const first = drive(begin(), { do: 'hint' });
    expect(announce(begin().state, first.state)).toEqual([]);
    expect(said(first, one)).toBe('\nHint 1\nLook there.\nhint shows the next one.');
    const second = drive(first, one, { do: 'hint' });
    expect(said(second, two)).toBe('\nHint 2\nLook closer.\nhint shows the next one.');
  });
});

/** Streams of a terminal that only takes lines. */
function streams(): { stdin: PassThrough; text: () => string; all: TutorStreams } {
  let written = '';
  const stdout = new Writable({
    write(chunk: Buffer, _, done) {
      written += chunk.toString();
      done();
    },
  });
  const stdin = new PassThrough();
  return { stdin, text: () => written, all: { stdin, stdout, stderr: stdout } as unknown as TutorStreams };
}

test('a whole conversation, without a single control sequence', async () => {
  const { stdin, text, all } = streams();
  const sandbox = new FakeSandbox();
  const workspace = new MemoryWorkspace(started);
  const stage = createStage();
  let effects: Effects | undefined;
  const store = createStore(initialState({ course: sampleCourse(), progress: workspace.progress(), size: sizeOf() }), (effect) => effects?.perform(effect));
  const made = (effects = new Effects({ store, workspace, env: {}, stage, openSandbox: () => sandbox, terminal: all, seed: () => 'seed' }));
  const ended = runScreen({ store, stage, streams: all, shown: () => made.begin() });
  const says = (words: string | RegExp, timeout = 2000): Promise<void> => vi.waitFor(() => expect(text()).toMatch(words), { timeout, interval: 5 });

  await says('Lesson 1: The first');
  sandbox.become({ at: 'ready', kernel });
  await says('kernel ready');
  stdin.write('\n');
  await says('Section 1 of');
  stdin.write('run 1\n');
  await says(/Experiment 1, output:\nran echo one\nExperiment 1: exit status 0/);
  stdin.write('run 2\n');
  await says('Answer the question above first');
  stdin.write('answer 1 b\n');
  await says(/Right\.\n1\. b\) 0/);
  stdin.write('check\n');
  await says(/PASSED {2}all 1 check/);
  stdin.write('list\n');
  await says('Mounts and more');
  sandbox.looks = () => xrayOf(detail, performance.now());
  stdin.write('xray\n');
  await says(/X-ray: web, process 12\n\nNamespaces[\s\S]*Network[\s\S]*default by 10\.200\.0\.1, through eth0\n[\s\S]*drydock> $/, 5000);
  expect(store.state.view).toEqual({ name: 'page' });
  stdin.write('quit\n');
  expect(await ended).toBe(0);
  await made.end();
  expect(text()).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u007F-\u009F]/);
});

test('the end of the input leaves', async () => {
  const { stdin, all } = streams();
  const store = createStore(initialState({ course: sampleCourse(), progress: started, size: sizeOf() }), () => undefined);
  const ended = runScreen({ store, stage: createStage(), streams: all, shown: () => undefined });
  stdin.end();
  expect(await ended).toBe(0);
});
