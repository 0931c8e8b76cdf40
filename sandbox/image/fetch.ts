/** Gets the .debs that the image is made of: from the lock where there is one for this release, verified, into the cache. */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { Apt, debFile, type Stanza } from './apt.ts';
import { choose, lockKey, parts, readLock, type LockedPackage, type LockedRelease, type Part } from './lock.ts';
import { release, type Architecture } from './machine.ts';
import { readPackages, type ImageName, type Wanted } from './packages.ts';
import type { Progress } from './progress.ts';

/** Paths of verified .debs, by what they are for, and "name version sha256" lines for the image's hash. */
export type Fetched = Record<Part, string[]> & { hashes: string[] };

type Options = { cache: string; architecture: Architecture; mirror?: string | undefined };
type Plan = Record<Part, Stanza[]>;

/** Fetches what is not there yet of what this image needs. Asks no network where the locked packages are all in the cache. */
export async function fetchPackages(options: Options & { image: ImageName }, progress: Progress): Promise<Fetched> {
  const debs = path.join(options.cache, 'debs');
  fs.mkdirSync(debs, { recursive: true });
  const key = lockKey(release().key, options.architecture.deb);
  const pins = readLock().releases[key];
  const locked = pins && neededFor(options.image, pins);
  const kept = locked && parts.flatMap((part) => locked[part]).every((pin) => isThere(debs, pin)) ? locked : undefined;
  const plan = kept ?? await planWithApt(options, locked, progress);
  if (!kept) await downloadMissing(options, plan, debs, progress);
  // What another image is locked to stays: it is fetched once.
  if (!kept) removeOthers(debs, parts.flatMap((part) => [...plan[part], ...(pins?.[part] ?? [])]));

  const all = parts.flatMap((part) => plan[part]);
  const files = (part: Part) => plan[part].map((stanza) => path.join(debs, debFile(stanza)));
  return {
    guest: files('guest'), foreign: files('foreign'), tools: files('tools'), kernel: files('kernel'),
    hashes: [...new Set(all.map(({ name, version, sha256 }) => `${name} ${version} ${sha256}`))].sort(),
  };
}

/** Resolves packages.txt against this machine's sources, as the lock wants it (without one: the newest of everything). */
export async function resolvePackages(options: Options, progress: Progress): Promise<LockedRelease> {
  const apt = await openApt(options, progress);
  return asLocked(await newestOfAll(apt, options.architecture, 'foreign'));
}

/** Every image needs the guest; only one needs what is foreign. */
function neededFor<Lists extends { foreign: unknown[] }>(image: ImageName, all: Lists): Lists {
  return image === 'foreign' ? all : { ...all, foreign: [] };
}

async function planWithApt(options: Options & { image: ImageName }, locked: LockedRelease | undefined, progress: Progress): Promise<Plan> {
  const apt = await openApt(options, progress);
  if (!locked) {
    progress.note(`The lock has no packages for ${release().name} (${options.architecture.deb}): taking this release's newest, as signed by its archive.`);
    return newestOfAll(apt, options.architecture, options.image);
  }
  const offered = await apt.stanzas([...new Set(parts.flatMap((part) => locked[part].map(({ name }) => name)))]);
  const chosen = parts.map((part) => [part, choose(locked[part], offered)] as const);
  const missing = chosen.flatMap(([, choice]) => choice.missing);
  if (missing.length > 0) throw apt.unavailable(missing);
  const moved = [...new Set(chosen.flatMap(([, choice]) => choice.moved))];
  if (moved.length > 0) progress.note(`No longer in the archive as locked, so the release's newest is taken: ${moved.join(', ')}`);
  return Object.fromEntries(chosen.map(([part, choice]) => [part, choice.take])) as Plan;
}

async function openApt(options: Options, progress: Progress): Promise<Apt> {
  const dir = path.join(options.cache, 'apt');
  const apt = await Apt.open({ dir, architecture: options.architecture.deb, mirror: options.mirror, release: release() });
  const what = 'fetching package indexes (percent)';
  progress.step({ what, done: 0, total: 100 });
  await apt.update((percent) => progress.step({ what, done: Math.round(percent), total: 100 }));
  return apt;
}

async function newestOfAll(apt: Apt, machine: Architecture, image: ImageName): Promise<Plan> {
  const lists = neededFor(image, readPackages());
  const optional = [...lists.guest, ...lists.foreign, ...lists.tools].filter((wanted) => wanted.optional).map(({ name }) => name);
  const there = await apt.stanzas(optional);
  const names = (list: readonly Wanted[]) => list.filter((wanted) => !wanted.optional || there.has(wanted.name)).map(({ name }) => name);
  const guest = await apt.closure(names(lists.guest));
  const foreign = (await apt.closure(names([...lists.guest, ...lists.foreign]))).filter((name) => !guest.includes(name));
  const tools = await apt.closure(names(lists.tools));
  // The kernel is a static matter: its own dependencies (networking helpers for the host) are of no use to us.
  const kernel = machine.deb === 'amd64' ? names(lists.kernel) : [];
  const offered = await apt.stanzas([...new Set([...guest, ...foreign, ...tools, ...kernel])]);
  const newest = (list: readonly string[]) => list.map((name) => {
    const stanza = offered.get(name)?.[0];
    if (!stanza) throw apt.unavailable([name]);
    return stanza;
  });
  return { guest: newest(guest), foreign: newest(foreign), tools: newest(tools), kernel: newest(kernel) };
}

async function downloadMissing(options: Options, plan: Plan, debs: string, progress: Progress): Promise<void> {
  const wanted = new Map(parts.flatMap((part) => plan[part]).map((stanza) => [debFile(stanza), stanza]));
  const missing = [...wanted.values()].filter((stanza) => !isThere(debs, stanza));
  const megabytes = Math.round(missing.reduce((sum, { size }) => sum + size, 0) / 1e6);
  const what = `fetching ${missing.length} packages (MB)`;
  progress.step({ what, done: 0, total: megabytes });
  const apt = await Apt.open({ dir: path.join(options.cache, 'apt'), architecture: options.architecture.deb, mirror: options.mirror, release: release() });
  await apt.download(missing, debs, (percent) => progress.step({ what, done: Math.floor((megabytes * percent) / 100), total: megabytes }));
  for (const stanza of missing) {
    if (!isThere(debs, stanza)) throw new Error(`${debFile(stanza)}: is not the file that its index describes (SHA-256 ${stanza.sha256})`);
  }
  progress.step({ what, done: megabytes, total: megabytes });
}

function removeOthers(debs: string, wanted: readonly LockedPackage[]): void {
  const names = new Set(wanted.map(debFile));
  for (const file of fs.readdirSync(debs)) {
    if (!names.has(file)) fs.rmSync(path.join(debs, file));
  }
}

/** Whether the cache has exactly this .deb. One that is damaged or half there is removed. */
function isThere(debs: string, pin: LockedPackage): boolean {
  const file = path.join(debs, debFile(pin));
  if (!fs.existsSync(file)) return false;
  const sha256 = createHash('sha256').update(fs.readFileSync(file)).digest('hex');
  if (sha256 === pin.sha256) return true;
  fs.rmSync(file);
  return false;
}

function asLocked(plan: Plan): LockedRelease {
  const sorted = (list: readonly Stanza[]) => [...list].sort((a, b) => (a.name < b.name ? -1 : 1));
  return { guest: sorted(plan.guest), foreign: sorted(plan.foreign), tools: sorted(plan.tools), kernel: sorted(plan.kernel) };
}
