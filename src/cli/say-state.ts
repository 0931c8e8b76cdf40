/** Tells on standard error what the sandbox is doing while somebody waits for it. */
import type { Sandbox, SandboxState } from '../check/types.ts';
import { harmlessLine } from '../report/index.ts';
import type { Context } from './command.ts';

/** Says each thing once, and nothing while all is quick; returns how to stop. */
export function sayState(context: Pick<Context, 'warn'>, sandbox: Sandbox): () => void {
  let said = '';
  return sandbox.watch((state, note) => {
    const text = note ?? wordsOf(state);
    if (text === '' || text === said) return;
    said = text;
    context.warn(harmlessLine(text));
  });
}

function wordsOf(state: SandboxState): string {
  if (state.at === 'setting-up') return `Setting up: ${state.what}`;
  if (state.at !== 'booting') return '';
  return state.kind === 'uml' ? 'The private kernel boots.' : 'The sandbox starts, in namespaces of this kernel.';
}
