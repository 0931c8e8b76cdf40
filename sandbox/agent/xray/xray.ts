/** Looks into a wall: which containers run there, and one of them in every detail. Kernel facts alone, read from outside. */
import path from 'node:path';
import { ancestors, findContainers } from '../../observe/containers.ts';
import type { Container } from '../../observe/containers.ts';
import { view } from '../../observe/live.ts';
import { utsName } from '../../observe/uts.ts';
import { commandLine } from '../../wire/commandLine.ts';
import type { KernelInfo } from '../../wire/verdict.ts';
import type { Xray, XrayContainer, XrayDetail } from '../../wire/xray.ts';
import { cgroup, gauges } from './cgroup.ts';
import { Networks } from './network.ts';
import { capabilities, hostname, idMap, isIsolated, mounts, namespaces, plainSubject, processes } from './parts.ts';
import type { Subject } from './parts.ts';
import { cgroupInWall, clipped, isGone, pidInWall, present, statusOf } from './place.ts';
import type { Place } from './place.ts';
import { argvOf, namespacesOf, residentsOf } from './residents.ts';
import type { WallResident } from './residents.ts';

/** Containers that are listed; the rest is counted. */
const MOST_LISTED = 64;

/** How far up one looks for the runtime that gave a container its name. */
const FAR_UP = 4;

type Listed = XrayContainer & { container: Container; aliases: readonly string[] };

export class Xrays {
  readonly #networks = new Networks();

  /**
   * What runs in this wall. `of` picks the container to be shown whole: its name, host name, cgroup, or the pid (in the wall) of one of
   * its processes or of whoever started it; any other process of the wall is shown, too. Without it, the newest container.
   */
  async look(place: Place | undefined, kernel: KernelInfo, of?: string): Promise<Xray> {
    const nothing: Xray = { schema: 'drydock.xray/1', kernel, at: performance.now(), containers: [], left: 0, container: null };
    if (place === undefined) return nothing;
    try {
      const residents = residentsOf(place);
      const found = findContainers(namespacesOf(place.holder), residents);
      const listed = found.slice(-MOST_LISTED).flatMap((container) => present(() => describe(place, container, residents)));
      const chosen = of === undefined ? listed.at(-1) : pick(of, listed, residents, place);
      return {
        ...nothing,
        at: performance.now(),
        containers: listed.map(({ container: _, aliases: __, ...shown }) => shown),
        left: found.length - listed.length,
        container: chosen === undefined ? null : await this.#whole(place, chosen, residents),
      };
    } catch (error) {
      // The wall's first process has ended, and everything with it.
      if (isGone(error)) return nothing;
      throw error;
    }
  }

  /** Null where it ended while one looked. */
  async #whole(place: Place, chosen: Listed, residents: readonly WallResident[]): Promise<XrayDetail | null> {
    const { container, aliases: _, ...shown } = chosen;
    try {
      const subject: Subject = { place, view: view(container.first), inWall: chosen.pid };
      const troubles: XrayDetail['troubles'] = [];
      const part = <T>(name: string, read: () => T): T | null => {
        try {
          return read();
        } catch (error) {
          if (isGone(error) && !view(container.first).alive()) throw error;
          troubles.push({ part: name, why: clipped(error instanceof Error ? error.message : String(error)) });
          return null;
        }
      };
      const kinds = namespaces(subject);
      const inode = (which: 'host' | 'inside'): number => kinds.find(({ kind }) => kind === 'net')?.[which] ?? 0;
      const seen = part('cgroup', () => cgroup(subject, container)) ?? undefined;
      const { list, left } = processes(container, residents);
      const rest = {
        ...shown,
        isolated: isIsolated(subject),
        namespaces: kinds,
        hostname: hostname(subject),
        idMap: idMap(subject),
        processes: list, processesLeft: left,
        capabilities: part('capabilities', () => capabilities(subject)),
        mounts: part('mounts', () => mounts(subject)),
        cgroup: seen?.cgroup ?? null,
        gauges: gauges(seen, container, residents),
      };
      // Last, and only when nobody has gone meanwhile: it may have to wait for ip(8).
      const map = await this.#networks.map(place, container.first, chosen.pid, { host: inode('host'), container: inode('inside') })
        .catch((error: unknown) => part('network', () => {
          throw error;
        }));
      return { ...rest, network: map, troubles };
    } catch (error) {
      if (isGone(error)) return null;
      throw error;
    }
  }
}

/** The containers that a process of the wall has started: their first processes, as the judge's pids. */
export function startedBy(place: Place, pid: number): number[] {
  const residents = residentsOf(place);
  const byPid = new Map<number, WallResident>(residents.map((resident) => [resident.pid, resident]));
  return findContainers(namespacesOf(place.holder), residents)
    .map(({ first }) => first)
    .filter((first) => first !== pid && ancestors(byPid.get(first) as WallResident, byPid).some((above) => above.pid === pid));
}

function describe(place: Place, container: Container, residents: readonly WallResident[]): Listed {
  const { first } = container;
  const status = statusOf(first);
  const argv = argvOf(first);
  const names = [utsName(place.holder, 'hostname').value, utsName(first, 'hostname').value] as const;
  const own = names[0] === names[1] ? undefined : names[1];
  const group = cgroupInWall(place, view(first).cgroup().value);
  const given = nameGiven(first, residents);
  return {
    id: container.id,
    name: clipped(given ?? own ?? (path.basename(argv[0] ?? '') || status.name), 64),
    pid: pidInWall(status), inside: status.pids.at(-1) ?? status.pid, command: commandLine(argv),
    container,
    aliases: [container.id, ...[given, own].filter((name) => name !== undefined), path.basename(group)],
  };
}

/** What follows `--name` on the command line of whoever started it: a label, no more. */
function nameGiven(first: number, residents: readonly WallResident[]): string | undefined {
  const byPid = new Map<number, WallResident>(residents.map((resident) => [resident.pid, resident]));
  const resident = byPid.get(first);
  if (resident === undefined) return undefined;
  for (const above of ancestors(resident, byPid).slice(0, FAR_UP)) {
    const argv = argvOf(above.pid);
    const own = argv.slice(0, argv.includes('--') ? argv.indexOf('--') : undefined);
    const at = own.indexOf('--name');
    const name = at >= 0 ? own[at + 1] : own.find((word) => word.startsWith('--name='))?.slice('--name='.length);
    if (name !== undefined && name !== '') return name;
  }
  return undefined;
}

function pick(of: string, listed: readonly Listed[], residents: readonly WallResident[], place: Place): Listed | undefined {
  const named = listed.findLast((one) => one.aliases.includes(of));
  if (named || !/^\d+$/.test(of)) return named;
  const pid = Number(of);
  const direct = listed.find((one) => one.pid === pid);
  if (direct) return direct;
  const resident = residents.find((one) => present(() => pidInWall(statusOf(one.pid)) === pid)[0] === true);
  if (resident === undefined) return undefined;
  const byPid = new Map<number, WallResident>(residents.map((one) => [one.pid, one]));
  return listed.find((one) => one.container.members.includes(resident.pid))
    ?? listed.findLast((one) => ancestors(byPid.get(one.container.first) as WallResident, byPid).includes(resident))
    ?? present(() => describe(place, plainSubject(resident, residents), residents))[0];
}
