/** A root directory of the container's own. */
import { call, mount, MS_BIND, MS_REC } from './libc.ts';

const MS_MOVE = 0x2000; // mount(2)

/**
 * Makes `dir` the root directory of this mount namespace, with all that is mounted in it, and leaves no way back. The
 * namespace must be the caller's own, and private.
 */
export function enterRoot(dir: string): void {
  mount(dir, dir, null, MS_BIND | MS_REC);
  process.chdir(dir);
  // As an initial ramdisk does it: the new root goes on top of the old one.
  mount('.', '/', null, MS_MOVE);
  call('chroot', '.');
  process.chdir('/');
}
