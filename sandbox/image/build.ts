/**
 * Builds from fetched packages: the guest's root as an image, and beside it a folder with the tools, the kernel and an empty disk.
 *
 * What it makes gets its final name last of all, and whole: see setup.ts.
 */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { ownEverything } from './ext4.ts';
import type { Fetched } from './fetch.ts';
import { completeGuest, pinnedNode } from './guest.ts';
import type { Architecture } from './machine.ts';
import { copyModules } from './modules.ts';
import { npmClosure, type Installed } from './npm.ts';
import { readPackages } from './packages.ts';
import { checkoutRoot } from './places.ts';
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

/** What decides how the image comes out, besides the packages: any change of these means a new image. */
const recipe = ['packages.txt', 'lock.json', 'init', 'xstate.c', 'build.ts', 'guest.ts', 'tree.ts', 'ext4.ts', 'tools.ts', 'modules.ts', 'npm.ts'];

/** What to build from, and where: `tmp` is an empty folder on the file system of the cache. */
export type Building = { cache: string; tmp: string; machine: Architecture; fetched: Fetched; progress: Progress };

/** Builds all of it. */
export async function buildKernel(building: Building): Promise<KernelFiles> {
  const { cache, tmp, machine, fetched, progress } = building;
  const short = contentHash(building).slice(0, 16);
  const made = path.join(tmp, 'tools');
  makeSkeleton(made, machine);
  await unpack(fetched.tools, made, 'unpacking the tools', progress);
  const tools = new Tools(made, machine);
  const image = await buildImage(building, tools);
  if (image.kernelTree !== undefined) {
    fs.renameSync(path.join(image.kernelTree, 'usr/bin/linux.uml'), path.join(made, 'linux'));
    await tools.compileShim(path.join(import.meta.dirname, 'xstate.c'), path.join(made, 'xstate.so'));
  }
  await tools.makeExt4(path.join(made, 'disk.ext4'), DISK_BYTES);

  const kept = path.join(cache, `tools-${short}`);
  fs.rmSync(kept, { recursive: true, force: true });
  fs.renameSync(made, kept);
  const { release } = image;
  return {
    id: image.id, image: image.keep(), disk: path.join(kept, 'disk.ext4'), tools: kept, warm: path.join(cache, `warm-${short}`),
    ...(release === undefined ? {} : { kernel: { linux: path.join(kept, 'linux'), shim: path.join(kept, 'xstate.so'), release } }),
  };
}

/** Builds another image for a kernel that is there. */
export async function buildOtherImage(building: Building, kernel: KernelFiles): Promise<KernelFiles> {
  const image = await buildImage(building, new Tools(kernel.tools, building.machine));
  return { ...kernel, id: image.id, image: image.keep() };
}

/** The guest's root, in `tmp` until it is kept; and the unpacked kernel, where there is one, with its release. */
type BuiltImage = { id: string; keep(): string; kernelTree?: string; release?: string };

async function buildImage(building: Building, tools: Tools): Promise<BuiltImage> {
  const { cache, tmp, machine, fetched, progress } = building;
  const id = contentHash(building);
  const root = path.join(tmp, 'root');
  makeSkeleton(root, machine);
  await unpack([...fetched.guest, ...fetched.foreign], root, 'unpacking the guest', progress);

  progress.step({ what: 'building the root file system' });
  const { judge, box } = npmPackages();
  completeGuest(root, { architecture: machine, checkout: checkoutRoot(), judge, box });
  const kernel = fetched.kernel.length > 0 ? await unpackKernel(building, root) : {};
  const made = path.join(tmp, 'image');
  await tools.makeExt4(made, Math.ceil(diskUsage(root) * 1.08 + 16e6), root);
  ownEverything(made, WALL_ROOT);
  progress.step({ what: 'building the root file system', done: 1, total: 1 });
  return {
    id: `sha256:${id}`, ...kernel,
    keep() {
      const kept = path.join(cache, `image-${id.slice(0, 16)}.ext4`);
      fs.renameSync(made, kept);
      return kept;
    },
  };
}

/** Unpacks the kernel, and puts its modules into the guest's root. */
async function unpackKernel({ tmp, fetched, progress }: Building, root: string): Promise<{ kernelTree: string; release: string }> {
  const kernelTree = path.join(tmp, 'kernel');
  fs.mkdirSync(kernelTree);
  await unpack(fetched.kernel, kernelTree, 'unpacking the kernel', progress);
  const modules = readPackages().modules.map(({ name }) => name);
  return { kernelTree, release: copyModules(path.join(kernelTree, 'usr/lib/uml/modules'), modules, root) };
}

async function unpack(debs: readonly string[], into: string, what: string, progress: Progress): Promise<void> {
  for (const [done, deb] of debs.entries()) {
    progress.step({ what, done, total: debs.length });
    await unpackDeb(deb, into);
  }
  progress.step({ what, done: debs.length, total: debs.length });
}

function npmPackages(): Record<'judge' | 'box', Installed[]> {
  const lists = readPackages();
  const closure = (part: 'judge' | 'box') => npmClosure(checkoutRoot(), lists[part].map(({ name }) => name));
  return { judge: closure('judge'), box: closure('box') };
}

/** The hash that verdicts show: of every .deb's content, the npm packages' versions, Node itself, and our recipe. */
function contentHash({ fetched, machine }: Building): string {
  const { judge, box } = npmPackages();
  const hash = createHash('sha256');
  for (const line of [...fetched.hashes, ...[...judge, ...box].map(({ name, version }) => `${name}@${version}`)]) hash.update(`${line}\n`);
  hash.update(fs.readFileSync(pinnedNode(checkoutRoot(), machine)));
  hash.update(recipeHash());
  return hash.digest('hex');
}

/** A hash of everything of ours that goes into the image, or says how it is built. */
export function recipeHash(env: Record<string, string | undefined> = process.env): string {
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
