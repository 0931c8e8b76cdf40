/** The files of a container: layers that nobody writes to, and on top of them one of its own. */
import { mkdirSync } from 'node:fs';
import { mount } from './libc.ts';
import type { Home } from './store.ts';

/**
 * Mounts `layers`, of which the first is the bottom, with the container's own upper layer on top. Returns the directory that
 * now shows them all. Only the upper layer is ever written to.
 */
export function mountLayers(layers: readonly string[], { root }: Home): string {
  // The uppermost of the layers is the upper one.
  const [upper, ...rest] = layers.toReversed() as [string, ...string[]];
  const work = `${upper}.work`;
  mkdirSync(work, { recursive: true });
  const lower = (rest.length > 0 ? rest : [work]).map(escaped).join(':');
  // userxattr: where it keeps its notes. The usual place, trusted.*, is not for the root of a user namespace.
  mount('overlay', root, 'overlay', 0, `lowerdir=${lower},upperdir=${escaped(upper)},workdir=${escaped(work)},userxattr`);
  return root;
}

/** A path as a value among the options, where a colon ends a layer and a comma an option. */
function escaped(path: string): string {
  return path.replace(/[\\:,]/g, '\\$&');
}
