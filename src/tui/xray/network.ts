/** The network as a map: the host's interfaces on the left, the container's on the right, a line for every cable. Pure. */
import type { XrayDetail, XrayInterface } from '../../check/wire.ts';
import { t } from '../strings.ts';
import { type Line, type Segment, blank, fitLine, indent, line, lineWidth, padLine, seg } from '../text/line.ts';
import { untrustedLine } from '../text/untrusted.ts';
import { wrap } from '../text/wrap.ts';
import type { History } from './history.ts';
import { type Room, bytes, from, say } from './words.ts';

const s = t.xray.network;

/** Columns from which on host and container stand side by side. */
const SIDE_BY_SIDE = 70;

/** Cells of a cable between the two sides. */
const CABLE = 6;

export function layoutNetwork({ network }: XrayDetail, history: History, { width, drawn }: Room): Line[] {
  if (!network) return say(t.xray.unreadable, width, 'warn');
  const { own, host, container, routes, routesSource } = network;
  const sources = own ? [host.source, host.counters, container.source, container.counters] : [host.source, host.counters];
  const now = history.samples.at(-1);
  const rates = now?.received == null || now.sent === null ? [] : say(s.rates(bytes(now.received), bytes(now.sent)), width, 'text');
  const left = (side: typeof host): Line[] => (side.left > 0 ? say(t.xray.left(side.left), width, 'label') : []);
  const map = !own ? [...say(s.hosts, width, 'warn'), ...column(ordered(host.interfaces), { width, drawn })]
    : drawn && width >= SIDE_BY_SIDE ? sideBySide(host.interfaces, container.interfaces, width)
    : [line(t.xray.host, 'strong'), ...column(ordered(host.interfaces), { width, drawn }), blank, line(t.xray.container, 'strong'), ...column(container.interfaces, { width, drawn })];
  return [
    ...from(sources, width),
    ...map,
    ...left(host), ...(own ? left(container) : []),
    ...rates,
    blank,
    line(s.routes, 'strong'),
    ...from([routesSource], width),
    ...(routes.length === 0 ? say(s.noRoutes, width) : routes.flatMap(({ to, via, through }) => say(s.route(untrustedLine(to), via === null ? null : untrustedLine(via), untrustedLine(through)), width))),
  ];
}

/** Each bridge with its ports below it, then the rest. What leads into the container comes first. */
function ordered(interfaces: readonly XrayInterface[]): XrayInterface[] {
  const leads = (one: XrayInterface): number => (one.peer?.side === 'container' ? 0 : 1);
  const ports = (bridge: XrayInterface): XrayInterface[] => interfaces.filter(({ master }) => master === bridge.name).toSorted((a, b) => leads(a) - leads(b));
  const bridges = interfaces.filter(({ kind }) => kind === 'bridge').toSorted((a, b) => Math.min(1, ...ports(a).map(leads)) - Math.min(1, ...ports(b).map(leads)));
  const withPorts = bridges.flatMap((bridge) => [bridge, ...ports(bridge)]);
  return [...withPorts, ...interfaces.filter((one) => !withPorts.includes(one)).toSorted((a, b) => leads(a) - leads(b))];
}

function column(interfaces: readonly XrayInterface[], { width, drawn }: Room): Line[] {
  return interfaces.flatMap((one) => {
    const [name, ...more] = describe(one, width, drawn);
    const cable = one.peer === null ? [] : one.peer.side === 'elsewhere' ? say(s.elsewhere(untrustedLine(one.peer.name)), width - 4, 'label')
      : say(one.peer.side === 'host' ? s.cable(untrustedLine(one.peer.name), untrustedLine(one.name)) : s.cable(untrustedLine(one.name), untrustedLine(one.peer.name)), width - 4, 'label');
    return [name ?? blank, ...more, ...indent(cable, [seg('    ')])];
  });
}

/** Rows of the two sides: an end of a cable stands beside its other end; all others fill the rows that are free. */
function sideBySide(host: readonly XrayInterface[], container: readonly XrayInterface[], width: number): Line[] {
  const half = Math.floor((width - CABLE) / 2);
  const left = ordered(host);
  const free = container.filter((one) => one.peer?.side !== 'host' || !left.some(({ name }) => name === one.peer?.name));
  const rows = left.map((one) => {
    const end = one.peer?.side === 'container' ? container.find(({ name }) => name === one.peer?.name) : undefined;
    return { left: one as XrayInterface | undefined, right: end, cable: end !== undefined };
  });
  for (const one of free) {
    const row = rows.find(({ right }) => right === undefined);
    if (row) row.right = one;
    else rows.push({ left: undefined, right: one, cable: false });
  }
  return [
    [...padLine(line(t.xray.host, 'strong'), half), seg(' '.repeat(CABLE)), seg(t.xray.container, 'strong')],
    ...rows.flatMap(({ left: one, right, cable }) => {
      const [a, b] = [one ? describe(one, half) : [], right ? describe(right, width - half - CABLE) : []];
      return Array.from({ length: Math.max(a.length, b.length) }, (_, index): Line => {
        const middle = cable && index === 0 ? seg(' ◀──▶ ', 'good') : seg(' '.repeat(CABLE));
        return [...padLine(a[index] ?? blank, half), middle, ...(b[index] ?? blank)];
      });
    }),
  ];
}

/** An interface in two lines or three: name, state and address; the other addresses; counters. */
function describe(one: XrayInterface, width: number, drawn = true): Line[] {
  const under = one.master === null ? '' : drawn ? '└ ' : '  ';
  const state: Segment = one.up ? (['DOWN', 'LOWERLAYERDOWN'].includes(one.state) ? seg(s.noCarrier, 'warn') : seg(s.up, 'good')) : seg(s.down, 'warn');
  const addresses = one.addresses.toSorted((a, b) => rank(a) - rank(b)).map((address) => untrustedLine(address, 60));
  // A link-local address is not what one looks for.
  const first = addresses.find((address) => rank(address) < 2);
  const others = addresses.filter((address) => address !== first);
  const hang = '    ';
  const head: Segment[] = [seg(`${under}${untrustedLine(one.name, 20)}`, 'strong'), seg(' '), state, ...(first !== undefined ? [seg(` ${first}`)] : others.length === 0 && one.master === null ? [seg(` ${s.noAddress}`, 'label')] : [])];
  const kind = one.kind === null ? '' : ` ${untrustedLine(one.kind, 20)}`;
  const dropped = one.received.dropped + one.sent.dropped;
  const counters = s.counters(bytes(one.received.bytes), one.received.packets, bytes(one.sent.bytes), one.sent.packets) + (dropped > 0 ? s.dropped(dropped) : '');
  return [
    lineWidth(head) + kind.length <= width ? [...head, seg(kind, 'label')] : fitLine(head, width),
    ...indent(others.flatMap((address) => wrap(line(s.also(address)), width - hang.length)), [seg(hang)]).map((parts) => fitLine(parts, width)),
    ...indent(wrap(line(counters, 'label'), width - hang.length), [seg(hang)]),
  ];
}

/** IPv4 first, then IPv6, link-local last. */
const rank = (address: string): number => (address.startsWith('fe80:') ? 2 : address.includes(':') ? 1 : 0);
