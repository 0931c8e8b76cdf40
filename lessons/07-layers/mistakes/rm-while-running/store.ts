/**
 * What box keeps of its containers, each in a directory of its own: /var/lib/box/containers/NAME. Whoever has made the
 * directory has the name.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { RunOptions } from './cli.ts';

/** What `box run` is asked to do, for a container that has got its name. */
export type Named = RunOptions & { name: string };

/** The places in a container's directory. */
export type Home = {
  directory: string;
  /** What the container writes. */
  upper: string;
  /** Where overlayfs prepares things. It has to lie on the same file system as `upper`, and not in it. */
  work: string;
  /** Where the container's root is mounted. */
  root: string;
  /** A Record, as JSON. */
  record: string;
};

/** What is known of a container. It runs as long as there is no `exit` and box, `pid`, is alive. */
type Record = { layers: string[]; pid: number; exit?: number };

const containers = '/var/lib/box/containers';

export function homeOf(name: string): Home {
  // It becomes the name of a directory. Nobody is to get out of there by calling a container `../..`.
  if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(name)) throw new Error(`${name}: letters, digits and _.- only, the first a letter or digit`);
  const place = (file: string): string => path.join(containers, name, file);
  return { directory: place(''), upper: place('upper'), work: place('work'), root: place('root'), record: place('record.json') };
}

/**
 * Runs a container from the making of its directory to the end. What has a name, and was not asked to go, is kept: its upper
 * layer and its exit status. Of all others nothing is left, whatever happens. Returns the status of `run`.
 */
export async function contain(options: RunOptions, run: (options: Named) => Promise<number>): Promise<number> {
  const name = options.name ?? randomBytes(6).toString('hex');
  // Outside of the try: where the name is somebody else's, so is the directory.
  create(name, options.layers);
  let kept = false;
  try {
    const status = await run({ ...options, name });
    if (options.name !== undefined && !options.rm) {
      finish(name, status);
      kept = true;
    }
    return status;
  } finally {
    if (!kept) discard(name);
  }
}

/** Makes the directory of a new container. Throws where there is a container of this name. */
function create(name: string, layers: readonly string[]): void {
  const { directory, upper, work, root, record } = homeOf(name);
  mkdirSync(containers, { recursive: true });
  try {
    // mkdir(2) looks and makes in one step: of two that call it at once, one is told EEXIST. (With `recursive` none is.)
    mkdirSync(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw new Error(`${name}: there is a container of this name`);
    throw error;
  }
  for (const place of [upper, work, root]) mkdirSync(place);
  // Somebody may ask for a diff from another directory.
  const known: Record = { layers: layers.map((layer) => path.resolve(layer)), pid: process.pid };
  writeFileSync(record, JSON.stringify(known));
}

/** Writes down how a container has ended. */
function finish(name: string, exit: number): void {
  writeFileSync(homeOf(name).record, JSON.stringify({ ...read(name), exit }));
}

/** Takes all that is kept of a container away. */
function discard(name: string): void {
  rmSync(homeOf(name).directory, { recursive: true });
}

/** The upper layer of a container, and the layers below, bottom first. Throws where there is none of this name. */
export function find(name: string): { upper: string; layers: string[] } {
  return { upper: homeOf(name).upper, layers: read(name).layers };
}

/** `box rm`. Throws where there is no container of this name, or it still runs. */
export function remove(name: string): void {
  read(name);
  discard(name);
}

function read(name: string): Record {
  try {
    return JSON.parse(readFileSync(homeOf(name).record, 'utf8')) as Record;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new Error(`${name}: no such container`);
    throw error;
  }
}
