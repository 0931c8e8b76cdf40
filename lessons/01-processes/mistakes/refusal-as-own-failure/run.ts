/** `box run`: starts the command, waits for it, and ends as it ended. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import type { RunOptions } from './cli.ts';

/** Runs the command to its end. Returns box's exit status; throws where box itself fails. */
export async function run({ command, env }: RunOptions): Promise<number> {
  const [file, ...args] = command;
  const child = spawn(file, args, { stdio: 'inherit', env: { ...process.env, ...env } });
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  return exitStatus(code, signal);
}

/** How a process ended, as the single number that a shell would show. */
function exitStatus(code: number | null, signal: NodeJS.Signals | null): number {
  // wait(2) tells apart "exited with 9" and "killed by signal 9"; an exit status cannot. Hence 128 + signal.
  return signal === null ? code! : 128 + constants.signals[signal];
}
