/** The closing page with its scorecard, and drills: state, lines, effects, and the linear mode. */
import { PassThrough } from 'node:stream';
import { renderToString } from 'ink';
import stringWidth from 'string-width';
import { describe, expect, test, vi } from 'vitest';
import type { Drill } from '../../src/drill/types.ts';
import { checkout } from '../lesson/fixture.ts';
import { textFile } from '../../src/lesson/tree.ts';
import type { Scorecard } from '../../src/parity/types.ts';
import { allProbes } from '../../src/report/parity/words.ts';
import { Effects } from '../../src/tui/effects/perform.ts';
import { commandFor } from '../../src/tui/keys.ts';
import { layoutOverlay } from '../../src/tui/layout/overlay.ts';
import { announce } from '../../src/tui/plain/announce.ts';
import { askedBy } from '../../src/tui/plain/words.ts';
import type { Drills } from '../../src/tui/ports.ts';
import { createStage } from '../../src/tui/stage.ts';
import { initialState } from '../../src/tui/state/init.ts';
import type { Command, Event, Size, State } from '../../src/tui/state/types.ts';
import { createStore } from '../../src/tui/store.ts';
import { lineText } from '../../src/tui/text/line.ts';
import { App } from '../../src/tui/views/app.tsx';
import { begin, drive, type Run } from './drive.ts';
import { FakeSandbox, kernel, result } from './fake-sandbox.ts';
import { MemoryWorkspace, progressWith, sampleCourse } from './sample.ts';

const passed = progressWith({ '01-first': { started: true, passed: true } }, '01-first');
const choices = ['It kept the old root', 'It never unshared', 'It mounted too late', 'It waited for nobody'].map((title, index) => ({ id: `m${index + 1}`, title }));
const drill: Drill = {
  lesson: '01-first', seed: 's', on: 'yours', choices, mistake: 'm3',
  symptoms: [result('one', 'fail', { did: 'box run -- true', expected: 'this', observed: '\u001b[31mthat' }), result('two', 'fail')],
  proof: result('one', 'fail', { evidence: [{ source: '/proc/9/mountinfo', lines: ['34 1'] }], mistake: { id: 'm3', title: 'It mounted too late', why: 'Because of that.', look: 'There.' } }),
  before: new Map([['box.ts', textFile('one();\ntwo();\n')]]), broken: new Map([['box.ts', textFile('two();\n')]]),
};
const card: Scorecard = {
  seed: 's', kernel, image: 'foreign', absent: [],
  runtimes: (['box', 'unshare', 'bubblewrap', 'runc', 'crun'] as const).map((id) => ({
    id, name: id === 'box' ? 'your box' : id, did: '', started: true, refused: [], durationMs: 1,
    rows: allProbes.map((probe) => ({ id: probe.id, standing: probe.id === 'seccomp' ? 'bad' : 'good', value: probe.id === 'seccomp' ? 'off' : 'own', evidence: [] })),
  })),
};
const opened: Event = { type: 'drill', state: { at: 'open', drill, choice: undefined } };
const answered: Event = { type: 'drill', state: { at: 'answered', drill, answered: { choice: 1, right: false, answer: 3 }, changes: [], score: { right: 2, of: 5 } } };
const enter: Command = { do: 'enter' };
const text = (state: State): string => (layoutOverlay(state)?.lines ?? []).map((parts) => lineText(parts).trimEnd()).join('\n');
const flat = (words: string): string => words.replaceAll(/\s+/g, ' ');

describe('a drill', () => {
  const asked = (): Run => drive(begin(passed), { do: 'drill' });

  test('is for a lesson that has passed', () => {
    const run = drive(begin(), { do: 'drill' });
    expect(run).toMatchObject({ effects: [], state: { view: { name: 'page' }, drill: { at: 'none' }, message: { tone: 'warn' } } });
  });

  test('m makes one; again it is put away, and m shows it again without making another', () => {
    expect(commandFor(begin().state, 'm')).toEqual({ do: 'drill' });
    const run = asked();
    expect(run).toMatchObject({ effects: [{ type: 'drill', lesson: '01-first' }], state: { view: { name: 'drill' }, drill: { at: 'preparing' } } });
    const away = drive(run, { do: 'drill' });
    expect(away).toMatchObject({ effects: [], state: { view: { name: 'page' } } });
    const ready = drive(away, opened);
    expect(ready.state.message?.text).toBe('The drill is ready: m shows it.');
    expect(drive(ready, { do: 'drill' })).toMatchObject({ effects: [], state: { view: { name: 'drill' }, drill: { at: 'open' } } });
  });

  test('read on another page, the marked lesson’s verdict offers the drill', () => {
    const elsewhere = drive(begin(passed), { do: 'lesson', direction: 1 }, { do: 'drill' });
    expect(elsewhere.effects).toContainEqual({ type: 'drill', lesson: '01-first' });
  });

  test('shows what is seen and four answers, not which, nor the evidence; what was printed does no harm', () => {
    const words = text(drive(asked(), opened).state);
    for (const { title } of choices) expect(words).toContain(title);
    for (const seen of ['box run -- true', 'expected this', 'observed that', 'Check two']) expect(words).toContain(seen);
    for (const hidden of ['Because of that', 'mountinfo', '\u001b']) expect(words).not.toContain(hidden);
  });

  test('numbers choose, Enter answers; without a choice it asks for one', () => {
    const run = drive(asked(), opened, enter);
    expect(run).toMatchObject({ effects: [], state: { message: { text: 'Choose an answer first: 1–4.' } } });
    const chosen = drive(run, { do: 'choose', choice: 7 }, { do: 'choose', choice: 1 });
    expect(text(chosen.state)).toContain('▸ 2  It never unshared');
    expect(drive(chosen, enter).effects).toEqual([{ type: 'drillAnswer', drill, choice: 2 }]);
  });

  test('the answer brings the proof, and Enter another drill', () => {
    const run = drive(asked(), opened, answered);
    const words = flat(text(run.state));
    for (const some of ['Not so. It is 3: It mounted too late.', '2 of 5 found', 'Because of that.', '/proc/9/mountinfo', '✗ 1 It kept', '✓ 3 It mounted']) expect(words).toContain(some);
    expect(drive(run, enter).effects).toEqual([{ type: 'drill', lesson: '01-first' }]);
  });

  test('s opens a shell beside the broken box there, and beside the learner’s elsewhere', () => {
    const run = drive(asked(), opened);
    expect(drive(run, { do: 'shell' }).effects).toEqual([{ type: 'drillShell' }]);
    expect(drive(run, { do: 'back' }, { do: 'shell' }).effects).toEqual([{ type: 'shell' }]);
  });

  test('Ctrl-C stops one that is being made', () => {
    const run = drive(asked(), { do: 'interrupt' });
    expect(run.effects).toEqual([{ type: 'cancelDrill' }]);
    expect(drive(run, { type: 'drill', state: { at: 'cancelled', lesson: '01-first' } }, enter).effects).toEqual([{ type: 'drill', lesson: '01-first' }]);
  });
});

describe('the closing page', () => {
  const closing: Command = { do: 'closing' };

  test('c says what the box does so far, and what Enter does', () => {
    expect(commandFor(begin().state, 'c')).toEqual(closing);
    const words = text(drive(begin(passed), closing).state);
    expect(words).toContain('✓ The goal of The first.');
    expect(words).toContain('· The goal of The second.');
    expect(flat(words)).toContain('Enter asks the kernel');
    expect(drive(begin(passed), closing, closing).state.view.name).toBe('page');
  });

  test('after the last lesson it says that there is a runtime', () => {
    const all = progressWith({ '01-first': { passed: true }, '02-second': { passed: true }, '03-third': { passed: true } });
    expect(text(drive(begin(all), closing).state)).toContain('You have built a container runtime.');
    expect(flat(text(drive(begin(all), closing).state))).toContain('It does not pull or build images');
  });

  test('Enter probes once; how far it is; the scorecard; what is open', () => {
    const run = drive(begin(passed), closing, enter, enter);
    expect(run.effects).toEqual([{ type: 'parity' }]);
    expect(text(drive(run, { type: 'parity', state: { at: 'running', step: { name: 'runc', number: 4, all: 5 } } }).state)).toContain('Probing runc (4 of 5)');
    const words = text(drive(run, { type: 'parity', state: { at: 'done', card } }).state);
    expect(words).toMatch(/^ {2}system call filter - off/m);
    expect(words).toMatch(/^kept apart +32 of 33/m);
    expect(flat(words)).toContain('What your box leaves open system call filter It may make every system call there is.');
  });

  test('done while something else is read, it says so', () => {
    const run = drive(begin(passed), closing, enter, { do: 'back' }, { type: 'parity', state: { at: 'done', card } });
    expect(run.state.message?.text).toBe('The scorecard is ready: c shows it.');
  });

  test('Ctrl-C stops it', () => {
    expect(drive(begin(passed), closing, enter, { do: 'interrupt' }).effects).toContainEqual({ type: 'cancelParity' });
  });
});

const sizes: Size[] = [{ columns: 40, rows: 10 }, { columns: 80, rows: 24 }, { columns: 120, rows: 40 }];
const scenes: [string, (Command | Event)[]][] = [
  ['an open drill', [{ do: 'drill' }, opened]], ['an answered one', [{ do: 'drill' }, opened, answered]], ['one in the making', [{ do: 'drill' }]],
  ['the closing page', [{ do: 'closing' }]], ['a scorecard', [{ do: 'closing' }, { type: 'parity', state: { at: 'done', card } }]],
];

test.each(sizes.flatMap((size) => scenes.map(([name, happens]) => [name, size, happens] as const)))('%s fills %j exactly', (_, size, happens) => {
  const { state } = drive(begin(passed, size), ...happens);
  const store = createStore(state, () => undefined);
  const lines = renderToString(<App store={store} stage={createStage()} paint={{ color: false, links: false }} />, { columns: size.columns }).split('\n');
  expect(lines).toHaveLength(size.rows);
  for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(size.columns);
  expect(lines.at(-1)).toMatch(/Esc/);
  for (const parts of layoutOverlay(state)?.lines ?? []) expect(stringWidth(lineText(parts))).toBeLessThanOrEqual(size.columns);
});

test('on 80×24 all five runtimes are in the scorecard', () => {
  const { state } = drive(begin(passed, { columns: 80, rows: 24 }), { do: 'closing' }, { type: 'parity', state: { at: 'done', card } });
  expect(text(state)).toMatch(/your box +unshare +bubblewrap +runc +crun/);
  expect(flat(text(drive({ state, effects: [] }, { type: 'resized', size: { columns: 44, rows: 24 } }).state))).toContain('Not shown in a window this narrow: ');
});

test('on 80×24 a drill’s answers are in view without scrolling', () => {
  const { state } = drive(begin(passed, { columns: 80, rows: 24 }), { do: 'drill' }, opened);
  expect((layoutOverlay(state)?.lines ?? []).slice(0, 20).map(lineText).join('\n')).toContain('4  It waited for nobody');
});

describe('the linear mode', () => {
  const { state } = drive(begin(passed), opened);
  test.each([
    ['drill', { ask: 'command', command: { do: 'drill' } }],
    ['drill 2', { ask: 'command', command: { do: 'drillAnswer', choice: 1 } }],
    ['drill B', { ask: 'command', command: { do: 'drillAnswer', choice: 1 } }],
    ['drill shell', { ask: 'command', command: { do: 'drillShell' } }],
    ['drill what', { ask: 'nothing', say: expect.stringContaining('drill 2 answers') as string }],
    ['runtime', { ask: 'command', command: { do: 'closing' } }],
    ['probe', { ask: 'command', command: { do: 'probe' } }],
  ])('%j', (words, asked) => {
    expect(askedBy(state, words)).toEqual(asked);
  });

  test('drills and scorecards are read out when they come', () => {
    const said = (before: Run, ...happens: (Command | Event)[]): string => announce(before.state, drive(before, ...happens).state).join('\n');
    const before = drive(begin(passed), { do: 'drill' }, { do: 'back' });
    expect(said(before, opened)).toMatch(/Drill on 01-first[^]*1: It kept the old root[^]*drill 2 answers/);
    expect(said(drive(before, opened), answered)).toContain('Not so. It is 3');
    const probing = drive(begin(passed), { do: 'probe' });
    expect(said(probing, { type: 'parity', state: { at: 'running', step: { name: 'runc', number: 4, all: 5 } } })).toContain('Probing runc (4 of 5)');
    expect(said(probing, { type: 'parity', state: { at: 'done', card } })).toContain('system call filter');
  });

  test('in words: what is typed instead of keys, an answer in a sentence, and no table', () => {
    const said = (before: Run, ...happens: (Command | Event)[]): string => announce(before.state, drive(before, ...happens).state).join('\n');
    const closing = said(begin(passed), { do: 'closing' });
    expect(closing).toContain('probe asks the kernel');
    expect(closing).toContain('By now: The goal of The first.');
    expect(closing).toContain('Not yet: The goal of The second.');
    const probing = drive(begin(passed), { do: 'probe' });
    const scorecard = said(probing, { type: 'parity', state: { at: 'done', card } });
    expect(scorecard).toContain('processes: your box own; unshare own; bubblewrap own; runc own; crun own');
    expect(scorecard).toContain('system call filter: your box off, open or shared; unshare off, open or shared');
    const asked = drive(begin(passed), { do: 'drill' }, { do: 'back' });
    const wrong = said(drive(asked, opened), answered);
    expect(wrong).toContain('drill breaks something else.');
    for (const text of [closing, scorecard, said(asked, opened), wrong, said(asked, { type: 'drill', state: { at: 'cancelled', lesson: '01-first' } })]) expect(text).not.toMatch(/Enter|\bm shows|\bc shows|[▸✓·]/);
    // While it is made, each step is one line.
    expect(said(asked, { type: 'drill', state: { at: 'preparing', lesson: '01-first', step: 'breaks' } })).toMatch(/^Breaking something.*$/);
  });

  test('drill 2 answers at once', () => {
    expect(drive(begin(passed), opened, { do: 'drillAnswer', choice: 1 }).effects).toEqual([{ type: 'drillAnswer', drill, choice: 2 }]);
  });
});

describe('effects', () => {
  function world(port: Partial<Drills> = {}) {
    const [sandbox, rival, workspace] = [new FakeSandbox(), new FakeSandbox(), new MemoryWorkspace(passed)];
    const drills: Drills = {
      open: () => undefined, make: async () => drill, answer: (_, choice) => ({ answered: { choice, right: choice === 3, answer: 3 }, score: { right: 1, of: 1 } }),
      changes: () => [{ file: 'box.ts', before: 'one();\ntwo();\n', after: 'two();\n' }], ...port,
    };
    let effects: Effects | undefined;
    const store = createStore(initialState({ course: sampleCourse(), progress: passed, size: { columns: 80, rows: 24 } }), (effect) => effects?.perform(effect));
    const made = (effects = new Effects({
      store, workspace, env: {}, stage: createStage(), openSandbox: () => sandbox, terminal: { stdin: new PassThrough(), stdout: new PassThrough() }, seed: () => 'seed',
      drills: async () => drills, rivals: async () => ({ root: checkout, image: 'guest', open: () => rival }),
    }));
    sandbox.become({ at: 'ready', kernel });
    return { store, rival, made, press: (...commands: Command[]) => commands.forEach((command) => store.dispatch({ type: 'command', command })), [Symbol.asyncDispose]: () => made.end() };
  }
  const until = (assertion: () => void): Promise<void> => vi.waitFor(assertion, { timeout: 3000, interval: 5 });

  test('a drill is made, answered, and its changed lines are compared', async () => {
    const steps: unknown[] = [];
    await using it = world({ make: async ({ lesson, seed, onStep }) => {
      steps.push(lesson.id, seed);
      onStep('works');
      return drill;
    } });
    it.press({ do: 'drill' });
    await until(() => expect(it.store.state.drill.at).toBe('open'));
    expect(steps).toEqual(['01-first', 'seed']);
    it.press({ do: 'choose', choice: 2 }, { do: 'enter' });
    await until(() => expect(it.store.state.drill).toMatchObject({ at: 'answered', answered: { right: true }, score: { right: 1, of: 1 } }));
    expect(text(it.store.state)).toContain('- one();');
  });

  test('the one that waits is shown, not another; another lesson’s is not', async () => {
    const make = vi.fn(async () => drill);
    await using it = world({ open: () => drill, make });
    it.press({ do: 'drill' });
    await until(() => expect(it.store.state.drill.at).toBe('open'));
    expect(make).not.toHaveBeenCalled();
    await using other = world({ open: () => ({ ...drill, lesson: '02-second' }), make });
    other.press({ do: 'drill' });
    await until(() => expect(make).toHaveBeenCalled());
  });

  test('what goes wrong is said', async () => {
    await using it = world({ make: () => Promise.reject(new Error('no mistakes')) });
    it.press({ do: 'drill' });
    await until(() => expect(text(it.store.state)).toContain('There is no drill: no mistakes'));
  });

  test('the scorecard is made in a sandbox of its own, which is left afterwards', async () => {
    await using it = world();
    const asked: (string | undefined)[] = [];
    it.rival.probe = ({ command }) => {
      asked.push(command);
      return { did: '', started: true, refused: [], rows: [], durationMs: 1 };
    };
    it.press({ do: 'closing' }, { do: 'enter' });
    await until(() => expect(it.store.state.parity.at).toBe('done'));
    expect(asked).toEqual([undefined, 'node box/box.ts unshare']);
    await until(() => expect(it.rival.closed).toBe(true));
  });

  test('a scorecard that is stopped is none', async () => {
    await using it = world();
    const gate = Promise.withResolvers<void>();
    it.rival.gate = gate.promise;
    it.press({ do: 'closing' }, { do: 'enter' });
    await until(() => expect(it.store.state.parity).toMatchObject({ at: 'running', step: { name: 'your box' } }));
    it.press({ do: 'interrupt' });
    await until(() => expect(it.store.state.parity.at).toBe('cancelled'));
    gate.resolve();
  });
});
