/** `box diff`: what a container has changed, as its upper layer tells. */
import { lstatSync, readdirSync, type Stats } from 'node:fs';
import path from 'node:path';
import { lgetxattr } from './libc.ts';

/** Added, changed or deleted, and what: a path as the container sees it. */
export type Change = { kind: 'A' | 'C' | 'D'; path: string };

/** The changes in `upper` to what `layers`, bottom first, make up; sorted by path. */
export function diff(upper: string, layers: readonly string[]): Change[] {
  const changes = compare('/', upper, layers.toReversed(), false);
  return changes.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/**
 * Compares a directory of the upper layer with those that it lies on, topmost first. Where it is opaque, or in one that is,
 * none of their names shows through.
 */
function compare(at: string, upper: string, lower: readonly string[], opaque: boolean): Change[] {
  // TODO(you): for each name its Change, if it is one, and those of the directory that it may be. What the container has is in
  // `upper`; what was there before says below(). Which names can be gone without a trace of their own?
  return [];
}

/** What stands for a file that is gone: a character device with the number 0:0, which no driver has. */
function isWhiteout(file: Stats): boolean {
  // TODO(you)
  return false;
}

/** It hides what is below instead of being merged with it, if there is anything: some kernels mark every new directory. */
function isOpaque(directory: string): boolean {
  // TODO(you): lgetxattr (libc.ts) tells.
  return false;
}

/** What the lower layers have under a name: undefined for nothing; else the directories that it is made of, topmost first. */
function below(lower: readonly string[], name: string): string[] | undefined {
  const directories: string[] = [];
  for (const layer of lower) {
    const file = path.join(layer, name);
    const found = lstatSync(file, { throwIfNoEntry: false });
    if (found === undefined) continue;
    // A layer may have been somebody's upper layer.
    if (isWhiteout(found)) break;
    if (!found.isDirectory()) return directories;
    directories.push(file);
    if (isOpaque(file)) break;
  }
  return directories.length > 0 ? directories : undefined;
}
