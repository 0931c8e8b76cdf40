/**
 * What box keeps of its containers, each in a directory of its own: /var/lib/box/containers/NAME. Whoever has made the
 * directory has the name.
 */
import { randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { RunOptions } from './cli.ts';
import { call, LOCK_EX, LOCK_NB, LOCK_SH, SyscallError } from './libc.ts';

/** What `box run` is asked to do, for a container that has got its name. */
export type Named = RunOptions & { name: string };

/**
 * What is known of a container. It runs as long as there is no `exit` and box, `pid`, holds its directory's lock. `init` is its
 * process 1, as box counts; `address` the one that it has on the bridge. The rest is what was asked for: for `box ps`, and for
 * those who come later.
 */
type Record = Pick<RunOptions, 'layers' | 'command' | 'env'> & { pid: number; init?: number; address?: string; exit?: number };

const containers = '/var/lib/box/containers';

/** The places in a container's directory. */
export function homeOf(name: string) {
  // It becomes the name of a directory. Nobody is to get out of there by calling a container `../..`.
  if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(name)) throw new Error(`${name}: letters, digits and _.- only, the first a letter or digit`);
  const directory = path.join(containers, name);
  return {
    directory,
    /** What the container writes. */
    upper: path.join(directory, 'upper'),
    /** Where overlayfs prepares things. It has to lie on the same file system as `upper`, and not in it. */
    work: path.join(directory, 'work'),
    /** Where the container's root is mounted. */
    root: path.join(directory, 'root'),
    /** A Record, as JSON. */
    record: path.join(directory, 'record.json'),
    /** What it is told of names: see names.ts. */
    hosts: path.join(directory, 'hosts'),
    'resolv.conf': path.join(directory, 'resolv.conf'),
  };
}
export type Home = ReturnType<typeof homeOf>;

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
  call('flock', openSync(directory, 'r'), LOCK_EX);
  for (const place of [upper, work, root]) mkdirSync(place);
  // Somebody may ask for a diff from another directory.
  save(record, { layers: layers.map((layer) => path.resolve(layer)), command, env, pid: process.pid });
}

/** Writes down what is new of a container. Whoever reads meanwhile sees the old or the new, never half of it. */
export function amend(name: string, news: Partial<Record>): void {
  save(homeOf(name).record, { ...find(name), ...news });
}

function save(file: string, known: Record): void {
  writeFileSync(`${file}.new`, JSON.stringify(known));
  renameSync(`${file}.new`, file);
}

/** The containers that are on the bridge now. */
export function neighbours(): { name: string; address: string }[] {
  return list().flatMap(({ name, running, address }) => (running && address !== undefined ? [{ name, address }] : []));
}

/** Does something while no other box does. */
export function alone<T>(work: () => T): T {
  mkdirSync('/run/box', { recursive: true });
  return locked('/run/box', LOCK_EX, work);
}

/** Does something while it holds a lock on a directory. The kernel gives the lock back when we are gone, and be it by kill -9. */
function locked<T>(directory: string, operation: number, work: () => T): T {
  const descriptor = openSync(directory, 'r');
  try {
    call('flock', descriptor, operation);
    return work();
  } finally {
    closeSync(descriptor);
  }
}

/** Takes all that is kept of a container away. */
function discard(name: string): void {
  rmSync(homeOf(name).directory, { recursive: true });
}

/** What is known of a container. Throws where there is none of this name. */
export function find(name: string): Record {
  try {
    return JSON.parse(readFileSync(homeOf(name).record, 'utf8')) as Record;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new Error(`${name}: no such container`);
    throw error;
  }
}

/** All containers, by name. */
export function list(): (Record & { name: string; running: boolean })[] {
  mkdirSync(containers, { recursive: true });
  return readdirSync(containers).sort().flatMap((name) => {
    try {
      return [{ name, running: isRunning(name), ...find(name) }];
    } catch {
      return []; // It is being made, or has gone while we looked.
    }
  });
}

/** `box rm`. Throws where there is no container of this name, or it still runs. */
export function remove(name: string): void {
  find(name);
  if (isRunning(name)) throw new Error(`${name}: it is running`);
  discard(name);
}

/** Whether box is not done with a container yet; false where there is none of this name. */
export function isRunning(name: string): boolean {
  try {
    if (find(name).exit !== undefined) return false;
    // Whoever made it holds the lock for as long as he lives. Whether a pid is alive would say less: it may be somebody else's by now.
    return locked(homeOf(name).directory, LOCK_SH | LOCK_NB, () => false);
  } catch (error) {
    return error instanceof SyscallError; // EAGAIN: it is locked.
  }
}
