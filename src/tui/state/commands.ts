/** What each command does to the state. Exhaustive; keys and words are mapped to commands elsewhere. */
import { Exit } from '../../errors.ts';
import { isAnswered, lastScroll } from '../layout/page.ts';
import { layoutOverlay, overlayRows } from '../layout/overlay.ts';
import { t } from '../strings.ts';
import { bringIntoView, onPage, say } from './change.ts';
import { isBusy } from './check.ts';
import { answerDrill, chooseInDrill, enterDrill, showDrill } from './drill.ts';
import { probe } from './parity.ts';
import { act, choose, predict, runExperiment } from './act.ts';
import { sameStop } from './page.ts';
import { isFollowing, showTrace, stepped, steppedTo, trace, turned } from './trace.ts';
import {
  checkOf, markedLesson, matching, neighbour, nextUnsolved, openFocus, openLayout, openLesson, openPage, openStops, pageRows, progressOf,
} from './select.ts';
import type { Against, Command, Effect, State, Step, View } from './types.ts';
import { toggleXray, xrayCommand } from './xray.ts';

/** Applies one command. Whatever it is, it ends a message's time and takes back a first Ctrl-C. */
export function command(before: State, what: Command): Step {
  if (what.do === 'interrupt') return interrupt(before);
  const state: State = before.message || before.armed ? { ...before, message: undefined, armed: false } : before;
  const inXray = xrayCommand(state, what);
  if (inXray) return inXray;
  switch (what.do) {
    case 'scroll':
      return [scroll(state, what.by, what.direction), []];
    case 'edge':
      return [edge(state, what.to), []];
    case 'lesson': {
      const next = neighbour(state, state.open, what.direction);
      if (!next) return [say(state, what.direction > 0 ? t.message.lastLesson : t.message.firstLesson), []];
      return openPageOf(state, next.id);
    }
    case 'open':
      return openPageOf(state, what.lesson);
    case 'unsolved': {
      const next = nextUnsolved(state);
      return next ? openPageOf(state, next.id) : [say(state, t.message.allPassed), []];
    }
    case 'focus':
      return [moveFocus(state, what.direction), []];
    case 'enter':
      return enter(state);
    case 'choose':
      return state.view.name === 'drill' ? [chooseInDrill(state, what.choice), []] : choose(state, what.choice);
    case 'predict':
      return predict(state, what.number, what.choice);
    case 'experiment':
      return runExperiment(state, what.number);
    case 'start':
      return [state, [{ type: 'start', lesson: state.open, ask: true, thenEdit: false }]];
    case 'undo':
      return [state, [{ type: 'undo' }]];
    case 'list':
      return [state.view.name === 'map' ? home(state) : { ...state, view: map(state, false) }, []];
    case 'search':
      return [{ ...state, view: { ...(state.view.name === 'map' ? state.view : map(state, true)), typing: true } }, []];
    case 'type':
      return [typed(state, (query) => query + what.text), []];
    case 'erase':
      return [typed(state, (query) => [...query].slice(0, -1).join('')), []];
    case 'hint':
      return hint(state);
    case 'verdict':
      return [state.view.name === 'verdict' ? home(state) : { ...state, view: { name: 'verdict', scroll: 0 } }, []];
    case 'closing':
      return [state.view.name === 'closing' ? home(state) : { ...state, view: { name: 'closing', scroll: 0 } }, []];
    case 'probe':
      return probe(state);
    case 'drill':
      return showDrill(state);
    case 'drillAnswer':
      return answerDrill(state, what.choice);
    case 'drillShell':
      return shell(state, 'drillShell');
    case 'diff':
      return diff(state);
    case 'yes':
      if (state.view.name === 'confirm' && state.view.of === 'trace') return showTrace(state, true);
      return state.view.name === 'confirm' ? showReference(state) : [state, []];
    case 'trace':
      return trace(state);
    case 'turn':
      return [turned(state), []];
    case 'step':
      return [stepped(state, what.by), []];
    case 'stepTo':
      return [steppedTo(state, what.step), []];
    case 'rerun':
      return state.view.name === 'trace' ? showTrace(state, state.trace?.reference === true, true) : mark(state);
    case 'editor':
      return editor(state);
    case 'shell':
      return shell(state, state.view.name === 'drill' && state.drill.at === 'open' ? 'drillShell' : 'shell');
    case 'xray':
      return toggleXray(state, what.start === true);
    case 'help':
      return [state.view.name === 'help' ? home(state) : { ...state, view: { name: 'help', scroll: 0 } }, []];
    case 'back':
      return [back(state), []];
    case 'suspend':
    case 'redraw':
      return [state, [{ type: what.do }]];
    case 'quit':
      return leave(state, Exit.done);
  }
}

const home = (state: State): State => ({ ...state, view: { name: 'page' } });

const map = (state: State, typing: boolean): Extract<View, { name: 'map' }> => ({ name: 'map', selected: state.open, query: '', typing, scroll: 0 });

function leave(state: State, code: 0 | 130): Step {
  return [{ ...state, leaving: code }, [{ type: 'quit', code }]];
}

/** Ctrl-C: first it stops what is running, or says how to leave; pressed again it leaves. */
function interrupt(state: State): Step {
  if (state.armed) return leave(state, Exit.interrupted);
  const effects: Effect[] = [];
  if (state.parity.at === 'running') effects.push({ type: 'cancelParity' });
  if (state.drill.at === 'preparing') effects.push({ type: 'cancelDrill' });
  if (isBusy(checkOf(state, state.runOf)) || state.regression) effects.push({ type: 'cancelCheck' });
  if (state.waiting.length > 0) effects.push({ type: 'cancelExperiments' });
  if (isFollowing(state)) effects.push({ type: 'cancelTrace' });
  const text = effects.length > 0 ? t.message.cancelled : t.message.leaveAgain;
  return [{ ...say(state, text, 'warn'), armed: true }, effects];
}

/** Opens a lesson's page. One that was started becomes the one that is marked. */
export function openPageOf(before: State, id: string): Step {
  // What is said of one lesson does not lie over the page of another: v has it still.
  const state = { ...home(before), open: id, panelClosed: before.panelClosed || id !== before.open };
  if (progressOf(state, id).started) return [state, [{ type: 'record', event: { type: 'opened', lesson: id } }]];
  return [state, [{ type: 'offer', lesson: id }]];
}

function scroll(state: State, by: 'line' | 'half' | 'page', direction: 1 | -1): State {
  const rows = state.view.name === 'page' ? pageRows(state) : overlayRows(state);
  const amount = direction * (by === 'line' ? 1 : by === 'half' ? Math.max(1, Math.floor(rows / 2)) : Math.max(1, rows - 2));
  if (state.view.name === 'map') return select(state, by === 'line' ? direction : direction * 5);
  if (state.view.name === 'page') return onPage(state, state.open, { scroll: openPage(state).scroll + amount });
  return scrollOverlay(state, amount);
}

function edge(state: State, to: 'top' | 'bottom'): State {
  if (state.view.name === 'map') return select(state, to === 'top' ? -Infinity : Infinity);
  if (state.view.name !== 'page') return scrollOverlay(state, to === 'top' ? -Infinity : Infinity);
  return onPage(state, state.open, { scroll: to === 'top' ? 0 : lastScroll(openLayout(state), pageRows(state)) });
}

/** Scrolls what covers the page, as far as it goes. */
function scrollOverlay(state: State, amount: number): State {
  const { view } = state;
  const overlay = layoutOverlay(state);
  if (!overlay || !('scroll' in view)) return state;
  const furthest = Math.max(0, overlay.lines.length - overlayRows(state));
  const scroll = Math.max(0, Math.min(furthest, overlay.scroll + amount));
  return { ...state, view: 'newest' in view ? { ...view, scroll, newest: false } : { ...view, scroll } };
}

function select(state: State, by: number): State {
  const { view } = state;
  if (view.name !== 'map') return state;
  const found = matching(state, view.query);
  const at = found.findIndex((lesson) => lesson.id === view.selected);
  const next = found[Math.max(0, Math.min(found.length - 1, at + by))];
  return next ? { ...state, view: { ...view, selected: next.id } } : state;
}

/** What was typed into the search; the first match is selected where the selected one is none. */
function typed(state: State, change: (query: string) => string): State {
  const { view } = state;
  if (view.name !== 'map') return state;
  const query = change(view.query);
  const found = matching(state, query);
  const selected = found.some((lesson) => lesson.id === view.selected) ? view.selected : found[0]?.id ?? state.open;
  return { ...state, view: { ...view, query, selected } };
}

function moveFocus(state: State, direction: 1 | -1): State {
  if (state.view.name !== 'page') return state;
  // A question that was answered has nothing more to do.
  const stops = openStops(state).filter((stop) => !isAnswered(openPage(state), stop.id));
  const focus = openFocus(state);
  const at = stops.findIndex((stop) => sameStop(stop.id, focus));
  const { scroll: top } = openPage(state);
  const nearest = direction > 0 ? stops.findIndex((stop) => stop.top >= top) : stops.findLastIndex((stop) => stop.bottom <= top);
  const next = stops[at < 0 ? nearest : at + direction];
  return next ? bringIntoView(onPage(state, state.open, { focus: next.id }), next.top, next.bottom) : state;
}

function enter(state: State): Step {
  switch (state.view.name) {
    case 'page':
      return act(state);
    case 'map': {
      if (matching(state, state.view.query).length === 0) return [state, []];
      return openPageOf(state, state.view.selected);
    }
    case 'preview':
      if (state.view.news) return [home(state), [{ type: 'update' }]];
      return [home(state), [{ type: 'start', lesson: state.open, ask: false, thenEdit: state.view.thenEdit }]];
    case 'hints':
      return hint(state);
    case 'closing':
      return probe(state);
    case 'drill':
      return enterDrill(state);
    default:
      return [state, []];
  }
}

function hint(state: State): Step {
  const lesson = openLesson(state);
  const { hints } = progressOf(state, lesson.id);
  const shown = state.view.name === 'hints' ? Math.min(lesson.hints.length, hints + 1) : Math.max(1, hints);
  const next: State = { ...state, view: { name: 'hints', scroll: 0, newest: true } };
  const effects: Effect[] = shown > hints && lesson.hints.length > 0 ? [{ type: 'record', event: { type: 'hint', lesson: lesson.id, shown } }] : [];
  return [next, effects];
}

/** In turn: the reference, which may have to be asked for; the last version that passed; the page. */
function diff(state: State): Step {
  if (state.view.name === 'confirm' || (state.view.name === 'diff' && state.view.against === 'reference')) return compared(state, 'passed');
  if (state.view.name === 'diff') return [home(state), []];
  const { passed, solutionSeen } = progressOf(state, state.open);
  return passed || solutionSeen ? showReference(state) : [{ ...state, view: { name: 'confirm' } }, []];
}

function showReference(state: State): Step {
  const { passed, solutionSeen } = progressOf(state, state.open);
  const record: Effect[] = passed || solutionSeen ? [] : [{ type: 'record', event: { type: 'solutionSeen', lesson: state.open } }];
  const [next, effects] = compared(state, 'reference');
  return [next, [...record, ...effects]];
}

function compared(state: State, against: Against): Step {
  return [{ ...state, view: { name: 'diff', against, version: undefined, scroll: 0, files: undefined } }, [{ type: 'compare', lesson: state.open, against }]];
}

/** Asks for a verdict on the lesson that is marked; a run that is under way is left. */
export function mark(state: State): Step {
  const lesson = markedLesson(state);
  if (!lesson) return [say(state, t.message.notStarted, 'warn'), []];
  const run = state.run + 1;
  const check = { ...checkOf(state, lesson.id), at: 'queued' as const, fresh: [], why: undefined, syntax: undefined };
  return [{ ...state, run, runOf: lesson.id, regression: undefined, panelClosed: false, checks: { ...state.checks, [lesson.id]: check } }, [{ type: 'check', lesson: lesson.id, run }]];
}

/** A lesson that is not started has no files to edit yet: it is started on the way. */
function editor(state: State): Step {
  if (!progressOf(state, state.open).started) return [state, [{ type: 'start', lesson: state.open, ask: true, thenEdit: true }]];
  return [state, [{ type: 'editor', lesson: state.open }]];
}

/** A shell that opened by itself minutes later would take the screen from whoever reads by then. */
function shell(state: State, type: 'shell' | 'drillShell'): Step {
  const { at } = state.kernel;
  if (at === 'impossible') return [say(state, t.message.impossible, 'bad'), []];
  if (at === 'setting-up' || at === 'booting') return [say(state, t.shell.notYet, 'warn'), []];
  return [state, [{ type }]];
}

/** One step towards the page: out of a search, out of a view, the panel closed. */
function back(state: State): State {
  if (state.view.name === 'map' && (state.view.typing || state.view.query !== '')) {
    return { ...state, view: { ...state.view, typing: false, query: '' } };
  }
  if (state.view.name === 'preview' && state.view.news) return say(home(state), t.update.later);
  if (state.view.name !== 'page') return home(state);
  return { ...state, panelClosed: true };
}
