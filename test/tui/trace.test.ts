/** The trace in the tutor: the question before it, the calls, the timeline, and all of it in words. */
import { describe, expect, test } from 'vitest';
import { commandFor } from '../../src/tui/keys.ts';
import { keysLine } from '../../src/tui/layout/chrome.ts';
import { layoutOverlay, overlayRows } from '../../src/tui/layout/overlay.ts';
import { announce } from '../../src/tui/plain/announce.ts';
import { askedBy } from '../../src/tui/plain/words.ts';
import type { Event, Size } from '../../src/tui/state/types.ts';
import { lineText, lineWidth } from '../../src/tui/text/line.ts';
import { compare } from '../../src/trace/compare.ts';
import type { TraceDocument } from '../../src/trace/index.ts';
import { change, reference, runOf, stepOf } from '../trace/sample.ts';
import { type Run, begin, drive } from './drive.ts';
import { progressWith } from './sample.ts';

const lacking = runOf(reference.map((call) => call.replace('MS_REC|MS_PRIVATE', 'MS_PRIVATE')).map((call, at) => (at === 1 ? stepOf(call, { changes: [change('names', 'hostname', 'drydock', 'hold', 'uts:[7]')] }) : call)));
const passed = progressWith({ '01-first': { started: true, passed: true } }, '01-first');

function documentOf(alone = false): TraceDocument {
  const theirs = runOf(reference);
  return { schema: 'drydock.trace/1', lesson: '01-first', command: 'box run -- true', kernel: null, mine: lacking, ...(alone ? { reference: null, rows: null, difference: null } : { reference: theirs, ...compare(lacking, theirs) }) };
}
const ended: Event = { type: 'traceEnded', run: 1, trace: documentOf() };
const pressed = (run: Run, ...keys: string[]): Run => keys.reduce((before, key) => {
  const command = commandFor(before.state, key);
  if (command === undefined) throw new Error(`${key} means nothing here`);
  return drive(before, command);
}, run);
const screen = (run: Run): string[] => {
  const overlay = layoutOverlay(run.state);
  return overlay === undefined ? [] : overlay.lines.slice(overlay.scroll, overlay.scroll + overlayRows(run.state)).map((parts) => lineText(parts));
};
const shown = (size: Size = { columns: 80, rows: 24 }): Run => drive(pressed(begin(passed, size), 't'), ended);

describe('the key', () => {
  test('asks first where the lesson has not passed; y shows both and is remembered, t only mine', () => {
    const asking = pressed(begin(), 't');
    expect([asking.effects, asking.state.view]).toEqual([[], { name: 'confirm', of: 'trace' }]);
    expect(lineText(keysLine(asking.state))).toBe(' t only mine  y yes  Esc no ');
    expect(pressed(asking, 'y').effects).toEqual([{ type: 'record', event: { type: 'solutionSeen', lesson: '01-first' } }, { type: 'trace', lesson: '01-first', run: 1, reference: true }]);
    expect(pressed(asking, 't').effects).toEqual([{ type: 'trace', lesson: '01-first', run: 1, reference: false }]);
    expect(pressed(asking, 'j').state.view.name).toBe('page');
  });

  test('says what is being done; leaving and Ctrl-C stop it', () => {
    const running = drive(pressed(begin(passed), 't'), { type: 'traceBegan', run: 1, what: 'reference' });
    expect(screen(running)[0]).toBe('Following the reference …');
    expect(pressed(running, 'n').effects).toEqual([{ type: 'offer', lesson: '02-second' }, { type: 'cancelTrace' }]);
    for (const key of ['t', 'esc', 'ctrl-c']) expect(pressed(running, key).effects, key).toEqual([{ type: 'cancelTrace' }]);
    const stopped = drive(running, { type: 'traceFailed', run: 1, why: '', cancelled: true });
    expect(screen(stopped)).toEqual(['Stopped. r starts it again.']);
    expect(pressed(stopped, 'r').effects).toEqual([{ type: 'trace', lesson: '01-first', run: 2, reference: true }]);
  });

  test('what an older request still says is not listened to', () => {
    const again = pressed(shown(), 'r');
    expect(drive(again, ended).state.trace).toMatchObject({ run: 2, at: 'waiting' });
  });

  test('opens what is there without asking again, until the box is saved', () => {
    const left = pressed(shown(), 'esc');
    expect(pressed(left, 't').effects).toEqual([]);
    expect(pressed(drive(left, { type: 'saved', files: ['run.ts'] }), 't').effects).toEqual([{ type: 'trace', lesson: '01-first', run: 2, reference: true }]);
  });
});

describe('the screen', () => {
  test('the first difference is in view and explained, at every size', () => {
    for (const [columns, rows] of [[40, 10], [80, 24], [120, 40]] as const) {
      const lines = screen(shown({ columns, rows }));
      expect(lines.join('\n'), `${columns}×${rows}`).toMatch(/>≠ +5 mount \/ MS_PRIVATE/);
      expect(lines.join(' '), `${columns}×${rows}`).toContain('First difference: ');
    }
  });

  test('side by side where there is room', () => {
    expect(screen(shown({ columns: 120, rows: 40 })).find((line) => line.startsWith('>≠'))).toMatch(/mount \/ MS_PRIVATE +mount \/ MS_REC\|MS_PRIVATE/);
    expect(screen(shown()).join('\n')).toContain('reference: mount / MS_REC|MS_PRIVATE');
  });

  test('no line is wider than the window', () => {
    for (const columns of [40, 57, 80, 100, 132]) {
      for (const run of [shown({ columns, rows: 24 }), pressed(shown({ columns, rows: 24 }), 'tab')]) {
        for (const parts of layoutOverlay(run.state)!.lines) expect(lineWidth(parts), lineText(parts)).toBeLessThanOrEqual(columns - 2);
      }
    }
  });

  test('scrolls away from the difference, and stays there', () => {
    const top = pressed(shown({ columns: 80, rows: 14 }), 'g');
    expect(screen(top)[0]).toBe('box run -- true');
    expect(screen(pressed(top, 'j'))[0]).not.toBe('box run -- true');
  });
});

describe('the timeline', () => {
  test('begins at the first difference; arrows step forwards and back, as far as there are steps', () => {
    const there = pressed(shown(), 'tab');
    expect(screen(there)).toContain('Step 5 of 11  box.ts run (process 1)');
    const second = pressed(there, 'left', 'left', 'left');
    expect(screen(second)).toEqual(expect.arrayContaining(['>   2 sethostname hold', 'Step 2 of 11  box.ts run (process 1)', '      - drydock', '      + hold']));
    expect(screen(pressed(second, 'left', 'left', 'left'))).toContain('Step 1 of 11  box.ts run (process 1)');
    expect(screen(pressed(there, ...Array.from({ length: 20 }, () => 'right')))).toContain('Step 11 of 11  box.ts run (process 1)');
    expect(pressed(second, 'tab').state.view).toMatchObject({ name: 'trace', mode: 'calls' });
  });

  test('of my own run alone', () => {
    const alone = drive(pressed(begin(), 't', 't'), { type: 'traceEnded', run: 1, trace: documentOf(true) });
    expect(screen(alone)).toContain('Step 1 of 11  box.ts run (process 1)');
    expect(screen(alone).join('\n')).not.toContain('reference');
  });
});

describe('in words', () => {
  const said = (before: Run, after: Run): string[] => announce(before.state, after.state);
  const size = { columns: 76, rows: 1000 };

  test('what is done, each row with its word, the difference', () => {
    const asked = pressed(begin(passed, size), 't');
    expect(said(asked, drive(asked, { type: 'traceBegan', run: 1, what: 'mine' }))).toEqual(['Following your box, call by call …']);
    const lines = said(asked, drive(asked, ended));
    expect(lines).toEqual(expect.arrayContaining(['Row 4, same: unshare CLONE_NEWNS', 'Row 5, differs:', '  your box: mount / MS_PRIVATE', '  reference: mount / MS_REC|MS_PRIVATE', 'First difference: Row 5', 'Your mount goes without MS_REC.']));
  });

  test('steps by number, and the next', () => {
    const done = shown(size);
    const heard = (run: Run, text: string): Run => {
      const found = askedBy(run.state, text);
      if (found.ask !== 'command') throw new Error(JSON.stringify(found));
      return drive(run, found.command);
    };
    const second = heard(done, 'step 2');
    expect(said(done, second)).toEqual(expect.arrayContaining(['Step 2 of 11  box.ts run (process 1)', '      + hold']));
    expect(said(second, heard(second, 'step'))).toContain('Step 3 of 11  box.ts run (process 1)');
    expect(askedBy(begin().state, 'step 2')).toEqual({ ask: 'nothing', say: 'There is no trace yet: trace makes one.' });
  });

  test('the question before it', () => {
    const before = begin(undefined, size);
    expect(said(before, pressed(before, 't')).at(-1)).toBe('yes shows them, trace shows only your own, no does not.');
  });
});
