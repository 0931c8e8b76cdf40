/**
 * What a traced run is: its processes, the system calls that made a container, and what each of them changed. Everything is
 * read while the caller stands still in its call; see sandbox/trace/tracer.ts.
 */
import type { Ending } from './messages.ts';
import type { Evidence } from './verdict.ts';

/** What a change was made to. */
export type Area = 'namespaces' | 'mounts' | 'cgroups' | 'links' | 'names';

/** One thing that is not as it was when the call began. `before` is null where it is new, `after` where it is gone. */
export type Change = {
  area: Area;
  /** Whose: a process's label, a namespace (`mnt:[4026532201]`), a cgroup's path. */
  where: string;
  /** Which of its things: a namespace's kind, a mount point, a file, a link's name. */
  what: string;
  before: string | null;
  after: string | null;
};

/** A process of the run, by its place in the order of their beginnings. */
export type TraceProcess = {
  id: number;
  /** Who started it; null for box itself. */
  parent: number | null;
  /** What it runs at its end: the program's name, or the script's where it is an interpreter's. */
  label: string;
};

/** Why a call failed, from the errno doctor. */
export type TraceFailure = { condition: string; advice: string; certain: boolean; evidence: Evidence[] };

/** What the caller had when the call was over. */
export type TraceState = {
  /** Inode by kind; `pid_for_children` where it is another than `pid`. */
  namespaces: Record<string, number>;
  hostname: string | null;
  /** The caller's cgroup, from the root of the wall's. */
  cgroup: string | null;
  /** Its root directory, from the root of its mount namespace as the judge reads it. */
  root: string | null;
  /** Its working directory, in the same way. */
  cwd: string | null;
  mounts: number;
  links: string[];
};

export type TraceStep = {
  /** The process, as in `processes`. */
  process: number;
  name: string;
  /** As strace(1) prints them. */
  args: string[];
  /** The call on one line. */
  text: string;
  /** What it returned; null where the process ended in it. */
  result: number | null;
  errno?: string;
  failure?: TraceFailure;
  /** For a call that a command made for box: the command, `ip link add …`. */
  by?: string;
  changes: Change[];
  /** Changes that were too many to be listed. */
  more?: number;
  /** Calls of other processes that were on their way, too: what changed may be theirs. */
  beside?: string[];
  state?: TraceState;
};

export type TraceRun = {
  /** How box was started. */
  argv: string[];
  ending: Ending;
  /** What box wrote to standard error, its end. */
  stderr: string;
  processes: TraceProcess[];
  steps: TraceStep[];
  /** Where the run was longer than what is kept: it met its limit of calls, or of time. */
  cut?: 'calls' | 'time';
};
