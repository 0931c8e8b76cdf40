/** Starts a program on box's own standard input, output and error, and waits for it. */
import { spawn, type StdioOptions } from 'node:child_process';
import { constants } from 'node:os';
import { BoxError } from './error.ts';

/** What people and machines send to a foreground program. The kernel's own (a terminal's size, a lost child) are not for others. */
const passedOn = ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGUSR1', 'SIGUSR2'] as const;

/** How it ended, as a shell has it: its status, or 128 and the signal's number. `more` is for descriptors from 3 on. */
export async function status(argv: readonly string[], env: NodeJS.ProcessEnv, more: number[] = []): Promise<number> {
  const [program = '', ...args] = argv;
  const stdio: StdioOptions = ['inherit', 'inherit', 'inherit', ...more];
  const child = spawn(program, args, { stdio, env });
  const pass = (signal: NodeJS.Signals): void => void child.kill(signal);
  for (const signal of passedOn) process.on(signal, pass);
  return new Promise((resolve, reject) => {
    child.once('error', (cause) => reject(new BoxError(125, cause.message)));
    child.once('exit', (code, signal) => resolve(signal === null ? code ?? 0 : 128 + constants.signals[signal]));
  });
}
