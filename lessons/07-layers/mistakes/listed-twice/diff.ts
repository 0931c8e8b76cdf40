/** `box diff`: what a container has changed, as its upper layer tells. */
import { existsSync, lstatSync, readdirSync, type Stats } from 'node:fs';
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
  const names = [...readdirSync(upper), ...(opaque ? lower.flatMap((layer) => readdirSync(layer)).filter((name) => !existsSync(path.join(upper, name))) : [])];
  return names.flatMap((name): Change[] => {
    const [here, file] = [path.join(at, name), path.join(upper, name)];
    const [now, before] = [lstatSync(file, { throwIfNoEntry: false }), below(lower, name)];
    if (now === undefined || isWhiteout(now)) return before === undefined ? [] : [{ kind: 'D', path: here }];
    const change: Change = { kind: before === undefined ? 'A' : 'C', path: here };
    // A directory comes up when something in it changes: so it has changed, too.
    return now.isDirectory() ? [change, ...compare(here, file, before ?? [], opaque || isOpaque(file))] : [change];
  });
}

/** What stands for a file that is gone: a character device with the number 0:0, which no driver has. */
function isWhiteout(file: Stats): boolean {
  return file.isCharacterDevice() && file.rdev === 0;
}

/** It hides what is below instead of being merged with it, if there is anything: some kernels mark every new directory. */
function isOpaque(directory: string): boolean {
  return lgetxattr(directory, 'user.overlay.opaque') === 'y';
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
