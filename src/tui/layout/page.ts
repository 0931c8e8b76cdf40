/**
 * A lesson as one tall page: pieces from top to bottom, some of which Enter acts on.
 *
 * Pure. What is cached is cached for one width only, the current one: a narrower window lays everything out anew.
 */
import type { Block, Lesson } from '../../lesson/types.ts';
import { type PageState, type StopId, experimentOf, isRevealed, openQuestion, predictionOf, sameStop } from '../state/page.ts';
import type { StartOffer } from '../state/types.ts';
import { t } from '../strings.ts';
import { type Line, blank, line, seg, spread } from '../text/line.ts';
import { box, innerWidth } from '../text/box.ts';
import { untrusted, untrustedLine } from '../text/untrusted.ts';
import { wrap } from '../text/wrap.ts';
import { type ReadOnly, layoutBlock } from './blocks.ts';
import { layoutExperiment } from './experiment.ts';
import { layoutPrediction } from './prediction.ts';

/** Prose is not wider than this however wide the window is: longer lines are hard to read. */
export const MEASURE = 76;

export type PageInput = {
  lesson: Lesson;
  width: number;
  page: PageState;
  /** The files starting this lesson would add and change; undefined once it is started. */
  start: StartOffer | undefined;
  /** Title of the lesson after this one. */
  next: string | undefined;
  /** The folder of the learner's box. */
  box: string | undefined;
  /** Lessons that this one needs, and that were begun and have not passed, or fail now. */
  unfinished: readonly Lesson[];
};

type Piece = { top: number; height: number; stop: StopId | undefined; draw: (focused: boolean) => readonly Line[] };
export type Page = { height: number; pieces: readonly Piece[] };
export type Stop = { id: StopId; top: number; bottom: number };

/** Lays out a page. Throws LessonError where the lesson's file does not parse. */
export function layoutPage(input: PageInput): Page {
  const width = Math.min(input.width, MEASURE);
  const pieces: Piece[] = [];
  let top = 0;
  const add = (draw: (focused: boolean) => readonly Line[], stop?: StopId): void => {
    const height = draw(false).length;
    if (pieces.length > 0) top++;
    pieces.push({ top, height, stop, draw });
    top += height;
  };
  const head = layoutHead(input.lesson, width);
  add(() => head);
  if (input.start) {
    const start = input.start;
    add((focused) => layoutStart(start, input.unfinished, focused, width), { kind: 'start' });
  }
  for (const block of input.lesson.blocks) addBlock(block, input, width, add);
  const end = layoutEnd(input, width);
  add(() => end);
  return { height: top, pieces };
}

function addBlock(block: Block, { lesson, page }: PageInput, width: number, add: (draw: (focused: boolean) => readonly Line[], stop?: StopId) => void): void {
  if (block.kind === 'experiment') {
    const state = experimentOf(page, block.number);
    const locked = openQuestion(lesson, page, block.number) !== undefined;
    add(twice((focused) => layoutExperiment(block, { state, focused, locked }, width)), { kind: 'experiment', number: block.number });
  } else if (block.kind === 'prediction') {
    const state = predictionOf(page, block.number);
    const revealed = isRevealed(lesson, page, block.number);
    add(twice((focused) => layoutPrediction(block, { state, focused, revealed }, width)), { kind: 'prediction', number: block.number });
  } else {
    const lines = layoutCached(block, width);
    add(() => lines);
  }
}

const cache = new WeakMap<ReadOnly, { width: number; lines: readonly Line[] }>();

function layoutCached(block: ReadOnly, width: number): readonly Line[] {
  const known = cache.get(block);
  if (known?.width === width) return known.lines;
  const lines = layoutBlock(block, width);
  cache.set(block, { width, lines });
  return lines;
}

/** Remembers both ways a piece can look. */
function twice(draw: (focused: boolean) => readonly Line[]): (focused: boolean) => readonly Line[] {
  const known: { plain?: readonly Line[]; focused?: readonly Line[] } = {};
  return (focused) => (focused ? (known.focused ??= draw(true)) : (known.plain ??= draw(false)));
}

function layoutHead(lesson: Lesson, width: number): Line[] {
  const facts = [t.minutes(lesson.minutes), ...(lesson.needs.length > 0 ? [t.needs(lesson.needs.map((id) => id.slice(0, 2)).join(', '))] : [])];
  return [
    spread([seg(t.lesson(lesson.number, lesson.title), 'heading')], [seg(facts.join(' · '), 'label')], width),
    ...wrap([seg(`${t.goal}: `, 'label'), seg(lesson.goal, 'emphasis')], width),
  ];
}

function layoutStart(start: StartOffer, unfinished: readonly Lesson[], focused: boolean, width: number): Line[] {
  const says: string[] = [];
  if (start.adds.length > 0) says.push(t.start.adds(start.adds.join(', ')));
  if (start.changes.length > 0) says.push(t.start.changes(start.changes.join(', ')));
  if (start.reference.length > 0) says.push(t.start.reference(start.reference.join(', ')));
  const lines = [
    ...(says.length > 0 ? says : [t.start.nothing]).flatMap((text) => wrap(line(text), innerWidth(width))),
    ...unfinished.flatMap(({ number, title }) => wrap(line(t.start.unfinished(number, title), 'warn'), innerWidth(width))),
  ];
  return box([{ lines }], {
    width,
    title: line(t.start.title, focused ? 'key' : 'strong'),
    note: line(focused ? `▶ ${t.start.enter}` : t.start.enter, focused ? 'key' : 'label'),
    edge: focused ? 'frameFocused' : 'frame',
  });
}

function layoutEnd({ lesson, next, box }: PageInput, width: number): Line[] {
  return [
    line('─'.repeat(width), 'frame'),
    ...wrap(line(t.end.files(lesson.files.join(', ')), 'strong'), width),
    ...wrap(line(t.end.how), width),
    ...(box === undefined ? [] : wrap(line(t.end.where(untrustedLine(box)), 'label'), width)),
    ...(next === undefined ? [] : wrap(line(t.end.next(next), 'label'), width)),
  ];
}

/** The lines of a page from `scroll` on, at most `rows` of them. */
export function sliceOf(page: Page, scroll: number, rows: number, focus: StopId | undefined): Line[] {
  const lines: Line[] = [];
  const end = scroll + rows;
  for (const piece of page.pieces) {
    if (piece.top + piece.height < scroll) continue;
    if (piece.top >= end) break;
    while (scroll + lines.length < piece.top) lines.push(blank);
    const drawn = piece.draw(sameStop(piece.stop, focus));
    lines.push(...drawn.slice(Math.max(0, scroll - piece.top), end - piece.top));
  }
  while (lines.length < rows && scroll + lines.length < page.height) lines.push(blank);
  return lines.slice(0, rows);
}

export function stopsOf(page: Page): Stop[] {
  return page.pieces.flatMap((piece) => (piece.stop ? [{ id: piece.stop, top: piece.top, bottom: piece.top + piece.height }] : []));
}

/** The furthest one can scroll: the page's last line stands on the last row. */
export function lastScroll(page: Page, rows: number): number {
  return Math.max(0, page.height - rows);
}

/**
 * What Enter acts on: the stop chosen with Tab or just run, while its head is in view or nothing else is; otherwise the first in
 * view that still has something to do, otherwise the first in view. Of what has been scrolled away but for its last lines one has
 * stopped thinking.
 */
export function focusOf(page: Page, state: PageState, rows: number): StopId | undefined {
  const stops = stopsOf(page);
  const end = state.scroll + rows;
  const chosen = stops.find((stop) => sameStop(stop.id, state.focus) && stop.bottom > state.scroll && stop.top < end);
  const inView = stops.filter((stop) => stop.top >= state.scroll && stop.top < end);
  if (chosen && (chosen.top >= state.scroll || inView.length === 0)) return chosen.id;
  return (inView.find((stop) => !hasBeenDone(state, stop.id)) ?? inView[0])?.id;
}

/** The question whose head is in view and which is not answered yet, where there is one. */
export function questionInView(page: Page, state: PageState, rows: number): number | undefined {
  const inView = stopsOf(page).filter((stop) => stop.top >= state.scroll && stop.top < state.scroll + rows);
  const [id] = inView.flatMap((stop) => (stop.id.kind === 'prediction' && !isAnswered(state, stop.id) ? [stop.id.number] : []));
  return id;
}

function hasBeenDone(state: PageState, id: StopId): boolean {
  return isAnswered(state, id) || (id.kind === 'experiment' && experimentOf(state, id.number).at === 'done');
}

/** A question whose answer stands. */
export const isAnswered = (state: PageState, id: StopId): boolean => id.kind === 'prediction' && predictionOf(state, id.number).committed;

/** A page that says why there is none. */
export function pageOfError(message: string, width: number): Page {
  const lines = [line(t.message.lessonFailed, 'bad'), ...untrusted(message, { lines: 10 }).flatMap((text) => wrap(line(text), Math.min(width, MEASURE)))];
  return { height: lines.length, pieces: [{ top: 0, height: lines.length, stop: undefined, draw: () => lines }] };
}

/** The place in the page's pieces that stands at `scroll`, so that it can be found again in another width. */
export function anchorOf(page: Page, scroll: number): { piece: number; offset: number } {
  const piece = Math.max(0, page.pieces.findLastIndex((one) => one.top <= scroll));
  return { piece, offset: scroll - (page.pieces[piece]?.top ?? 0) };
}

export function scrollOf(page: Page, anchor: { piece: number; offset: number }): number {
  const piece = page.pieces[anchor.piece];
  return piece ? piece.top + Math.min(anchor.offset, Math.max(0, piece.height - 1)) : 0;
}
