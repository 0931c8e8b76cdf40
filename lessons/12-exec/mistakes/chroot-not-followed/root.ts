/** A root directory of the container's own. */
import { call } from './libc.ts';

/**
 * Makes `dir` the root directory of this mount namespace, with all that is mounted in it, and leaves no way back. The
 * namespace must be the caller's own, and private.
 */
export function enterRoot(dir: string): void {
  call('chroot', dir);
  process.chdir('/');
}
