/** Keys: what ink hands over → names → commands, by view. */
import { describe, expect, test } from 'vitest';
import { type InkKey, commandFor, keyNames } from '../../src/tui/keys.ts';
import { initialState } from '../../src/tui/state/init.ts';
import type { State, View } from '../../src/tui/state/types.ts';
import { progressWith, sampleCourse } from './sample.ts';

const noKey: InkKey = {
  upArrow: false, downArrow: false, leftArrow: false, rightArrow: false, pageUp: false, pageDown: false, home: false, end: false,
  return: false, escape: false, ctrl: false, shift: false, tab: false, backspace: false, delete: false, meta: false,
};

const state = (view: View = { name: 'page' }): State => ({ ...initialState({ course: sampleCourse(), progress: progressWith({}), size: { columns: 80, rows: 24 } }), view });

describe('names', () => {
  test.each<[string, Partial<InkKey>, string[]]>([
    ['j', {}, ['j']],
    ['jjjjjjjjjj', {}, Array.from({ length: 10 }, () => 'j')],
    ['jk\r', {}, ['j', 'k', 'enter']],
    ['12\r\t', {}, ['1', '2', 'enter', 'tab']],
    ['', { return: true }, ['enter']],
    ['', { escape: true }, ['esc']],
    ['', { tab: true, shift: true }, ['shift-tab']],
    ['', { upArrow: true }, ['up']],
    ['c', { ctrl: true }, ['ctrl-c']],
    ['x', { meta: true }, []],
    ['ü', {}, ['ü']],
  ])('%j %j', (input, key, names) => {
    expect(keyNames(input, { ...noKey, ...key })).toEqual(names);
  });

  test('what was pasted without marks is no key', () => {
    expect(keyNames('rm -rf /tmp/x\nqqq', { ...noKey })).toEqual([]);
    expect(keyNames('q'.repeat(40), { ...noKey })).toHaveLength(40);
  });
});

describe('commands on the page', () => {
  test.each([
    ['j', { do: 'scroll', by: 'line', direction: 1 }],
    ['down', { do: 'scroll', by: 'line', direction: 1 }],
    [' ', { do: 'scroll', by: 'page', direction: 1 }],
    ['b', { do: 'scroll', by: 'page', direction: -1 }],
    ['G', { do: 'edge', to: 'bottom' }],
    ['n', { do: 'lesson', direction: 1 }],
    ['p', { do: 'lesson', direction: -1 }],
    ['tab', { do: 'focus', direction: 1 }],
    ['enter', { do: 'enter' }],
    ['3', { do: 'choose', choice: 2 }],
    ['h', { do: 'hint' }],
    ['e', { do: 'editor' }],
    ['s', { do: 'shell' }],
    ['d', { do: 'diff' }],
    ['r', { do: 'rerun' }],
    ['l', { do: 'list' }],
    ['/', { do: 'search' }],
    ['?', { do: 'help' }],
    ['v', { do: 'verdict' }],
    ['u', { do: 'undo' }],
    ['q', { do: 'quit' }],
    ['ctrl-c', { do: 'interrupt' }],
    ['ctrl-z', { do: 'suspend' }],
    ['esc', { do: 'back' }],
    ['ü', undefined],
    ['x', { do: 'xray' }],
    ['t', { do: 'trace' }],
    ['left', { do: 'step', by: -1 }],
    ['0', undefined],
    ['ctrl-q', undefined],
    ['constructor', undefined],
  ])('%s', (key, command) => {
    expect(commandFor(state(), key)).toEqual(command);
  });
});

test('in a search, letters are letters', () => {
  const typing = state({ name: 'map', selected: '01-first', query: '', typing: true, scroll: 0 });
  expect(commandFor(typing, 'q')).toEqual({ do: 'type', text: 'q' });
  expect(commandFor(typing, '1')).toEqual({ do: 'type', text: '1' });
  expect(commandFor(typing, 'backspace')).toEqual({ do: 'erase' });
  expect(commandFor(typing, 'enter')).toEqual({ do: 'enter' });
  expect(commandFor(typing, 'ctrl-c')).toEqual({ do: 'interrupt' });
  expect(commandFor(typing, 'tab')).toBeUndefined();
});

test('only y shows the reference', () => {
  const asked = state({ name: 'confirm' });
  expect(commandFor(asked, 'y')).toEqual({ do: 'yes' });
  expect(commandFor(asked, 'j')).toEqual({ do: 'back' });
  expect(commandFor(asked, 'q')).toEqual({ do: 'quit' });
});
