/** `box ps`: what there is, a line each. */
import { list } from './store.ts';

/** Name, pid of process 1, status and command of each running container, of all of them if `all`, with tabs between them. */
export function ps(all: boolean): string[] {
  return list().filter(({ running }) => running || all).map(({ name, init, running, exit, command }) => {
    // A box that was killed could not write anything down; its container was killed with it.
    const status = running ? 'running' : `exited ${exit ?? 137}`;
    // A line each, whatever is in the command.
    return [name, running ? init ?? '-' : '-', status, command.join(' ').replace(/\s+/g, ' ')].join('\t');
  });
}
