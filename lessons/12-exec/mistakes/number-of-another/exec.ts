/**
 * `box exec`: one more process in a container that runs.
 *
 * A container is nothing that the kernel knows. It is the namespaces and the cgroup that its process 1 is in, and whoever joins
 * all of these is in the container, too. As with `box run`, one half of box stays outside and waits, and the other one goes in and
 * becomes the command.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, readFileSync } from 'node:fs';
import type { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { become } from './become.ts';
import { joinCgroup } from './cgroup.ts';
import type { ExecOptions } from './cli.ts';
import { CLONE_JOINED, CLONE_NEWPID, pidfdOpen, setnsOf, type SyscallError } from './libc.ts';
import { wayHome } from './network.ts';
import { exitStatus } from './run.ts';
import { refusal } from './stage.ts';
import { find } from './store.ts';
import { serveTerminal, takeTerminal } from './terminal.ts';

/** What the first half writes to the second. */
type Letter = ExecOptions & { cgroup: string };

/** The descriptor by which the second half knows process 1 of the container. (3 is the letter, 4 the terminal's.) */
const INIT = 5;

/** Runs a command in a container, to its end. Returns box's exit status; throws where box itself fails. */
export async function exec(options: ExecOptions): Promise<number> {
  const { init: pid, env } = await running(options.name);
  // Processes come and go, and numbers are used again. From here on this one is meant, or nobody.
  const init = pidfdOpen(pid);
  const letter: Letter = { ...options, cgroup: cgroupOf(pid), env: { ...env, ...options.env } };

  // Nobody can move to another pid namespace, but our next child can be born there. After that we go back: Node may need a thread.
  const goHome = wayHome();
  setnsOf(init, CLONE_NEWPID);
  const child = spawn(process.execPath, [process.argv[1]!, 'join'], { stdio: ['inherit', 'inherit', 'inherit', 'pipe', options.terminal ? 'pipe' : 'ignore', init] });
  goHome();
  const pipe = child.stdio[3] as Writable;
  pipe.on('error', () => {});
  pipe.end(JSON.stringify(letter));
  const served = options.terminal ? serveTerminal(child) : undefined;
  const [[code, signal]] = (await Promise.all([once(child, 'exit'), served])) as [[number | null, NodeJS.Signals | null], void];
  return exitStatus(code, signal);
}

/** The second half. Returns, or throws, only where the command cannot be started. */
export function join(): number {
  const { command, cgroup, directory, env, terminal } = JSON.parse(readFileSync(3, 'utf8')) as Letter;
  closeSync(3);
  // While the host's /sys is in view. And not earlier, for the reason that the stage of `box run` has: Node would have counted.
  joinCgroup(cgroup);
  // Files, names, network, all in one step. The root and the working directory become those of the mount namespace: where
  // pivot_root(2) has been, that is the container's root, and there is no other.
  setnsOf(INIT, CLONE_JOINED);
  closeSync(INIT);
  if (directory !== undefined) process.chdir(directory);
  Object.assign(process.env, env);
  const settle = terminal ? takeTerminal() : () => {};
  try {
    become(command);
  } catch (error) {
    settle(true);
    return refusal(command[0], error as SyscallError);
  }
}

/** What is known of a container that runs, with its process 1. Throws where there is none of this name, or where it does not run. */
async function running(name: string): Promise<{ init: number; env: ExecOptions['env'] }> {
  for (;;) {
    const { init, exit, env } = find(name);
    if (exit !== undefined || (init !== undefined && !isAlive(init))) throw new Error(`${name}: it is not running`);
    if (init !== undefined) return { init, env };
    await sleep(20);
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** The directory of the cgroup that a process is in. */
function cgroupOf(pid: number): string {
  const [, path] = /^0::(\/.*)$/m.exec(readFileSync(`/proc/${pid}/cgroup`, 'utf8')) ?? [];
  if (path === undefined) throw new Error(`process ${pid} is in no container`);
  return `/sys/fs/cgroup${path}`;
}
