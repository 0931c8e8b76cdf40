/**
 * The system calls that make a container, by their numbers. What is not here is not looked at: a Node process makes some
 * thousand calls before its first line of script runs, and none of them is about containers. Pure.
 */

/** name, number on x86-64, number on arm64 (asm/unistd_64.h and asm-generic/unistd.h); null where the machine has no such call. */
const table: readonly (readonly [string, number | null, number | null])[] = [
  ['unshare', 272, 97], ['setns', 308, 268], ['clone', 56, 220], ['clone3', 435, 435], ['fork', 57, null], ['vfork', 58, null],
  ['mount', 165, 40], ['umount2', 166, 39], ['pivot_root', 155, 41], ['chroot', 161, 51], ['chdir', 80, 49], ['fchdir', 81, 50],
  ['open_tree', 428, 428], ['move_mount', 429, 429], ['fsopen', 430, 430], ['fsconfig', 431, 431], ['fsmount', 432, 432], ['mount_setattr', 442, 442],
  ['sethostname', 170, 161], ['setdomainname', 171, 162],
  ['mknod', 133, null], ['mknodat', 259, 33], ['mkdir', 83, null], ['mkdirat', 258, 34], ['rmdir', 84, null], ['unlinkat', 263, 35],
  ['open', 2, null], ['openat', 257, 56], ['write', 1, 64], ['pwrite64', 18, 68],
  ['execve', 59, 221], ['execveat', 322, 281],
  ['kill', 62, 129], ['setsid', 112, 157], ['prctl', 157, 167], ['ioctl', 16, 29],
  ['setuid', 105, 146], ['setgid', 106, 144], ['setgroups', 116, 159], ['setresuid', 117, 147], ['setresgid', 119, 149], ['capset', 126, 91], ['seccomp', 317, 277],
  ['sendto', 44, 206], ['sendmsg', 46, 211], ['recvfrom', 45, 207], ['recvmsg', 47, 212],
];

/** The watched calls of a machine, as Node calls it: number to name. */
export function callNames(architecture: string): ReadonlyMap<number, string> {
  const column = architecture === 'arm64' ? 2 : 1;
  return new Map(table.flatMap((row) => (row[column] === null ? [] : [[row[column], row[0]] as const])));
}
