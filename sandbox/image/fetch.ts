/** Gets the .debs that the image is made of: from the lock where there is one for this release, verified, into the cache. */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { Apt, debFile, type Stanza } from './apt.ts';
import { choose, lockKey, readLock, type LockedPackage, type LockedRelease } from './lock.ts';
import { release, type Architecture } from './machine.ts';
import { readPackages, type Wanted } from './packages.ts';
import type { Progress } from './progress.ts';

/** Paths of verified .debs, by what they are for, and "name version sha256" lines for the image's hash. */
export type Fetched = { guest: string[]; tools: string[]; kernel: string[]; hashes: string[] };

type Options = { cache: string; architecture: Architecture; mirror?: string | undefined };
type Plan = Record<keyof LockedRelease, Stanza[]>;

const parts = ['guest', 'tools', 'kernel'] as const;

/** Fetches what is not there yet. Asks no network where the locked packages are all in the cache. */
export async function fetchPackages(options: Options, progress: Progress): Promise<Fetched> {
  const debs = path.join(options.cache, 'debs');
  fs.mkdirSync(debs, { recursive: true });
  const key = lockKey(release().key, options.architecture.deb);
  const locked = readLock().releases[key];
  const kept = locked && parts.flatMap((part) => locked[part]).every((pin) => isThere(debs, pin)) ? locked : undefined;
  const plan = kept ?? await planWithApt(options, locked, progress);
  if (!kept) await downloadMissing(options, plan, debs, progress);

  const all = parts.flatMap((part) => plan[part]);
  return {
    guest: plan.guest.map((stanza) => path.join(debs, debFile(stanza))),
    tools: plan.tools.map((stanza) => path.join(debs, debFile(stanza))),
    kernel: plan.kernel.map((stanza) => path.join(debs, debFile(stanza))),
    hashes: [...new Set(all.map(({ name, version, sha256 }) => `${name} ${version} ${sha256}`))].sort(),
  };
}

/** Resolves packages.txt against this machine's sources, as the lock wants it (without one: the newest of everything). */
export async function resolvePackages(options: Options, progress: Progress): Promise<LockedRelease> {
  const apt = await openApt(options, progress);
  return asLocked(await newestOfAll(apt, options.architecture));
}

async function planWithApt(options: Options, locked: LockedRelease | undefined, progress: Progress): Promise<Plan> {
  const apt = await openApt(options, progress);
  if (!locked) {
    progress.note(`The lock has no packages for ${release().name} (${options.architecture.deb}): taking this release's newest, as signed by its archive.`);
    return newestOfAll(apt, options.architecture);
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

async function newestOfAll(apt: Apt, machine: Architecture): Promise<Plan> {
  const lists = readPackages();
  const optional = [...lists.guest, ...lists.tools].filter((wanted) => wanted.optional).map(({ name }) => name);
  const there = await apt.stanzas(optional);
  const names = (list: readonly Wanted[]) => list.filter((wanted) => !wanted.optional || there.has(wanted.name)).map(({ name }) => name);
  const guest = await apt.closure(names(lists.guest));
  const tools = await apt.closure(names(lists.tools));
  // The kernel is a static matter: its own dependencies (networking helpers for the host) are of no use to us.
  const kernel = machine.deb === 'amd64' ? names(lists.kernel) : [];
  const offered = await apt.stanzas([...new Set([...guest, ...tools, ...kernel])]);
  const newest = (list: readonly string[]) => list.map((name) => {
    const stanza = offered.get(name)?.[0];
    if (!stanza) throw apt.unavailable([name]);
    return stanza;
  });
  return { guest: newest(guest), tools: newest(tools), kernel: newest(kernel) };
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
  for (const file of fs.readdirSync(debs)) {
    if (!wanted.has(file)) fs.rmSync(path.join(debs, file));
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
  return { guest: sorted(plan.guest), tools: sorted(plan.tools), kernel: sorted(plan.kernel) };
}
