/**
 * What `ip -j` says, as typed values; see ip(8). Pure: the texts come from network.ts.
 *
 * iproute2 leaves out what does not apply, adds fields with every release, prints `{}` for what a filter dropped, and some
 * versions print nothing at all for an empty list. Every value keeps, as `line`, the fields of its entry that were read here.
 */
import * as v from 'valibot';
import { ParseError } from './errors.ts';

/** An interface (`ip -j -d link`). */
export type Link = {
  readonly index: number;
  readonly name: string;
  /** LOOPBACK, UP, LOWER_UP, BROADCAST, … */
  readonly flags: readonly string[];
  readonly mtu: number;
  /** The kernel's operational state: UP, DOWN, UNKNOWN, LOWERLAYERDOWN, … */
  readonly state: string;
  /** loopback, ether, … */
  readonly type: string;
  /** Hardware address. */
  readonly address?: string;
  /** A veth's other end: by name where it is in the same network namespace, … */
  readonly peerName?: string;
  /** … otherwise by its index there and by that namespace's id as this one numbers it. */
  readonly peerIndex?: number;
  readonly peerNamespace?: number;
  /** The bridge it is a port of. */
  readonly master?: string;
  /** veth, bridge, vlan, …; absent for plain devices. */
  readonly kind?: string;
  readonly line: string;
};

/** One address of an interface (`ip -j addr`). */
export type Address = {
  readonly interface: string;
  readonly family: string;
  readonly address: string;
  readonly prefix: number;
  readonly scope: string;
  readonly broadcast?: string;
  readonly line: string;
};

/** One route (`ip -j route`). */
export type Route = {
  /** `default`, an address, or address/prefix. */
  readonly destination: string;
  readonly gateway?: string;
  readonly interface?: string;
  readonly protocol?: string;
  readonly scope?: string;
  /** The preferred source address. */
  readonly source?: string;
  readonly metric?: number;
  readonly flags: readonly string[];
  /** unicast unless it says otherwise: blackhole, unreachable, prohibit, … */
  readonly type: string;
  readonly line: string;
};

/** One neighbour (`ip -j neigh`): REACHABLE, STALE, FAILED, … */
export type Neighbour = {
  readonly address: string;
  readonly interface: string;
  readonly hardware?: string;
  readonly states: readonly string[];
  readonly line: string;
};

const text = v.optional(v.string());
const number = v.optional(v.number());
const words = v.optional(v.array(v.string()), []);

const LinkSchema = v.object({
  ifindex: v.number(), ifname: v.string(), flags: words, mtu: v.optional(v.number(), 0), operstate: v.optional(v.string(), 'UNKNOWN'),
  link_type: v.optional(v.string(), ''), address: text, link: v.nullish(v.string()), link_index: number, link_netnsid: number,
  master: text, linkinfo: v.optional(v.object({ info_kind: text })),
});

const AddressesSchema = v.object({
  ifname: v.string(),
  addr_info: v.optional(v.array(v.union([
    v.object({ family: v.string(), local: v.string(), prefixlen: v.number(), scope: v.optional(v.string(), ''), broadcast: text }),
    v.strictObject({}),
  ])), []),
});

const RouteSchema = v.object({
  dst: v.string(), gateway: text, via: v.optional(v.object({ host: v.string() })), dev: text, protocol: text, scope: text,
  prefsrc: text, metric: number, flags: words, type: v.optional(v.string(), 'unicast'),
});

const NeighbourSchema = v.object({ dst: v.string(), dev: v.string(), lladdr: text, state: words });

/** Reads `ip -j -d link`. Throws ParseError. */
export function parseLinks(json: string, source = 'ip -j -d link'): Link[] {
  return entries(LinkSchema, json, source).map(({ entry, line }) => defined({
    index: entry.ifindex, name: entry.ifname, flags: entry.flags, mtu: entry.mtu, state: entry.operstate, type: entry.link_type,
    address: entry.address, peerName: entry.link ?? undefined, peerIndex: entry.link_index, peerNamespace: entry.link_netnsid,
    master: entry.master, kind: entry.linkinfo?.info_kind, line,
  }));
}

/** Reads `ip -j addr`: the addresses of all interfaces in one list. Throws ParseError. */
export function parseAddresses(json: string, source = 'ip -j addr'): Address[] {
  return entries(AddressesSchema, json, source).flatMap(({ entry }) => entry.addr_info.flatMap((info) => ('local' in info
    ? [defined({
      interface: entry.ifname, family: info.family, address: info.local, prefix: info.prefixlen, scope: info.scope,
      broadcast: info.broadcast, line: JSON.stringify({ ifname: entry.ifname, addr_info: [info] }),
    })]
    : [])));
}

/** Reads `ip -j route`. Throws ParseError. */
export function parseRoutes(json: string, source = 'ip -j route'): Route[] {
  return entries(RouteSchema, json, source).map(({ entry, line }) => defined({
    destination: entry.dst, gateway: entry.gateway ?? entry.via?.host, interface: entry.dev, protocol: entry.protocol, scope: entry.scope,
    source: entry.prefsrc, metric: entry.metric, flags: entry.flags, type: entry.type, line,
  }));
}

/** Reads `ip -j neigh`. Throws ParseError. */
export function parseNeighbours(json: string, source = 'ip -j neigh'): Neighbour[] {
  return entries(NeighbourSchema, json, source).map(({ entry, line }) => defined({
    address: entry.dst, interface: entry.dev, hardware: entry.lladdr, states: entry.state, line,
  }));
}

type Objects = v.ObjectSchema<v.ObjectEntries, undefined>;

function entries<S extends Objects>(schema: S, json: string, source: string): { entry: v.InferOutput<S>; line: string }[] {
  return listOf(json, source).map((value) => {
    const result = v.safeParse(schema, value);
    if (result.success) return { entry: result.output, line: lineOf(value, schema) };
    const issue = result.issues[0];
    throw new ParseError(source, JSON.stringify(value), `${v.getDotPath(issue) ?? 'entry'}: ${issue.message}`);
  });
}

/** The entry as it was, but for the fields that we do not read. */
function lineOf(value: unknown, schema: Objects): string {
  return JSON.stringify(Object.fromEntries(Object.entries(value as object).filter(([key]) => key in schema.entries)));
}

function listOf(json: string, source: string): unknown[] {
  if (json.trim() === '') return [];
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw new ParseError(source, json, 'expected JSON', { cause });
  }
  if (!Array.isArray(value)) throw new ParseError(source, json, 'expected a JSON list');
  return value.filter((entry) => !isEmptyObject(entry));
}

function isEmptyObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length === 0;
}

/** An object without its undefined properties, so that absent means absent. */
type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & { [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined> };

function defined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as Defined<T>;
}
