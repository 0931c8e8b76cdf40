/** `--init`: box stays in the container as its process 1, and the command is a child of it. */
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
  // TODO(you): the kernel says SIGCHLD when a child has ended, be it the command or one that was adopted. `reap` them, and when the
  // command was among them, `clearInterval(awake)` and `resolve` its status. What if it had ended before we listened?
  // TODO(you): signals are for the command.
  return promise;
}

/** Takes the status of all who have ended, children and adopted ones. Returns that of `pid`, if it is among them. */
function reap(pid: number): number | undefined {
  // TODO(you): `waitAny` (libc.ts) hands over one of them at a time.
  return undefined;
}

/** What wait(2) says, as the number that a shell would show. The low seven bits are the signal that killed it, or 0. */
function exitStatus(status: number): number {
  // TODO(you): and if they are 0, the next eight are the status.
  return status;
}
