/** Small changes of the state that several steps make. */
import type { CheckState } from './check.ts';
import { type ExperimentState, type PageState, type StopId, sameStop } from './page.ts';
import { checkOf, openStops, pageRows, pageStateOf } from './select.ts';
import type { Message, State } from './types.ts';

export function onPage(state: State, lesson: string, change: Partial<PageState>): State {
  return { ...state, pages: { ...state.pages, [lesson]: { ...pageStateOf(state, lesson), ...change } } };
}

export function onExperiment(state: State, lesson: string, number: number, experiment: ExperimentState): State {
  const page = pageStateOf(state, lesson);
  return onPage(state, lesson, { experiments: { ...page.experiments, [number]: experiment } });
}

export function onCheck(state: State, lesson: string, change: Partial<CheckState>): State {
  return { ...state, checks: { ...state.checks, [lesson]: { ...checkOf(state, lesson), ...change } } };
}

export function say(state: State, text: string, tone: Message['tone'] = 'plain'): State {
  return { ...state, message: { text, tone } };
}

/** Scrolls so that the lines from `top` to `bottom` are in view; their beginning where they are taller than the window. */
export function bringIntoView(state: State, top: number, bottom: number): State {
  const rows = pageRows(state);
  const { scroll } = pageStateOf(state, state.open);
  if (top >= scroll && bottom <= scroll + rows) return state;
  return onPage(state, state.open, { scroll: Math.max(0, top < scroll ? top - 1 : Math.min(top, bottom - rows)) });
}

/** Scrolls so that all of this stop is in view. */
export function showStop(state: State, id: StopId): State {
  const stop = openStops(state).find((one) => sameStop(one.id, id));
  return stop ? bringIntoView(state, stop.top, stop.bottom) : state;
}
