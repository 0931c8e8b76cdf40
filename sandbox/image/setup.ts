/**
 * Makes everything there that a private kernel needs: fetches, verifies, unpacks and builds it into the cache, once.
 *
 * Invariants: under a final name in the cache lies only what is complete (everything is made in `tmp` and renamed), and
 * only one set-up works at a time. An interrupted one leaves verified packages, which the next one uses, and a `tmp`,
 * which the next one empties.
 */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { Exit, UserError } from '../../src/errors.ts';
import { fetchPackages, type Fetched } from './fetch.ts';
import { completeGuest, pinnedNode } from './guest.ts';
import { holdFile } from './held.ts';
import { ownEverything } from './ext4.ts';
import { architecture, release, requireDebian, type Architecture } from './machine.ts';
import { copyModules } from './modules.ts';
import { npmClosure } from './npm.ts';
import { readPackages } from './packages.ts';
import { cacheDir, checkoutRoot, makeDir } from './places.ts';
import type { Progress } from './progress.ts';
import { Tools } from './tools.ts';
import { makeSkeleton, unpackDeb } from './tree.ts';

/** Everything a launcher needs, as paths in the cache. Without `kernel` (not x86-64) only `here` can use it. */
export type KernelFiles = {
  /** The hash of what the image was made of: "sha256:…". Part of every verdict. */
  id: string;
  /** The guest's root, a read-only ext4 image, and an empty ext4 image for writable files. */
  image: string;
  disk: string;
  /** The unpacked tools. */
  tools: string;
  /** Where a folder `node-cache` is, once there is one: the judge's modules, compiled (see launch/warm). */
  warm: string;
  kernel?: { linux: string; shim: string; release: string };
};

/** The owner of every file of the image: what a wall maps its root to. */
export const WALL_ROOT = 100_000;
/** The size of the writable disk's file system, in bytes. The file is sparse, and its kernel-side copy is in memory. */
const DISK_BYTES = 2 * 1024 ** 3;
/** What a set-up needs at its fullest, in bytes (measured: 0.9 GB; two images are kept). */
export const ROOM_BYTES = 1.2e9;

/** What decides how the image comes out, besides the packages: any change of these means a new image. */
const recipe = ['packages.txt', 'lock.json', 'init', 'xstate.c', 'guest.ts', 'tree.ts', 'ext4.ts', 'tools.ts', 'modules.ts', 'npm.ts', 'setup.ts'];

/** The files if they are all there: no network, no lock, a few milliseconds. */
export function findKernel(env: Record<string, string | undefined> = process.env): KernelFiles | undefined {
  try {
    const files = readRecord(path.join(cacheDir(env), `ready-${inputsKey(env)}.json`));
    const needed = [files.image, files.disk, files.tools, ...(files.kernel ? [files.kernel.linux, files.kernel.shim] : [])];
    return needed.every((file) => fs.existsSync(file)) ? files : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/**
 * Sets up what is missing. Says what it downloads and where it goes.
 *
 * Throws UserError (exit 3), in one sentence with the way on, where this machine or its network cannot.
 */
export async function ensureKernel(progress: Progress, env: Record<string, string | undefined> = process.env): Promise<KernelFiles> {
  const there = findKernel(env);
  if (there) return there;
  const machine = architecture();
  requireDebian();
  const cache = cacheDir(env);
  makeDir(cache);
  await using _held = await holdFile(path.join(cache, 'setup.lock'), () => progress.note('Another set-up is under way; waiting for it.'));
  const meanwhile = findKernel(env);
  if (meanwhile) return meanwhile;
  requireRoom(cache);

  const umask = process.umask(0o022); // The kernel of a set-up made by root is run by nobody, who has to read it.
  const tmp = path.join(cache, 'tmp');
  fs.rmSync(tmp, { recursive: true, force: true });
  fs.mkdirSync(tmp);
  try {
    progress.note(`Setting up the private kernel and its root file system in ${cache}`);
    const fetched = await fetchPackages({ cache, architecture: machine, mirror: env['DRYDOCK_MIRROR'] }, progress);
    const files = await build(cache, tmp, machine, fetched, progress);
    writeRecord(path.join(cache, `ready-${inputsKey(env)}.json`), tmp, files);
    dropOld(cache, files);
    fs.rmSync(path.join(cache, 'apt'), { recursive: true, force: true }); // Old indexes are of no use to a later set-up.
    progress.note('The private kernel is ready.');
    return files;
  } catch (error) {
    throw (error as Error).message.includes('No space left on device') || (error as NodeJS.ErrnoException).code === 'ENOSPC' ? noRoom(cache, error) : error;
  } finally {
    process.umask(umask);
    fs.rmSync(tmp, { recursive: true, force: true });
  }
}

async function build(cache: string, tmp: string, machine: Architecture, fetched: Fetched, progress: Progress): Promise<KernelFiles> {
  const lists = readPackages();
  const checkout = checkoutRoot();
  const judge = npmClosure(checkout, lists.judge.map(({ name }) => name));
  const box = npmClosure(checkout, lists.box.map(({ name }) => name));
  const id = contentHash(fetched, [...judge, ...box].map(({ name, version }) => `${name}@${version}`), machine);
  const short = id.slice(0, 16);

  const toolsDir = path.join(cache, `tools-${short}`);
  const newTools = path.join(tmp, 'tools');
  const root = path.join(tmp, 'root');
  const total = fetched.guest.length + fetched.tools.length + fetched.kernel.length;
  let done = 0;
  const unpack = async (debs: readonly string[], into: string) => {
    for (const deb of debs) {
      progress.step({ what: 'unpacking packages', done, total });
      await unpackDeb(deb, into);
      done++;
    }
  };
  makeSkeleton(newTools, machine);
  makeSkeleton(root, machine);
  await unpack(fetched.tools, newTools);
  await unpack(fetched.guest, root);
  const kernelTree = path.join(tmp, 'kernel');
  fs.mkdirSync(kernelTree);
  await unpack(fetched.kernel, kernelTree);
  progress.step({ what: 'unpacking packages', done, total });

  progress.step({ what: 'building the root file system' });
  const tools = new Tools(newTools, machine);
  completeGuest(root, { architecture: machine, checkout, judge, box });
  let kernelRelease: string | undefined;
  if (fetched.kernel.length > 0) {
    kernelRelease = copyModules(path.join(kernelTree, 'usr/lib/uml/modules'), lists.modules.map(({ name }) => name), root);
    fs.renameSync(path.join(kernelTree, 'usr/bin/linux.uml'), path.join(newTools, 'linux'));
    await tools.compileShim(path.join(import.meta.dirname, 'xstate.c'), path.join(newTools, 'xstate.so'));
  }
  const image = path.join(cache, `image-${short}.ext4`);
  const bytes = diskUsage(root);
  await tools.makeExt4(path.join(tmp, 'image'), Math.ceil(bytes * 1.08 + 16e6), root);
  ownEverything(path.join(tmp, 'image'), WALL_ROOT);
  await tools.makeExt4(path.join(newTools, 'disk.ext4'), DISK_BYTES);

  fs.rmSync(toolsDir, { recursive: true, force: true });
  fs.renameSync(newTools, toolsDir);
  fs.renameSync(path.join(tmp, 'image'), image);
  progress.step({ what: 'building the root file system', done: 1, total: 1 });
  return {
    id: `sha256:${id}`, image, disk: path.join(toolsDir, 'disk.ext4'), tools: toolsDir, warm: path.join(cache, `warm-${short}`),
    ...(kernelRelease === undefined ? {} : { kernel: { linux: path.join(toolsDir, 'linux'), shim: path.join(toolsDir, 'xstate.so'), release: kernelRelease } }),
  };
}

/** The hash that verdicts show: of every .deb's content, the npm packages' versions, Node itself, and our recipe. */
function contentHash(fetched: Fetched, npm: readonly string[], machine: Architecture): string {
  const hash = createHash('sha256');
  for (const line of [...fetched.hashes, ...npm]) hash.update(`${line}\n`);
  hash.update(fs.readFileSync(pinnedNode(checkoutRoot(), machine)));
  hash.update(recipeHash());
  return hash.digest('hex');
}

function recipeHash(env: Record<string, string | undefined> = process.env): string {
  const hash = createHash('sha256');
  // Not beside this module: in the bundled program that is another folder.
  const folder = path.join(checkoutRoot(env), 'sandbox/image');
  const ours = fs.readdirSync(path.join(folder, 'files'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile()).map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));
  for (const name of [...recipe, ...ours.sort()]) {
    const file = path.join(folder, name);
    hash.update(`${name}\n`).update(fs.existsSync(file) ? fs.readFileSync(file) : '');
  }
  return hash.digest('hex');
}

/** What an existing set-up must have been made from to be used: our recipe, the npm lock, this machine's release, the mirror. */
function inputsKey(env: Record<string, string | undefined>): string {
  const npmLock = path.join(checkoutRoot(env), 'package-lock.json');
  return createHash('sha256').update([recipeHash(env), fs.readFileSync(npmLock, 'utf8'), release().key, process.arch].join('\0')).digest('hex').slice(0, 16);
}

function requireRoom(cache: string): void {
  const { bavail, bsize } = fs.statfsSync(cache);
  if (bavail * bsize < ROOM_BYTES) throw noRoom(cache, undefined, bavail * bsize);
}

function noRoom(cache: string, cause?: unknown, free?: number): UserError {
  const has = free === undefined ? 'ran out of room' : `has only ${(free / 1e9).toFixed(1)} GB free`;
  return new UserError(`The private kernel's set-up needs ${(ROOM_BYTES / 1e9).toFixed(1)} GB, and the disk of ${cache} ${has}.`, {
    next: ['free some space, or set DRYDOCK_CACHE to a directory on another disk'], exit: Exit.cannotRun, cause,
  });
}

/** What is in the cache is named as in the cache, so that the whole of it may be moved or copied to another machine. */
function writeRecord(file: string, tmp: string, files: KernelFiles): void {
  const part = path.join(tmp, 'record');
  fs.writeFileSync(part, `${JSON.stringify(withPlaces(files, (place) => path.relative(path.dirname(file), place)), null, 2)}\n`);
  fs.renameSync(part, file);
}

function readRecord(file: string): KernelFiles {
  return withPlaces(JSON.parse(fs.readFileSync(file, 'utf8')) as KernelFiles, (place) => path.resolve(path.dirname(file), place));
}

function withPlaces({ kernel, ...files }: KernelFiles, change: (place: string) => string): KernelFiles {
  return {
    id: files.id, image: change(files.image), disk: change(files.disk), tools: change(files.tools), warm: change(files.warm),
    ...(kernel ? { kernel: { ...kernel, linux: change(kernel.linux), shim: change(kernel.shim) } } : {}),
  };
}

/** Keeps the newest two set-ups (one may be running, or belong to another branch); removes what no record names. */
function dropOld(cache: string, current: KernelFiles): void {
  const records = fs.readdirSync(cache).filter((name) => /^ready-.*\.json$/.test(name))
    .map((name) => ({ file: path.join(cache, name), time: fs.statSync(path.join(cache, name)).mtimeMs }))
    .sort((a, b) => b.time - a.time);
  const keep = new Set([current.image, current.tools, current.warm]);
  for (const [index, { file }] of records.entries()) {
    const old = readRecord(file);
    if (index < 2) keep.add(old.image).add(old.tools).add(old.warm);
    else fs.rmSync(file);
  }
  for (const name of fs.readdirSync(cache).filter((entry) => /^(image|tools|warm)-/.test(entry))) {
    if (!keep.has(path.join(cache, name))) fs.rmSync(path.join(cache, name), { recursive: true, force: true });
  }
}

/** Bytes the files of a tree take in blocks of 4 KiB, with an inode for each. */
function diskUsage(dir: string): number {
  let bytes = 0;
  for (const entry of fs.readdirSync(dir, { withFileTypes: true })) {
    const file = path.join(dir, entry.name);
    bytes += 4096;
    if (entry.isDirectory()) bytes += diskUsage(file);
    else if (entry.isFile()) bytes += Math.ceil(fs.statSync(file).size / 4096) * 4096;
  }
  return bytes;
}
