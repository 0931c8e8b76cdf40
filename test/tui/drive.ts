/** Drives the reducer in tests: a state, commands and events in, the state and all effects out. */
import { initialState } from '../../src/tui/state/init.ts';
import { step } from '../../src/tui/state/step.ts';
import type { Command, Effect, Event, Size, State } from '../../src/tui/state/types.ts';
import type { ProgressView } from '../../src/tui/ports.ts';
import { progressWith, sampleCourse } from './sample.ts';

export type Run = { state: State; effects: Effect[] };

export const started: ProgressView = progressWith({ '01-first': { started: true } }, '01-first');

export function begin(progress: ProgressView = started, size: Size = { columns: 80, rows: 24 }): Run {
  return { state: initialState({ course: sampleCourse(), progress, size }), effects: [] };
}

/** Applies commands (by object) and events (by `type`), one after the other. */
export function drive(run: Run, ...happens: readonly (Command | Event)[]): Run {
  let { state } = run;
  const effects: Effect[] = [];
  for (const one of happens) {
    const [next, asked] = step(state, 'do' in one ? { type: 'command', command: one } : one);
    state = next;
    effects.push(...asked);
  }
  return { state, effects };
}
