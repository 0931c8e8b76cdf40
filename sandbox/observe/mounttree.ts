/**
 * Questions about a whole mount table: what is mounted where, on what, and what can be reached. Pure.
 *
 * Paths are absolute, without `.`, `..` or a slash at the end, and relative to the same root as the table's mount points.
 */
import type { Mount } from './mountinfo.ts';

/** A mount and those that lie directly on it, in the table's order. */
export type MountNode = { readonly mount: Mount; readonly children: readonly MountNode[] };

/**
 * The tree, or the trees where not every parent is listed: a mount is a root if its parent is not in the table or is itself.
 * A table that names a circle of parents, which no kernel does, loses that circle.
 */
export function mountTrees(mounts: readonly Mount[]): MountNode[] {
  const ids = new Set(mounts.map((mount) => mount.id));
  const node = (mount: Mount): MountNode => ({ mount, children: childrenOf(mounts, mount).map(node) });
  return mounts.filter((mount) => mount.parent === mount.id || !ids.has(mount.parent)).map(node);
}

/** The mounts that lie directly on this one. */
export function childrenOf(mounts: readonly Mount[], parent: Mount): Mount[] {
  return mounts.filter((mount) => mount.parent === parent.id && mount.id !== parent.id);
}

/** The mount that this one lies on, undefined where it is not listed. */
export function parentOf(mounts: readonly Mount[], child: Mount): Mount | undefined {
  return child.parent === child.id ? undefined : mounts.find((mount) => mount.id === child.parent);
}

/** The mount with this id. */
export function mountById(mounts: readonly Mount[], id: number): Mount | undefined {
  return mounts.find((mount) => mount.id === id);
}

/** The mount whose mount point is exactly this path, as a look-up of the path meets it: the topmost of a stack. */
export function mountAt(mounts: readonly Mount[], path: string): Mount | undefined {
  const found = mountOf(mounts, path);
  return found?.mountPoint === path ? found : undefined;
}

/**
 * The mount that this path lies on, found as the kernel looks a path up: from the root downwards, over to every mount that
 * lies on the one where we are at the directory where we are. No link is followed. Undefined where the process's root is not
 * a mount (after chroot(2) to a plain directory) and nothing is mounted on the way.
 *
 * What is mounted on the root directory itself does not count for `/`: a look-up begins below it, as pivot_root(2) says of
 * `pivot_root(".", ".")`.
 */
export function mountOf(mounts: readonly Mount[], path: string): Mount | undefined {
  const ids = new Set(mounts.map((mount) => mount.id));
  const top = mounts.filter((mount) => mount.parent === mount.id || !ids.has(mount.parent));
  let here = top.find((mount) => mount.mountPoint === '/');
  for (const prefix of prefixesOf(path)) {
    // Every step goes to a mount not met before, so a table with a circle in it ends, too.
    for (const met = new Set<Mount>(); ; ) {
      const candidates = here === undefined ? top : childrenOf(mounts, here);
      const next = candidates.find((mount) => mount.mountPoint === prefix && !met.has(mount));
      if (next === undefined) break;
      met.add(next);
      here = next;
    }
  }
  return here;
}

/** False where another mount hides this one, so that no path leads to it. */
export function isVisible(mounts: readonly Mount[], mount: Mount): boolean {
  return mountAt(mounts, mount.mountPoint) === mount;
}

/** `/a/b` → `/a`, `/a/b`; nothing for `/`. */
function prefixesOf(path: string): string[] {
  const names = path.split('/').filter((name) => name !== '');
  return names.map((_, index) => `/${names.slice(0, index + 1).join('/')}`);
}

/** True where `path` is `directory` or lies below it. */
export function isBelow(path: string, directory: string): boolean {
  return directory === '/' ? path.startsWith('/') : path === directory || path.startsWith(`${directory}/`);
}
