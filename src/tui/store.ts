/** Holds the state, applies events one after the other, and hands each step's effects to whoever does them. */
import { step } from './state/step.ts';
import type { Effect, Event, State } from './state/types.ts';

export interface Store {
  readonly state: State;
  dispatch(event: Event): void;
  /** Calls back after every change; returns how to stop. */
  subscribe(listener: (after: State, before: State) => void): () => void;
}

/** `perform` is called for each effect, in order, after the state has changed and everybody knows. */
export function createStore(initial: State, perform: (effect: Effect) => void): Store {
  const listeners = new Set<(after: State, before: State) => void>();
  const pending: Event[] = [];
  let state = initial;
  let busy = false;
  return {
    get state() {
      return state;
    },
    // An effect may dispatch at once, while a step is being worked off: then its event waits its turn.
    dispatch(event) {
      pending.push(event);
      if (busy) return;
      busy = true;
      try {
        for (let next = pending.shift(); next; next = pending.shift()) {
          const before = state;
          const [after, effects] = step(before, next);
          state = after;
          if (after !== before) for (const listener of [...listeners]) listener(after, before);
          for (const effect of effects) perform(effect);
        }
      } finally {
        busy = false;
      }
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
