/** Numbers of the calls' arguments as the names that their manual pages give them. Pure. */

type Names = readonly (readonly [name: string, bits: number])[];

const clone: Names = [
  ['CLONE_VM', 0x100], ['CLONE_FS', 0x200], ['CLONE_FILES', 0x400], ['CLONE_SIGHAND', 0x800], ['CLONE_PIDFD', 0x1000], ['CLONE_VFORK', 0x4000],
  ['CLONE_PARENT', 0x8000], ['CLONE_THREAD', 0x10000], ['CLONE_NEWNS', 0x20000], ['CLONE_SYSVSEM', 0x40000], ['CLONE_SETTLS', 0x80000],
  ['CLONE_PARENT_SETTID', 0x100000], ['CLONE_CHILD_CLEARTID', 0x200000], ['CLONE_CHILD_SETTID', 0x1000000], ['CLONE_NEWCGROUP', 0x2000000],
  ['CLONE_NEWUTS', 0x4000000], ['CLONE_NEWIPC', 0x8000000], ['CLONE_NEWUSER', 0x10000000], ['CLONE_NEWPID', 0x20000000], ['CLONE_NEWNET', 0x40000000],
];

const mount: Names = [
  ['MS_RDONLY', 1], ['MS_NOSUID', 2], ['MS_NODEV', 4], ['MS_NOEXEC', 8], ['MS_SYNCHRONOUS', 16], ['MS_REMOUNT', 32], ['MS_NOSYMFOLLOW', 256],
  ['MS_NOATIME', 1024], ['MS_NODIRATIME', 2048], ['MS_BIND', 4096], ['MS_MOVE', 8192], ['MS_REC', 16384], ['MS_SILENT', 32768],
  ['MS_UNBINDABLE', 1 << 17], ['MS_PRIVATE', 1 << 18], ['MS_SLAVE', 1 << 19], ['MS_SHARED', 1 << 20], ['MS_RELATIME', 1 << 21], ['MS_STRICTATIME', 1 << 24],
  ['MS_LAZYTIME', 1 << 25],
];

const umount: Names = [['MNT_FORCE', 1], ['MNT_DETACH', 2], ['MNT_EXPIRE', 4], ['UMOUNT_NOFOLLOW', 8]];

const open: Names = [
  ['O_WRONLY', 1], ['O_RDWR', 2], ['O_CREAT', 0o100], ['O_EXCL', 0o200], ['O_NOCTTY', 0o400], ['O_TRUNC', 0o1000], ['O_APPEND', 0o2000], ['O_NONBLOCK', 0o4000],
  ['O_CLOEXEC', 0o2000000], ['O_PATH', 0o10000000],
];

const openTree: Names = [['OPEN_TREE_CLONE', 1], ['AT_EMPTY_PATH', 0x1000], ['AT_RECURSIVE', 0x8000], ['OPEN_TREE_CLOEXEC', 0o2000000]];
const moveMount: Names = [['MOVE_MOUNT_F_SYMLINKS', 1], ['MOVE_MOUNT_F_EMPTY_PATH', 4], ['MOVE_MOUNT_T_SYMLINKS', 0x10], ['MOVE_MOUNT_T_EMPTY_PATH', 0x40], ['MOVE_MOUNT_SET_GROUP', 0x100]];
const fsopen: Names = [['FSOPEN_CLOEXEC', 1]];
const fsmount: Names = [['FSMOUNT_CLOEXEC', 1]];
const attributes: Names = [['MOUNT_ATTR_RDONLY', 1], ['MOUNT_ATTR_NOSUID', 2], ['MOUNT_ATTR_NODEV', 4], ['MOUNT_ATTR_NOEXEC', 8]];
const at: Names = [['AT_REMOVEDIR', 0x200], ['AT_EMPTY_PATH', 0x1000], ['AT_RECURSIVE', 0x8000]];

export const flagNames = { clone, mount, umount, open, openTree, moveMount, fsopen, fsmount, attributes, at } as const;

/** Numbers with one name each. */
export const prctlNames: Readonly<Record<number, string>> = {
  1: 'PR_SET_PDEATHSIG', 8: 'PR_SET_KEEPCAPS', 22: 'PR_SET_SECCOMP', 24: 'PR_CAPBSET_DROP', 36: 'PR_SET_CHILD_SUBREAPER', 38: 'PR_SET_NO_NEW_PRIVS', 47: 'PR_CAP_AMBIENT',
};
export const ioctlNames: Readonly<Record<number, string>> = { 0x540e: 'TIOCSCTTY', 0x5422: 'TIOCNOTTY' };
export const fsconfigNames: readonly string[] = [
  'FSCONFIG_SET_FLAG', 'FSCONFIG_SET_STRING', 'FSCONFIG_SET_BINARY', 'FSCONFIG_SET_PATH', 'FSCONFIG_SET_PATH_EMPTY', 'FSCONFIG_SET_FD', 'FSCONFIG_CMD_CREATE',
  'FSCONFIG_CMD_RECONFIGURE',
];

/** Message types of rtnetlink(7) that change something. */
export const rtnetlinkNames: Readonly<Record<number, string>> = {
  16: 'RTM_NEWLINK', 17: 'RTM_DELLINK', 19: 'RTM_SETLINK', 20: 'RTM_NEWADDR', 21: 'RTM_DELADDR', 24: 'RTM_NEWROUTE', 25: 'RTM_DELROUTE', 28: 'RTM_NEWNEIGH', 29: 'RTM_DELNEIGH',
  32: 'RTM_NEWRULE', 33: 'RTM_DELRULE',
};

/** Bits as `A|B`, what has no name in hexadecimal; `none` for no bit at all. */
export function named(value: number, names: Names, none = '0'): string {
  let rest = value >>> 0;
  const found: string[] = [];
  for (const [name, bits] of names) {
    if ((rest & bits) === 0) continue;
    found.push(name);
    rest = (rest & ~bits) >>> 0;
  }
  if (rest !== 0) found.push(`0x${rest.toString(16)}`);
  return found.length === 0 ? none : found.join('|');
}
