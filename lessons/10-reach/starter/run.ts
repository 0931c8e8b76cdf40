/** `box run`: makes namespaces, starts the second stage in them, waits for it, and ends as it ended. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import type { Writable } from 'node:stream';
import { makeCgroup, removeCgroup } from './cgroup.ts';
import { CLONE_NEWIPC, CLONE_NEWNET, CLONE_NEWPID, CLONE_NEWUTS, sethostname, unshare } from './libc.ts';
import { announce, prepareNames } from './names.ts';
import { bridge, connect, wayHome } from './network.ts';
import { publish } from './ports.ts';
import { amend, type Named } from './store.ts';
import { serveTerminal } from './terminal.ts';

/** Runs the command to its end. Returns box's exit status; throws where box itself fails. */
export async function run(options: Named): Promise<number> {
  const cgroup = makeCgroup(options);
  await using end = new AsyncDisposableStack();
  end.defer(() => removeCgroup(cgroup));
  // What else has to be taken back when this function ends, in whatever way; the last first, and the cgroup after all of them.
  using undo = new DisposableStack();
  const goHome = wayHome();
  // UTS and IPC: this thread moves. PID: it stays where it is, but its next child will be process 1 of a new namespace.
  // From here on Node cannot start threads: they would have to be in another pid namespace than their process.
  unshare(CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID);
  if (options.network !== 'host') unshare(CLONE_NEWNET);
  // Not before: a new UTS namespace begins as a copy, and until then the name is the host's.
  if (options.hostname !== undefined) sethostname(options.hostname);

  const child = spawn(process.execPath, [process.argv[1]!, 'stage'], { stdio: ['inherit', 'inherit', 'inherit', 'pipe', ...(options.terminal ? (['pipe'] as const) : [])] });
  const ended = once(child, 'exit');
  // Where we fail, it is not to wait for ever. One that has ended is left alone.
  undo.defer(() => child.kill('SIGKILL'));
  // The stage is in the new network, and stays there, waiting for its letter. We are needed outside.
  goHome();
  prepareNames(options, undo);
  const address = connect(child.pid!, options.network);
  amend(options.name, { init: child.pid!, address });
  if (address !== undefined) {
    announce(options.name, undo);
    await publish(options.ports, bridge, address, undo);
  }
  const letter = child.stdio[3] as Writable;
  // A stage that is dead cannot read. Why it died is in its exit status, not in our EPIPE.
  letter.on('error', () => {});
  letter.end(JSON.stringify({ ...options, cgroup }));
  const served = options.terminal ? serveTerminal(child) : undefined;

  // Not one after the other: what the command has written last may still be on its way when it has gone.
  const [[code, signal]] = (await Promise.all([ended, served])) as [[number | null, NodeJS.Signals | null], void];
  return exitStatus(code, signal);
}

/** How a process ended, as the single number that a shell would show. */
function exitStatus(code: number | null, signal: NodeJS.Signals | null): number {
  // wait(2) tells apart "exited with 9" and "killed by signal 9"; an exit status cannot. Hence 128 + signal.
  return signal === null ? code! : 128 + constants.signals[signal];
}
