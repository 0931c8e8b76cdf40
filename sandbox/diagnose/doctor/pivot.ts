/**
 * pivot_root(2). Its three errors stand for a dozen conditions; they are asked here in the kernel's own order (path_pivot_root
 * in fs/namespace.c), so the first that fails is the one that answered.
 */
import { describePropagation } from '../../observe/mountinfo.ts';
import type { Mount } from '../../observe/mountinfo.ts';
import { isBelow, parentOf } from '../../observe/mounttree.ts';
import { citeMounts } from '../cite.ts';
import type { Call } from '../strace.ts';
import { insideRoot, inUserNamespace, isMountPoint, lacksPower, mountUnder, pathOf } from './facts.ts';
import type { CallFacts, Finding } from './facts.ts';
import { explainPath } from './files.ts';

export function explainPivotRoot(call: Call, facts: CallFacts): Finding | undefined {
  if (call.errno === 'EPERM') return lacksPower(facts, 'CAP_SYS_ADMIN', 'mnt');
  if (call.errno === 'ENOENT' || call.errno === 'ENOTDIR') return explainPath(call, facts, [0, 1]);
  const [newRoot, putOld] = [pathOf(call, facts, 0), pathOf(call, facts, 1)];
  const { caller } = facts;
  const mounts = caller?.mounts;
  if (newRoot === undefined || putOld === undefined || mounts === undefined) return undefined;
  const [newMount, oldMount] = [mountUnder(facts, newRoot), mountUnder(facts, putOld)];
  // "/" of the table is the caller's root; where it is not listed, that root is no mount point.
  const root = mounts.find((mount) => mount.mountPoint === '/');
  const cited = (...shown: (Mount | undefined)[]): Pick<Finding, 'evidence'> => ({ evidence: citeMounts(caller, shown.filter((mount) => mount !== undefined)) });

  if (call.errno === 'EINVAL') {
    const newParent = newMount === undefined ? undefined : parentOf(mounts, newMount);
    const rootParent = root === undefined ? undefined : parentOf(mounts, root);
    for (const [mount, what] of [
      [oldMount, `put_old (${putOld.path}) lies on it`],
      [newParent, `new_root (${newRoot.path}) is mounted on it`],
      [rootParent, 'the current root is mounted on it'],
    ] as const) {
      if (mount?.propagation.shared === undefined) continue;
      return {
        condition: `${mount.mountPoint} is a shared mount (${describePropagation(mount.propagation)}), and ${what}. pivot_root would change it for every peer, too, and refuses.`,
        advice: 'A new mount namespace copies the mounts with their peer groups. What makes a whole tree of mounts keep its events to itself?',
        ...cited(mount),
      };
    }
    if (newMount === undefined && newRoot.file !== null) return foreign(newRoot.path);
    if (root === undefined) {
      return {
        condition: `The caller's root directory (${caller?.root ?? '?'}) is not a mount point: chroot(2) was called before.`,
        advice: 'pivot_root exchanges mounts. Which of the two calls does the job here?',
      };
    }
    if (root.type === 'rootfs' || root.parent === root.id) {
      return { condition: 'The current root is the initial ramdisk (rootfs), which cannot be exchanged.', advice: 'See pivot_root(2), NOTES, and switch_root(8).', ...cited(root) };
    }
    if (isMountPoint(facts, newRoot) === false) return noMountPoint(newRoot.path, newMount, cited(newMount));
    const [newAt, oldAt] = [placeOf(facts, newRoot.file?.path), placeOf(facts, putOld.file?.path)];
    if (newAt !== undefined && oldAt !== undefined && !isBelow(oldAt, newAt)) {
      return { condition: `put_old (${oldAt}) is not below new_root (${newAt}).`, advice: 'The old root must have a place in the new one. "." for both is allowed, too.', ...cited(newMount, oldMount) };
    }
    if (inUserNamespace(facts) === true) {
      return {
        condition: `${newRoot.path} is a mount that came with the namespace from a more privileged one, so it is locked in its place.`,
        advice: 'mount_namespaces(7) says what may not be done with such a mount, and that a bind mount of it is yours.',
        certain: false, ...cited(newMount),
      };
    }
    return undefined;
  }

  if (call.errno !== 'EBUSY' || root === undefined) return undefined;
  if (newMount !== undefined && newMount.id === root.id) {
    const same = placeOf(facts, newRoot.file?.path) === '/';
    return {
      condition: same ? `new_root (${newRoot.path}) is the current root itself.` : `new_root (${newRoot.path}) is not a mount point: it is a directory on the current root mount.`,
      advice: same ? 'Was the change of the root made already?' : 'Only mounts can be exchanged. How does a plain directory become a mount point, with itself as what is mounted?',
      ...cited(root),
    };
  }
  if (oldMount !== undefined && oldMount.id === root.id) {
    return { condition: `put_old (${putOld.path}) lies on the current root mount, not below new_root (${newRoot.path}).`, advice: 'The old root must have a place in the new one.', ...cited(root, newMount) };
  }
  return undefined;
}

function noMountPoint(path: string, mount: Mount | undefined, cited: Pick<Finding, 'evidence'>): Finding {
  return {
    condition: `new_root (${path}) is not a mount point: it is a directory on the mount ${mount?.mountPoint ?? '?'}.`,
    advice: 'Only mounts can be exchanged. How does a plain directory become a mount point, with itself as what is mounted?',
    ...cited,
  };
}

/** The path leads to a mount that the caller's own namespace does not have. */
function foreign(path: string): Finding {
  return {
    condition: `${path} leads to a mount outside of the caller's mount namespace.`,
    advice: 'A descriptor or a current directory from before the unshare still leads there. Look paths up again afterwards.',
    certain: false,
  };
}

function placeOf(facts: CallFacts, path: string | undefined): string | undefined {
  return path === undefined || facts.caller?.root === undefined ? undefined : insideRoot(path, facts.caller.root);
}
