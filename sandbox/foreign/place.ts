/** The container's root directory: where it is, and what must be mounted for it to be there. */
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { BoxError } from './error.ts';
import type { Asked } from './words.ts';

/** What a container has on the host while it runs. */
export class Place implements Disposable {
  readonly id: string;
  /** Everything of it but its changed files, which are under /var/lib/box. */
  readonly folder: string;
  /** The root directory, once it is mounted. */
  readonly root: string;
  /** Shell command that mounts it, in a mount namespace that nobody else sees. */
  readonly #mount: string;
  /** What it has changed of its layers, and whether that is kept. */
  readonly #upper: string | undefined;
  readonly #kept: boolean;

  constructor(asked: Asked) {
    // Where names are kept is the engine's affair: the directory that is made first has it.
    this.id = asked.name ?? `box-${randomBytes(6).toString('hex')}`;
    this.folder = `/run/box/${this.id}`;
    this.root = path.join(this.folder, 'root');
    this.#kept = asked.name !== undefined && !asked.rm;
    const layers = layersOf(asked).map(requireDirectory);
    makeNew(this.folder);
    try {
      fs.mkdirSync(this.root);
      this.#mount = `mount --rbind / '${this.root}'`;
      // A name stays taken when its container has ended, whatever has changed in there.
      if (layers.length === 0 && !this.#kept) return;
      const upper = `/var/lib/box/${this.id}`;
      makeNew(upper);
      this.#upper = upper;
      if (layers.length === 0) return;
      for (const name of ['upper', 'work']) fs.mkdirSync(path.join(upper, name));
      this.#mount = `mount -t overlay -o ${quoted(overlayOptions(layers, upper))} overlay '${this.root}'`;
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  /** The command line that runs this one where the root directory is mounted. */
  inPlace(argv: readonly string[]): string[] {
    return ['unshare', '--mount', '--propagation', 'slave', '--', 'sh', '-c', `${this.#mount} && exec "$@"`, 'box', ...argv];
  }

  /** What was mounted has gone with its mount namespace: the directories are empty. */
  [Symbol.dispose](): void {
    fs.rmSync(this.folder, { recursive: true, force: true });
    if (this.#upper !== undefined && !this.#kept) fs.rmSync(this.#upper, { recursive: true, force: true });
  }
}

/** The layers of the root directory, bottom first; none where it is the host's. */
export function layersOf({ rootfs, layers }: Asked): string[] {
  return rootfs === undefined ? layers : [rootfs];
}

/** Makes a directory that nobody else has made. */
function makeNew(folder: string): void {
  fs.mkdirSync(path.dirname(folder), { recursive: true });
  try {
    fs.mkdirSync(folder);
  } catch {
    throw new BoxError(125, `${path.basename(folder)}: there is a container of this name`);
  }
}

function requireDirectory(name: string): string {
  if (!fs.statSync(name, { throwIfNoEntry: false })?.isDirectory()) throw new BoxError(125, `${name}: no such directory`);
  return path.resolve(name);
}

/** Layers come bottom first, overlay wants the top one first. In mount's options a comma ends one, in overlay's a colon a directory. */
export function overlayOptions(layers: readonly string[], upper: string): string {
  const lower = layers.map((layer) => layer.replaceAll(/[\\:,]/g, '\\$&')).reverse().join(':');
  return `userxattr,lowerdir=${lower},upperdir=${upper}/upper,workdir=${upper}/work`;
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** Throws 127 or 126 where the command cannot be started in there: for tools whose own exit code does not say so. */
export function requireCommand(asked: Asked, env: NodeJS.ProcessEnv): void {
  const [file] = asked.command;
  const layers = layersOf(asked).reverse();
  const roots = layers.length > 0 ? layers : ['/'];
  const folders = file.includes('/') ? [''] : (env['PATH'] ?? '').split(':');
  const there = folders.flatMap((folder) => roots.map((root) => path.join(root, folder, file)))
    // A link leads somewhere in there, which cannot be followed from here.
    .map((candidate) => fs.lstatSync(candidate, { throwIfNoEntry: false })).filter((stat) => stat !== undefined);
  if (there.length === 0) throw new BoxError(127, `${file}: not found`);
  if (!there.some((stat) => stat.isSymbolicLink() || (stat.isFile() && (stat.mode & 0o111) !== 0))) throw new BoxError(126, `${file}: not executable`);
}
