/**
 * The linear mode: lines in, lines out. No colour, no cursor movement, nothing is ever drawn over.
 *
 * It shares state, commands and effects with the screen; what a screen shows by itself is said here when it changes.
 */
import readline from 'node:readline';
import type { ExitCode } from '../../errors.ts';
import type { TutorStreams } from '../options.ts';
import type { Stage } from '../stage.ts';
import { isBusy } from '../state/check.ts';
import { isFollowing } from '../state/trace.ts';
import { markedCheck, matching, openLesson } from '../state/select.ts';
import type { State } from '../state/types.ts';
import { isXrayTold } from '../state/xray.ts';
import type { Store } from '../store.ts';
import { t } from '../strings.ts';
import { WIDTH, announce, pageHead } from './announce.ts';
import { sectionLines, sectionsOf } from './sections.ts';
import { askedBy } from './words.ts';

/** The same in every window: words are wrapped to a width that suits reading. */
export function sizeOf(): { columns: number; rows: number } {
  return { columns: WIDTH + 4, rows: 1000 };
}

export type PlainOptions = { store: Store; stage: Stage; streams: TutorStreams; shown: () => void };

/** Talks until the tutor is left or the input ends. */
export async function runScreen({ store, stage, streams, shown }: PlainOptions): Promise<ExitCode> {
  const voice = new Voice(store, streams);
  // Not a terminal to readline: it would move the cursor. The terminal itself echoes and edits the line.
  const lines = readline.createInterface({ input: streams.stdin, terminal: false });
  stage.stepAside = async (work) => {
    lines.pause();
    try {
      await work();
    } finally {
      lines.resume();
      voice.prompt();
    }
  };
  using _interrupt = onInterrupt(() => store.dispatch({ type: 'command', command: { do: 'interrupt' } }));
  const left = Promise.withResolvers<void>();
  const unsubscribe = store.subscribe((after, before) => {
    voice.say(announce(before, after));
    voice.home(before);
    if (after.leaving !== undefined) left.resolve();
  });
  lines.on('line', (text) => voice.heard(text));
  lines.on('close', () => store.dispatch({ type: 'command', command: { do: 'quit' } }));
  try {
    voice.say([t.plain.welcome, ...pageHead(store.state)]);
    shown();
    await left.promise;
    return store.state.leaving ?? 0;
  } finally {
    unsubscribe();
    lines.removeAllListeners('close');
    lines.close();
    stage.stepAside = undefined;
  }
}

class Voice {
  readonly #store: Store;
  readonly #out: TutorStreams['stdout'];
  /** The section that was read last, by lesson. */
  readonly #read = new Map<string, number>();
  #prompted = false;

  constructor(store: Store, streams: TutorStreams) {
    this.#store = store;
    this.#out = streams.stdout;
  }

  /** Prints lines, and the prompt again after them. What is said while somebody types begins on a line of its own. */
  say(lines: readonly string[]): void {
    if (lines.length === 0) return;
    this.#out.write(`${this.#prompted ? '\n' : ''}${lines.join('\n')}\n`);
    this.#prompted = false;
    this.prompt();
  }

  /** Asks for the next line, when nothing is on its way that will say something first. */
  prompt(): void {
    const { leaving, waiting, view } = this.#store.state;
    if (this.#prompted || leaving !== undefined || waiting.length > 0 || view.name === 'xray' || isFollowing(this.#store.state) || isBusy(markedCheck(this.#store.state))) return;
    this.#out.write(t.plain.prompt);
    this.#prompted = true;
  }

  heard(text: string): void {
    this.#prompted = false;
    const asked = askedBy(this.#store.state, text);
    if (asked.ask === 'command') this.#store.dispatch({ type: 'command', command: asked.command });
    else if (asked.ask === 'read') this.#readSection(asked.section);
    else if (asked.ask === 'find') this.#find(asked.words);
    else this.say([asked.say]);
    this.prompt();
  }

  /** After something was read out that covers the page on a screen, the page is open again; questions stay open. */
  home(before: State): void {
    const { view } = this.#store.state;
    // It is told when the sandbox has been looked into; then it ends, and what was started for it.
    if (view.name === 'xray') return isXrayTold(this.#store.state) ? this.#store.dispatch({ type: 'command', command: { do: 'back' } }) : undefined;
    if (view.name === 'page' && before.view.name === 'xray') return this.prompt();
    if ((view === before.view && isFollowing(before) === isFollowing(this.#store.state)) || view.name === 'page' || view.name === 'preview' || view.name === 'confirm') return;
    if (view.name === 'diff' && !view.files) return;
    // What is being followed is read out when it is there.
    if (view.name === 'trace' && isFollowing(this.#store.state)) return;
    // Another h is the next rung only while the hints are open.
    if (view.name === 'hints') return;
    this.#store.dispatch({ type: 'command', command: { do: 'back' } });
  }

  #readSection(which: 'next' | 'again' | 'first' | 'previous'): void {
    const lesson = openLesson(this.#store.state);
    const sections = sectionsOf(lesson);
    const last = this.#read.get(lesson.id) ?? -1;
    const wanted = { next: last + 1, again: Math.max(0, last), first: 0, previous: Math.max(0, last - 1) }[which];
    const section = sections[wanted];
    if (!section) return this.say([t.plain.end]);
    this.#read.set(lesson.id, wanted);
    this.say([t.plain.section(wanted + 1, sections.length), '', ...sectionLines(section, WIDTH)]);
  }

  #find(words: string): void {
    const found = matching(this.#store.state, words);
    this.say([t.plain.found(found.length), ...found.map((lesson) => t.plain.lesson(lesson.number, lesson.title))]);
  }
}

/** Ctrl-C is ours as on the screen; whoever listened before listens again afterwards. */
function onInterrupt(interrupted: () => void): Disposable {
  const before = process.listeners('SIGINT');
  process.removeAllListeners('SIGINT');
  process.on('SIGINT', interrupted);
  return {
    [Symbol.dispose]() {
      process.off('SIGINT', interrupted);
      for (const listener of before) process.on('SIGINT', listener);
    },
  };
}
