import { useSyncExternalStore } from 'react';
import type { State } from '../state/types.ts';
import type { Store } from '../store.ts';

/** The tutor's state; the component is drawn again whenever it changes. */
export function useStore(store: Store): State {
  return useSyncExternalStore(store.subscribe, () => store.state);
}
