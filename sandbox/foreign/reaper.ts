/** The program that waits in the place of a runtime. */
import { fileURLToPath } from 'node:url';

const REAP = fileURLToPath(new URL('./reap.pl', import.meta.url));

/** How to start it; what it shall run follows. With `pidFile` it waits for the process whose pid the program leaves there. */
export function reaper(pidFile = ''): string[] {
  return ['perl', REAP, pidFile];
}
