/**
 * Namespaces as /proc/PID/ns shows them; see namespaces(7). Pure.
 */
import { ParseError } from './errors.ts';

export const namespaceKinds = ['cgroup', 'ipc', 'mnt', 'net', 'pid', 'time', 'user', 'uts'] as const;
export type NamespaceKind = (typeof namespaceKinds)[number];

/** The CLONE_NEW* flag of each kind, for setns(2) and unshare(2); the same on every architecture. */
export const cloneFlags: Record<NamespaceKind, number> = {
  cgroup: 0x02000000,
  ipc: 0x08000000,
  mnt: 0x00020000,
  net: 0x40000000,
  pid: 0x20000000,
  time: 0x00000080,
  user: 0x10000000,
  uts: 0x04000000,
};

/** The flag's name, as a learner writes it: CLONE_NEWUTS. */
export function cloneFlagName(kind: NamespaceKind): string {
  return kind === 'mnt' ? 'CLONE_NEWNS' : `CLONE_NEW${kind.toUpperCase()}`;
}

/** The inode number in a link such as `uts:[4026531838]`. Throws ParseError on anything else. */
export function parseNamespaceLink(link: string, source: string): number {
  const inode = /^[a-z_]+:\[(\d+)\]$/.exec(link)?.[1];
  if (inode === undefined || !Number.isSafeInteger(Number(inode))) throw new ParseError(source, link, 'expected kind:[inode]');
  return Number(inode);
}
