/** Which guest roots are set up on this machine. */
import { isSetUp } from '../../sandbox/launch/images.ts';
import type { SandboxImage } from './types.ts';

/** True where a sandbox with this root starts without a download. `root` is the checkout. */
export function isImageReady(image: SandboxImage, root: string, env: Readonly<Record<string, string | undefined>>): boolean {
  return isSetUp(image, { ...env, DRYDOCK_ROOT: root });
}
