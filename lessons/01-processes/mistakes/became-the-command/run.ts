/** `box run`: starts the command, waits for it, and ends as it ended. */
import { accessSync, constants, existsSync } from 'node:fs';
import path from 'node:path';
import type { RunOptions } from './cli.ts';

/** Runs the command to its end. Returns box's exit status; throws where box itself fails. */
export async function run({ command, env }: RunOptions): Promise<number> {
  const [file] = command;
  const environment = { ...process.env, ...env };
  const folders = file.includes('/') ? [''] : (environment.PATH ?? '').split(':');
  const found = folders.map((folder) => path.join(folder, file)).find((candidate) => existsSync(candidate));
  if (found === undefined) {
    console.error(`box: ${file}: not found`);
    return 127;
  }
  try {
    accessSync(found, constants.X_OK);
  } catch {
    console.error(`box: ${file}: found, but not executable`);
    return 126;
  }
  process.execve!(found, command, environment);
  return 0;
}
