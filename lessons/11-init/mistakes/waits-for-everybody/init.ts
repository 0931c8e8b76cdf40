/** `--init`: box stays in the container as its process 1, and the command is a child of it. */
import { readFileSync } from 'node:fs';
import { start } from './become.ts';
import { waitAny } from './libc.ts';
import { forward } from './signals.ts';

/**
 * Starts the command, and does what process 1 is there for until it ends. Resolves to the exit status for that; the caller
 * has to end with it, and whoever is left ends with process 1. Throws where the kernel refuses to start the command.
 */
export function beInit(command: readonly [string, ...string[]], terminal: boolean): Promise<number> {
  const pid = start(command, terminal);
  const { promise, resolve } = Promise.withResolvers<number>();
  // Node does not stay alive for the sake of a signal that may come. For a timer it does.
  const awake = setInterval(() => {}, 0x7fffffff);
  let status: number | undefined;
  const look = () => {
    status ??= reap(pid);
    if (status === undefined || !isAlone()) return;
    clearInterval(awake);
    resolve(status);
  };
  process.on('SIGCHLD', look);
  look(); // It may have ended before we listened.
  // Once it is reaped, its pid may be somebody else's.
  forward((signal) => status === undefined && process.kill(pid, signal));
  return promise;
}

/** Takes the status of all who have ended, children and adopted ones. Returns that of `pid`, if it is among them. */
function reap(pid: number): number | undefined {
  let status: number | undefined;
  // Not one for each SIGCHLD: one that is pending is not sent again, so ten who end together may be announced once.
  for (let ended = waitAny(); ended !== undefined; ended = waitAny()) {
    if (ended.pid === pid) status = exitStatus(ended.status);
  }
  return status;
}

/** Whether no child of ours is left. */
function isAlone(): boolean {
  return readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8') === '';
}

/** What wait(2) says, as the number that a shell would show. The low seven bits are the signal that killed it, or 0. */
function exitStatus(status: number): number {
  const signal = status & 0x7f;
  return signal === 0 ? (status >> 8) & 0xff : 128 + signal;
}
