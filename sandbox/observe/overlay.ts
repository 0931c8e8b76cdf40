/**
 * The layers of an overlay mount, from the options of its super block in mountinfo; see the kernel's filesystems/overlayfs. Pure.
 */
import type { Mount } from './mountinfo.ts';

export type Overlay = {
  /** The lower directories, topmost first, as mount(2) was given them. */
  readonly lower: readonly string[];
  /** What is written goes here; undefined where the overlay is read-only. */
  readonly upper?: string;
  readonly work?: string;
  /** All other options: userxattr, index=off, … */
  readonly options: readonly string[];
};

/** The layers of an overlay mount; undefined for a mount of another type. */
export function overlayOf(mount: Pick<Mount, 'type' | 'superOptions'>): Overlay | undefined {
  if (mount.type !== 'overlay') return undefined;
  const lower: string[] = [];
  const found: { upper?: string; work?: string } = {};
  const options: string[] = [];
  for (const option of mount.superOptions) {
    const [, key, value] = /^([^=]*?)=(.*)$/s.exec(option) ?? [];
    if (value === undefined) options.push(option);
    else if (key === 'upperdir') found.upper = unescape(value);
    else if (key === 'workdir') found.work = unescape(value);
    else if (key === 'lowerdir') lower.push(...split(value));
    // Newer kernels name each layer by itself; its path is not split.
    else if (key === 'lowerdir+' || key === 'datadir+') lower.push(value);
    else options.push(option);
  }
  return { lower, ...found, options };
}

/** Layers are separated by colons; a colon or a backslash that belongs to a path has a backslash before it. */
function split(text: string): string[] {
  return (text.match(/(?:\\.|[^:\\]|\\$)+/gs) ?? []).map(unescape);
}

function unescape(text: string): string {
  return text.replace(/\\(.)/gs, '$1');
}
