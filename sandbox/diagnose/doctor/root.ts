/**
 * chroot(2) and umount2(2).
 */
import { childrenOf } from '../../observe/mounttree.ts';
import { cite, citeMounts } from '../cite.ts';
import { flagsArgument } from '../strace-values.ts';
import type { Call } from '../strace.ts';
import { hasCapability, insideRoot, inUserNamespace, isMountPoint, lacksPower, listed, mountUnder, pathOf } from './facts.ts';
import type { CallFacts, Finding } from './facts.ts';
import { explainPath } from './files.ts';

export function explainChroot(call: Call, facts: CallFacts): Finding | undefined {
  if (call.errno === 'EPERM' && hasCapability(facts, 'CAP_SYS_CHROOT') === false) {
    return { condition: 'The caller does not have CAP_SYS_CHROOT.', advice: 'Root of a user namespace has it there. Who calls, and where?', evidence: cite(facts.caller, 'status', (line) => /^(Uid|CapEff):/.test(line)) };
  }
  return explainPath(call, facts, [0]);
}

export function explainUmount(call: Call, facts: CallFacts): Finding | undefined {
  const target = pathOf(call, facts, 0);
  const flags = flagsArgument(call.args[1]);
  const { caller } = facts;
  const mount = mountUnder(facts, target);
  if (call.errno === 'EPERM') return lacksPower(facts, 'CAP_SYS_ADMIN', 'mnt');
  if (target === undefined || target.file === null) return explainPath(call, facts, [0]);
  if (call.errno === 'EINVAL') {
    if (isMountPoint(facts, target) === false) {
      return { condition: `${target.path} is not a mount point, but a ${target.file.kind} on the mount ${mount?.mountPoint ?? '?'}.`, advice: 'Was it unmounted already, or never mounted in this mount namespace?', evidence: citeMounts(caller, mount === undefined ? [] : [mount]) };
    }
    if (mount === undefined) {
      return { condition: `${target.path} leads to a mount outside of the caller's mount namespace.`, advice: 'Look the path up again after the namespace was made or left.', certain: false };
    }
    if (flags.has('MNT_EXPIRE') && (flags.has('MNT_DETACH') || flags.has('MNT_FORCE'))) {
      return { condition: 'MNT_EXPIRE goes with neither MNT_DETACH nor MNT_FORCE.', advice: 'Which one do you mean?' };
    }
    if (inUserNamespace(facts) === true) {
      return {
        condition: `${mount.mountPoint} came with the mount namespace from a more privileged one; such mounts can only go all together.`,
        advice: 'mount_namespaces(7), "Restrictions on mount namespaces". What could be taken away instead is the mount above it.',
        certain: false, evidence: citeMounts(caller, [mount]),
      };
    }
    return undefined;
  }
  if (call.errno !== 'EBUSY' || mount === undefined) return undefined;
  const above = childrenOf(caller?.mounts ?? [], mount);
  if (above.length > 0) {
    const shown = above.slice(0, 4).map((child) => child.mountPoint);
    return {
      condition: `${mount.mountPoint} carries other mounts: ${listed([...shown, ...(above.length > 4 ? [`${above.length - 4} more`] : [])])}.`,
      advice: 'From the leaves to the root, or the whole tree at once: umount2(2) has a flag that also waits for the last user.',
      evidence: citeMounts(caller, above.slice(0, 4)),
    };
  }
  const root = caller?.root;
  if (caller?.cwd !== undefined && root !== undefined && insideRoot(caller.cwd, root).startsWith(mount.mountPoint)) {
    return { condition: `The caller itself stands in it: its current directory is ${caller.cwd}.`, advice: 'Leave first.', evidence: cite(caller, 'cwd') };
  }
  const open = Object.entries(caller?.fds ?? {}).find(([, path]) => path.startsWith(`${mount.mountPoint}/`) || path === mount.mountPoint);
  if (open !== undefined) {
    return { condition: `The caller itself has a file open in it: descriptor ${open[0]}, ${open[1]}.`, advice: 'Close it first.', evidence: cite(caller, 'fds', (line) => line.startsWith(`${open[0]} `)) };
  }
  return { condition: `Some process uses ${mount.mountPoint}: its current or root directory, an open file or a running program lies in it.`, advice: 'A child that is still running, perhaps?', certain: false };
}
