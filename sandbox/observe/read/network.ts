/**
 * The network of a process's network namespace.
 */
import { fact } from '../fact.ts';
import type { Fact } from '../fact.ts';
import { parseAddresses, parseLinks, parseNeighbours, parseRoutes } from '../iproute.ts';
import type { Address, Link, Neighbour, Route } from '../iproute.ts';
import { parseNetDev, parseNetRoute, parseNetSnmp } from '../netfiles.ts';
import type { InterfaceCounters, KernelRoute } from '../netfiles.ts';
import { ipInside, pingInside } from '../network.ts';
import { linesOf } from '../text.ts';
import type { Reader } from './reader.ts';

export function interfaces(reader: Reader): Fact<Record<string, InterfaceCounters>> {
  const text = reader.text('net/dev');
  return fact(reader.name('network interfaces'), parseNetDev(text, reader.path('net/dev')), reader.path('net/dev'), linesOf(text).slice(2));
}

export function kernelRoutes(reader: Reader): Fact<KernelRoute[]> {
  const text = reader.text('net/route');
  return fact(reader.name('IPv4 routes'), parseNetRoute(text, reader.path('net/route')), reader.path('net/route'), linesOf(text).map((line) => line.trimEnd()));
}

export function links(reader: Reader): Fact<Link[]> {
  return fromIp(reader, 'network interfaces', ['-j', '-d', 'link'], parseLinks);
}

export function addresses(reader: Reader): Fact<Address[]> {
  return fromIp(reader, 'addresses', ['-j', 'addr'], parseAddresses);
}

export function routes(reader: Reader): Fact<Route[]> {
  return fromIp(reader, 'routes', ['-j', 'route'], parseRoutes);
}

export function neighbours(reader: Reader): Fact<Neighbour[]> {
  return fromIp(reader, 'neighbours', ['-j', 'neigh'], parseNeighbours);
}

export function echoRequests(reader: Reader): Fact<number> {
  const text = reader.text('net/snmp');
  return fact(reader.name('count of echo requests received'), parseNetSnmp(text, 'Icmp', reader.path('net/snmp'))['InEchos'] ?? 0, reader.path('net/snmp'), counterLines(text, 'Icmp'));
}

/** The two lines of net/snmp that are about a protocol. */
export function counterLines(text: string, protocol: string): string[] {
  return linesOf(text).filter((line) => line.startsWith(`${protocol}:`));
}

export async function ping(reader: Reader, address: string): Promise<Fact<boolean>> {
  const { answered, said } = await pingInside(reader.pid, address);
  const lines = linesOf(said).filter((line) => /bytes from|transmitted|nreachable|ping:/.test(line));
  return fact(`an answer from ${address} to a ping by ${reader.label}`, answered, `nsenter -t ${reader.pid} -n ping -c 1 ${address}`, lines);
}

function fromIp<T extends { readonly line: string }>(
  reader: Reader, what: string, args: readonly string[], parse: (json: string, source: string) => T[],
): Fact<T[]> {
  const source = `nsenter -t ${reader.pid} -n ip ${args.join(' ')}`;
  const entries = parse(reader.steady(() => ipInside(reader.pid, args)), source);
  return fact(reader.name(what), entries, source, entries.map((entry) => entry.line));
}
