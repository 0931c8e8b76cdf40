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

/** What to fetch: an image's packages, or (`machine`) also those of the workbook's own virtual machine. */
export type Wish = ImageName | 'machine';
type Options = { cache: string; architecture: Architecture; mirror?: string | undefined; release?: OtherRelease };
type Plan = Record<Part, Stanza[]>;

/** Fetches what is not there yet of what this image needs. Asks no network where the locked packages are all in the cache. */
export async function fetchPackages(options: Options & { image: Wish }, progress: Progress): Promise<Fetched> {
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
    guest: files('guest'), foreign: files('foreign'), machine: files('machine'), tools: files('tools'), kernel: files('kernel'),
    hashes: [...new Set(all.map(({ name, version, sha256 }) => `${name} ${version} ${sha256}`))].sort(),
  };
}

/** A release other than this machine's: the lock's key, and what its archive calls it. */
export type OtherRelease = { key: string; id: string; codename: string };

/**
 * The packages of the workbook's own virtual machine where it runs this release, as verified .debs: for this machine's own as
 * locked, for another release its newest, from `mirror`.
 */
export async function fetchForMachine(options: Options & { other?: { release: OtherRelease; mirror: string } }, progress: Progress): Promise<string[]> {
  if (!options.other) {
    const { guest, machine } = await fetchPackages({ ...options, image: 'machine' }, progress);
    return [...guest, ...machine];
  }
  const { release: wanted, mirror } = options.other;
  const debs = path.join(options.cache, `debs-${wanted.key}`);
  fs.mkdirSync(debs, { recursive: true });
  const there = { ...options, mirror, release: wanted };
  const { guest, machine } = await newestOfAll(await openApt(there, progress), options.architecture, ['guest', 'machine']);
  const plan = { guest, machine, foreign: [], tools: [], kernel: [] };
  await downloadMissing(there, plan, debs, progress);
  removeOthers(debs, [...guest, ...machine]);
  return [...guest, ...machine].map((stanza) => path.join(debs, debFile(stanza)));
}

/** Resolves packages.txt against this machine's sources, as the lock wants it (without one: the newest of everything). */
export async function resolvePackages(options: Options, progress: Progress): Promise<LockedRelease> {
  const apt = await openApt(options, progress);
  return asLocked(await newestOfAll(apt, options.architecture, parts));
}

/** Everything needs the guest; what is foreign and what is the machine's own is needed for one thing each. */
function partsFor(wish: Wish): readonly Part[] {
  return parts.filter((part) => (part !== 'foreign' && part !== 'machine') || part === wish);
}

function neededFor(wish: Wish, all: LockedRelease): LockedRelease {
  const wanted = partsFor(wish);
  return Object.fromEntries(parts.map((part) => [part, wanted.includes(part) ? all[part] : []])) as LockedRelease;
}

async function planWithApt(options: Options & { image: Wish }, locked: LockedRelease | undefined, progress: Progress): Promise<Plan> {
  const apt = await openApt(options, progress);
  if (!locked) {
    progress.note(`The lock has no packages for ${release().name} (${options.architecture.deb}): taking this release's newest, as signed by its archive.`);
    return newestOfAll(apt, options.architecture, partsFor(options.image));
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
  const apt = await Apt.open({ dir, architecture: options.architecture.deb, mirror: options.mirror, release: options.release ?? release() });
  const what = 'fetching package indexes (percent)';
  progress.step({ what, done: 0, total: 100 });
  await apt.update((percent) => progress.step({ what, done: Math.round(percent), total: 100 }));
  return apt;
}

async function newestOfAll(apt: Apt, machine: Architecture, wanted: readonly Part[]): Promise<Plan> {
  const lists = readPackages();
  const optional = wanted.flatMap((part) => lists[part]).filter((one) => one.optional).map(({ name }) => name);
  const there = await apt.stanzas(optional);
  const names = (list: readonly Wanted[]) => list.filter((one) => !one.optional || there.has(one.name)).map(({ name }) => name);
  const guest = await apt.closure(names(lists.guest));
  const beside = async (part: 'foreign' | 'machine') => {
    if (!wanted.includes(part)) return [];
    return (await apt.closure(names([...lists.guest, ...lists[part]]))).filter((name) => !guest.includes(name));
  };
  const foreign = await beside('foreign');
  const own = await beside('machine');
  const tools = wanted.includes('tools') ? await apt.closure(names(lists.tools)) : [];
  // The kernel is a static matter: its own dependencies (networking helpers for the host) are of no use to us.
  const kernel = machine.deb === 'amd64' && wanted.includes('kernel') ? names(lists.kernel) : [];
  const offered = await apt.stanzas([...new Set([...guest, ...foreign, ...own, ...tools, ...kernel])]);
  const newest = (list: readonly string[]) => list.map((name) => {
    const stanza = offered.get(name)?.[0];
    if (!stanza) throw apt.unavailable([name]);
    return stanza;
  });
  return { guest: newest(guest), foreign: newest(foreign), machine: newest(own), tools: newest(tools), kernel: newest(kernel) };
}

async function downloadMissing(options: Options, plan: Plan, debs: string, progress: Progress): Promise<void> {
  const wanted = new Map(parts.flatMap((part) => plan[part]).map((stanza) => [debFile(stanza), stanza]));
  const missing = [...wanted.values()].filter((stanza) => !isThere(debs, stanza));
  const megabytes = Math.round(missing.reduce((sum, { size }) => sum + size, 0) / 1e6);
  const what = `fetching ${missing.length} packages (MB)`;
  progress.step({ what, done: 0, total: megabytes });
  const apt = await Apt.open({ dir: path.join(options.cache, 'apt'), architecture: options.architecture.deb, mirror: options.mirror, release: options.release ?? release() });
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
  return Object.fromEntries(parts.map((part) => [part, sorted(plan[part])])) as LockedRelease;
}
