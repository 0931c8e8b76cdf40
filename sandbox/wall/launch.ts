/**
 * Starts a command in a wall.
 *
 *     sh (joins its cgroup, sets limits, takes the terminal) → nsenter (all namespaces) → the command
 *
 * One process all along: no parent of it is left inside, and the judge, who started it, waits for the command itself. It
 * is born in the wall's pid namespace because the judge's thread is set to make its next child there. Until it is in the wall it
 * runs only the judge's own files with a fixed environment: learner's variables (LD_PRELOAD, …) are set by env(1), inside.
 */
import fs from 'node:fs';
import { Child } from './child.ts';
import { wallEnvironment } from './environment.ts';
import { within } from './hop.ts';
import type { WallNamespaces } from './holder.ts';

/** $0 of the launching shell, by which it is known. */
const LAUNCHER = 'drydock-launch';

/**
 * $1: the cgroup's file, $2: RLIMIT_FSIZE in 512-byte blocks; the rest: nsenter's arguments. Should the whole kernel run out of
 * memory, learner code goes first and the judge last; see proc_pid_oom_score_adj(5).
 */
const LAUNCH = 'echo 0 >"$1" && echo 500 >/proc/self/oom_score_adj && ulimit -c 0 && ulimit -f "$2" && shift 2 && exec /usr/bin/nsenter "$@"';

/**
 * Opening a terminal makes it the controlling one of a session leader that has none (setsid(2)). By way of /proc/self/fd, so
 * that no name is needed.
 */
const TAKE_TERMINAL = `exec 0<>/proc/self/fd/0 1>&0 2>&0 && `;

/** Sets the caller's variables, in the wall. */
const SET_ENVIRONMENT = ['/usr/bin/env', '--'];

export type Launch = {
  argv: readonly string[];
  cwd: string;
  env: Readonly<Record<string, string>>;
  /** cgroup to run in, as the judge's path. */
  leaf: string;
  namespaces: WallNamespaces;
  /** Descriptors that become 0, 1 and 2; and more, which become 3, 4, … */
  stdio: readonly number[];
  terminal: boolean;
  /** Bytes that a file may grow to. */
  fileSize: number;
};

/** Starts it. Throws SystemCallError, ENOMEM where the wall's first process has ended. */
export function launch(options: Launch): Child {
  const { namespaces } = options;
  const extra = Object.entries(options.env);
  const command = extra.length === 0 ? options.argv : [...SET_ENVIRONMENT, ...extra.map(([name, value]) => `${name}=${value}`), ...options.argv];
  const enter = (['user', 'mnt', 'net', 'uts', 'ipc', 'cgroup'] as const)
    .map((kind) => `--${kind === 'mnt' ? 'mount' : kind}=/proc/${process.pid}/fd/${namespaces[kind]}`);
  const blocks = Math.ceil(options.fileSize / 512);
  const argv = [
    '/bin/sh', '-c', (options.terminal ? TAKE_TERMINAL : '') + LAUNCH, LAUNCHER,
    `${options.leaf}/cgroup.procs`, String(blocks), ...enter, `--wdns=${options.cwd}`, '--', ...command,
  ];
  return within({ pid: namespaces.pid }, () => new Child({ path: '/bin/sh', argv, env: wallEnvironment, stdio: options.stdio }));
}

/** Whether a launched process is the command by now, and no longer what leads up to it. True where it is gone. */
export function isLaunched(pid: number): boolean {
  let argv: string[];
  try {
    argv = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return true;
  }
  if (argv[3] === LAUNCHER || (argv[0] === SET_ENVIRONMENT[0] && argv[1] === SET_ENVIRONMENT[1])) return false;
  return !(argv[0] === '/usr/bin/nsenter' && argv[1]?.startsWith(`--user=/proc/${process.pid}/fd/`));
}
