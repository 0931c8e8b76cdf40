/**
 * The tutor's one reducer: what happened to the state it has → the state after it, and what to ask of the world.
 *
 * Pure. Keys and words arrive as commands (commands.ts), everything else as what it is (happened.ts).
 */
import { command } from './commands.ts';
import { happened } from './happened.ts';
import { clampScroll, openLayout, openPage } from './select.ts';
import { anchorOf, scrollOf } from '../layout/page.ts';
import { onPage } from './change.ts';
import { isFollowing } from './trace.ts';
import type { Effect, Event, Size, State, Step } from './types.ts';
import { xrayTransition } from './xray.ts';

/** One step. After it the open page is scrolled to a place that exists. */
export function step(state: State, event: Event): Step {
  if (event.type === 'resized') return [resized(state, event.size), []];
  const [next, effects] = xrayTransition(state, event.type === 'command' ? command(state, event.command) : happened(state, event));
  return [next === state ? state : settled(next), [...effects, ...leavesTrace(state, next)]];
}

/** The same words stay at the top when the width changes and every line with it. */
function resized(state: State, size: Size): State {
  const anchor = anchorOf(openLayout(state), openPage(state).scroll);
  const next = { ...state, size };
  return settled(onPage(next, state.open, { scroll: scrollOf(openLayout(next), anchor) }));
}

/** A run that nobody waits for any more is not followed to its end. */
function leavesTrace(before: State, after: State): Effect[] {
  return before.view.name === 'trace' && after.view.name !== 'trace' && isFollowing(after) ? [{ type: 'cancelTrace' }] : [];
}

function settled(state: State): State {
  const { scroll } = openPage(state);
  const clamped = clampScroll(state, scroll);
  return clamped === scroll ? state : onPage(state, state.open, { scroll: clamped });
}
