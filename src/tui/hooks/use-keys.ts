import { useInput, usePaste } from 'ink';
import { commandFor, keyNames } from '../keys.ts';
import type { Store } from '../store.ts';

/** Every key becomes a command in the state it finds; text that is pasted is only ever text of a search. */
export function useKeys(store: Store): void {
  useInput((input, key) => {
    for (const name of keyNames(input, key)) {
      const command = commandFor(store.state, name);
      if (command) store.dispatch({ type: 'command', command });
    }
  });
  usePaste((text) => {
    const { view } = store.state;
    const first = text.trim().split(/[\r\n]/, 1)[0] ?? '';
    if (view.name === 'map' && view.typing && first !== '') store.dispatch({ type: 'command', command: { do: 'type', text: first.slice(0, 80) } });
  });
}
