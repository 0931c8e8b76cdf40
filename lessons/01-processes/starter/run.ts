/** `box run`: starts the command, waits for it, and ends as it ended. */
import type { RunOptions } from './cli.ts';

/** Runs the command to its end. Returns box's exit status; throws where box itself fails. */
export async function run({ command, env }: RunOptions): Promise<number> {
  const [file, ...args] = command;

  // TODO(you): start `file` with exactly `args`. No shell may read them on the way. The environment is box's own, and
  // what `env` adds to it. Descriptors 0, 1 and 2 are box's own too: the very same pipes, files or terminal.

  // TODO(you): wait until it has ended.

  // TODO(you): return the status that tells how it ended: with a number of its own, by a signal, or not at all, because
  // it was not found (127) or is not executable (126). The last two are worth a line on standard error.

  throw new Error('run.ts is not written yet');
}
