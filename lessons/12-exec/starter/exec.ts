/**
 * `box exec`: one more process in a container that runs.
 *
 * A container is nothing that the kernel knows. It is the namespaces and the cgroup that its process 1 is in, and whoever joins
 * all of these is in the container, too. As with `box run`, one half of box stays outside and waits, and the other one goes in and
 * becomes the command.
 */
import { spawn } from 'node:child_process';
import { closeSync, readFileSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { joinCgroup } from './cgroup.ts';
import type { ExecOptions } from './cli.ts';
import { call, CLONE_JOINED, CLONE_NEWPID, setns } from './libc.ts';
import { wayHome } from './network.ts';
import { attend } from './run.ts';
import { readLetter, startCommand } from './stage.ts';
import { find, isRunning } from './store.ts';

/** What the first half writes to the second. */
type Letter = ExecOptions & { cgroup: string };

/** The descriptor by which the second half knows process 1 of the container. (3 is the letter, 4 the terminal's.) */
const INIT = 5;

/** Runs a command in a container, to its end. Returns box's exit status; throws where box itself fails. */
export async function exec(options: ExecOptions): Promise<number> {
  const { init: pid, env } = await running(options.name);
  // TODO(you): a descriptor for that very process, `init` (pidfd_open(2) is there for `call`); then the letter: the options, the
  // cgroup, and of the environment what `box run` was given as well.
  // TODO(you): the second half, `box join`, must be born in the container's pid namespace. This process stays outside, and wants
  // to be able to start threads afterwards. Descriptors: 0, 1, 2; 3, a pipe; 4, a pipe for a terminal, or 'ignore'; 5, `init`.
  // TODO(you): the rest is as in `run`: `attend`.
  throw new Error(`exec.ts cannot join process ${pid} yet`);
}

/** The second half. Returns, or throws, only where the command cannot be started. */
export function join(): Promise<number> {
  const letter = readLetter<Letter>();
  // TODO(you): join the cgroup, and the namespaces of INIT. Which of the two comes first? After that INIT is not needed any more.
  // TODO(you): the working directory, if one was asked for, and then the command. What remains of `stage` in stage.ts when nothing
  // is made?
  throw new Error(`exec.ts cannot become ${letter.command[0]} yet`);
}

/** What is known of a container that runs, with its process 1. Throws where there is none of this name, or where it does not run. */
async function running(name: string): Promise<{ init: number; env: ExecOptions['env'] }> {
  for (;;) {
    const { init, layers, env } = find(name);
    // TODO(you): when has it ended? There may be nobody left who could have written it down: then `init` is anybody's number.
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
