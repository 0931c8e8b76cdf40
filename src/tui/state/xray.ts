/** The X-ray's part of the state: what is known of the container, where one looks, and what its keys do. Pure. */
import type { Xray } from '../../check/wire.ts';
import { typicalRun } from '../../lesson/typical.ts';
import { type XrayLayout, layoutXray } from '../layout/xray.ts';
import { overlayRows } from '../layout/overlay.ts';
import { t } from '../strings.ts';
import { type History, noHistory, remember } from '../xray/history.ts';
import { type SectionId, sectionIds } from '../xray/sections.ts';
import { say } from './change.ts';
import type { Command, Effect, Event, State, Step, View } from './types.ts';

/** The container that was started from the X-ray. `shown`: its command line after `box`. */
export type XrayRun =
  | { at: 'none' }
  | { at: 'starting' | 'running'; shown: string }
  /** `seen`: there was a container before it ended. */
  | { at: 'ended'; shown: string; how: string; said: string; seen: boolean };

export type XrayState = {
  /** The last look; undefined before the first. */
  xray: Xray | undefined;
  history: History;
  /** The container that is wanted, as the sandbox is asked for it; undefined: the newest. */
  of: string | undefined;
  run: XrayRun;
  /** Why the last look failed. */
  why: string | undefined;
};

export type XrayView = { name: 'xray'; /** Which section is at the top, and how many of its lines are above that. */ section: SectionId; line: number };

export const noXray: XrayState = { xray: undefined, history: noHistory, of: undefined, run: { at: 'none' }, why: undefined };

/** Opens it, or closes it. `start`: with a container that is started for it. */
export function toggleXray(state: State, start: boolean): Step {
  if (state.view.name === 'xray') return [{ ...state, view: { name: 'page' } }, []];
  if (state.kernel.at === 'impossible') return [say(state, t.message.impossible, 'bad'), []];
  const opened: State = { ...state, view: { name: 'xray', section: 'namespaces', line: 0 }, xray: noXray };
  return start ? startOne(opened) : [opened, []];
}

/** What follows from entering or leaving the X-ray, by whatever way: looking begins, looking ends. */
export function xrayTransition(before: State, [after, effects]: Step): Step {
  const [was, is] = [before.view.name === 'xray', after.view.name === 'xray'];
  if (was === is) return [after, effects];
  return is ? [after, [{ type: 'xrayWatch' }, ...effects]] : [{ ...after, xray: noXray }, [...effects, { type: 'xrayStop' }]];
}

/** What a command does while the X-ray is open; undefined where it does what it does everywhere. */
export function xrayCommand(state: State, what: Command): Step | undefined {
  const { view } = state;
  if (view.name !== 'xray') return undefined;
  switch (what.do) {
    case 'scroll': {
      const rows = overlayRows(state);
      return [scrollBy(state, view, what.direction * (what.by === 'line' ? 1 : what.by === 'half' ? Math.max(1, Math.floor(rows / 2)) : Math.max(1, rows - 2))), []];
    }
    case 'edge':
      return [scrollBy(state, view, what.to === 'top' ? -Infinity : Infinity), []];
    case 'focus':
      return [showSection(state, sectionIds[(sectionIds.indexOf(view.section) + what.direction + sectionIds.length) % sectionIds.length]), []];
    case 'choose':
      return [showSection(state, sectionIds[what.choice]), []];
    case 'lesson':
      return otherContainer(state, what.direction);
    case 'enter':
      return state.xray.xray?.container ? [state, []] : startOne(state);
    default:
      return undefined;
  }
}

/** How a container would be started here: with the flags of the lesson that the learner is at. */
export function xrayOffer(state: State): string | undefined {
  const lesson = state.progress.current;
  return lesson === undefined ? undefined : typicalRun(state.course, lesson)?.shown;
}

function startOne(state: State): Step {
  const { run } = state.xray;
  const [lesson, shown] = [state.progress.current, xrayOffer(state)];
  if (run.at === 'starting' || run.at === 'running') return [state, []];
  if (lesson === undefined || shown === undefined) return [say(state, t.xray.empty.notStarted, 'warn'), []];
  return [{ ...state, xray: { ...noXray, run: { at: 'starting', shown } } }, [{ type: 'xrayStart', lesson }]];
}

function otherContainer(state: State, direction: 1 | -1): Step {
  const { xray } = state.xray;
  const list = xray?.containers ?? [];
  const at = list.findIndex(({ id }) => id === xray?.container?.id);
  const next = list[(at + direction + list.length) % list.length];
  if (!next || next.id === xray?.container?.id) return [say(state, t.xray.empty.onlyOne), []];
  return [{ ...state, xray: { ...state.xray, of: next.id } }, [{ type: 'xrayLook' }]];
}

/** What is laid out now; the same for the reducer and for the screen. */
export function xrayLayout(state: State, width: number, spoken = false): XrayLayout {
  return layoutXray({ ...state.xray, kernel: state.kernel, offer: xrayOffer(state), spoken }, width, overlayRows(state));
}

const showSection = (state: State, section: SectionId | undefined): State => (section ? { ...state, view: { name: 'xray', section, line: 0 } } : state);

/** Moves by lines, over the borders of sections; the section at the top is the one that one is in. */
function scrollBy(state: State, view: XrayView, amount: number): State {
  const { starts, lines } = xrayLayout(state, layoutWidth(state));
  const furthest = Math.max(0, lines.length - overlayRows(state));
  const top = Math.max(0, Math.min(furthest, (starts[view.section] ?? 0) + view.line + amount));
  const section = sectionIds.findLast((id) => (starts[id] ?? Infinity) <= top) ?? 'namespaces';
  return { ...state, view: { name: 'xray', section, line: top - (starts[section] ?? 0) } };
}

/** Columns of the X-ray's text: all that there are, up to what the eye follows from end to end. */
export const layoutWidth = (state: State): number => Math.min(state.size.columns - (state.size.columns >= 60 ? 4 : 2), 110);

type XrayEvent = Extract<Event, { type: 'xrayed' | 'xrayFailed' | 'xrayStarted' | 'xrayEnded' }>;

/** News for the X-ray; what comes after it was closed is for nobody. */
export function xrayHappened(state: State, event: XrayEvent): Step {
  if (state.view.name !== 'xray') return [state, []];
  switch (event.type) {
    case 'xrayed':
      return looked(state, event.xray);
    case 'xrayFailed':
      return [{ ...state, xray: { ...state.xray, why: event.why } }, []];
    case 'xrayStarted': {
      const { run } = state.xray;
      return run.at === 'starting' ? [{ ...state, xray: { ...state.xray, of: String(event.pid), run: { ...run, at: 'running' } } }, []] : [state, []];
    }
    case 'xrayEnded': {
      const { run, xray } = state.xray;
      if (run.at !== 'starting' && run.at !== 'running') return [state, []];
      const ended: XrayRun = { at: 'ended', shown: run.shown, how: event.how, said: event.said, seen: run.at === 'running' && xray?.container != null };
      return [{ ...state, xray: { ...noXray, run: ended } }, [{ type: 'xrayLook' }]];
    }
  }
}

function looked(state: State, xray: Xray): Step {
  const { of, run, history } = state.xray;
  const before = state.xray.xray?.container;
  const next: State = { ...state, xray: { ...state.xray, xray, why: undefined, history: remember(history, xray) } };
  // The one that was looked at stays the one, also when a newer one comes.
  if (xray.container) return [of === undefined ? { ...next, xray: { ...next.xray, of: xray.container.id } } : next, []];
  if (of === undefined || run.at !== 'none') return [next, []];
  const effects: Effect[] = [{ type: 'xrayLook' }];
  return [say({ ...next, xray: { ...next.xray, of: undefined } }, t.xray.empty.gone(before?.name ?? of)), effects];
}

/** True where there is something to tell whoever listens instead of looking: the figures of two looks, or why there are none. */
export function isXrayTold({ view, xray: { xray, run, why, history } }: Pick<State, 'view' | 'xray'>): boolean {
  if (view.name !== 'xray' || run.at === 'starting') return false;
  if (run.at === 'ended' || why !== undefined) return true;
  return run.at === 'running' || xray?.container ? history.samples.length >= 2 : xray !== undefined;
}

/** For the title: which of how many. */
export function placeOf(view: View, { xray }: XrayState): { number: number; all: number } | undefined {
  const at = xray?.containers.findIndex(({ id }) => id === xray.container?.id) ?? -1;
  return view.name !== 'xray' || !xray || at < 0 ? undefined : { number: at + 1, all: xray.containers.length + xray.left };
}
