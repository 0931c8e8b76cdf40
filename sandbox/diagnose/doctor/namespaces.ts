/**
 * unshare(2), setns(2) and the clone(2) family.
 */
import { cloneFlagName } from '../../observe/namespaces.ts';
import type { NamespaceKind } from '../../observe/namespaces.ts';
import { cite } from '../cite.ts';
import { descriptorArgument, flagsArgument, unnamedBits } from '../strace-values.ts';
import type { Call } from '../strace.ts';
import { hasCapability, lacksPower, ownUid } from './facts.ts';
import type { CallFacts, Finding } from './facts.ts';

const byFlag: Readonly<Record<string, NamespaceKind>> = {
  CLONE_NEWCGROUP: 'cgroup', CLONE_NEWIPC: 'ipc', CLONE_NEWNS: 'mnt', CLONE_NEWNET: 'net', CLONE_NEWPID: 'pid', CLONE_NEWTIME: 'time',
  CLONE_NEWUSER: 'user', CLONE_NEWUTS: 'uts',
};

export function explainUnshare(call: Call, facts: CallFacts): Finding | undefined {
  const flags = flagsArgument(call.args[0]);
  if (call.errno === 'EINVAL') {
    const threads = facts.caller?.status?.threads ?? 1;
    if (flags.has('CLONE_NEWUSER') && threads > 1) return tooManyThreads(facts, 'unshare(CLONE_NEWUSER)');
    return strangeBits(call.args[0]) ?? absentKind(flags, facts);
  }
  return cannotMake(call, flags, facts);
}

export function explainClone(call: Call, facts: CallFacts): Finding | undefined {
  // clone3's flags are in a structure: {flags=CLONE_VM|…, …}.
  const flags = flagsArgument(/flags=([A-Z0-9_|]+)/.exec(call.args.join(', '))?.[1]);
  const { caller } = facts;
  const elsewhere = caller?.pidForChildren !== undefined && caller.namespaces?.pid !== undefined && caller.pidForChildren !== caller.namespaces.pid;
  if (call.errno === 'EINVAL' && flags.has('CLONE_THREAD') && elsewhere) {
    return {
      condition: 'A new thread must be in the same pid namespace as its process, and children of this one now go to another (unshare(CLONE_NEWPID) was called).',
      advice: 'What starts a thread after that unshare? In Node: the first asynchronous fs call, DNS, a Worker. Start them before, or let another process do the unshare.',
      evidence: [...cite(caller, 'pidForChildren'), ...cite(caller, 'namespaces', (line) => line.startsWith('pid:'))],
    };
  }
  // Of a caller that is gone already there is what it did before.
  const unshared = facts.earlier?.some((one) => flagsArgument(one.args.at(-1)).has('CLONE_NEWPID')) === true;
  if (call.errno === 'ENOMEM' && (elsewhere || unshared)) {
    return {
      condition: 'The first process of the pid namespace that this child would be born into has ended; the namespace takes no more.',
      advice: 'Process 1 of a pid namespace is the first child after the unshare, whatever it is. Which one was it, and why is it gone?',
      evidence: cite(caller, 'pidForChildren'),
      certain: caller?.pidForChildren !== null,
    };
  }
  if (call.errno === 'EAGAIN') {
    const full = facts.limits?.pids?.find((cgroup) => cgroup.max !== 'max' && cgroup.current >= cgroup.max);
    if (full !== undefined) {
      return {
        condition: `The cgroup ${full.directory} holds ${full.current} processes and threads; pids.max is ${full.max}.`,
        advice: 'Threads count as well. What is still alive in there?',
        evidence: [{ source: `${full.directory}/pids.current`, lines: [String(full.current)] }, { source: `${full.directory}/pids.max`, lines: [String(full.max)] }],
      };
    }
  }
  return cannotMake(call, flags, facts);
}

export function explainSetns(call: Call, facts: CallFacts): Finding | undefined {
  const target = descriptorArgument(call.args[0]);
  const flags = flagsArgument(call.args[1]);
  const path = target?.path;
  const kindHere = path === undefined ? undefined : /^([a-z]+)(?:_for_children)?:\[\d+\]$/.exec(path)?.[1];
  const threads = facts.caller?.status?.threads ?? 1;
  if (call.errno === 'EBADF') {
    return { condition: `Descriptor ${target?.number ?? '?'} is not open.`, advice: 'Was it closed already, or is it the -1 of an open that failed?' };
  }
  if (call.errno === 'EINVAL' && path !== undefined && kindHere === undefined && !path.startsWith('pidfd:') && !path.startsWith('anon_inode:[pidfd]')) {
    return { condition: `Descriptor ${target?.number ?? '?'} is ${path}, which is no namespace.`, advice: 'A namespace is opened through /proc/PID/ns/KIND, or a bind mount of that.' };
  }
  const asked = [...flags].map((flag) => byFlag[flag]).find((kind) => kind !== undefined);
  if (call.errno === 'EINVAL' && kindHere !== undefined && asked !== undefined && kindHere !== asked) {
    return { condition: `The descriptor is a ${kindHere} namespace, and ${cloneFlagName(asked)} asks for a ${asked} one.`, advice: 'Which file was opened, and which flag belongs to it? 0 takes any.' };
  }
  const kind = asked ?? kindHere;
  if (call.errno === 'EINVAL' && kind === 'user') {
    if (threads > 1) return tooManyThreads(facts, 'setns to a user namespace');
    return { condition: 'The caller is in that user namespace already, or shares its file system attributes with another task.', advice: 'Entering one\'s own user namespace again would give lost capabilities back.', certain: false };
  }
  if (call.errno === 'EINVAL' && kind === 'mnt' && threads > 1) {
    return {
      condition: `The ${threads} threads of this process share one root and current directory (CLONE_FS), and a mount namespace brings its own.`,
      advice: 'What could give this thread a root and cwd of its own first? Or enter from a process with one thread: nsenter(1) is one.',
      evidence: cite(facts.caller, 'status', (line) => line.startsWith('Threads:')),
    };
  }
  if (call.errno === 'EINVAL' && kind === 'pid') {
    return { condition: 'A process can only move its children downwards: into a pid namespace that is its own or a descendant of its own.', advice: 'Compare NSpid of the caller and of a process in the target.', certain: false };
  }
  if (call.errno === 'EPERM') {
    const missing = hasCapability(facts, 'CAP_SYS_ADMIN') === false ? lacksPower(facts, 'CAP_SYS_ADMIN', 'mnt') : undefined;
    if (missing !== undefined) return missing;
    return {
      condition: `CAP_SYS_ADMIN is needed in the user namespace that owns the target${kind === undefined ? '' : ` ${kind} namespace`}, too; the caller is in another one.`,
      advice: 'Which user namespace owns the target? Join that one first, or join before leaving yours.',
      certain: false,
    };
  }
  return undefined;
}

/** EPERM and ENOSPC of everything that makes namespaces; EINVAL for kinds this kernel lacks. */
function cannotMake(call: Call, flags: ReadonlySet<string>, facts: CallFacts): Finding | undefined {
  const { caller } = facts;
  const kinds = [...flags].flatMap((flag) => byFlag[flag] ?? []);
  if (call.errno === 'ENOSPC') {
    const found = kinds.find((kind) => facts.limits?.namespaces?.[kind] === 0);
    return {
      condition: found === undefined
        ? `A limit on ${kinds.join(', ')} namespaces is reached: of how many there may be, or of how deep they may be nested (32).`
        : `This machine allows no ${found} namespaces: /proc/sys/user/max_${found}_namespaces is 0.`,
      advice: 'See /proc/sys/user/max_*_namespaces. Do earlier runs leave processes behind that keep namespaces alive?',
      certain: found !== undefined,
    };
  }
  if (call.errno !== 'EPERM') return undefined;
  if (flags.has('CLONE_NEWUSER')) {
    if (caller?.root !== undefined && caller.root !== '/') {
      return { condition: `The caller's root directory is ${caller.root}, and a process in a chroot may not make a user namespace.`, advice: 'A new user namespace would bring CAP_SYS_CHROOT, and with it the way out. Look at the order of the steps.', evidence: cite(caller, 'root') };
    }
    if (caller?.uidMap !== undefined && ownUid(facts) === undefined) {
      return { condition: 'The caller\'s user id is not mapped in its own user namespace.', advice: 'Was its uid_map written yet?', evidence: cite(caller, 'uidMap') };
    }
    return { condition: 'This machine does not let the caller make user namespaces (a sysctl, a security module or a seccomp filter).', advice: 'See kernel.unprivileged_userns_clone, kernel.apparmor_restrict_unprivileged_userns and `Seccomp` of the caller.', certain: false };
  }
  if (hasCapability(facts, 'CAP_SYS_ADMIN') === false) {
    return {
      condition: `${kinds.map(cloneFlagName).join(', ')} takes CAP_SYS_ADMIN, which the caller (user ${ownUid(facts) ?? 'unmapped'}) does not have.`,
      advice: 'A user namespace gives it to everybody, for what is made inside. Who calls here, in which user namespace?',
      evidence: cite(caller, 'status', (line) => /^(Uid|CapEff):/.test(line)),
    };
  }
  return undefined;
}

function tooManyThreads(facts: CallFacts, what: string): Finding {
  const threads = facts.caller?.status?.threads ?? 0;
  return {
    condition: `${what} takes a process with a single thread, and this one has ${threads}.`,
    advice: 'Capabilities belong to threads, a user namespace to the whole process. Node never has just one thread: which program has?',
    evidence: cite(facts.caller, 'status', (line) => line.startsWith('Threads:')),
  };
}

function strangeBits(arg: string | undefined): Finding | undefined {
  const bits = unnamedBits(arg);
  if (bits.length === 0) return undefined;
  return { condition: `The flags contain ${bits.join(', ')}, which this call does not know.`, advice: 'Check the constants: CLONE_NEW* are single bits.' };
}

/** A kind of namespace that /proc/PID/ns does not list is not built into this kernel. */
function absentKind(flags: ReadonlySet<string>, facts: CallFacts): Finding | undefined {
  const known = facts.caller?.namespaces;
  if (known === undefined) return undefined;
  const absent = [...flags].map((flag) => byFlag[flag]).find((kind) => kind !== undefined && known[kind] === undefined);
  if (absent === undefined) return undefined;
  return { condition: `This kernel has no ${absent} namespaces.`, advice: 'ls /proc/self/ns lists the kinds it has.', evidence: cite(facts.caller, 'namespaces') };
}
