/**
 * The offline bundle: one archive with everything that a set-up would fetch, for a room without a network.
 *
 * It is a plain tar with few members, each of which is read by itself as a stream, so that nothing is on the disk twice:
 *
 *   bundle.json            what it is made of, with the SHA-256 of every other member
 *   node_modules.tar.gz    the locked npm packages, for this system and processor
 *   guest.tar.gz           the guest's root, the private kernel and the tools: of any use on every release
 *   debs-RELEASE.tar       the packages of the virtual machine on that release, with an index for apt
 *
 * bin/setup/offline.mjs takes the first, sandbox/image/setup.ts the second, provision.sh the third.
 */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { Exit, UserError } from '../../src/errors.ts';
import { recipeHash, type KernelFiles } from './build.ts';
import { CommandError, runCommand } from './command.ts';
import { fetchForMachine } from './fetch.ts';
import type { Architecture } from './machine.ts';
import { checkoutRoot } from './places.ts';
import type { Progress } from './progress.ts';
import { sourceOf } from './releases.ts';

type Env = Record<string, string | undefined>;

/** What a bundle says of itself. `npmLock` is what its packages were made from, `of` its guest: it serves a checkout that has the same. */
export type Manifest = { format: 1; arch: string; npmLock: string; of: string; guest: KernelFiles; members: Record<string, { sha256: string; bytes: number }> };

/** The checkout's bundle: $DRYDOCK_BUNDLE, or drydock-bundle-ARCH.tar beside package.json. It need not be there. */
export function bundleFile(env: Env = process.env): string {
  return env['DRYDOCK_BUNDLE'] || path.join(checkoutRoot(env), `drydock-bundle-${process.arch}.tar`);
}

/** What has to be the same for a bundle to be of use: the npm lock, and everything that the guest's root is made from. */
function madeOf(env: Env): Pick<Manifest, 'npmLock' | 'of'> {
  const npmLock = createHash('sha256').update(fs.readFileSync(path.join(checkoutRoot(env), 'package-lock.json'))).digest('hex');
  return { npmLock, of: createHash('sha256').update(npmLock).update(recipeHash(env)).digest('hex') };
}

/** The bundle that serves this checkout, if it is there. One of another version is left alone, with a line that says so. */
export async function findBundle(progress: Progress, env: Env = process.env): Promise<Manifest | undefined> {
  const file = bundleFile(env);
  if (!fs.existsSync(file)) return undefined;
  try {
    fs.accessSync(file, fs.constants.R_OK);
  } catch (cause) {
    throw new UserError(`The bundle ${file} cannot be read (${(cause as NodeJS.ErrnoException).code}).`, { next: [`allow it: chmod a+r ${file}`], exit: Exit.cannotRun, cause });
  }
  const { stdout } = await runCommand(['tar', '--extract', '--to-stdout', '--occurrence=1', '--file', file, 'bundle.json']).catch((cause: unknown) => {
    throw damaged(file, cause);
  });
  const manifest = JSON.parse(stdout) as Manifest;
  if (manifest.format === 1 && manifest.arch === process.arch && manifest.of === madeOf(env).of) return manifest;
  progress.note(`${file} is of another version of Drydock, or for another processor: it is not used.`);
  return undefined;
}

/** Unpacks the guest into `into`, verified, and gives its files there, the places relative as the manifest has them. */
export async function unpackGuest(manifest: Manifest, into: string, progress: Progress, env: Env = process.env): Promise<KernelFiles> {
  const file = bundleFile(env);
  progress.step({ what: `unpacking the guest from ${path.basename(file)}` });
  const packed = path.join(into, 'guest.tar.gz');
  try {
    await runCommand(['sh', '-c', 'tar -x -O -f "$1" guest.tar.gz > "$2"', 'sh', file, packed]);
    if (await sha256(packed) !== manifest.members['guest.tar.gz']?.sha256) throw new Error('guest.tar.gz is not what bundle.json says');
    await runCommand(['tar', '--extract', '--gzip', '--directory', into, '--file', packed]);
  } catch (cause) {
    if (cause instanceof CommandError && /No space left/.test(cause.stderr)) throw cause;
    throw damaged(file, cause);
  }
  fs.rmSync(packed);
  return manifest.guest;
}

function damaged(file: string, cause: unknown): UserError {
  return new UserError(`The bundle ${file} is damaged.`, { next: ['copy it once more, and compare its SHA-256 with the one of whoever made it', 'or take it away, and run the command again with a network'], exit: Exit.cannotRun, cause });
}

/** What to make: `guest` are the files of the set-up, in the cache; `releases` are keys like "debian-13". */
export type Making = { out: string; cache: string; machine: Architecture; guest: KernelFiles; releases: readonly string[]; mirror?: string | undefined; env: Env };

/** Makes a bundle, and gives its size in bytes and its SHA-256. */
export async function makeBundle(making: Making, progress: Progress): Promise<{ bytes: number; sha256: string }> {
  const { out, cache, machine, guest, env } = making;
  const work = `${out}.making`;
  fs.rmSync(work, { recursive: true, force: true });
  fs.mkdirSync(work, { recursive: true });
  try {
    const members: string[] = [];
    const pack = async (name: string, from: string, ...what: string[]) => {
      progress.step({ what: `packing ${name}` });
      const squeeze = name.endsWith('.gz') ? ['--use-compress-program=gzip -4'] : []; // somebody waits for it
      await runCommand(['tar', '--create', '--sparse', '--owner=0', '--group=0', ...squeeze, '--directory', from, '--file', path.join(work, name), ...what]);
      progress.step({ what: `packing ${name}`, done: 1, total: 1 });
      members.push(name);
    };
    await pack('node_modules.tar.gz', checkoutRoot(env), 'node_modules');
    const warm = fs.existsSync(guest.warm) ? [guest.warm] : [];
    await pack('guest.tar.gz', cache, ...[guest.image, guest.tools, ...warm].map((place) => path.relative(cache, place)));
    for (const release of making.releases) {
      const other = await sourceOf(release, making.mirror);
      const debs = await fetchForMachine({ cache, architecture: machine, mirror: making.mirror, ...(other ? { other } : {}) }, progress);
      const folder = path.join(work, release);
      await layArchive(debs, folder);
      await pack(`debs-${release}.tar`, folder, '.');
      fs.rmSync(folder, { recursive: true });
    }
    await writeManifest(work, members, guest, cache, env);
    progress.step({ what: `writing ${out}` });
    await runCommand(['tar', '--create', '--owner=0', '--group=0', '--directory', work, '--file', path.join(work, 'all'), 'bundle.json', ...members]);
    fs.renameSync(path.join(work, 'all'), out);
    return { bytes: fs.statSync(out).size, sha256: await sha256(out) };
  } finally {
    fs.rmSync(work, { recursive: true, force: true });
  }
}

async function writeManifest(work: string, members: readonly string[], guest: KernelFiles, cache: string, env: Env): Promise<void> {
  const sums: Manifest['members'] = {};
  for (const name of members) {
    const file = path.join(work, name);
    sums[name] = { sha256: await sha256(file), bytes: fs.statSync(file).size };
  }
  const relative = (_: string, value: unknown) => (typeof value === 'string' && value.startsWith(`${cache}/`) ? path.relative(cache, value) : value);
  const manifest: Manifest = { format: 1, arch: process.arch, ...madeOf(env), guest, members: sums };
  fs.writeFileSync(path.join(work, 'bundle.json'), `${JSON.stringify(manifest, relative, 1)}\n`);
}

/** Lays .debs in a folder as an archive that apt can read (sources.list(5), an exact path), with an index. */
async function layArchive(debs: readonly string[], folder: string): Promise<void> {
  fs.mkdirSync(folder);
  const stanzas: string[] = [];
  for (const deb of [...debs].sort()) {
    const name = path.basename(deb).replaceAll('%3a', '-'); // apt would escape the % once more
    fs.copyFileSync(deb, path.join(folder, name));
    const { stdout } = await runCommand(['dpkg-deb', '--field', deb]);
    stanzas.push(`${stdout.trim()}\nFilename: ./${name}\nSize: ${fs.statSync(deb).size}\nSHA256: ${await sha256(deb)}\n`);
  }
  fs.writeFileSync(path.join(folder, 'Packages'), stanzas.join('\n'));
}

async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of fs.createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
