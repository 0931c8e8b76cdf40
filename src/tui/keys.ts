/**
 * Keys: from what ink hands over to names of ours, and from a name to what it means where the reader is.
 *
 * Keys typed fast arrive together as one input, so each input is taken apart. A paste comes by another way (usePaste) where
 * the terminal marks pastes, and is told from typing by its look where it does not.
 */
import type { Command, State } from './state/types.ts';

/** The part of ink's key that we look at. */
export type InkKey = {
  upArrow: boolean; downArrow: boolean; leftArrow: boolean; rightArrow: boolean; pageUp: boolean; pageDown: boolean;
  home: boolean; end: boolean; return: boolean; escape: boolean; ctrl: boolean; shift: boolean; tab: boolean;
  backspace: boolean; delete: boolean; meta: boolean;
};

const named: readonly (readonly [keyof InkKey, string])[] = [
  ['upArrow', 'up'], ['downArrow', 'down'], ['leftArrow', 'left'], ['rightArrow', 'right'], ['pageUp', 'pageup'], ['pageDown', 'pagedown'],
  ['home', 'home'], ['end', 'end'], ['return', 'enter'], ['escape', 'esc'], ['backspace', 'backspace'], ['delete', 'backspace'],
];

const controls: Readonly<Record<string, string>> = {
  '\r': 'enter', '\n': 'enter', '\t': 'tab', '\u001B': 'esc', '\u007F': 'backspace', '\b': 'backspace', '\u0003': 'ctrl-c', '\u001A': 'ctrl-z',
  '\u0004': 'ctrl-d', '\u0015': 'ctrl-u', '\u0006': 'ctrl-f', '\u0002': 'ctrl-b', '\u000C': 'ctrl-l',
};

/** The names of the keys in one input; empty for what has no meaning here, and for text that was pasted. */
export function keyNames(input: string, key: InkKey): string[] {
  if (key.tab) return [key.shift ? 'shift-tab' : 'tab'];
  for (const [flag, name] of named) if (key[flag]) return [name];
  if (key.ctrl) return [`ctrl-${input}`];
  if (key.meta || looksPasted(input)) return [];
  return [...input].map((character) => controls[character] ?? character);
}

/** More keys at once than fingers or a slow line bring, and not one key held down. */
function looksPasted(input: string): boolean {
  return input.length > 16 && new Set(input).size > 5;
}

/** Keys that mean the same in every view. */
const everywhere: Readonly<Record<string, Command>> = {
  j: { do: 'scroll', by: 'line', direction: 1 },
  k: { do: 'scroll', by: 'line', direction: -1 },
  down: { do: 'scroll', by: 'line', direction: 1 },
  up: { do: 'scroll', by: 'line', direction: -1 },
  ' ': { do: 'scroll', by: 'page', direction: 1 },
  b: { do: 'scroll', by: 'page', direction: -1 },
  pagedown: { do: 'scroll', by: 'page', direction: 1 },
  pageup: { do: 'scroll', by: 'page', direction: -1 },
  'ctrl-d': { do: 'scroll', by: 'half', direction: 1 },
  'ctrl-u': { do: 'scroll', by: 'half', direction: -1 },
  'ctrl-f': { do: 'scroll', by: 'page', direction: 1 },
  'ctrl-b': { do: 'scroll', by: 'page', direction: -1 },
  g: { do: 'edge', to: 'top' },
  G: { do: 'edge', to: 'bottom' },
  home: { do: 'edge', to: 'top' },
  end: { do: 'edge', to: 'bottom' },
  n: { do: 'lesson', direction: 1 },
  p: { do: 'lesson', direction: -1 },
  N: { do: 'unsolved' },
  tab: { do: 'focus', direction: 1 },
  'shift-tab': { do: 'focus', direction: -1 },
  enter: { do: 'enter' },
  l: { do: 'list' },
  '/': { do: 'search' },
  c: { do: 'closing' },
  m: { do: 'drill' },
  h: { do: 'hint' },
  v: { do: 'verdict' },
  d: { do: 'diff' },
  t: { do: 'trace' },
  left: { do: 'step', by: -1 },
  right: { do: 'step', by: 1 },
  r: { do: 'rerun' },
  e: { do: 'editor' },
  s: { do: 'shell' },
  x: { do: 'xray' },
  u: { do: 'undo' },
  '?': { do: 'help' },
  esc: { do: 'back' },
  'ctrl-c': { do: 'interrupt' },
  'ctrl-z': { do: 'suspend' },
  'ctrl-l': { do: 'redraw' },
  q: { do: 'quit' },
};

/** What a key means in this state; undefined where it means nothing. */
export function commandFor(state: State, key: string): Command | undefined {
  const { view } = state;
  if (view.name === 'map' && view.typing) return whileTyping(key);
  if (view.name === 'confirm' && view.of === 'trace' && key === 't') return { do: 'trace' };
  if (view.name === 'trace' && (key === 'tab' || key === 'shift-tab')) return { do: 'turn' };
  if (view.name === 'confirm' && !['q', 'ctrl-c', 'ctrl-z'].includes(key)) return key === 'y' ? { do: 'yes' } : key === 'd' ? { do: 'diff' } : { do: 'back' };
  if (view.name === 'xray' && (key === 'left' || key === 'right')) return { do: 'focus', direction: key === 'right' ? 1 : -1 };
  if (/^[1-9]$/.test(key)) return { do: 'choose', choice: Number(key) - 1 };
  return Object.hasOwn(everywhere, key) ? everywhere[key] : undefined;
}

/** In the search every character is one of the search; arrows still move. */
function whileTyping(key: string): Command | undefined {
  if ([...key].length === 1) return { do: 'type', text: key };
  if (key === 'backspace') return { do: 'erase' };
  return ['enter', 'esc', 'up', 'down', 'pageup', 'pagedown', 'ctrl-c', 'ctrl-z'].includes(key) ? everywhere[key] : undefined;
}
