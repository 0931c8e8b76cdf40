/** A root directory of the container's own. */
import { mount, MNT_DETACH, MS_BIND, MS_REC, pivotRoot, umount } from './libc.ts';

// #region enter
/**
 * Makes `dir` the root directory of this mount namespace, with all that is mounted in it, and leaves no way back. The
 * namespace must be the caller's own, and private.
 */
export function enterRoot(dir: string): void {
  // pivot_root(2) exchanges mounts, and a directory is none, unless it is mounted on itself.
  mount(dir, dir, null, MS_BIND | MS_REC);
  // Not before: the name leads to the new mount only now. It led to the directory below it.
  process.chdir(dir);
  // "." is the new root, and the place to put the old one, too: it ends up on top of the new root, in the same spot.
  pivotRoot('.', '.');
  // And there it is taken off. A look-up of "." ends at what is mounted on top; the directory that we are in stays.
  umount('.', MNT_DETACH);
}
// #endregion enter
