/** Which roots for a guest are set up on this machine. */
import type { ImageName } from '../image/packages.ts';
import { findKernel } from '../image/setup.ts';

/** True where this one is there, whole, and of these sources. Takes a few milliseconds. */
export function isSetUp(image: ImageName, env: Record<string, string | undefined>): boolean {
  return findKernel(env, image) !== undefined;
}
