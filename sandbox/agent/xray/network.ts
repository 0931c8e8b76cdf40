/**
 * The network of a container and its host's as a map: interfaces, addresses, which cable leads where, counters.
 *
 * Counters are read from /proc every time. What only netlink tells costs the start of ip(8), so it is asked for when something that
 * the cheap files show has changed, and every few seconds.
 */
import type { Address, Link } from '../../observe/iproute.ts';
import { parseAddresses, parseLinks } from '../../observe/iproute.ts';
import { parseNetDev, parseNetRoute } from '../../observe/netfiles.ts';
import type { InterfaceCounters, KernelRoute } from '../../observe/netfiles.ts';
import { ipInsideLater } from '../../observe/network.ts';
import { readProc } from '../../observe/procfile.ts';
import type { XrayInterface, XrayNetwork } from '../../wire/xray.ts';
import { HOST_PID } from './place.ts';
import type { Place } from './place.ts';

/** How old what ip(8) said may be, in milliseconds: the state of a cable changes without a trace in the cheap files. */
const FRESH = 3_000;

/** Interfaces of one side, and routes, that are handed on. */
const MOST = 60;

type Side = { links: Link[]; addresses: Address[] };
type Kept = { print: string; at: number; side: Side };

/** Keeps what was read last of each network namespace. */
export class Networks {
  readonly #kept = new Map<number, Kept>();

  /** The map. `first` is the container's first process, `inWall` its pid there. Throws GoneError, SystemCallError, ParseError. */
  async map(place: Place, first: number, inWall: number, inodes: { host: number; container: number }): Promise<XrayNetwork> {
    const own = inodes.host !== inodes.container;
    const host = await this.#side(place.holder, inodes.host);
    const container = own ? await this.#side(first, inodes.container) : host;
    // Of two networks at most that are looked at, no more than these are kept.
    for (const inode of this.#kept.keys()) if (inode !== inodes.host && inode !== inodes.container) this.#kept.delete(inode);
    const shown = (side: Side, other: Side, pid: number, seen: number, where: 'host' | 'container'): XrayNetwork['host'] => {
      const counters = parseNetDev(readProc(pid, 'net/dev'), `/proc/${pid}/net/dev`);
      const interfaces = side.links.map((link) => describe(link, side, other, where, counters[link.name]));
      return {
        interfaces: interfaces.slice(0, MOST), left: Math.max(0, interfaces.length - MOST),
        source: `nsenter -t ${seen} -n ip -d addr`, counters: `/proc/${seen}/net/dev`,
      };
    };
    return {
      own,
      host: shown(host, container, place.holder, HOST_PID, 'host'),
      container: shown(container, host, first, inWall, own ? 'container' : 'host'),
      routes: parseNetRoute(readProc(first, 'net/route')).slice(0, MOST).map(describeRoute),
      routesSource: `/proc/${inWall}/net/route`,
    };
  }

  async #side(pid: number, inode: number): Promise<Side> {
    // Names of interfaces, IPv4 and IPv6 addresses.
    const names = Object.keys(parseNetDev(readProc(pid, 'net/dev')));
    const print = [names.join(' '), readProc(pid, 'net/fib_trie'), optionalText(pid, 'net/if_inet6')].join('\n');
    const kept = this.#kept.get(inode);
    const now = performance.now();
    if (kept?.print === print && now - kept.at < FRESH) return kept.side;
    const json = await ipInsideLater(pid, ['-j', '-d', 'addr']);
    const side = { links: parseLinks(json), addresses: parseAddresses(json) };
    this.#kept.set(inode, { print, at: now, side });
    return side;
  }
}

/** A kernel without IPv6 has no such file. */
function optionalText(pid: number, name: string): string {
  try {
    return readProc(pid, name);
  } catch {
    return '';
  }
}

const none: InterfaceCounters = { receivedBytes: 0, receivedPackets: 0, receivedDropped: 0, sentBytes: 0, sentPackets: 0, sentDropped: 0 };

function describe(link: Link, side: Side, other: Side, where: 'host' | 'container', counters: InterfaceCounters = none): XrayInterface {
  return {
    index: link.index,
    name: link.name,
    kind: link.kind ?? null,
    up: link.flags.includes('UP'),
    state: link.state,
    addresses: side.addresses.filter((address) => address.interface === link.name).map(({ address, prefix }) => `${address}/${prefix}`).slice(0, 8),
    master: link.master ?? null,
    peer: peerOf(link, side, other, where),
    received: { bytes: counters.receivedBytes, packets: counters.receivedPackets, dropped: counters.receivedDropped },
    sent: { bytes: counters.sentBytes, packets: counters.sentPackets, dropped: counters.sentDropped },
  };
}

/** Two ends of a cable know each other's index; in one namespace they know the name, too. */
function peerOf(link: Link, side: Side, other: Side, where: 'host' | 'container'): XrayInterface['peer'] {
  if (link.kind !== 'veth') return null;
  if (link.peerName !== undefined && side.links.some((one) => one.name === link.peerName)) return { side: where, name: link.peerName };
  if (link.peerIndex === undefined) return null;
  const end = side === other ? undefined : other.links.find((one) => one.kind === 'veth' && one.index === link.peerIndex && one.peerIndex === link.index);
  return end ? { side: where === 'host' ? 'container' : 'host', name: end.name } : { side: 'elsewhere', name: `if${link.peerIndex}` };
}

function describeRoute(route: KernelRoute): XrayNetwork['routes'][number] {
  const bits = route.mask.split('.').reduce((sum, part) => sum + Number(part).toString(2).replaceAll('0', '').length, 0);
  return {
    to: bits === 0 ? 'default' : `${route.destination}/${bits}`,
    via: route.gateway === '0.0.0.0' ? null : route.gateway,
    through: route.interface,
  };
}
