/**
 * /proc/PID/net/dev, route and snmp: a network namespace without starting a process; see proc_pid_net(5). Pure.
 */
import { endianness } from 'node:os';
import { ParseError } from './errors.ts';
import { integer, linesOf } from './text.ts';

/** Counters of one interface since it was made. */
export type InterfaceCounters = {
  readonly receivedBytes: number;
  readonly receivedPackets: number;
  readonly receivedDropped: number;
  readonly sentBytes: number;
  readonly sentPackets: number;
  readonly sentDropped: number;
};

/** One line of the IPv4 routing table. Addresses in dotted form. */
export type KernelRoute = {
  readonly interface: string;
  readonly destination: string;
  readonly gateway: string;
  readonly mask: string;
  /** RTF_UP 1, RTF_GATEWAY 2, RTF_HOST 4; see route(8). */
  readonly flags: number;
  readonly metric: number;
};

/** Interfaces by name. Throws ParseError. */
export function parseNetDev(text: string, source = 'net/dev'): Record<string, InterfaceCounters> {
  const [first, second, ...lines] = linesOf(text);
  if (first === undefined || second === undefined || !first.includes('|')) throw new ParseError(source, first ?? '', 'expected two heading lines');
  const interfaces = Object.create(null) as Record<string, InterfaceCounters>;
  for (const line of lines) {
    // The name is right-aligned and may touch its first counter: "veth12:1500". It may itself hold a colon ("eth0:1").
    const [, name, rest] = /^ *(\S+): *([\d ]+)$/.exec(line) ?? [];
    const numbers = (rest ?? '').trim().split(/ +/).map((word) => integer(word, source, line));
    if (name === undefined || numbers.length < 16) throw new ParseError(source, line, 'expected a name and sixteen counters');
    const at = (index: number): number => numbers[index] ?? 0;
    interfaces[name] = {
      receivedBytes: at(0), receivedPackets: at(1), receivedDropped: at(3),
      sentBytes: at(8), sentPackets: at(9), sentDropped: at(11),
    };
  }
  return interfaces;
}

/** The main table's IPv4 routes. Throws ParseError. */
export function parseNetRoute(text: string, source = 'net/route'): KernelRoute[] {
  const [heading, ...lines] = linesOf(text);
  // A namespace that never had a route has no table, and not even the heading.
  if (heading === undefined) return [];
  if (!heading.startsWith('Iface')) throw new ParseError(source, heading, 'expected a heading that begins with "Iface"');
  return lines.map((line) => {
    const [name, destination, gateway, flags, , , metric, mask] = line.trim().split(/\t/);
    if (name === undefined || mask === undefined || flags === undefined || !/^[0-9a-fA-F]+$/.test(flags)) throw new ParseError(source, line, 'expected eleven fields');
    return {
      interface: name,
      destination: dotted(destination, source, line),
      gateway: dotted(gateway, source, line),
      mask: dotted(mask, source, line),
      flags: Number.parseInt(flags, 16),
      metric: integer(metric, source, line),
    };
  });
}

/**
 * The counters of one protocol in net/snmp, which has two lines for each: names, then values. Empty where the protocol is not
 * listed. Throws ParseError.
 */
export function parseNetSnmp(text: string, protocol: string, source = 'net/snmp'): Record<string, number> {
  const lines = linesOf(text).filter((line) => line.startsWith(`${protocol}:`));
  const [names = [], values = []] = lines.map((line) => line.trim().split(/ +/).slice(1));
  if (lines.length > 2 || names.length !== values.length) throw new ParseError(source, lines.at(-1) ?? '', 'expected a line of names and one of as many values');
  const counters = Object.create(null) as Record<string, number>;
  names.forEach((name, index) => (counters[name] = integer(values[index], source, lines[1] ?? '')));
  return counters;
}

/** Where somebody listens: an IPv4 address, 0.0.0.0 or :: for all, and a port. */
export type ListeningPort = { readonly address: string; readonly port: number; readonly line: string };

/** The TCP sockets that listen, of net/tcp or net/tcp6; see proc_pid_net(5). Of IPv6 only the one for all addresses. Throws ParseError. */
export function parseListening(text: string, source = 'net/tcp'): ListeningPort[] {
  return linesOf(text).slice(1).flatMap((line) => {
    const [, local = '', , state] = line.trim().split(/ +/);
    const [address = '', port = ''] = local.split(':');
    if (state !== '0A') return [];
    if (/^0{32}$/.test(address)) return [{ address: '::', port: Number.parseInt(port, 16), line: line.trim() }];
    return address.length === 8 ? [{ address: dotted(address, source, line), port: Number.parseInt(port, 16), line: line.trim() }] : [];
  });
}

/** The address of the default route's gateway, undefined where there is no default route. */
export function defaultGateway(routes: readonly KernelRoute[]): string | undefined {
  return routes.find((route) => route.destination === '0.0.0.0' && route.mask === '0.0.0.0')?.gateway;
}

/** The kernel prints the four bytes as one number of the machine's own byte order. */
function dotted(hex: string | undefined, source: string, line: string): string {
  if (hex === undefined || !/^[0-9a-fA-F]{8}$/.test(hex)) throw new ParseError(source, line, 'expected eight hexadecimal digits');
  const bytes = [...Buffer.from(hex, 'hex')];
  return (endianness() === 'LE' ? bytes.reverse() : bytes).join('.');
}
