/**
 * mount(2): one call, six jobs. Which one it was asked to do decides what must hold; see mount(2) and do_mount in
 * fs/namespace.c.
 */
import { isBelow } from '../../observe/mounttree.ts';
import { citeMounts } from '../cite.ts';
import { flagsArgument } from '../strace-values.ts';
import type { Call } from '../strace.ts';
import { insideRoot, inUserNamespace, isMountPoint, lacksPower, mountUnder, pathOf } from './facts.ts';
import type { CallFacts, Finding } from './facts.ts';
import { explainPath } from './files.ts';
import { explainNewMount } from './newmount.ts';

const propagationFlags = ['MS_SHARED', 'MS_PRIVATE', 'MS_SLAVE', 'MS_UNBINDABLE'];

/** Options that a mount from a more privileged namespace keeps: mount_namespaces(7). The option as mountinfo names it, and its flag. */
const lockable = [['ro', 'MS_RDONLY'], ['nosuid', 'MS_NOSUID'], ['nodev', 'MS_NODEV'], ['noexec', 'MS_NOEXEC']] as const;

export function explainMount(call: Call, facts: CallFacts): Finding | undefined {
  const flags = flagsArgument(call.args[3]);
  if (call.errno === 'ENOSPC') return tooMany(facts);
  if (call.errno === 'EPERM') {
    const missing = lacksPower(facts, 'CAP_SYS_ADMIN', 'mnt');
    if (missing !== undefined) return missing;
  }
  const target = pathOf(call, facts, 1);
  if (target?.file === null) return explainPath(call, facts, [1]);
  if (flags.has('MS_REMOUNT')) return explainRemount(call, facts, flags);
  if (flags.has('MS_BIND')) return explainBind(call, facts, flags);
  if (propagationFlags.some((flag) => flags.has(flag))) return explainPropagation(call, facts, flags);
  if (flags.has('MS_MOVE')) return explainMove(call, facts);
  return explainNewMount(call, facts, flags);
}

function explainRemount(call: Call, facts: CallFacts, flags: ReadonlySet<string>): Finding | undefined {
  const target = pathOf(call, facts, 1);
  const mount = mountUnder(facts, target);
  if (call.errno === 'EINVAL' && isMountPoint(facts, target) === false) return noMountPoint(target?.path, facts, 'Only a mount can be remounted.');
  if (call.errno === 'EPERM' && mount !== undefined) {
    const dropped = lockable.filter(([option, flag]) => mount.options.includes(option) && !flags.has(flag));
    if (dropped.length > 0) {
      const [options, names] = [dropped.map(([option]) => option).join(','), dropped.map(([, flag]) => flag).join('|')];
      return {
        condition: `${mount.mountPoint} is mounted ${options}, and the call leaves ${names} out, which would switch that off. The option is locked: it came from a more privileged namespace.`,
        advice: 'A remount sets all options anew. Which ones must be said again?',
        evidence: citeMounts(facts.caller, [mount]),
      };
    }
    if (!flags.has('MS_BIND') && inUserNamespace(facts) === true) {
      return {
        condition: 'Without MS_BIND a remount changes the file system itself, for everybody who has it mounted; that file system belongs to another user namespace.',
        advice: 'Is it the file system that shall change, or just this one mount of it?',
        evidence: citeMounts(facts.caller, [mount]),
      };
    }
  }
  if (call.errno === 'EBUSY') {
    return { condition: `A file on ${mount?.mountPoint ?? 'it'} is open for writing, so it cannot become read-only.`, advice: 'Who writes there?', certain: false };
  }
  return undefined;
}

function explainBind(call: Call, facts: CallFacts, flags: ReadonlySet<string>): Finding | undefined {
  const [source, target] = [pathOf(call, facts, 0), pathOf(call, facts, 1)];
  if (source === undefined || source.file === null) return explainPath(call, facts, [0]);
  const from = mountUnder(facts, source);
  if (call.errno === 'ENOTDIR' && target?.file != null) {
    const [a, b] = [source.file.kind, target.file.kind];
    if ((a === 'directory') !== (b === 'directory')) {
      return { condition: `${source.path} is a ${a}, and ${target.path} is a ${b}.`, advice: 'A directory is bound on a directory, anything else on a file: an empty one will do.' };
    }
  }
  if (call.errno !== 'EINVAL') return undefined;
  if (from?.propagation.kind === 'unbindable') {
    return { condition: `${from.mountPoint} is unbindable.`, advice: 'Who made it so, and why?', evidence: citeMounts(facts.caller, [from]) };
  }
  if (from === undefined) {
    return { condition: `${source.path} leads to a mount outside of the caller's mount namespace.`, advice: 'A path that begins at a descriptor or a current directory from before the unshare leads there.', certain: false };
  }
  const place = insideRoot(source.file.path, facts.caller?.root ?? '/');
  const below = (facts.caller?.mounts ?? []).filter((mount) => mount.id !== from.id && mount.mountPoint !== place && isBelow(mount.mountPoint, place));
  if (!flags.has('MS_REC') && below.length > 0 && inUserNamespace(facts) === true) {
    return {
      condition: `${source.path} carries other mounts (${below[0]?.mountPoint ?? ''}${below.length > 1 ? ` and ${below.length - 1} more` : ''}). They came from a more privileged namespace, and a bind mount without them would show what they hide.`,
      advice: 'mount_namespaces(7): such mounts are one unit. Which flag takes them along?',
      evidence: citeMounts(facts.caller, below.slice(0, 4)),
    };
  }
  return undefined;
}

function explainPropagation(call: Call, facts: CallFacts, flags: ReadonlySet<string>): Finding | undefined {
  if (call.errno !== 'EINVAL') return undefined;
  const asked = propagationFlags.filter((flag) => flags.has(flag));
  const foreign = [...flags].filter((flag) => !propagationFlags.includes(flag) && flag !== 'MS_REC' && flag !== 'MS_SILENT');
  if (asked.length > 1) return { condition: `${asked.join('|')}: a mount has one kind of propagation.`, advice: 'Which of them is meant?' };
  if (foreign.length > 0) {
    return { condition: `${foreign.join('|')} cannot be combined with ${asked.join('')}.`, advice: 'Changing the propagation is a call of its own; only MS_REC goes with it.' };
  }
  const target = pathOf(call, facts, 1);
  if (isMountPoint(facts, target) === false) return noMountPoint(target?.path, facts, 'Propagation belongs to mounts, not to directories.');
  return undefined;
}

function explainMove(call: Call, facts: CallFacts): Finding | undefined {
  const [source, target] = [pathOf(call, facts, 0), pathOf(call, facts, 1)];
  if (source === undefined || source.file === null) return explainPath(call, facts, [0]);
  const mount = mountUnder(facts, source);
  if (call.errno === 'ELOOP') return { condition: `${target?.path ?? 'The target'} lies below ${source.path}.`, advice: 'A tree cannot be moved into itself.' };
  if (call.errno !== 'EINVAL') return undefined;
  if (isMountPoint(facts, source) === false) return noMountPoint(source.path, facts, 'Only a mount can be moved.');
  const parent = facts.caller?.mounts?.find((candidate) => candidate.id === mount?.parent);
  if (parent?.propagation.shared !== undefined) {
    return {
      condition: `${source.path} is mounted on ${parent.mountPoint}, a shared mount (shared:${parent.propagation.shared}); what lies on a shared mount cannot be moved.`,
      advice: 'What must become of the propagation first?',
      evidence: citeMounts(facts.caller, [parent]),
    };
  }
  if (inUserNamespace(facts) === true) {
    return { condition: `${source.path} came with the mount namespace from a more privileged one and is locked in its place.`, advice: 'mount_namespaces(7), "Restrictions on mount namespaces".', certain: false };
  }
  return undefined;
}

function noMountPoint(path: string | undefined, facts: CallFacts, advice: string): Finding {
  const root = facts.caller?.mounts?.some((mount) => mount.mountPoint === '/') === false && path === '/';
  return {
    condition: root
      ? `/ is no mount point for this caller: its root directory was changed by chroot(2) to ${facts.caller?.root ?? 'a directory'}.`
      : `${path ?? 'The target'} is not a mount point.`,
    advice: `${advice} What does mountinfo list?`,
  };
}

function tooMany(facts: CallFacts): Finding | undefined {
  const [limit, count] = [facts.limits?.mounts, facts.caller?.mounts?.length];
  if (limit === undefined || count === undefined) return undefined;
  return {
    condition: `The mount namespace may hold ${limit} mounts (/proc/sys/fs/mount-max); ${count} are visible now.`,
    advice: 'Does something mount in a loop, or does a recursive bind of / on itself double the tree at every run?',
    certain: false,
  };
}
