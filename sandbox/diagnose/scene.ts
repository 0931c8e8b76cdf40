/**
 * The scene: everything the rules of diagnosis may look at. Kernel facts only, as plain data: never what a program
 * printed, never a line of its source.
 *
 * The check harness fills it in: a snapshot of the wall's first process before and after, one entry for every time the
 * check used `box`, and the facts a check noted by name.
 */
import type { Fact } from '../observe/fact.ts';
import type { IdRange } from '../observe/idmap.ts';
import type { Mount } from '../observe/mountinfo.ts';
import type { NamespaceKind } from '../observe/namespaces.ts';
import type { ProcessStatus } from '../observe/status.ts';
import type { Ending } from '../wire/messages.ts';
import type { Evidence, Leftover } from '../wire/verdict.ts';
import type { FailedCall } from './doctor.ts';

/**
 * One process at one moment. Whatever could not be read (it was gone already, or a zombie) is absent: a rule that needs it
 * must then stay silent. The helpers of helpers.ts and mount-helpers.ts do.
 */
export type ProcessFacts = {
  readonly pid: number;
  readonly label: string;
  /** Its pids from the judge's namespace inwards. */
  readonly pids?: readonly number[];
  readonly parent?: number;
  readonly state?: string;
  /** What it ran at that moment. */
  readonly argv?: readonly string[];
  readonly exe?: string;
  readonly cwd?: string;
  readonly root?: string;
  readonly fds?: Readonly<Record<number, string>>;
  /** The main thread's namespaces, by inode. Kinds that this kernel lacks are absent. */
  readonly namespaces?: Readonly<Partial<Record<NamespaceKind, number>>>;
  /** The user namespace that owns each of them. Only where the errno doctor asked. */
  readonly owners?: Readonly<Partial<Record<Exclude<NamespaceKind, 'user'>, number>>>;
  /** Every thread's, main thread first, of the kinds that a thread can leave alone: cgroup, ipc, mnt, net, uts. */
  readonly threadNamespaces?: Readonly<Partial<Record<NamespaceKind, readonly number[]>>>;
  /** null: a new pid namespace that has no process yet. */
  readonly pidForChildren?: number | null;
  readonly status?: ProcessStatus;
  readonly uidMap?: readonly IdRange[];
  readonly gidMap?: readonly IdRange[];
  readonly mounts?: readonly Mount[];
  readonly cgroup?: string;
  readonly cgroupInside?: string;
  readonly hostname?: string;
  readonly domainname?: string;
  /** Controlling terminal as major:minor, null for none. */
  readonly terminal?: string | null;
  /** Where each of the above was read, with the lines that say so. */
  readonly evidence: Readonly<Partial<Record<ProcessField, readonly Evidence[]>>>;
};

/** The parts of a process's facts that carry evidence. */
export type ProcessField = Exclude<keyof ProcessFacts, 'pid' | 'label' | 'evidence'>;

/** One use of `box` by a check. */
export type RunFacts = {
  /** The whole command line, box's own start included. */
  readonly argv: readonly string[];
  /** What it was asked for, where it was a `box run`: the flags before `--` and the command after it. With a name it was a `box exec` there. */
  readonly asked?: { readonly name?: string; readonly flags: readonly string[]; readonly command: readonly string[] };
  /** How box ended; absent while it runs. */
  readonly ending?: Ending;
  /** Signals the judge sent, in order. */
  readonly sent?: readonly { readonly signal: string; readonly to: 'command' | 'box' }[];
  /** box's own process: the one the judge started, when it was last seen alive. */
  readonly box?: ProcessFacts;
  /** The process that runs the command, when it was last seen alive. */
  readonly command?: ProcessFacts;
  /** Every other process of the run: what lay between box and the command, and what the command started. */
  readonly children?: readonly ProcessFacts[];
  /** True where the judge waited for the command and no process ever ran it. */
  readonly commandNeverSeen?: boolean;
  /** System calls of box that failed and mattered, where the run was repeated under strace. */
  readonly calls?: readonly FailedCall[];
};

export type Scene = {
  /** The lesson being checked: `03-pid`. */
  readonly lesson: string;
  /** The check within it. */
  readonly check: string;
  /** The wall's first process, "the host" of every container, before the first run of the check and after its last. */
  readonly wall: { readonly before: ProcessFacts; readonly after: ProcessFacts };
  /** In the order in which they began. */
  readonly runs: readonly RunFacts[];
  /** What a check noted for the rules, by key. */
  readonly notes: Readonly<Record<string, Fact<unknown>>>;
  /** What was left when the containers had ended, where the harness has looked. */
  readonly leftovers?: readonly Leftover[];
};
