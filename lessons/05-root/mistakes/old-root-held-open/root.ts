/** A root directory of the container's own. */
import { call, mount, MNT_DETACH, MS_BIND, MS_REC, pivotRoot, umount } from './libc.ts';

/**
 * Makes `dir` the root directory of this mount namespace, with all that is mounted in it, and leaves no way back. The
 * namespace must be the caller's own, and private.
 */
export function enterRoot(dir: string): void {
  mount(dir, dir, null, MS_BIND | MS_REC);
  const [old, fresh] = [call('open', '/', 0), call('open', dir, 0)];
  call('fchdir', fresh);
  pivotRoot('.', '.');
  call('fchdir', old);
  umount('.', MNT_DETACH);
  process.chdir('/');
}
