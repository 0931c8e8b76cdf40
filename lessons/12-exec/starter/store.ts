/**
 * What box keeps of its containers, each in a directory of its own: /var/lib/box/containers/NAME. Whoever has made the
 * directory has the name.
 */
import { randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { RunOptions } from './cli.ts';
import { flock, LOCK_EX, LOCK_NB, LOCK_SH, SyscallError } from './libc.ts';

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
  /** What it is told of names: see names.ts. */
  hosts: string;
  'resolv.conf': string;
};

/**
 * What is known of a container. It runs as long as there is no `exit` and box, `pid`, holds its directory's lock. `init` is its
 * process 1, as box counts; `address` the one that it has on the bridge.
 */
type Record = { layers: string[]; pid: number; init?: number; address?: string; exit?: number };

/** And what was asked for: for `box ps`, and for those who come later. */
type Known = Record & Pick<RunOptions, 'command' | 'env'>;

const containers = '/var/lib/box/containers';

export function homeOf(name: string): Home {
  const place = (file: string): string => path.join(containers, name, file);
  return { directory: place(''), upper: place('upper'), work: place('work'), root: place('root'), record: place('record.json'), hosts: place('hosts'), 'resolv.conf': place('resolv.conf') };
}

/**
 * Runs a container from the making of its directory to the end. What has a name, and was not asked to go, is kept: its upper
 * layer and its exit status. Of all others nothing is left, whatever happens. Returns the status of `run`.
 */
export async function contain(options: RunOptions, run: (options: Named) => Promise<number>): Promise<number> {
  const name = options.name ?? randomBytes(6).toString('hex');
  // Outside of the try: where the name is somebody else's, so is the directory.
  create(name, options);
  let kept = false;
  try {
    const status = await run({ ...options, name });
    if (options.name !== undefined && !options.rm) {
      amend(name, { exit: status });
      kept = true;
    }
    return status;
  } finally {
    if (!kept) discard(name);
  }
}

/** Makes the directory of a new container. Throws where there is a container of this name. */
function create(name: string, { layers, command, env }: RunOptions): void {
  const { directory, upper, work, root, record } = homeOf(name);
  mkdirSync(containers, { recursive: true });
  try {
    // mkdir(2) looks and makes in one step: of two that call it at once, one is told EEXIST. (With `recursive` none is.)
    mkdirSync(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw new Error(`${name}: there is a container of this name`);
    throw error;
  }
  // Never closed: it is locked until this process ends, however that comes about.
  flock(openSync(directory, 'r'), LOCK_EX);
  for (const place of [upper, work, root]) mkdirSync(place);
  // Somebody may ask for a diff from another directory.
  const known: Known = { layers: layers.map((layer) => path.resolve(layer)), pid: process.pid, command, env };
  save(record, known);
}

/** Writes down what is new of a container. Whoever reads meanwhile sees the old or the new, never half of it. */
export function amend(name: string, news: Partial<Record>): void {
  save(homeOf(name).record, { ...read(name), ...news });
}

function save(file: string, known: Known): void {
  writeFileSync(`${file}.new`, JSON.stringify(known));
  renameSync(`${file}.new`, file);
}

/** The containers that are on the bridge now. */
export function neighbours(): { name: string; address: string }[] {
  return readdirSync(containers).flatMap((name) => {
    try {
      const { address } = read(name);
      return address !== undefined && isRunning(name) ? [{ name, address }] : [];
    } catch {
      return []; // It is just being made, or just going.
    }
  });
}

/** Does something while no other box does. The kernel gives the lock back when we are gone, and be it by kill -9. */
export function alone<T>(work: () => T): T {
  mkdirSync('/run/box', { recursive: true });
  const lock = openSync('/run/box/lock', 'w');
  try {
    flock(lock, LOCK_EX);
    return work();
  } finally {
    closeSync(lock);
  }
}

/** Takes all that is kept of a container away. */
function discard(name: string): void {
  rmSync(homeOf(name).directory, { recursive: true });
}

/** The upper layer of a container, and all that is known of it. Throws where there is none of this name. */
export function find(name: string): Known & { upper: string } {
  return { upper: homeOf(name).upper, ...read(name) };
}

/** All containers, by name. */
export function list(): (Known & { name: string; running: boolean })[] {
  mkdirSync(containers, { recursive: true });
  return readdirSync(containers).sort().flatMap((name) => {
    try {
      const running = isRunning(name);
      return [{ name, running, ...read(name) }];
    } catch {
      return []; // It is being made, or has gone while we looked.
    }
  });
}

/** `box rm`. Throws where there is no container of this name, or it still runs. */
export function remove(name: string): void {
  read(name);
  if (isRunning(name)) throw new Error(`${name}: it is running`);
  discard(name);
}

function read(name: string): Known {
  try {
    return JSON.parse(readFileSync(homeOf(name).record, 'utf8')) as Known;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new Error(`${name}: no such container`);
    throw error;
  }
}

/** Whether box is not done with a container yet; false where there is none of this name. */
export function isRunning(name: string): boolean {
  let directory: number | undefined;
  try {
    if (read(name).exit !== undefined) return false;
    directory = openSync(homeOf(name).directory, 'r');
    // Whoever made it holds the lock for as long as he lives. Whether a pid is alive would say less: it may be somebody else's by now.
    flock(directory, LOCK_SH | LOCK_NB);
    return false;
  } catch (error) {
    return error instanceof SyscallError; // EAGAIN: it is locked.
  } finally {
    if (directory !== undefined) closeSync(directory);
  }
}
