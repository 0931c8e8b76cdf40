/** Tells on standard error what the sandbox is doing while somebody waits for it. */
import type { Sandbox } from '../check/types.ts';
import { harmlessLine } from '../report/index.ts';
import type { Context } from './command.ts';

/** Says each thing once, and nothing while all is quick; returns how to stop. */
export function sayState(context: Pick<Context, 'warn'>, sandbox: Sandbox): () => void {
  let said = '';
  return sandbox.watch((state, note) => {
    const text = note ?? (state.at === 'setting-up' ? `Setting up: ${state.what}` : state.at === 'booting' ? 'The private kernel boots.' : '');
    if (text === '' || text === said) return;
    said = text;
    context.warn(harmlessLine(text));
  });
}
