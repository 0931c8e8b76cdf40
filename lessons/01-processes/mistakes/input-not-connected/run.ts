/** `box run`: starts the command, waits for it, and ends as it ended. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import type { RunOptions } from './cli.ts';

/** Runs the command to its end. Returns box's exit status; throws where box itself fails. */
export async function run({ command, env }: RunOptions): Promise<number> {
  const [file, ...args] = command;
  try {
    const child = spawn(file, args, { stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, ...env } });
    const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    return exitStatus(code, signal);
  } catch (error) {
    return refusal(file, error as NodeJS.ErrnoException);
  }
}

/** How a process ended, as the single number that a shell would show. */
function exitStatus(code: number | null, signal: NodeJS.Signals | null): number {
  // wait(2) tells apart "exited with 9" and "killed by signal 9"; an exit status cannot. Hence 128 + signal.
  return signal === null ? code! : 128 + constants.signals[signal];
}

/** The exit status where execve(2) refused to start the command. Rethrows what was no refusal: that is box's failure. */
function refusal(file: string, error: NodeJS.ErrnoException): number {
  switch (error.code) {
    case 'ENOENT':
    case 'ENOTDIR':
      console.error(`box: ${file}: not found`);
      return 127;
    case 'EACCES':
    case 'ENOEXEC':
      console.error(`box: ${file}: found, but not executable (${error.code})`);
      return 126;
    default:
      throw error;
  }
}
