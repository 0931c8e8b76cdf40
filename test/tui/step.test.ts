/** The reducer: what happens → state and effects. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { commandFor } from '../../src/tui/keys.ts';
import { openFocus, openLayout, openPage, pageRows, panelRows } from '../../src/tui/state/select.ts';
import { lastScroll } from '../../src/tui/layout/page.ts';
import { experimentOf, predictionOf } from '../../src/tui/state/page.ts';
import type { Command, Event } from '../../src/tui/state/types.ts';
import { begin, drive, started } from './drive.ts';
import { result, verdictOf } from './fake-sandbox.ts';
import { progressWith } from './sample.ts';

const down: Command = { do: 'scroll', by: 'line', direction: 1 };
const up: Command = { do: 'scroll', by: 'line', direction: -1 };
const tab: Command = { do: 'focus', direction: 1 };
const back: Command = { do: 'focus', direction: -1 };
const enter: Command = { do: 'enter' };
const interrupt: Command = { do: 'interrupt' };
const ready = { type: 'kernel', state: { at: 'ready', kernel: { kind: 'uml', release: '6', image: '' } }, note: undefined } as const;
const where = { lesson: '01-first', number: 1 };
const ending = { code: 0, signal: null };

describe('scrolling', () => {
  test('stays between the first line and the last', () => {
    expect(openPage(drive(begin(), up).state).scroll).toBe(0);
    const end = drive(begin(), { do: 'edge', to: 'bottom' }, down, down).state;
    expect(openPage(end).scroll).toBe(lastScroll(openLayout(end), pageRows(end)));
    expect(openPage(drive({ state: end, effects: [] }, { do: 'edge', to: 'top' }).state).scroll).toBe(0);
  });

  test('the same words stay on top when the window changes', () => {
    const scrolled = drive(begin(), ...Array.from({ length: 30 }, () => down));
    const there = drive(scrolled, { type: 'resized', size: { columns: 44, rows: 24 } });
    expect(openPage(there.state).scroll).not.toBe(openPage(scrolled.state).scroll);
    const again = drive(there, { type: 'resized', size: { columns: 80, rows: 24 } });
    expect(openPage(again.state).scroll).toBe(openPage(scrolled.state).scroll);
  });
});

describe('lessons', () => {
  test('n and p turn pages; there is none before the first', () => {
    const second = drive(begin(), { do: 'lesson', direction: 1 });
    expect(second.state.open).toBe('02-second');
    expect(second.effects).toEqual([{ type: 'offer', lesson: '02-second' }]);
    const first = drive(begin(), { do: 'lesson', direction: -1 });
    expect(first.state.open).toBe('01-first');
    expect(first.state.message?.text).toBe('This is the first lesson.');
  });

  test('the verdict of one lesson does not cover the page of the next', () => {
    const run = drive(begin(), { type: 'saved', files: ['run.ts'] }, { type: 'checkBegan', run: 1 }, { type: 'checkEnded', run: 1, verdict: verdictOf('01-first', [result('status', 'pass')]), leftovers: [] });
    expect(panelRows(run.state)).toBeGreaterThan(0);
    expect(panelRows(drive(run, { do: 'lesson', direction: 1 }).state)).toBe(0);
  });

  test('turning to a started lesson makes it the one that is marked, to a new one does not', () => {
    const run = begin(progressWith({ '01-first': { started: true }, '02-second': { started: true } }, '01-first'));
    expect(drive(run, { do: 'lesson', direction: 1 }).effects).toEqual([{ type: 'record', event: { type: 'opened', lesson: '02-second' } }]);
    const saved = drive(begin(), { do: 'lesson', direction: 1 }, { type: 'saved', files: ['run.ts'] });
    expect(saved.effects.at(-1)).toEqual({ type: 'check', lesson: '01-first', run: 1 });
  });

  test('opens where the learner was, else at the first that is not passed', () => {
    expect(begin(progressWith({ '02-second': { started: true } }, '02-second')).state.open).toBe('02-second');
    expect(begin(progressWith({ '01-first': { started: true, passed: true } })).state.open).toBe('02-second');
    expect(begin(progressWith({})).state.open).toBe('01-first');
  });
});

describe('the map', () => {
  test('moves over lessons and opens the selected one', () => {
    const run = drive(begin(), { do: 'list' }, down, down, down);
    expect(run.state.view).toMatchObject({ name: 'map', selected: '03-third' });
    const opened = drive(run, enter).state;
    expect(opened.open).toBe('03-third');
    expect(opened.view.name).toBe('page');
  });

  test('a search selects its first match; Esc clears it, and then leaves', () => {
    const run = drive(begin(), { do: 'search' }, { do: 'type', text: 'mou' });
    expect(run.state.view).toMatchObject({ query: 'mou', selected: '03-third', typing: true });
    expect(drive(run, { do: 'erase' }).state.view).toMatchObject({ query: 'mo' });
    expect(drive(run, enter).state.open).toBe('03-third');
    const cleared = drive(run, { do: 'back' });
    expect(cleared.state.view).toMatchObject({ name: 'map', query: '', typing: false });
    expect(drive(cleared, { do: 'back' }).state.view.name).toBe('page');
  });

  test('nothing is opened where nothing matches', () => {
    const run = drive(begin(), { do: 'search' }, { do: 'type', text: 'zzz' }, enter);
    expect(run.state.view.name).toBe('map');
    expect(run.effects).toEqual([]);
  });
});

describe('experiments', () => {
  test('Enter asks for the one in focus, once', () => {
    const run = drive(begin(), enter, enter);
    expect(run.effects).toEqual([{ type: 'experiment', lesson: '01-first', number: 1, script: 'echo one' }]);
    expect(experimentOf(openPage(run.state), 1)).toEqual({ at: 'queued' });
    expect(run.state.waiting).toHaveLength(1);
  });

  test('output grows in place, and can be had again', () => {
    const run = drive(begin(), enter, { type: 'experimentBegan', ...where }, { type: 'experimentWrote', ...where, text: 'on' }, { type: 'experimentWrote', ...where, text: 'e\n' });
    expect(experimentOf(openPage(run.state), 1)).toEqual({ at: 'running', output: 'one\n' });
    const done = drive(run, { type: 'experimentEnded', ...where, output: 'one\n', ending });
    expect(experimentOf(openPage(done.state), 1)).toEqual({ at: 'done', output: 'one\n', ending });
    expect(done.state.waiting).toEqual([]);
    expect(drive(done, enter).effects).toHaveLength(1);
  });

  test('what was run stays in focus while its head is in view, and then gives way to the next', () => {
    const size = { type: 'resized', size: { columns: 80, rows: 40 } } as const;
    const run = drive(begin(), size, enter, { type: 'experimentEnded', ...where, output: 'one\n', ending });
    expect(openFocus(run.state)).toEqual({ kind: 'experiment', number: 1 });
    const top = openLayout(run.state).pieces.find(({ stop }) => stop?.kind === 'experiment')?.top ?? 0;
    const small = drive(run, { type: 'resized', size: { columns: 80, rows: 16 } }, { do: 'edge', to: 'top' }, ...Array.from({ length: top }, () => down));
    expect(openFocus(small.state)).toEqual({ kind: 'experiment', number: 1 });
    expect(openFocus(drive(small, down).state)).toEqual({ kind: 'prediction', number: 1 });
  });

  test('an impossible sandbox says so, and nothing is asked', () => {
    const run = drive(begin(), { type: 'kernel', state: { at: 'impossible', message: 'no', next: [] }, note: undefined }, enter);
    expect(run.effects).toEqual([]);
    expect(run.state.message?.tone).toBe('bad');
  });

  test('Tab goes through everything one can act on, and back; each is brought into view', () => {
    let run = begin();
    const seen: unknown[] = [];
    for (let index = 0; index < 3; index++) {
      run = drive(run, tab);
      seen.push(openFocus(run.state));
    }
    expect(seen).toEqual([{ kind: 'prediction', number: 1 }, { kind: 'experiment', number: 2 }, { kind: 'experiment', number: 2 }]);
    expect(openFocus(drive(run, back, back).state)).toEqual({ kind: 'experiment', number: 1 });
  });
});

describe('predictions', () => {
  const atQuestion = drive(begin(), tab);

  test('its experiment does not run before the answer', () => {
    const run = drive(atQuestion, tab, enter);
    expect(run.effects).toEqual([]);
    expect(run.state.message?.text).toMatch(/Answer the question above first/);
    expect(openFocus(run.state)).toEqual({ kind: 'prediction', number: 1 });
  });

  test('a number chooses for the open question in view, whatever Enter would act on', () => {
    const size = { type: 'resized', size: { columns: 80, rows: 60 } } as const;
    const run = drive(begin(), size, { do: 'choose', choice: 1 });
    expect(openFocus(begin().state)).toEqual({ kind: 'experiment', number: 1 });
    expect(predictionOf(openPage(run.state), 1)).toEqual({ choice: 1, committed: false });
    expect(openFocus(run.state)).toEqual({ kind: 'prediction', number: 1 });
  });

  test('and for none that is out of view', () => {
    const run = drive(begin(), { do: 'edge', to: 'bottom' }, { type: 'resized', size: { columns: 80, rows: 8 } }, { do: 'edge', to: 'bottom' }, { do: 'choose', choice: 1 });
    expect(predictionOf(openPage(run.state), 1)).toEqual({ choice: undefined, committed: false });
  });

  test('Enter without a choice asks for one', () => {
    const run = drive(atQuestion, enter);
    expect(run.effects).toEqual([]);
    expect(run.state.message?.text).toBe('Choose an answer first: 1–3.');
  });

  test('a choice can be changed until it is committed; then the kernel is asked', () => {
    const chosen = drive(atQuestion, { do: 'choose', choice: 0 }, { do: 'choose', choice: 1 }, { do: 'choose', choice: 7 });
    expect(predictionOf(openPage(chosen.state), 1)).toEqual({ choice: 1, committed: false });
    const run = drive(chosen, enter);
    expect(run.effects).toEqual([
      { type: 'record', event: { type: 'predicted', lesson: '01-first', number: 1, choice: 1, right: true } },
      { type: 'experiment', lesson: '01-first', number: 2, script: 'id -u' },
    ]);
    const changed = drive(run, { do: 'choose', choice: 0 }, { do: 'predict', number: 1, choice: 0 });
    expect(predictionOf(openPage(changed.state), 1)).toEqual({ choice: 1, committed: true });
    expect(changed.effects).toEqual([]);
  });

  test('an answer of an earlier session is still given', () => {
    const run = drive(begin(progressWith({ '01-first': { started: true, predictions: { 1: 2 } } }, '01-first')), tab, enter);
    expect(predictionOf(openPage(run.state), 1)).toEqual({ choice: 2, committed: true });
    expect(run.effects).toEqual([{ type: 'experiment', lesson: '01-first', number: 2, script: 'id -u' }]);
  });

  test('without a kernel the explanation is shown at once', () => {
    const run = drive(begin(), { type: 'kernel', state: { at: 'impossible', message: 'no', next: [] }, note: undefined }, { do: 'predict', number: 1, choice: 0 });
    expect(run.effects.map((effect) => effect.type)).toEqual(['record']);
  });
});

describe('marking', () => {
  const saved = { type: 'saved', files: ['run.ts'] } as const;
  const failing = result('status', 'fail');

  test('a save asks for a verdict; the next save asks again, and the first run is not listened to any more', () => {
    const run = drive(begin(), saved, { type: 'checkBegan', run: 1 }, saved);
    expect(run.effects).toEqual([{ type: 'check', lesson: '01-first', run: 1 }, { type: 'check', lesson: '01-first', run: 2 }]);
    const late = drive(run, { type: 'checkEnded', run: 1, verdict: verdictOf('01-first', [failing]), leftovers: [] });
    expect(late.state.checks['01-first']?.at).toBe('queued');
    expect(late.effects).toEqual([]);
  });

  test('results stream in over those of the run before', () => {
    const first = drive(begin(), saved, { type: 'checkBegan', run: 1 }, { type: 'checkEnded', run: 1, verdict: verdictOf('01-first', [failing, result('other', 'pass')]), leftovers: [] });
    const again = drive(first, saved, { type: 'checkBegan', run: 2 }, { type: 'checkJudged', run: 2, result: result('status', 'pass') });
    expect(again.state.checks['01-first']).toMatchObject({ at: 'running', fresh: ['status'], results: [{ id: 'status', status: 'pass' }, { id: 'other', status: 'pass' }] });
  });

  test('a verdict is remembered for the lesson it was asked for, wherever the reader is by then', () => {
    const run = drive(begin(), saved, { do: 'lesson', direction: 1 }, { type: 'checkEnded', run: 1, verdict: verdictOf('01-first', [failing]), leftovers: [] });
    expect(run.effects.at(-1)).toMatchObject({ type: 'record', event: { type: 'marked', lesson: '01-first', verdict: { passed: false } } });
    expect(run.state.checks['01-first']?.at).toBe('done');
  });

  test('the panel opens with a failure, Esc closes it, the next run opens it', () => {
    const failed = drive(begin(), saved, { type: 'checkEnded', run: 1, verdict: verdictOf('01-first', [failing]), leftovers: [] });
    expect(panelRows(failed.state)).toBeGreaterThan(0);
    const closed = drive(failed, { do: 'back' });
    expect(panelRows(closed.state)).toBe(0);
    expect(panelRows(drive(closed, { do: 'rerun' }).state)).toBeGreaterThan(0);
  });

  test('before a lesson is started there is nothing to mark', () => {
    const run = drive(begin(progressWith({})), saved, { do: 'rerun' });
    expect(run.effects).toEqual([]);
    expect(run.state.message?.text).toMatch(/Start the lesson first/);
  });
});

describe('Ctrl-C', () => {
  test('stops what is running first, then leaves with 130', () => {
    const running = drive(begin(), ready, tab, back, enter, { do: 'rerun' });
    const once = drive(running, interrupt);
    expect(once.effects).toEqual([{ type: 'cancelCheck' }, { type: 'cancelExperiments' }]);
    expect(once.state.leaving).toBeUndefined();
    expect(drive(once, interrupt).state.leaving).toBe(130);
  });

  test('with nothing running it says how to leave; any other key takes it back', () => {
    const once = drive(begin(), interrupt);
    expect(once.effects).toEqual([]);
    expect(once.state.message?.text).toBe('Ctrl-C again leaves the tutor; so does q.');
    expect(drive(once, interrupt).effects).toEqual([{ type: 'quit', code: 130 }]);
    expect(drive(once, down, interrupt).state.leaving).toBeUndefined();
  });

  test('q leaves with 0', () => {
    expect(drive(begin(), { do: 'quit' }).effects).toEqual([{ type: 'quit', code: 0 }]);
  });
});

describe('hints', () => {
  test('h shows the first rung, then one more each time, and remembers', () => {
    const first = drive(begin(), { do: 'hint' });
    expect(first.state.view).toMatchObject({ name: 'hints' });
    expect(first.effects).toEqual([{ type: 'record', event: { type: 'hint', lesson: '01-first', shown: 1 } }]);
    const known = { type: 'progress', progress: progressWith({ '01-first': { started: true, hints: 1 } }, '01-first') } as const;
    expect(drive(first, known, { do: 'hint' }).effects).toEqual([{ type: 'record', event: { type: 'hint', lesson: '01-first', shown: 2 } }]);
  });

  test('coming back to the hints reveals nothing new, and after the last there is none', () => {
    const two = begin(progressWith({ '01-first': { started: true, hints: 2 } }, '01-first'));
    expect(drive(two, { do: 'hint' }).effects).toEqual([]);
    const all = begin(progressWith({ '01-first': { started: true, hints: 3 } }, '01-first'));
    expect(drive(all, { do: 'hint' }, { do: 'hint' }).effects).toEqual([]);
  });
});

describe('the reference', () => {
  test('is shown after a confirmation, which is remembered', () => {
    const asked = drive(begin(), { do: 'diff' });
    expect(asked.state.view.name).toBe('confirm');
    expect(asked.effects).toEqual([]);
    expect(drive(asked, { do: 'back' }).state.view.name).toBe('page');
    expect(drive(asked, { do: 'yes' }).effects).toEqual([
      { type: 'record', event: { type: 'solutionSeen', lesson: '01-first' } }, { type: 'compare', lesson: '01-first', against: 'reference' },
    ]);
  });

  test('is shown at once after the lesson passed', () => {
    const run = drive(begin(progressWith({ '01-first': { started: true, passed: true } }, '01-first')), { do: 'diff' });
    expect(run.effects).toEqual([{ type: 'compare', lesson: '01-first', against: 'reference' }]);
    expect(run.state.view).toMatchObject({ name: 'diff', files: undefined });
  });

  test('d again shows what changed since the box passed, and then the page', () => {
    const passed = drive(begin(progressWith({ '01-first': { started: true, passed: true } }, '01-first')), { do: 'diff' }, { do: 'diff' });
    expect(passed.effects.at(-1)).toEqual({ type: 'compare', lesson: '01-first', against: 'passed' });
    // What was asked for before is no answer to what is asked for now.
    expect(drive(passed, { type: 'compared', against: 'reference', version: undefined, files: [] }).state.view).toMatchObject({ against: 'passed', files: undefined });
    expect(drive(passed, { type: 'compared', against: 'passed', version: '01-first', files: [] }).state.view).toMatchObject({ files: [], version: '01-first' });
    expect(drive(passed, { do: 'diff' }).state.view.name).toBe('page');
    // Nobody has to look at the reference for that.
    expect(drive(begin(), { do: 'diff' }, { do: 'diff' }).effects).toEqual([{ type: 'compare', lesson: '01-first', against: 'passed' }]);
  });

  test('y means nothing elsewhere', () => {
    expect(drive(begin(), { do: 'yes' }).effects).toEqual([]);
  });
});

describe('the next one that is not solved', () => {
  const at = (lessons: Record<string, object>, ...presses: Command[]) => drive(begin(progressWith(lessons, '01-first')), ...presses).state;

  test('is after this one, or from the last one on the first, or one that fails now', () => {
    expect(at({ '01-first': { started: true, passed: true }, '02-second': { passed: true } }, { do: 'unsolved' }).open).toBe('03-third');
    expect(at({ '02-second': { passed: true }, '03-third': { passed: true } }, { do: 'lesson', direction: 1 }, { do: 'unsolved' }).open).toBe('01-first');
    expect(at({ '01-first': { passed: true, failsNow: true }, '02-second': { passed: true }, '03-third': { passed: true } }, { do: 'lesson', direction: 1 }, { do: 'unsolved' }).open).toBe('01-first');
  });

  test('is none where all have passed', () => {
    const state = at({ '01-first': { started: true, passed: true }, '02-second': { passed: true }, '03-third': { passed: true } }, { do: 'unsolved' });
    expect([state.open, state.message?.text]).toEqual(['01-first', 'Every lesson has passed.']);
  });
});

describe('starting', () => {
  const offer = { type: 'offered', lesson: '01-first', offer: { adds: ['libc.ts'], changes: [], reference: [] } } as const;

  test('the page offers it, Enter starts it', () => {
    const run = drive(begin(progressWith({})), offer);
    expect(openFocus(run.state)).toEqual({ kind: 'start' });
    expect(drive(run, enter).effects).toEqual([{ type: 'start', lesson: '01-first', ask: true, thenEdit: false }]);
    expect(drive(run, { do: 'editor' }).effects).toEqual([{ type: 'start', lesson: '01-first', ask: true, thenEdit: true }]);
  });

  test('a preview is accepted with Enter, or left with Esc', () => {
    const run = drive(begin(progressWith({})), { type: 'previewed', lesson: '01-first', changes: [], thenEdit: false });
    expect(drive(run, enter).effects).toEqual([{ type: 'start', lesson: '01-first', ask: false, thenEdit: false }]);
    const left = drive(run, { do: 'back' });
    expect(left.effects).toEqual([]);
    expect(left.state.view.name).toBe('page');
  });

  test('what is new in the course is brought with Enter, or later; it does not take the screen from whoever reads', () => {
    const change = { file: 'run.ts', kind: 'conflict', side: 'run.ts.01-first', reference: false, before: 'a', after: 'b' } as const;
    const event: Event = { type: 'courseChanged', news: [{ lesson: '01-first', page: false, checks: true, files: ['run.ts'] }], changes: [{ change, lines: [] }] };
    const run = drive(begin(), event);
    expect(drive(run, enter).effects).toEqual([{ type: 'update' }]);
    expect(drive(run, { do: 'back' })).toMatchObject({ effects: [], state: { view: { name: 'page' }, message: { text: expect.stringContaining('drydock update') as string } } });
    expect(drive(begin(), { do: 'help' }, event).state).toMatchObject({ view: { name: 'help' }, message: { text: expect.stringContaining('drydock update') as string } });
    expect(drive(begin(), { type: 'updated', changes: [change] }).state.message).toMatchObject({ tone: 'warn', text: expect.stringContaining('run.ts.01-first') as string });
  });

  test('a preview that comes when the reader has turned the page is not shown', () => {
    const run = drive(begin(progressWith({})), { do: 'lesson', direction: 1 }, { type: 'previewed', lesson: '01-first', changes: [], thenEdit: false });
    expect(run.state.view.name).toBe('page');
  });
});

describe('the shell', () => {
  test.each([
    ['ready', ready, ['shell']],
    ['booting', { type: 'kernel', state: { at: 'booting', kind: 'uml' }, note: undefined }, []],
    ['impossible', { type: 'kernel', state: { at: 'impossible', message: 'no', next: [] }, note: undefined }, []],
  ] as [string, Event, string[]][])('kernel %s', (_, kernel, effects) => {
    expect(drive(begin(), kernel, { do: 'shell' }).effects.map((effect) => effect.type)).toEqual(effects);
  });
});

test('a note of the sandbox is said once', () => {
  const run = drive(begin(), { ...ready, note: 'The kernel was replaced.' });
  expect(run.state.message?.text).toBe('The kernel was replaced.');
  expect(drive(run, down).state.message).toBeUndefined();
});

test('no sequence of keys, sizes and verdicts breaks an invariant', () => {
  const keys = ['j', 'k', ' ', 'b', 'g', 'G', 'n', 'p', 'tab', 'shift-tab', 'enter', '1', '2', '9', 'l', '/', 'h', 'v', 'd', 'y', 'r', 'u', '?', 'esc', 's', 'e', 'backspace', 'down', 'm'];
  const happening = fc.oneof(
    fc.constantFrom(...keys).map((key) => ({ key })),
    fc.record({ columns: fc.integer({ min: 1, max: 200 }), rows: fc.integer({ min: 1, max: 60 }) }).map((size) => ({ size })),
    fc.constantFrom('pass', 'fail', 'blocked', 'error').map((status) => ({ status: status as 'pass' })),
    fc.constant({ save: true as const }),
  );
  fc.assert(fc.property(fc.array(happening, { maxLength: 40 }), (all) => {
    let run = begin(started);
    for (const one of all) {
      if ('size' in one) run = drive(run, { type: 'resized', size: one.size });
      else if ('save' in one) run = drive(run, { type: 'saved', files: ['a.ts'] });
      else if ('status' in one) {
        run = drive(run, { type: 'checkEnded', run: run.state.run, verdict: verdictOf('01-first', [result('a', one.status), result('b', 'pass')]), leftovers: [] });
      } else {
        const command = commandFor(run.state, one.key);
        if (command) run = drive(run, command);
      }
      const { scroll } = openPage(run.state);
      expect(scroll).toBeGreaterThanOrEqual(0);
      expect(scroll).toBeLessThanOrEqual(lastScroll(openLayout(run.state), pageRows(run.state)));
      expect(panelRows(run.state)).toBeLessThanOrEqual(Math.max(1, run.state.size.rows - 3));
    }
  }), { numRuns: 60 });
});
