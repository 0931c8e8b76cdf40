/**
 * Runs box once more, under strace, after a check has failed, and finds the system call that mattered. It costs a run, so
 * it is done on failure only.
 */
import type { Ending } from '../wire/messages.ts';
import { cgroupPath } from './doctor/cgroup.ts';
import type { CallFacts } from './doctor/facts.ts';
import { explain, treatedCalls } from './doctor.ts';
import type { FailedCall } from './doctor.ts';
import { collect } from './moment.ts';
import { netlinkRequests } from './netlink.ts';
import type { Call } from './strace.ts';
import { descriptorArgument, stringList } from './strace-values.ts';
import { atGate, follow, gate } from './trace.ts';

/** A process in a wall, as far as it matters here; a WallProcess is one. */
export type Started = { readonly pid: Promise<number>; readonly ended: Promise<Ending>; kill(): Promise<void> };

export type AutopsyOptions = {
  /** box's whole command line, its own start included. */
  argv: readonly string[];
  /** Starts a command in a wall like the one of the failed check. */
  start: (argv: readonly string[]) => Started;
  /** Milliseconds after which the run is ended; what was found by then counts. */
  timeLimit: number;
  directory?: string;
  signal?: AbortSignal;
};

/** Failed calls that are explained at most. */
const MOST = 8;

/** Calls that set a container up. While these succeed, box has not given up. */
const steps = new Set(['unshare', 'setns', 'mount', 'pivot_root', 'chroot', 'sethostname', 'setdomainname', 'mknod', 'mknodat']);

/** One call of the trace. `facts` where it failed and is worth a question. */
export type Seen = { readonly call: Call; readonly facts?: CallFacts };

/**
 * The failed calls of box, explained; the one that mattered first, the others in their order. Empty where none failed.
 * Throws SystemCallError where strace cannot be had or does not attach.
 */
export async function autopsy(options: AutopsyOptions): Promise<FailedCall[]> {
  const seen: Seen[] = [];
  const started = options.start(gate(options.argv));
  const clock = AbortSignal.timeout(options.timeLimit);
  const signal = options.signal === undefined ? clock : AbortSignal.any([clock, options.signal]);
  try {
    const pid = await started.pid;
    await atGate(pid);
    await follow(pid, {
      onCall: (call) => seen.push(isQuestionable(call) ? { call, facts: { ...collect(call), earlier: earlierOf(call, seen) } } : { call }),
      signal,
      ...(options.directory === undefined ? {} : { directory: options.directory }),
    });
  } catch (error) {
    if (!clock.aborted || options.signal?.aborted === true) throw error;
  } finally {
    await started.kill();
  }
  return findings(seen, options.argv);
}

/** From the calls in their order to the explained ones. Pure. */
export function findings(seen: readonly Seen[], argv: readonly string[]): FailedCall[] {
  const own = seen.slice(beginningOf(seen, argv));
  const failed = own.filter(({ call, facts }, index) => (
    facts !== undefined && isOfInterest(call, facts) && !wasTriedElsewhere(call, own.slice(index + 1))
  ));
  const last = own.findLastIndex(({ call }) => steps.has(call.name) && call.errno === undefined);
  // The first failure after the last successful step is what box gave up on; what fails after it is clean-up.
  const mattering = failed.find((one) => own.indexOf(one) > last) ?? failed.at(-1);
  const ordered = mattering === undefined ? [] : [mattering, ...failed.filter((one) => one !== mattering)];
  return ordered.slice(0, MOST).map(({ call, facts }) => explain(call, facts ?? { paths: {} }));
}

/** True for a failed call that somebody here can say something about, and that is not everyday noise. */
export function isQuestionable(call: Call): boolean {
  if (call.errno === undefined || !treatedCalls.includes(call.name)) return false;
  if (/^(EINTR|ERESTART\w*)$/.test(call.errno)) return false;
  if (call.name === 'write') return isKernelFile(call);
  // Programs look around: what they do not find to read is no failure. (Node itself reads the limits of its cgroup.)
  if (isOfNamespace(call)) return true;
  if (call.name.startsWith('open')) return call.args.some((arg) => /\bO_(WRONLY|RDWR)\b/.test(arg)) && cgroupPath(call) !== undefined;
  // mkdir -p and its like ask first and make later: "it is there" is an answer, not a failure.
  if (call.name.startsWith('mkdir') || netlinkRequests.includes(call.name)) return call.errno !== 'EEXIST';
  return true;
}

/** Directories are made and removed for many reasons; only of cgroups does somebody here know why it fails. */
function isOfInterest(call: Call, facts: CallFacts): boolean {
  return !/^(mkdir|mkdirat|rmdir|unlinkat)$/.test(call.name) || cgroupPath(call, facts.caller?.cwd) !== undefined;
}

/** What brought the caller into its namespaces. */
function earlierOf(call: Call, seen: readonly Seen[]): Call[] {
  return seen.flatMap(({ call: one }) => (one.pid === call.pid && one.errno === undefined && (one.name === 'unshare' || one.name === 'setns') ? [one] : []));
}

/** The opening of a namespace: whoever does that wants to join it. */
function isOfNamespace(call: Call): boolean {
  return call.name.startsWith('open') && call.args.some((arg) => /^"\/proc\/\d+\/ns\/\w+"$/.test(arg));
}

function isKernelFile(call: Call): boolean {
  return cgroupPath(call) !== undefined || /^\/proc\/.*\/(uid_map|gid_map|setgroups)$/.test(descriptorArgument(call.args[0])?.path ?? '');
}

/** The place after the gate's exec of box itself; 0 where that is not in the trace. */
function beginningOf(seen: readonly Seen[], argv: readonly string[]): number {
  return seen.findIndex(({ call }) => {
    if (!call.name.startsWith('execve') || call.errno !== undefined) return false;
    const list = stringList(call.args[call.name === 'execve' ? 1 : 2]);
    // strace shows only the first elements of a long list, and of a long string only its beginning.
    return list !== undefined && list.length > 0 && list.every((word, index) => argv[index]?.startsWith(word) === true);
  }) + 1;
}

/** execvp(3) tries one directory of PATH after the other: a miss that a later try of the same process makes good is none. */
function wasTriedElsewhere(call: Call, later: readonly Seen[]): boolean {
  if (!call.name.startsWith('execve') || (call.errno !== 'ENOENT' && call.errno !== 'EACCES' && call.errno !== 'ENOTDIR')) return false;
  return later.some(({ call: other }) => other.pid === call.pid && other.name === call.name);
}
