/** The files of a container: layers that nobody writes to, and on top of them one of its own. */
import { mount } from './libc.ts';
import type { Home } from './store.ts';

/**
 * Mounts `layers`, of which the first is the bottom, with the container's own upper layer on top. Returns the directory that
 * now shows them all. Only the upper layer is ever written to.
 */
export function mountLayers(layers: readonly string[], { upper, work, root }: Home): string {
  // overlayfs wants the topmost layer first.
  const lower = layers.toReversed().map(escaped).join(':');
  mount('overlay', root, 'overlay', 0, `lowerdir=${lower},upperdir=${escaped(upper)},workdir=${escaped(work)}`);
  return root;
}

/** A path as a value among the options, where a colon ends a layer and a comma an option. */
function escaped(path: string): string {
  return path.replace(/[\\:,]/g, '\\$&');
}
