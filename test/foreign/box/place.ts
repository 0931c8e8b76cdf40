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
  /** The root directory. */
  readonly root: string;
  /** Shell commands that make it: to be run in a mount namespace that nobody else sees. Empty where it is there. */
  readonly #mounts: string;
  readonly #upper: string | undefined;
  readonly #kept: boolean;

  constructor(asked: Asked) {
    this.id = asked.name ?? `box-${randomBytes(6).toString('hex')}`;
    this.folder = `/run/box/${this.id}`;
    this.#kept = asked.name !== undefined;
    fs.mkdirSync(this.folder, { recursive: true });
    const made = path.join(this.folder, 'root');
    if (asked.rootfs !== undefined) {
      this.root = requireDirectory(asked.rootfs);
      this.#mounts = '';
      return;
    }
    fs.mkdirSync(made, { recursive: true });
    this.root = made;
    if (asked.layers.length === 0) {
      this.#mounts = `mount --rbind / '${made}'`;
      return;
    }
    this.#upper = `/var/lib/box/${this.id}`;
    for (const name of ['upper', 'work']) fs.mkdirSync(path.join(this.#upper, name), { recursive: true });
    // overlay: the first lower directory is the top one.
    const lower = asked.layers.map((layer) => escape(requireDirectory(layer))).reverse().join(':');
    this.#mounts = `mount -t overlay -o 'userxattr,lowerdir=${lower},upperdir=${this.#upper}/upper,workdir=${this.#upper}/work' overlay '${made}'`;
  }

  /** The command line that runs this one where the root directory is there. */
  inPlace(argv: readonly string[]): string[] {
    if (this.#mounts === '') return [...argv];
    return ['unshare', '--mount', '--propagation', 'slave', '--', 'sh', '-c', `${this.#mounts} && exec "$@"`, 'box', ...argv];
  }

  /** What was mounted has gone with its mount namespace: the directories are empty. */
  [Symbol.dispose](): void {
    fs.rmSync(path.join(this.folder, 'root'), { recursive: true, force: true });
    fs.rmSync(this.folder, { recursive: true, force: true });
    if (this.#upper !== undefined && !this.#kept) fs.rmSync(this.#upper, { recursive: true, force: true });
  }
}

function requireDirectory(name: string): string {
  if (!fs.statSync(name, { throwIfNoEntry: false })?.isDirectory()) throw new BoxError(125, `${name}: no such directory`);
  return path.resolve(name);
}

/** In mount's options a comma ends one, in overlay's a colon ends a directory; inside the quotes of a shell. */
function escape(directory: string): string {
  return directory.replaceAll(/[\\:,]/g, '\\$&').replaceAll("'", `'\\''`);
}

/** Throws 127 or 126 where the command cannot be started in there: for tools whose own exit code does not say so. */
export function requireCommand({ rootfs = '/', layers, command: [file] }: Asked, env: NodeJS.ProcessEnv): void {
  const roots = layers.length > 0 ? layers.toReversed() : [rootfs];
  const folders = file.includes('/') ? [''] : (env['PATH'] ?? '').split(':');
  const there = folders.flatMap((folder) => roots.map((root) => path.join(root, folder, file)))
    // A link leads somewhere in there, which cannot be followed from here.
    .map((candidate) => fs.lstatSync(candidate, { throwIfNoEntry: false })).filter((stat) => stat !== undefined);
  if (there.length === 0) throw new BoxError(127, `${file}: not found`);
  if (!there.some((stat) => stat.isSymbolicLink() || (stat.isFile() && (stat.mode & 0o111) !== 0))) throw new BoxError(126, `${file}: not executable`);
}
