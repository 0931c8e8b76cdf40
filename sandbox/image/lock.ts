/**
 * The lock: which .debs the image is made of, by name, version and SHA-256, for each release it was made on.
 *
 * On a release that has no lock, and for packages whose locked version has left the archive, the release's newest is
 * taken, as signed by the archive; the image's hash, part of every verdict, tells the difference.
 */
import fs from 'node:fs';
import path from 'node:path';
import type { Stanza } from './apt.ts';

export type LockedPackage = { name: string; version: string; architecture: string; sha256: string; size: number };
/**
 * What a release's packages are for. `foreign` are those that the image of this name has besides `guest`; `machine` those that
 * the workbook's own virtual machine has besides them.
 */
export const parts = ['guest', 'foreign', 'machine', 'tools', 'kernel'] as const;
export type Part = (typeof parts)[number];

/** The packages of one release and architecture, sorted by name. `tools` and the others may share some. */
export type LockedRelease = Record<Part, LockedPackage[]>;
export type Lock = { format: 1; releases: Record<string, LockedRelease> };

export const lockFile = path.join(import.meta.dirname, 'lock.json');

/** The committed lock; an empty one where there is none yet. */
export function readLock(file = lockFile): Lock {
  if (!fs.existsSync(file)) return { format: 1, releases: {} };
  const lock = JSON.parse(fs.readFileSync(file, 'utf8')) as Lock;
  if (lock.format !== 1) throw new Error(`${file}: format ${String(lock.format)} is not known`);
  return lock;
}

/** The key of a release in the lock: "debian-12/amd64". */
export function lockKey(release: string, architecture: string): string {
  return `${release}/${architecture}`;
}

/** What to take: for each locked package the archive's copy of exactly that, or else its newest, with a line that says so. */
export function choose(locked: readonly LockedPackage[], offered: ReadonlyMap<string, readonly Stanza[]>): { take: Stanza[]; missing: string[]; moved: string[] } {
  const take: Stanza[] = [];
  const missing: string[] = [];
  const moved: string[] = [];
  for (const pin of locked) {
    const versions = offered.get(pin.name) ?? [];
    const same = versions.find((stanza) => stanza.sha256 === pin.sha256);
    const newest = versions[0];
    if (same) take.push(same);
    else if (newest) {
      take.push(newest);
      moved.push(`${pin.name} ${pin.version} → ${newest.version}`);
    } else missing.push(pin.name);
  }
  return { take, missing, moved };
}
