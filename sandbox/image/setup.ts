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
import { buildKernel, buildOtherImage, recipeHash, type KernelFiles } from './build.ts';
import { bundleFile, findBundle, type Manifest, unpackGuest } from './bundle.ts';
import { fetchPackages } from './fetch.ts';
import { holdFile } from './held.ts';
import { architecture, release, requireDebian } from './machine.ts';
import type { ImageName } from './packages.ts';
import { cacheDir, checkoutRoot, makeDir } from './places.ts';
import type { Progress } from './progress.ts';

export type { KernelFiles };

/** What a set-up needs at its fullest, in bytes (measured: 0.9 GB; two images are kept). */
export const ROOM_BYTES = 1.2e9;

type Env = Record<string, string | undefined>;

/** The files if they are all there: no network, no lock, a few milliseconds. */
export function findKernel(env: Env = process.env, image: ImageName = 'guest'): KernelFiles | undefined {
  try {
    const files = readRecord(path.join(cacheDir(env), recordName(image, inputsKey(env))));
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
export async function ensureKernel(progress: Progress, env: Env = process.env, image: ImageName = 'guest'): Promise<KernelFiles> {
  const there = findKernel(env, image);
  if (there) return there;
  // Another image is for the same kernel, with the same tools.
  const kernel = image === 'guest' ? undefined : await ensureKernel(progress, env);
  const machine = architecture();
  const bundle = kernel ? undefined : await findBundle(progress, env);
  if (!bundle) requireDebian();
  const cache = cacheDir(env);
  makeDir(cache);
  await using _held = await holdFile(path.join(cache, 'setup.lock'), () => progress.note('Another set-up is under way; waiting for it.'));
  const meanwhile = findKernel(env, image);
  if (meanwhile) return meanwhile;
  requireRoom(cache);

  const umask = process.umask(0o022); // The kernel of a set-up made by root is run by nobody, who has to read it.
  const tmp = path.join(cache, 'tmp');
  fs.rmSync(tmp, { recursive: true, force: true });
  fs.mkdirSync(tmp);
  try {
    progress.note(`Setting up ${kernel ? `the root file system "${image}"` : 'the private kernel and its root file system'} in ${cache}`);
    if (bundle) return await adopt(bundle, cache, tmp, progress, env);
    const fetched = await fetchPackages({ cache, image, architecture: machine, mirror: env['DRYDOCK_MIRROR'] }, progress);
    const building = { cache, tmp, machine, fetched, progress };
    const files = kernel ? await buildOtherImage(building, kernel) : await buildKernel(building);
    writeRecord(path.join(cache, recordName(image, inputsKey(env))), tmp, files);
    dropOld(cache, files);
    fs.rmSync(path.join(cache, 'apt'), { recursive: true, force: true }); // Old indexes are of no use to a later set-up.
    progress.note(kernel ? `The root file system "${image}" is ready.` : 'The private kernel is ready.');
    return files;
  } catch (error) {
    throw (error as Error).message.includes('No space left on device') || (error as NodeJS.ErrnoException).code === 'ENOSPC' ? noRoom(cache, error) : error;
  } finally {
    process.umask(umask);
    fs.rmSync(tmp, { recursive: true, force: true });
  }
}

/**
 * Takes the guest that a bundle brings, whatever release it was made on: root, kernel and tools depend on nothing of this
 * machine's. Its hash, part of every verdict, comes along.
 */
async function adopt(bundle: Manifest, cache: string, tmp: string, progress: Progress, env: Env): Promise<KernelFiles> {
  const made = await unpackGuest(bundle, tmp, progress, env);
  for (const place of [made.tools, made.warm, made.image].filter((name) => fs.existsSync(path.join(tmp, name)))) {
    fs.rmSync(path.join(cache, place), { recursive: true, force: true });
    fs.renameSync(path.join(tmp, place), path.join(cache, place));
  }
  const files = withPlaces(made, (place) => path.join(cache, place));
  writeRecord(path.join(cache, recordName('guest', inputsKey(env))), tmp, files);
  dropOld(cache, files);
  progress.note(`The private kernel is ready, taken from ${bundleFile(env)}.`);
  return files;
}

/** What an existing set-up must have been made from to be used: our recipe, the npm lock, this machine's release, the mirror. */
function inputsKey(env: Env): string {
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

/** The name of the file that says what an image's set-up has made. */
function recordName(image: ImageName, key: string): string {
  return image === 'guest' ? `ready-${key}.json` : `ready-${image}-${key}.json`;
}

/** Keeps the newest two set-ups of each image (one may be running, or belong to another branch); removes what no record names. */
function dropOld(cache: string, current: KernelFiles): void {
  const records = fs.readdirSync(cache).filter((name) => /^ready-.*\.json$/.test(name))
    .map((name) => ({ file: path.join(cache, name), image: name.replace(/\w+\.json$/, ''), time: fs.statSync(path.join(cache, name)).mtimeMs }))
    .sort((a, b) => b.time - a.time);
  const keep = new Set([current.image, current.tools, current.warm]);
  for (const ofOne of Object.values(Object.groupBy(records, ({ image }) => image))) {
    for (const { file } of ofOne?.slice(2) ?? []) fs.rmSync(file);
    for (const { file } of ofOne?.slice(0, 2) ?? []) {
      const old = readRecord(file);
      keep.add(old.image).add(old.tools).add(old.warm);
    }
  }
  for (const name of fs.readdirSync(cache).filter((entry) => /^(image|tools|warm)-/.test(entry))) {
    if (!keep.has(path.join(cache, name))) fs.rmSync(path.join(cache, name), { recursive: true, force: true });
  }
}
