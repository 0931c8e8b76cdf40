/** Signals: those that box hands on to a container, and those that `box kill` and `box stop` send to one. */
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { call } from './libc.ts';
import { find, isRunning } from './store.ts';

/** What is meant for the command, whoever gets it. (KILL and STOP can be caught by nobody.) */
const meantForCommand = ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGUSR1', 'SIGUSR2'] as const;

/** From now on these signals do nothing to this process but call `send`. */
export function forward(send: (signal: NodeJS.Signals) => void): void {
  for (const signal of meantForCommand) process.on(signal, send);
}

/** `box kill`. Throws where there is no container of this name, or it has ended. */
export function kill(name: string, signal: string): void {
  if (!send(name, numberOf(signal))) throw new Error(`${name}: it is not running`);
}

/** `box stop`: asks, waits so many seconds, and kills. Returns when the container has ended, and box has cleaned up after it. */
export async function stop(name: string, seconds: number): Promise<void> {
  find(name);
  send(name, constants.signals.SIGTERM);
  const deadline = performance.now() + seconds * 1000;
  let killed = false;
  while (isRunning(name)) {
    if (!killed && performance.now() >= deadline) killed = send(name, constants.signals.SIGKILL);
    await sleep(20);
  }
}

/** Sends a signal to process 1 of a container. False where that has ended. Throws where there is no container of this name. */
function send(name: string, signal: number): boolean {
  const { init, pid } = find(name);
  if (init === undefined || !isRunning(name)) return false;
  try {
    // A number can be given to somebody else at any moment; a descriptor stays with its process. So first we take hold of
    // whoever has the number, and then look who that is: a child of the box that keeps the container.
    const descriptor = call('pidfd_open', init, 0);
    if (!readFileSync(`/proc/${init}/status`, 'utf8').includes(`\nPPid:\t${pid}\n`)) return false;
    call('pidfd_send_signal', descriptor, signal, null, 0);
    return true;
  } catch {
    return false; // ESRCH or ENOENT: it has gone just now.
  }
}

/** 15 for `TERM`, `SIGTERM`, `sigterm` and `15`. */
function numberOf(signal: string): number {
  const name = signal.toUpperCase();
  const number = /^\d+$/.test(name) ? Number(name) : constants.signals[`SIG${name.replace(/^SIG/, '')}` as NodeJS.Signals];
  if (number === undefined || number < 1 || number > 64) throw new Error(`kill -s ${signal}: there is no such signal`);
  return number;
}
