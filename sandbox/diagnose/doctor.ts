/**
 * The errno doctor: which precondition of a failed system call does not hold *here*. Pure: the facts were collected at the
 * moment of the failure (moment.ts).
 *
 * The preconditions are those of the man pages and, where these say only "EINVAL", of the kernel's own checks, in the
 * kernel's order: the first that fails is the answer.
 */
import type { Evidence } from '../wire/verdict.ts';
import { explainCgroupFile } from './doctor/cgroup.ts';
import { explainExec } from './doctor/exec.ts';
import { explainMknod, explainPath } from './doctor/files.ts';
import { explainIdMap } from './doctor/idmap.ts';
import { explainMount } from './doctor/mount.ts';
import { explainName } from './doctor/names.ts';
import { explainClone, explainSetns, explainUnshare } from './doctor/namespaces.ts';
import { explainNetlink } from './doctor/netlink.ts';
import { explainPivotRoot } from './doctor/pivot.ts';
import { explainChroot, explainUmount } from './doctor/root.ts';
import type { CallFacts, Explain, Finding } from './doctor/facts.ts';
import { errnoMeaning } from './errno.ts';
import { netlinkRequests } from './netlink.ts';
import type { Call } from './strace.ts';
import { isAddress, stringArgument } from './strace-values.ts';

/** A system call that failed, and which precondition did not hold. */
export type FailedCall = {
  /** The call as a person reads it: `pivot_root("/new", "/new/old")`. */
  readonly call: string;
  /** Its bare name: pivot_root. */
  readonly name: string;
  readonly errno: string;
  /** Which precondition does not hold here, a whole sentence: `/ is a shared mount (shared:1), …`. */
  readonly condition: string;
  /** What to look at next, never the pasted answer. */
  readonly advice: string;
  /** True where facts show it; false where it is only the errno's general meaning. */
  readonly certain: boolean;
  /** The lines that show it. */
  readonly evidence: readonly Evidence[];
};

const doctors: Readonly<Record<string, Explain>> = {
  unshare: explainUnshare,
  clone: explainClone,
  clone3: explainClone,
  fork: explainClone,
  vfork: explainClone,
  setns: explainSetns,
  sethostname: explainName,
  setdomainname: explainName,
  mount: explainMount,
  umount2: explainUmount,
  umount: explainUmount,
  pivot_root: explainPivotRoot,
  chroot: explainChroot,
  execve: explainExec,
  execveat: explainExec,
  mknod: explainMknod,
  mknodat: explainMknod,
  openat: explainCgroupFile,
  open: explainCgroupFile,
  mkdir: explainCgroupFile,
  mkdirat: explainCgroupFile,
  rmdir: explainCgroupFile,
  unlinkat: explainCgroupFile,
  write: (call, facts) => explainIdMap(call, facts) ?? explainCgroupFile(call, facts),
  ...Object.fromEntries(netlinkRequests.map((name) => [name, explainNetlink])),
};

/** Names of the calls that somebody here knows about. */
export const treatedCalls: readonly string[] = Object.keys(doctors);

/** Explains one failed call. Throws TypeError where the call did not fail. */
export function explain(call: Call, facts: CallFacts): FailedCall {
  const { errno } = call;
  if (errno === undefined) throw new TypeError(`${call.name} did not fail`);
  const finding = badAddress(call) ?? doctors[call.name]?.(call, facts) ?? explainPath(call, facts);
  return {
    call: describeCall(call),
    name: call.name,
    errno,
    condition: finding?.condition ?? general(errno),
    advice: finding?.advice ?? (netlinkRequests.includes(call.name)
      ? `${call.name} is a request of rtnetlink(7), which ip(8) makes for you. Hold its words against the manual page of the object: ip-link(8), ip-address(8), ip-route(8).`
      : `\`man 2 ${call.name}\` lists under ERRORS when ${call.name} answers ${errno}. Hold each line against what you passed.`),
    certain: finding?.certain ?? (finding !== undefined),
    evidence: finding?.evidence ?? [],
  };
}

/** The call as one writes it: without the environment, and without the addresses of what the kernel does not look at. */
export function describeCall(call: Call): string {
  const args = call.args.filter((arg, index) => !(call.name.startsWith('execve') && index === call.args.length - 1 && arg.includes('/*')));
  const dropped = args.length < call.args.length ? ', …' : '';
  const text = `${call.name}(${args.map(shorten).join(', ')}${dropped})`;
  return text.length > 200 ? `${text.slice(0, 199)}…` : text;
}

function shorten(arg: string): string {
  if (arg.startsWith('AT_FDCWD<')) return 'AT_FDCWD';
  const text = stringArgument(arg)?.text;
  return text !== undefined && text.length > 80 ? JSON.stringify(`${text.slice(0, 80)}…`) : arg;
}

function general(errno: string): string {
  const meaning = errnoMeaning(errno);
  return meaning === undefined ? `The kernel answered ${errno}.` : `${errno}, that is: ${meaning}.`;
}

/** EFAULT, for every call: strace could not read that argument either, and printed the bare address. */
function badAddress(call: Call): Finding | undefined {
  if (call.errno !== 'EFAULT') return undefined;
  const at = call.args.findIndex((arg) => isAddress(arg) || /\[.*0x[0-9a-f]+/s.test(arg));
  const which = at < 0 ? 'An argument' : `Argument ${at + 1} (${shorten(call.args[at] ?? '')})`;
  return {
    condition: `${which} is an address at which the process has no memory.`,
    advice: 'What type did you declare for it: a number where a pointer belongs? A list of strings must end with a null pointer.',
    certain: at >= 0,
  };
}
