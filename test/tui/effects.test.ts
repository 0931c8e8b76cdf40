/** Effects: what the reducer asks for, done on a sandbox in memory. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { UserError } from '../../src/errors.ts';
import { Effects } from '../../src/tui/effects/perform.ts';
import { createStage } from '../../src/tui/stage.ts';
import { initialState } from '../../src/tui/state/init.ts';
import { type Store, createStore } from '../../src/tui/store.ts';
import type { Command } from '../../src/tui/state/types.ts';
import { FakeSandbox, kernel, result } from './fake-sandbox.ts';
import { verdictInput } from '../../src/tui/state/select.ts';
import { MemoryWorkspace, progressWith, sampleCourse } from './sample.ts';
import { started } from './drive.ts';
import { commandLine } from '../../src/check/wire.ts';
import { detail, running, xrayOf } from './xray-sample.ts';

type World = { store: Store; sandbox: FakeSandbox; workspace: MemoryWorkspace; effects: Effects; press: (...commands: Command[]) => void };
let world: World;

function make(workspace = new MemoryWorkspace(started), env: Record<string, string> = {}, course = sampleCourse()): World {
  const sandbox = new FakeSandbox();
  let effects: Effects | undefined;
  const initial = initialState({ course, progress: workspace.progress(), size: { columns: 80, rows: 24 } });
  const store = createStore(initial, (effect) => effects?.perform(effect));
  const made = (effects = new Effects({
    store, workspace, env, stage: createStage(), openSandbox: () => sandbox, terminal: { stdin: new PassThrough(), stdout: new PassThrough() }, seed: () => 'seed',
  }));
  world = { store, sandbox, workspace, effects: made, press: (...commands) => commands.forEach((command) => store.dispatch({ type: 'command', command })) };
  made.begin();
  return world;
}

afterEach(() => world.effects.end());

const check = () => world.store.state.checks['01-first'];
const experiment = (number: number) => world.store.state.pages['01-first']?.experiments[number];
const until = (assertion: () => void): Promise<void> => vi.waitFor(assertion, { timeout: 2000, interval: 5 });

describe('the kernel', () => {
  test('boots by itself, and every stage is in the state', async () => {
    const { sandbox, store } = make();
    await until(() => expect(store.state.kernel.at).toBe('idle'));
    sandbox.become({ at: 'setting-up', what: 'packages', done: 1, total: 60 });
    expect(store.state.kernel).toMatchObject({ at: 'setting-up', done: 1 });
    sandbox.become({ at: 'ready', kernel }, 'The kernel was replaced.');
    expect(store.state).toMatchObject({ kernel: { at: 'ready' }, message: { text: 'The kernel was replaced.' } });
  });

  test('what is asked before it is ready waits, and is not lost', async () => {
    const { sandbox, store, press } = make();
    press({ do: 'rerun' }, { do: 'experiment', number: 1 });
    await until(() => expect(experiment(1)).toEqual({ at: 'queued' }));
    expect(check()?.at).toBe('queued');
    expect(sandbox.asked).toEqual([]);
    sandbox.become({ at: 'ready', kernel });
    await until(() => expect(check()?.at).toBe('done'));
    await until(() => expect(experiment(1)).toMatchObject({ at: 'done', output: 'ran echo one\n' }));
    expect(store.state.waiting).toEqual([]);
  });

  test('a tutor that was left before its first frame was on the screen begins nothing', async () => {
    const { store, workspace } = make();
    const openSandbox = vi.fn(() => new FakeSandbox());
    const watch = vi.spyOn(fs, 'watch');
    const effects = new Effects({
      store, workspace, env: {}, stage: createStage(), openSandbox, terminal: { stdin: new PassThrough(), stdout: new PassThrough() }, seed: () => 'seed',
    });
    watch.mockClear();
    await effects.end();
    effects.begin();
    await new Promise((resolve) => setImmediate(resolve));
    expect(openSandbox).not.toHaveBeenCalled();
    expect(watch).not.toHaveBeenCalled();
    watch.mockRestore();
  });

  test('where there can be none, what waits says why', async () => {
    const { sandbox, press } = make();
    press({ do: 'rerun' });
    await until(() => expect(check()?.at).toBe('queued'));
    sandbox.become({ at: 'impossible', message: 'No user namespaces.', next: ['vagrant up'] });
    await until(() => expect(check()).toMatchObject({ at: 'failed', why: 'No user namespaces.' }));
  });
});

describe('marking', () => {
  test('results come as they are judged; the verdict is remembered', async () => {
    const { sandbox, store, workspace } = make();
    sandbox.become({ at: 'ready', kernel });
    sandbox.judge = () => [result('a', 'pass'), result('b', 'fail')];
    store.dispatch({ type: 'saved', files: ['run.ts'] });
    await until(() => expect(check()).toMatchObject({ at: 'done', verdict: { passed: false } }));
    expect(workspace.events.at(-1)).toMatchObject({ type: 'marked', lesson: '01-first' });
    expect(store.state.progress.lessons['01-first']?.attempts).toBe(1);
    expect(sandbox.asked[0]).toMatchObject({ lesson: '01-first', seed: 'seed' });
  });

  test('a save during a run cancels it and marks again; only the last verdict counts', async () => {
    const { sandbox, store, workspace } = make();
    sandbox.become({ at: 'ready', kernel });
    const gate = Promise.withResolvers<void>();
    sandbox.gate = gate.promise;
    store.dispatch({ type: 'saved', files: ['run.ts'] });
    await until(() => expect(sandbox.asked).toHaveLength(1));
    store.dispatch({ type: 'saved', files: ['run.ts'] });
    await until(() => expect(sandbox.asked).toHaveLength(2));
    gate.resolve();
    await until(() => expect(check()?.at).toBe('done'));
    expect(workspace.events.filter((event) => event.type === 'marked')).toHaveLength(1);
  });

  test('after a pass the lessons passed before are looked at again, nearest first; what fails now is known', async () => {
    const workspace = new MemoryWorkspace(progressWith({ '01-first': { started: true, passed: true }, '02-second': { started: true, passed: true }, '03-third': { started: true } }, '03-third'));
    const { sandbox, store } = make(workspace);
    sandbox.become({ at: 'ready', kernel });
    sandbox.judge = ({ lesson }) => [result('one', lesson === '01-first' ? 'fail' : 'pass')];
    store.dispatch({ type: 'saved', files: ['run.ts'] });
    await until(() => expect(workspace.events.filter(({ type }) => type === 'remarked')).toHaveLength(2));
    expect(sandbox.asked.map(({ lesson }) => lesson)).toEqual(['03-third', '02-second', '01-first']);
    expect(store.state.regression).toBeUndefined();
    expect(store.state.progress.lessons['01-first']).toMatchObject({ passed: true, failsNow: true });
    // Nobody asked: it is no attempt.
    expect(store.state.progress.lessons['01-first']?.attempts).toBe(0);
    expect(verdictInput(store.state).broken.map(({ lesson }) => lesson.id)).toEqual(['01-first']);
  });

  test('what is looked at again is the box that passed, whatever starting the next lesson lays into it meanwhile', async () => {
    const workspace = new MemoryWorkspace(progressWith({ '01-first': { started: true, passed: true }, '02-second': { started: true } }, '02-second'));
    const box = (code: string) => [{ path: 'run.ts', base64: Buffer.from(code).toString('base64') }];
    let code = 'it passes';
    const { checkRequest } = workspace;
    workspace.checkRequest = (lesson, seed) => ({ ...checkRequest.call(workspace, lesson, seed), box: box(code) });
    const { sandbox, store } = make(workspace);
    sandbox.become({ at: 'ready', kernel });
    store.subscribe((after) => {
      if (after.checks['02-second']?.at === 'done') code = '<<<<<<< half merged';
    });
    store.dispatch({ type: 'saved', files: ['run.ts'] });
    await until(() => expect(workspace.events.filter(({ type }) => type === 'remarked')).toHaveLength(1));
    expect(sandbox.asked.map(({ lesson, box: sent }) => [lesson, sent])).toEqual([['02-second', box('it passes')], ['01-first', box('it passes')]]);
  });

  test('a save ends the looking again, and nothing of it counts', async () => {
    const workspace = new MemoryWorkspace(progressWith({ '01-first': { started: true, passed: true }, '02-second': { started: true } }, '02-second'));
    const { sandbox, store } = make(workspace);
    sandbox.become({ at: 'ready', kernel });
    store.subscribe((after) => {
      if (after.regression) sandbox.gate ??= new Promise(() => undefined);
    });
    store.dispatch({ type: 'saved', files: ['run.ts'] });
    await until(() => expect(store.state.regression).toMatchObject({ lesson: '01-first' }));
    sandbox.gate = undefined;
    sandbox.judge = () => [result('one', 'fail')];
    store.dispatch({ type: 'saved', files: ['run.ts'] });
    await until(() => expect(store.state.checks['02-second']).toMatchObject({ at: 'done', verdict: { passed: false } }));
    expect(store.state.regression).toBeUndefined();
    expect(workspace.events.filter(({ type }) => type === 'remarked')).toEqual([]);
  });

  test('Ctrl-C cancels it', async () => {
    const { sandbox, press } = make();
    sandbox.become({ at: 'ready', kernel });
    sandbox.gate = new Promise(() => undefined);
    press({ do: 'rerun' });
    await until(() => expect(check()?.at).toBe('running'));
    press({ do: 'interrupt' });
    await until(() => expect(check()?.at).toBe('cancelled'));
  });

  test('a box that cannot be read is said, with what to do', async () => {
    const workspace = new MemoryWorkspace(started);
    workspace.checkRequest = () => {
      throw new UserError('run.ts cannot be read', { next: ['ls -l run.ts'] });
    };
    const { sandbox, press } = make(workspace);
    sandbox.become({ at: 'ready', kernel });
    press({ do: 'rerun' });
    await until(() => expect(check()).toMatchObject({ at: 'failed', why: 'run.ts cannot be read\nls -l run.ts' }));
  });
});

describe('experiments', () => {
  test('run one after the other', async () => {
    const { sandbox, press, store } = make();
    sandbox.become({ at: 'ready', kernel });
    const gate = Promise.withResolvers<void>();
    sandbox.gate = gate.promise;
    press({ do: 'experiment', number: 1 }, { do: 'predict', number: 1, choice: 1 });
    await until(() => expect(experiment(1)?.at).toBe('running'));
    expect(experiment(2)).toEqual({ at: 'queued' });
    gate.resolve();
    await until(() => expect(experiment(2)?.at).toBe('done'));
    expect(store.state.progress.lessons['01-first']?.predictions).toEqual({ 1: 1 });
  });

  test('what stands above and has not run in this session runs first, once', async () => {
    const { sandbox, press } = make();
    sandbox.become({ at: 'ready', kernel });
    press({ do: 'predict', number: 1, choice: 1 });
    await until(() => expect(experiment(2)?.at).toBe('done'));
    expect(experiment(1)).toMatchObject({ at: 'done', output: 'ran echo one\n' });
    const ran = sandbox.experiments.length;
    press({ do: 'experiment', number: 2 });
    await until(() => expect(sandbox.experiments.length).toBe(ran + 1));
    await until(() => expect(experiment(2)?.at).toBe('done'));
    // A new kernel knows nothing of it.
    sandbox.become({ at: 'lost', why: 'gone' });
    press({ do: 'experiment', number: 2 });
    await until(() => expect(sandbox.experiments.length).toBe(ran + 3));
    expect(sandbox.experiments.at(-2)).toBe(sandbox.experiments[0]);
  });

  test('but not where a question above is still open: its output would be the answer', async () => {
    const course = sampleCourse();
    const { blocks } = course.lessons[0]!;
    const last = blocks.findLast((block) => block.kind === 'experiment')!;
    course.lessons[0]!.blocks = [...blocks, { ...last, number: 3 }];
    const { sandbox, press } = make(undefined, {}, course);
    sandbox.become({ at: 'ready', kernel });
    press({ do: 'experiment', number: 3 });
    await until(() => expect(experiment(3)?.at).toBe('done'));
    expect(experiment(1)?.at).toBe('done');
    expect(experiment(2)).toBeUndefined();
  });

  test('Ctrl-C stops the one that runs and forgets those that wait', async () => {
    const { sandbox, press, store } = make();
    sandbox.become({ at: 'ready', kernel });
    sandbox.gate = new Promise(() => undefined);
    press({ do: 'experiment', number: 1 }, { do: 'predict', number: 1, choice: 1 });
    await until(() => expect(experiment(1)?.at).toBe('running'));
    press({ do: 'interrupt' });
    await until(() => expect(experiment(1)?.at).toBe('cancelled'));
    expect(experiment(2)?.at).toBe('cancelled');
    expect(store.state.waiting).toEqual([]);
    // The next one is not held up by those.
    sandbox.gate = undefined;
    press({ do: 'experiment', number: 1 });
    await until(() => expect(experiment(1)?.at).toBe('done'));
  });
});

describe('starting', () => {
  const change = { file: 'libc.ts', kind: 'new', side: undefined, reference: false, before: '', after: 'x' } as const;

  test('whoever has nothing yet gets the first lesson at once', async () => {
    const workspace = new MemoryWorkspace(progressWith({}));
    workspace.changes = [change];
    const { store } = make(workspace);
    await until(() => expect(workspace.started).toEqual(['01-first']));
    expect(store.state.progress.current).toBe('01-first');
    expect(store.state.message?.text).toBe('Started: 1 file laid into your box. u undoes it.');
  });

  test('of a conflict one sees what the lesson changes in the file that it was written for', async () => {
    const workspace = new MemoryWorkspace(progressWith({}));
    const both = '<<<<<<< yours\nmine();\n=======\ntheirs();\n>>>>>>> lesson\n';
    workspace.changes = [{ ...change, kind: 'conflict', side: 'libc.ts.01-first', before: '', after: both, lesson: { before: 'a();\n', after: 'a();\ntheirs();\n' } }];
    const { store } = make(workspace);
    await until(() => expect(store.state.view.name).toBe('preview'));
    const { view } = store.state;
    const [{ lines } = { lines: [] }] = view.name === 'preview' ? view.changes : [];
    expect(lines.map(({ mark, parts }) => `${mark}${parts.map(({ text }) => text).join('')}`).filter((text) => !text.startsWith('@'))).toEqual([' a();', '+theirs();']);
  });

  test('a box that is there already is asked about first', async () => {
    const workspace = new MemoryWorkspace(progressWith({}));
    workspace.changes = [{ ...change, kind: 'merge', before: 'y' }];
    const { store, press } = make(workspace);
    await until(() => expect(store.state.view).toMatchObject({ name: 'preview', changes: [{ change: { file: 'libc.ts' } }] }));
    expect(workspace.started).toEqual([]);
    press({ do: 'enter' });
    await until(() => expect(workspace.started).toEqual(['01-first']));
    expect(store.state.view.name).toBe('page');
  });

  test('u takes it back', async () => {
    const workspace = new MemoryWorkspace(progressWith({}));
    workspace.changes = [change];
    const { store, press } = make(workspace);
    await until(() => expect(workspace.started).toEqual(['01-first']));
    press({ do: 'undo' });
    await until(() => expect(store.state.message?.text).toBe('Undone: your files are as they were before.'));
    expect(store.state.progress.lessons['01-first']?.started).toBe(false);
    await until(() => expect(store.state.offers['01-first']).toMatchObject({ adds: ['libc.ts'] }));
    press({ do: 'undo' });
    await until(() => expect(store.state.message?.text).toBe('There is nothing to undo.'));
  });

  test('a course that has changed is told once, and brought after Enter', async () => {
    const workspace = new MemoryWorkspace(started);
    workspace.fresh = { lessons: [{ lesson: '01-first', page: true, checks: false, files: ['libc.ts'] }], changes: [{ ...change, kind: 'merge', before: 'y' }] };
    const { store, press } = make(workspace);
    await until(() => expect(store.state.view).toMatchObject({ name: 'preview', news: [{ lesson: '01-first' }] }));
    expect(workspace.updates).toBe(0);
    press({ do: 'enter' });
    await until(() => expect(workspace.updates).toBe(1));
    expect(store.state).toMatchObject({ view: { name: 'page' }, message: { text: 'Updated: 1 file of your box. u undoes it.' } });
    expect(workspace.started).toEqual([]);
  });

  test('what changes nothing in the box is only said', async () => {
    const workspace = new MemoryWorkspace(started);
    workspace.fresh = { lessons: [{ lesson: '01-first', page: true, checks: true, files: [] }], changes: [] };
    const { store } = make(workspace);
    await until(() => expect(store.state.message?.text).toBe('The course has changed since you were here: 01-first: its page, its checks.'));
    expect(store.state.view.name).toBe('page');
  });

  test('a disk that is full is said, and the tutor goes on', async () => {
    const workspace = new MemoryWorkspace(progressWith({}));
    workspace.start = () => {
      throw new UserError('The workspace cannot be written: write ENOSPC.', { next: ['The disk is full.'] });
    };
    const { store } = make(workspace);
    await until(() => expect(store.state.message).toMatchObject({ tone: 'bad', text: 'The workspace cannot be written: write ENOSPC.\nThe disk is full.' }));
  });
});

test('the comparison with the reference has the files that differ', async () => {
  const workspace = new MemoryWorkspace(progressWith({ '01-first': { started: true, passed: true } }, '01-first'));
  workspace.files = [{ file: 'a.ts', mine: 'x\n', other: 'y\n' }, { file: 'b.ts', mine: 'z', other: 'z' }, { file: 'c.ts', mine: null, other: 'q\n' }];
  const { store, press } = make(workspace);
  press({ do: 'diff' });
  await until(() => expect(store.state.view).toMatchObject({ name: 'diff', files: [{ file: 'a.ts', absent: false }, { file: 'c.ts', absent: true }] }));
});

test('the comparison with what passed goes from then to now, and says whose pass it was', async () => {
  const workspace = new MemoryWorkspace(progressWith({ '01-first': { started: true, passed: true } }, '01-first'));
  workspace.kept = { lesson: '01-first', pairs: [{ file: 'a.ts', mine: 'now\n', other: 'then\n' }, { file: 'new.ts', mine: 'new\n', other: null }, { file: 'gone.ts', mine: null, other: 'gone\n' }] };
  const { store, press } = make(workspace);
  press({ do: 'diff' });
  press({ do: 'diff' });
  await until(() => expect(store.state.view).toMatchObject({
    name: 'diff', against: 'passed', version: '01-first', files: [{ file: 'a.ts', absent: false }, { file: 'new.ts', absent: true }, { file: 'gone.ts', absent: false }],
  }));
  const marks = store.state.view.name === 'diff' ? store.state.view.files?.map(({ lines }) => lines.map(({ mark }) => mark).join('')) : [];
  expect(marks).toEqual(['@-+', '@+', '@-']);
});

describe('the editor', () => {
  test('opens the files of the lesson that is read', async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'box-'));
    onTestFinished(() => fs.rmSync(folder, { recursive: true }));
    const workspace = new MemoryWorkspace(started);
    Object.defineProperty(workspace, 'box', { value: folder });
    const { press } = make(workspace, { EDITOR: 'printf "%s\\n" > said', PATH: process.env['PATH'] ?? '' });
    press({ do: 'editor' });
    await until(() => expect(fs.readFileSync(path.join(folder, 'said'), 'utf8')).toBe(`${folder}/box.ts\n${folder}/run.ts\n`));
  });

  test('none to be found is said', async () => {
    const { press, store } = make(new MemoryWorkspace(started), { PATH: '/nowhere' });
    press({ do: 'editor' });
    await until(() => expect(store.state.message?.text).toMatch(/^No editor found/));
  });
});

test('leaving closes the sandbox', async () => {
  const { effects, sandbox } = make();
  await effects.end();
  expect(sandbox.closed).toBe(true);
});

describe('the X-ray', () => {
  const looking = (): World => {
    const made = make();
    made.sandbox.become({ at: 'ready', kernel });
    made.sandbox.runs = [];
    return made;
  };

  test('looks at once and then about once a second, and not at all before and after', async () => {
    const { sandbox, press, store } = looking();
    expect(sandbox.looked).toEqual([]);
    sandbox.looks = () => xrayOf(detail, performance.now());
    const began = performance.now();
    press({ do: 'xray' });
    await until(() => expect(store.state.xray.xray?.container?.name).toBe('web'));
    await until(() => expect(sandbox.looked).toHaveLength(2));
    expect(performance.now() - began).toBeGreaterThan(800);
    expect(sandbox.looked).toEqual([undefined, detail.id]);
    press({ do: 'xray' });
    const looks = sandbox.looked.length;
    await new Promise((resolve) => setTimeout(resolve, 1200));
    expect(sandbox.looked).toHaveLength(looks);
  });

  test('another container is looked at without waiting for the second', async () => {
    const { sandbox, press, store } = looking();
    const other = { id: 'pid:[7]', name: 'other', pid: 30, inside: 1, command: 'sleep 9' };
    sandbox.looks = (of) => xrayOf(of === other.id ? { ...detail, ...other } : detail, performance.now(), of === other.id ? [] : [other]);
    press({ do: 'xray' });
    await until(() => expect(store.state.xray.xray?.container?.name).toBe('web'));
    const began = performance.now();
    press({ do: 'lesson', direction: 1 });
    await until(() => expect(store.state.xray.xray?.container?.name).toBe('other'));
    expect(performance.now() - began).toBeLessThan(700);
  });

  test('starts a container with the lesson’s flags, waits until it runs its command, and ends it when it is closed', async () => {
    const { sandbox, press, store } = looking();
    press({ do: 'xray' }, { do: 'enter' });
    await until(() => expect(sandbox.runs).toHaveLength(1));
    const [run] = sandbox.runs!;
    expect(run?.argv.slice(2)).toEqual(['exec box "$@"', 'sh', 'run', '--hostname', 'x', '--', 'sh', '-c', expect.any(String)]);
    // Half made: what is looked at meanwhile is not shown.
    sandbox.looks = () => xrayOf({ ...detail, processes: [running(12, { command: 'node box.ts stage' })] }, performance.now());
    await until(() => expect(sandbox.looked.length).toBeGreaterThan(3));
    expect(store.state.xray).toMatchObject({ run: { at: 'starting' }, xray: undefined });
    const command = commandLine(run!.argv.slice(run!.argv.indexOf('--') + 1));
    sandbox.looks = () => xrayOf({ ...detail, processes: [running(12, { command })] }, performance.now());
    await until(() => expect(store.state.xray).toMatchObject({ run: { at: 'running' }, of: '3', xray: { container: { name: 'web' } } }));
    expect(run?.finished).toBe(false);
    press({ do: 'back' });
    await until(() => expect(run?.finished).toBe(true));
  });

  test('a box that ends at once: how, and what it said', async () => {
    const { sandbox, press, store } = looking();
    press({ do: 'xray' }, { do: 'enter' });
    await until(() => expect(sandbox.runs).toHaveLength(1));
    sandbox.runs![0]!.end({ code: 125, signal: null }, 'box: not yet\n');
    await until(() => expect(store.state.xray.run).toMatchObject({ at: 'ended', how: 'exit status 125', said: 'box: not yet\n', seen: false }));
  });

  test('leaving the tutor ends the container', async () => {
    const { sandbox, press, effects } = looking();
    press({ do: 'xray' }, { do: 'enter' });
    await until(() => expect(sandbox.runs).toHaveLength(1));
    await effects.end();
    expect(sandbox.runs![0]!.finished).toBe(true);
  });

  test('what fails is said, and looked at again', async () => {
    const { sandbox, press, store } = looking();
    sandbox.looks = () => {
      throw new Error('the kernel was lost');
    };
    press({ do: 'xray' });
    await until(() => expect(store.state.xray.why).toBe('the kernel was lost'));
    sandbox.looks = () => xrayOf();
    await until(() => expect(store.state.xray).toMatchObject({ why: undefined, xray: { container: { name: 'web' } } }));
  });
});
