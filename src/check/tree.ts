/** Trees of files as they travel to a sandbox, and back. */
import type { Tree } from '../lesson/tree.ts';
import type { WireFile } from './wire.ts';

/** A tree as it travels. */
export function toWire(tree: Tree): WireFile[] {
  return [...tree].map(([path, { bytes, executable }]) => ({ path, base64: bytes.toString('base64'), ...(executable ? { executable } : {}) }));
}

/** The files of a request as a tree. */
export function toTree(files: readonly WireFile[]): Tree {
  return new Map(files.map(({ path, base64, executable }) => [path, { bytes: Buffer.from(base64, 'base64'), executable: executable ?? false }] as const));
}
