/**
 * Everything that the workbook shows of an X-ray, a trace and a comparison, drawn as it is drawn for a learner: the tutor's screen in three
 * sizes, the linear mode, the commands' text and JSON. Each function returns what is wrong; what breaks, throws.
 */
import { renderToString } from 'ink';
import stringWidth from 'string-width';
import * as v from 'valibot';
import { XraySchema } from '../../sandbox/wire/xray.ts';
import type { Xray } from '../../src/check/wire.ts';
import { textOf as xrayText } from '../../src/cli/xray.ts';
import type { Tree } from '../../src/lesson/tree.ts';
import { textOf } from '../../src/lesson/tree.ts';
import type { Course, Lesson } from '../../src/lesson/types.ts';
import { harmlessJson } from '../../src/report/index.ts';
import { type TraceDocument, renderTimeline, renderTrace } from '../../src/trace/index.ts';
import { compare } from '../../src/tui/compare.ts';
import { announce } from '../../src/tui/plain/announce.ts';
import type { ProgressView } from '../../src/tui/ports.ts';
import { createStage } from '../../src/tui/stage.ts';
import { initialState } from '../../src/tui/state/init.ts';
import { step } from '../../src/tui/state/step.ts';
import type { Command, Event, Size, State } from '../../src/tui/state/types.ts';
import { createStore } from '../../src/tui/store.ts';
import { App } from '../../src/tui/views/app.tsx';
import { noHistory, remember } from '../../src/tui/xray/history.ts';
import { sectionIds } from '../../src/tui/xray/sections.ts';

const sizes: readonly Size[] = [{ columns: 80, rows: 24 }, { columns: 40, rows: 10 }, { columns: 120, rows: 40 }];

/** No control characters but the newline: neither on a screen without colours, nor in lines, nor in JSON. */
const control = /[\u0000-\u0009\u000B-\u001F\u007F-\u009F]/;
/** Frames, branches and plots, which a screen reader would spell. */
const drawing = /[\u2500-\u259F]/;

/** Two looks at the same container, a moment apart, as the tutor, the linear mode and `drydock xray` show them. */
export function faultsOfXray(course: Course, lesson: Lesson, looks: readonly Xray[]): string[] {
  const show = new Show(course, lesson);
  const sections = sectionIds.map((_, choice): Command => ({ do: 'choose', choice }));
  show.walk([{ do: 'xray' }, ...looks.map((xray): Event => ({ type: 'xrayed', xray })), ...sections, { do: 'edge', to: 'bottom' }, { do: 'scroll', by: 'page', direction: -1 }]);
  const [last, history] = [looks.at(-1), looks.reduce(remember, noHistory)];
  if (!last) throw new RangeError('nothing was looked at');
  for (const columns of [40, 80]) show.lines(`drydock xray, ${columns} columns`, xrayText(last, history, columns, sectionIds), columns);
  const sent = harmlessJson(last, 2);
  show.lines('drydock xray --json', sent.split('\n'));
  v.parse(XraySchema, JSON.parse(sent));
  for (const { part, why } of last.container?.troubles ?? []) show.faults.push(`the section ${part} has a trouble: ${why}`);
  return show.faults;
}

/** A trace with its timeline, every step of it. */
export function faultsOfTrace(course: Course, lesson: Lesson, trace: TraceDocument): string[] {
  const show = new Show(course, lesson);
  const steps = trace.mine.steps.map((_, index): Command => ({ do: 'stepTo', step: index }));
  show.walk([{ do: 'trace' }, { type: 'traceBegan', run: 1, what: 'mine' }, { type: 'traceEnded', run: 1, trace }, { do: 'edge', to: 'bottom' }, { do: 'turn' }, ...steps]);
  for (const columns of [40, 80, 120]) {
    show.lines(`drydock trace, ${columns} columns`, renderTrace(trace, columns).split('\n'), columns);
    show.lines(`drydock trace --timeline, ${columns} columns`, renderTimeline(trace, columns).split('\n'), columns);
  }
  const sent = harmlessJson(trace);
  show.lines('drydock trace --json', [sent]);
  if ((JSON.parse(sent) as TraceDocument).mine.steps.length !== trace.mine.steps.length) show.faults.push('drydock trace --json: other steps than were followed');
  return show.faults;
}

/** The files beside the reference's. */
export function faultsOfDiff(course: Course, lesson: Lesson, mine: Tree, reference: Tree): string[] {
  const show = new Show(course, lesson);
  const files = [...reference].map(([file, theirs]) => ({ file, absent: !mine.has(file), lines: compare(textOf(mine.get(file) ?? theirs) ?? '', textOf(theirs) ?? '', file) }))
    .filter(({ lines, absent }) => absent || lines.length > 0);
  show.walk([{ do: 'diff' }, { type: 'compared', against: 'reference', version: undefined, files }, { do: 'scroll', by: 'page', direction: 1 }, { do: 'edge', to: 'bottom' }]);
  return show.faults;
}

/** The tutor at a lesson that has passed, in every size at once; what is wrong with what it shows is gathered. */
class Show {
  readonly faults: string[] = [];
  readonly #course: Course;
  readonly #progress: ProgressView;
  readonly #open: string;

  constructor(course: Course, lesson: Lesson) {
    const passed = { started: true, passed: true, failsNow: false, seconds: 0, attempts: 1, hints: 0, predictions: {}, solutionSeen: true };
    this.#course = course;
    this.#progress = { current: lesson.id, lessons: { [lesson.id]: passed } };
    this.#open = lesson.id;
  }

  /** Draws every state on the way, and says it. */
  walk(happens: readonly (Command | Event)[]): void {
    for (const size of sizes) {
      let state = initialState({ course: this.#course, progress: this.#progress, size, lesson: this.#open });
      for (const one of happens) {
        const [next] = step(state, 'do' in one ? { type: 'command', command: one } : one);
        this.#frame(next, 'do' in one ? one.do : one.type);
        if (size === sizes[0]) this.#spoken(state, next);
        state = next;
      }
    }
  }

  /** Lines that are fit for a terminal, and no wider than `columns`; a long word that stands alone stays whole, to be copied. */
  lines(what: string, lines: readonly string[], columns = Infinity): void {
    for (const line of lines) {
      if (control.test(line)) this.#say(`${what}: a control character in ${JSON.stringify(line)}`);
      if (stringWidth(line) > columns && /\S\s+\S/.test(line)) this.#say(`${what}: ${stringWidth(line)} cells: ${line}`);
    }
  }

  #frame(state: State, after: string): void {
    const { columns, rows } = state.size;
    const store = createStore(state, () => undefined);
    const frame = renderToString(<App store={store} stage={createStage()} paint={{ color: false, links: false }} />, { columns }).split('\n');
    const what = `${state.view.name} on ${columns}×${rows} after ${after}`;
    if (frame.length !== rows) this.#say(`${what}: ${frame.length} rows`);
    this.lines(what, frame, columns);
  }

  #spoken(before: State, after: State): void {
    for (const line of announce(before, after)) {
      if (control.test(line) || (after.view.name !== 'diff' && drawing.test(line))) this.#say(`${after.view.name} in words: ${JSON.stringify(line)}`);
    }
  }

  #say(fault: string): void {
    if (!this.faults.includes(fault)) this.faults.push(fault);
  }
}
