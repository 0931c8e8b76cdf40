/**
 * `box exec`: one more process in a container that runs.
 *
 * A container is nothing that the kernel knows. It is the namespaces and the cgroup that its process 1 is in, and whoever joins
 * all of these is in the container, too. As with `box run`, one half of box stays outside and waits, and the other one goes in and
 * becomes the command.
 */
import { spawn } from 'node:child_process';
import { closeSync, constants, readFileSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { joinCgroup } from './cgroup.ts';
import type { ExecOptions } from './cli.ts';
import { call, CLONE_FS, CLONE_JOINED, CLONE_NEWPID, setns, unshare } from './libc.ts';
import { wayHome } from './network.ts';
import { attend } from './run.ts';
import { readLetter, startCommand } from './stage.ts';
import { find, isRunning } from './store.ts';

/** What the first half writes to the second. */
type Letter = ExecOptions & { cgroup: string };

/** The descriptor by which the second half knows process 1 of the container. (3 is the letter, 4 the terminal's.) */
const INIT = 5;

const { O_DIRECTORY } = constants;

/** Runs a command in a container, to its end. Returns box's exit status; throws where box itself fails. */
export async function exec(options: ExecOptions): Promise<number> {
  const { init: pid, env } = await running(options.name);
  // #region pidfd
  // Processes come and go, and numbers are used again. From here on this one is meant, or nobody.
  const init = call('pidfd_open', pid, 0);
  // #endregion pidfd
  const letter: Letter = { ...options, cgroup: cgroupOf(pid), env: { ...env, ...options.env } };

  // #region born
  // Nobody can move to another pid namespace, but our next child can be born there. After that we go back: Node may need a thread.
  const goHome = wayHome();
  setns(init, CLONE_NEWPID);
  const child = spawn(process.execPath, [process.argv[1]!, 'join'], { stdio: ['inherit', 'inherit', 'inherit', 'pipe', options.terminal ? 'pipe' : 'ignore', init] });
  goHome();
  // #endregion born
  return attend(child, letter);
}

/** The second half. Returns, or throws, only where the command cannot be started. */
export function join(): Promise<number> {
  const letter = readLetter<Letter>();
  // #region join
  // While the host's /sys is in view. And not earlier, for the reason that the stage of `box run` has: Node would have counted.
  joinCgroup(letter.cgroup);
  // Kept open: after the next line the name leads elsewhere.
  call('open', letter.cgroup, O_DIRECTORY);
  unshare(CLONE_FS);
  // Files, names, network, all in one step. The root and the working directory become those of the mount namespace: where
  // pivot_root(2) has been, that is the container's root, and there is no other.
  setns(INIT, CLONE_JOINED);
  closeSync(INIT);
  // #endregion join
  if (letter.directory !== undefined) process.chdir(letter.directory);
  return startCommand(letter);
}

/** What is known of a container that runs, with its process 1. Throws where there is none of this name, or where it does not run. */
async function running(name: string): Promise<{ init: number; env: ExecOptions['env'] }> {
  for (;;) {
    const { init, layers, env } = find(name);
    if (!isRunning(name)) throw new Error(`${name}: it is not running`);
    // It may have been started this very moment. As long as its first process is in the host's mount namespace, or in the host's
    // root, whoever joined it would be there, too.
    if (init !== undefined && moved(init, 'ns/mnt') && (layers.length === 0 || moved(init, 'root'))) return { init, env };
    await sleep(20);
  }
}

/** Whether a process has something else behind this name of /proc/PID than we have. */
function moved(pid: number, name: string): boolean {
  const [its, ours] = [pid, 'self'].map((who) => statSync(`/proc/${who}/${name}`));
  return its!.ino !== ours!.ino || its!.dev !== ours!.dev;
}

/** The directory of the cgroup that a process is in. */
function cgroupOf(pid: number): string {
  const [, path] = /^0::(\/box\/.+)$/m.exec(readFileSync(`/proc/${pid}/cgroup`, 'utf8')) ?? [];
  if (path === undefined) throw new Error(`process ${pid} is in no container`);
  return `/sys/fs/cgroup${path}`;
}
