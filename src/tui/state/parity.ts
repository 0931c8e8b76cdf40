/** The closing page: what the box can do, and the scorecard beside real runtimes. */
import type { Scorecard } from '../../parity/types.ts';
import { t } from '../strings.ts';
import { say } from './change.ts';
import type { State, Step } from './types.ts';

export type ParityState =
  | { at: 'none' }
  /** `step`: which runtime is being probed; undefined while the kernel is waited for. */
  | { at: 'running'; step: { name: string; number: number; all: number } | undefined }
  | { at: 'done'; card: Scorecard }
  | { at: 'cancelled' }
  | { at: 'failed'; why: string };

/** Enter on the closing page. */
export function probe(state: State): Step {
  if (state.parity.at === 'running') return [state, []];
  if (state.kernel.at === 'impossible') return [say(state, t.message.impossible, 'bad'), []];
  return [{ ...state, parity: { at: 'running', step: undefined } }, [{ type: 'parity' }]];
}

/** How far it is. Whoever reads something else by then is told when it is done. */
export function probed(state: State, parity: ParityState): State {
  const next = { ...state, parity };
  return parity.at === 'done' && state.view.name !== 'closing' ? say(next, t.parity.ready) : next;
}
