/** The trace: what was asked for, how far it is, and where in it the reader is. */
import type { TraceDocument } from '../../trace/index.ts';
import { t } from '../strings.ts';
import { say } from './change.ts';
import { progressOf } from './select.ts';
import type { Effect, Event, State, Step } from './types.ts';

export type TraceState = {
  lesson: string;
  /** Counts requests: what an older one still says is not listened to. */
  run: number;
  /** Whether the reference was to be followed as well. */
  reference: boolean;
  /** The box was saved since. */
  stale?: true;
  /** The step of the timeline that was looked at last. */
  read?: number;
} & (
  | { at: 'waiting' }
  | { at: 'running'; what: 'mine' | 'reference' }
  | { at: 'done'; trace: TraceDocument }
  | { at: 'failed'; why: string; cancelled: boolean }
);

/** Whether a run is being followed, or about to be. */
export const isFollowing = ({ trace: found }: State): boolean => found?.at === 'waiting' || found?.at === 'running';

/** The key: opens the trace, or leads back. The reference's calls are half of an answer: they are asked for. */
export function trace(state: State): Step {
  const { view } = state;
  if (view.name === 'trace') return [{ ...state, view: { name: 'page' } }, []];
  if (view.name === 'confirm' && view.of === 'trace') return showTrace(state, false);
  const { passed, solutionSeen } = progressOf(state, state.open);
  return passed || solutionSeen ? showTrace(state, true) : [{ ...state, view: { name: 'confirm', of: 'trace' } }, []];
}

/** Opens the trace of the open lesson; asks for it where there is none, or the box was saved since, or `anew`. */
export function showTrace(state: State, reference: boolean, anew = false): Step {
  const view = { name: 'trace', mode: reference ? 'calls' : 'timeline', step: 0, scroll: 0, newest: true } as const;
  const known = state.trace;
  if (!anew && known?.at === 'done' && known.lesson === state.open && known.reference === reference && known.stale !== true) return [{ ...state, view }, []];
  if (state.kernel.at === 'impossible') return [say(state, t.message.impossible, 'bad'), []];
  const lesson = state.open;
  const { passed, solutionSeen } = progressOf(state, lesson);
  const record: Effect[] = !reference || passed || solutionSeen ? [] : [{ type: 'record', event: { type: 'solutionSeen', lesson } }];
  const run = (state.trace?.run ?? 0) + 1;
  const asked: State = { ...state, view, trace: { lesson, run, reference, at: 'waiting' } };
  return [asked, [...record, { type: 'trace', lesson, run, reference }]];
}

/** From the calls to the timeline and back; the timeline begins at the first difference, where there is one. */
export function turned(state: State): State {
  const { view } = state;
  if (view.name !== 'trace') return state;
  if (view.mode === 'timeline') return { ...state, view: { ...view, mode: 'calls', scroll: 0, newest: true } };
  const found = state.trace?.at === 'done' ? state.trace.trace : undefined;
  const row = found?.difference === null || found?.rows == null ? undefined : found.rows[found.difference?.row ?? 0];
  return { ...state, view: { ...view, mode: 'timeline', step: row?.mine ?? view.step, scroll: 0, newest: false } };
}

/** So many steps on or back in the timeline, as far as there are any. In the calls it leads to the timeline first. */
export function stepped(state: State, by: number): State {
  const { view } = state;
  if (view.name !== 'trace') return state;
  return view.mode === 'calls' ? turned(state) : steppedTo(state, view.step + by);
}

/** To one step of the timeline, or to the nearest there is. */
export function steppedTo(state: State, step: number): State {
  const { trace: found } = state;
  const steps = found?.at === 'done' ? found.trace.mine.steps.length : 0;
  if (found === undefined || steps === 0) return state;
  const read = Math.max(0, Math.min(steps - 1, step));
  return { ...state, trace: { ...found, read }, view: { name: 'trace', mode: 'timeline', step: read, scroll: 0, newest: false } };
}

/** What was followed is not what is there now. */
export function staleTrace(state: State): State {
  return state.trace === undefined ? state : { ...state, trace: { ...state.trace, stale: true } };
}

type TraceEvent = Extract<Event, { type: 'traceBegan' | 'traceEnded' | 'traceFailed' }>;

export function traceHappened(state: State, event: TraceEvent): State {
  const { trace: asked } = state;
  if (asked?.run !== event.run) return state;
  const { lesson, run, reference } = asked;
  switch (event.type) {
    case 'traceBegan':
      return { ...state, trace: { lesson, run, reference, at: 'running', what: event.what } };
    case 'traceEnded':
      return { ...state, trace: { lesson, run, reference, at: 'done', trace: event.trace } };
    case 'traceFailed':
      return { ...state, trace: { lesson, run, reference, at: 'failed', why: event.why, cancelled: event.cancelled } };
  }
}
