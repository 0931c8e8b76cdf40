/** What is typed in the linear mode, as commands; the letters are those of the screen's keys. */
import { UserError } from '../../errors.ts';
import { findLesson } from '../../lesson/find.ts';
import { nearest } from '../../lesson/nearest.ts';
import type { Command, State } from '../state/types.ts';
import { t } from '../strings.ts';

/** `read` is the linear mode's own: which section to read aloud. */
export type Asked = { ask: 'command'; command: Command } | { ask: 'read'; section: 'next' | 'again' | 'first' | 'previous' } | { ask: 'find'; words: string } | { ask: 'nothing'; say: string };

const command = (command: Command): Asked => ({ ask: 'command', command });

type Word = { words: readonly string[]; parse: (state: State, rest: readonly string[]) => Asked };

const words: readonly Word[] = [
  { words: ['more', 'm', 'j'], parse: () => ({ ask: 'read', section: 'next' }) },
  { words: ['again'], parse: () => ({ ask: 'read', section: 'again' }) },
  { words: ['back', 'b', 'k'], parse: () => ({ ask: 'read', section: 'previous' }) },
  { words: ['read', 'g'], parse: () => ({ ask: 'read', section: 'first' }) },
  { words: ['run'], parse: (_, [number]) => numbered(number, (found) => command({ do: 'experiment', number: found }), t.plain.whichExperiment) },
  { words: ['answer', 'a'], parse: (_, rest) => answer(rest) },
  { words: ['start'], parse: () => command({ do: 'start' }) },
  { words: ['undo', 'u'], parse: () => command({ do: 'undo' }) },
  { words: ['next', 'n'], parse: () => command({ do: 'lesson', direction: 1 }) },
  { words: ['previous', 'p'], parse: () => command({ do: 'lesson', direction: -1 }) },
  { words: ['unsolved'], parse: () => command({ do: 'unsolved' }) },
  { words: ['list', 'l'], parse: () => command({ do: 'list' }) },
  { words: ['search', '/'], parse: (_, rest) => ({ ask: 'find', words: rest.join(' ') }) },
  { words: ['open', 'o'], parse: open },
  { words: ['runtime', 'c'], parse: () => command({ do: 'closing' }) },
  { words: ['probe'], parse: () => command({ do: 'probe' }) },
  { words: ['drill'], parse: (state, [what = '']) => drillWord(state, what) },
  { words: ['hint', 'h'], parse: () => command({ do: 'hint' }) },
  { words: ['check', 'r'], parse: () => command({ do: 'rerun' }) },
  { words: ['verdict', 'v'], parse: () => command({ do: 'verdict' }) },
  { words: ['diff', 'd'], parse: () => command({ do: 'diff' }) },
  { words: ['yes', 'y'], parse: (state) => command(state.view.name === 'preview' ? { do: 'enter' } : { do: 'yes' }) },
  { words: ['no'], parse: () => command({ do: 'back' }) },
  { words: ['trace', 't'], parse: () => command({ do: 'trace' }) },
  { words: ['step'], parse: step },
  { words: ['edit', 'e'], parse: () => command({ do: 'editor' }) },
  { words: ['shell', 's'], parse: () => command({ do: 'shell' }) },
  { words: ['xray', 'x'], parse: (_, [start]) => command({ do: 'xray', ...(start?.toLowerCase() === 'start' ? { start: true } : {}) }) },
  { words: ['stop'], parse: () => command({ do: 'interrupt' }) },
  { words: ['help', '?'], parse: () => command({ do: 'help' }) },
  { words: ['quit', 'q', 'exit'], parse: () => command({ do: 'quit' }) },
];

/** What a line asks for. An empty line reads on. */
export function askedBy(state: State, text: string): Asked {
  // `/mounts` is a search, as on the screen.
  const [first = '', ...rest] = text.trim().replace(/^\/(?=\S)/, '/ ').split(/\s+/);
  if (first === '') return { ask: 'read', section: 'next' };
  const word = first.toLowerCase();
  const found = words.find((one) => one.words.includes(word));
  if (found) return found.parse(state, rest);
  const near = nearest(word, words.map((one) => one.words[0] ?? ''));
  return { ask: 'nothing', say: t.plain.unknown(first, near) };
}

/** `step 3`, from 1; `step` is the one after the last. */
function step(state: State, [number]: readonly string[]): Asked {
  if (state.trace?.at !== 'done') return { ask: 'nothing', say: t.plain.noTrace };
  if (number === undefined) return command({ do: 'stepTo', step: (state.trace.read ?? -1) + 1 });
  return numbered(number, (found) => command({ do: 'stepTo', step: found - 1 }), t.plain.whichStep);
}

function numbered(text: string | undefined, then: (number: number) => Asked, otherwise: string): Asked {
  return text !== undefined && /^\d{1,3}$/.test(text) ? then(Number(text)) : { ask: 'nothing', say: otherwise };
}

/** `answer 1 b`, `answer 1 2`. */
function answer([number, choice = '']: readonly string[]): Asked {
  const index = /^[a-i]$/i.test(choice) ? choice.toLowerCase().charCodeAt(0) - 97 : /^[1-9]$/.test(choice) ? Number(choice) - 1 : undefined;
  if (index === undefined) return { ask: 'nothing', say: t.plain.whichAnswer };
  return numbered(number, (found) => command({ do: 'predict', number: found, choice: index }), t.plain.whichAnswer);
}

/** `drill` shows it, `drill 2` and `drill b` answer it, `drill shell` looks around. */
function drillWord(state: State, what: string): Asked {
  if (what === '') return command({ do: 'drill' });
  if (what === 'shell') return command({ do: 'drillShell' });
  const index = /^[a-i]$/i.test(what) ? what.toLowerCase().charCodeAt(0) - 97 : /^[1-9]$/.test(what) ? Number(what) - 1 : undefined;
  if (index === undefined || state.drill.at !== 'open') return { ask: 'nothing', say: t.drill.plainAnswer };
  return command({ do: 'drillAnswer', choice: index });
}

function open(state: State, [lesson = '']: readonly string[]): Asked {
  try {
    return command({ do: 'open', lesson: findLesson(state.course, lesson).id });
  } catch (error) {
    if (error instanceof UserError) return { ask: 'nothing', say: [error.message, ...error.next].join('\n') };
    throw error;
  }
}
