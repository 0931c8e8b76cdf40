/** `box run`: starts the command, waits for it, and ends as it ended. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { RunOptions } from './cli.ts';

/** Runs the command to its end. Returns box's exit status; throws where box itself fails. */
export async function run({ command, env }: RunOptions): Promise<number> {
  const [file, ...args] = command;
  try {
    const child = spawn(file, args, { stdio: 'inherit', env: { ...process.env, ...env } });
    const [code] = (await once(child, 'exit')) as [number | null];
    return code ?? 1;
  } catch (error) {
    return refusal(file, error as NodeJS.ErrnoException);
  }
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
