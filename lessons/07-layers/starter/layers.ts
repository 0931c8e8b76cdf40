/** The files of a container: layers that nobody writes to, and on top of them one of its own. */
import type { Home } from './store.ts';

/**
 * Mounts `layers`, of which the first is the bottom, with the container's own upper layer on top. Returns the directory that
 * now shows them all. Only the upper layer is ever written to.
 */
export function mountLayers(layers: readonly string[], { upper, work, root }: Home): string {
  // TODO(you): one call of mount(2), of the type overlay. All that it needs to know goes into its last argument. Mind the order,
  // the notes that it has to keep somewhere, and directories whose names have a colon or a comma in them.
  throw new Error(`layers.ts cannot put ${layers.join(', ')} and ${upper} together on ${root} yet, with ${work}`);
}
