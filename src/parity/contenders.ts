/** Who is compared: the learner's box, and the runtimes that a guest's root has. */
import path from 'node:path';
import type { SandboxImage } from '../check/types.ts';
import type { WireFile } from '../check/wire.ts';
import { readFolder } from '../check/workspace.ts';
import type { Contender, RivalId } from './types.ts';

/** What prints each one's version. */
const version: Record<RivalId, string[]> = {
  unshare: ['unshare', '--version'], bubblewrap: ['bwrap', '--version'], runc: ['runc', '--version'], crun: ['crun', '--version'],
};

/** Which of them a root has: a lesson's has no container engine in it, on purpose. */
export function rivalsIn(image: SandboxImage): RivalId[] {
  return image === 'foreign' ? ['unshare', 'bubblewrap', 'runc', 'crun'] : ['unshare'];
}

/** The real runtimes, each wrapped as box. `root` is the checkout. */
export function rivals(root: string, image: SandboxImage): Contender[] {
  const box = readFolder(path.join(root, 'sandbox/foreign'), 'the wrappers of real runtimes');
  return rivalsIn(image).map((id) => ({ id, name: id, box, command: `node box/box.ts ${id}`, version: version[id] }));
}

/** Somebody's box. */
export function ownBox(name: string, box: WireFile[], command?: string): Contender {
  return { id: 'box', name, box, ...(command === undefined ? {} : { command }) };
}
