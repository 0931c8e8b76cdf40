/**
 * One process as the kernel shows it, read from outside. See proc(5).
 *
 * Every method reads the kernel at the moment of the call. It throws GoneError where the process is gone by then, is a
 * zombie that no longer has what was asked for, or another process got its pid meanwhile. `live.ts` makes one.
 */
import type { TerminalSize } from '../wire/messages.ts';
import type { Fact } from './fact.ts';
import type { IdRange } from './idmap.ts';
import type { FileFacts } from './inside.ts';
import type { Address, Link, Neighbour, Route } from './iproute.ts';
import type { Limit } from './limits.ts';
import type { Mount, Propagation } from './mountinfo.ts';
import type { NamespaceKind } from './namespaces.ts';
import type { InterfaceCounters, KernelRoute, ListeningPort } from './netfiles.ts';
import type { Failure } from './read/reach.ts';
import type { CapabilitySets, Ids, ProcessStatus, SignalSets } from './status.ts';

export { namespaceKinds } from './namespaces.ts';
export type { NamespaceKind } from './namespaces.ts';

export interface ProcessView {
  /** The process id in the judge's own pid namespace. */
  readonly pid: number;
  /** What it is called in facts, as a noun: `the command`, `box`, `process 412`. */
  readonly label: string;

  /**
   * Runs many readings at once. Only after the last of them it is made sure that all were of this process: cheaper than once for
   * each. Throws GoneError where another process has got the pid meanwhile.
   */
  together<T>(read: () => T): T;

  // Life
  /** True while it exists and is not a zombie. Never throws. */
  alive(): boolean;
  /** One letter: R S D Z T t X I (/proc/PID/status). */
  state(): Fact<string>;
  /** Parent's pid, in the judge's pid namespace; 0 where the parent is outside of that. */
  parent(): Fact<number>;
  /** The processes it started that are still there, zombies too; by any of its threads. */
  children(): ProcessView[];
  /** Every process of its pid namespace, zombies and itself too, in the order of their pids; none of the namespaces below that. */
  companions(): ProcessView[];
  /** Its threads (/proc/PID/task). */
  threads(): Fact<number[]>;
  /** Clock ticks between boot and its start. */
  startTime(): Fact<number>;

  // What it runs
  argv(): Fact<string[]>;
  /** Environment as it was at execve (a process may overwrite it; what follows is not to be believed). */
  environment(): Fact<Record<string, string>>;
  /** Targets of /proc/PID/exe, cwd and root as the judge reads the links. */
  exe(): Fact<string>;
  cwd(): Fact<string>;
  root(): Fact<string>;
  /** The target of /proc/PID/fd/N, null where N is not open. */
  descriptor(n: number): Fact<string | null>;
  /** Every open descriptor: number to target. */
  descriptors(): Fact<Record<number, string>>;
  /** The file itself that descriptor N is open on, null where N is not open: its name may by now be another's. */
  openFile(n: number): Fact<FileFacts | null>;
  /** The size of the pseudo-terminal that descriptor N is open on, null where it is none. */
  windowSize(n: number): Fact<TerminalSize | null>;

  // Who it is
  /** Its ids from the judge's pid namespace inwards (NSpid of /proc/PID/status): the last is its own view of itself. */
  pids(): Fact<number[]>;
  /** Session and process group, each from the judge's pid namespace inwards. */
  sessions(): Fact<number[]>;
  processGroups(): Fact<number[]>;
  /** Controlling terminal as `major:minor`, null where it has none; and that terminal's foreground process group. */
  terminal(): Fact<string | null>;
  foregroundGroup(): Fact<number | null>;
  uids(): Fact<Ids>;
  gids(): Fact<Ids>;
  groups(): Fact<number[]>;
  capabilities(): Fact<CapabilitySets>;
  noNewPrivileges(): Fact<boolean>;
  /** 0 off, 1 strict, 2 filter. */
  seccomp(): Fact<number>;
  signals(): Fact<SignalSets>;
  /** The whole of /proc/PID/status. */
  status(): Fact<ProcessStatus>;
  limits(): Fact<Record<string, Limit>>;

  // Namespaces
  /** The inode number of a namespace it is in (/proc/PID/ns/KIND); its main thread's, to be exact. */
  namespace(kind: NamespaceKind): Fact<number>;
  /** The user namespace that owns it, by inode: whose capabilities count there. Null where the judge may not know. */
  namespaceOwner(kind: Exclude<NamespaceKind, 'user'>): Fact<number | null>;
  /** /proc/PID/ns/pid_for_children, null where the namespace is new and has no process yet. */
  namespaceForChildren(): Fact<number | null>;
  /** Namespace inode of every thread (/proc/PID/task/TID/ns/KIND), main thread first, to see which thread moved. */
  threadNamespaces(kind: NamespaceKind): Fact<number[]>;
  uidMap(): Fact<IdRange[]>;
  gidMap(): Fact<IdRange[]>;
  /** /proc/PID/setgroups. */
  setgroups(): Fact<'allow' | 'deny'>;
  /** The host name of its UTS namespace, and the NIS domain name, read by the judge inside that namespace. */
  hostname(): Fact<string>;
  domainname(): Fact<string>;

  // Mounts and files
  mounts(): Fact<Mount[]>;
  /** Every mount of its mount namespace as seen from the namespace's root: also those that a chroot(2) hides from the process. */
  namespaceMounts(): Fact<Mount[]>;
  /** The mount whose mount point is exactly this path, the topmost where several are stacked; null for none. */
  mountAt(path: string): Fact<Mount | null>;
  /** The mount this path lies on, by its text (no link is followed); null where the root itself is not listed. */
  mountOf(path: string): Fact<Mount | null>;
  /** How the mount this path lies on propagates: private, shared, slave, …; null where it is not listed. */
  propagation(path: string): Fact<Propagation['kind'] | null>;
  /**
   * What is at a path of its root, null where nothing is. Links are followed inside that root, never out of it;
   * the last component only if `follow`.
   */
  file(path: string, options?: { follow?: boolean }): Fact<FileFacts | null>;
  /** The content of a regular file inside its root, at most `limit` bytes (64 KiB unless said); null where there is no regular file. */
  text(path: string, options?: { limit?: number }): Fact<string | null>;
  /** The names in a directory inside its root, sorted; null where there is no directory. */
  list(path: string): Fact<string[] | null>;

  // cgroup
  /** Its version 2 cgroup (/proc/PID/cgroup), relative to the judge's cgroup namespace. */
  cgroup(): Fact<string>;
  /** The same as the process itself reads it: relative to the root of its own cgroup namespace. */
  cgroupInside(): Fact<string>;
  /** The root of its cgroup namespace, relative to the judge's; null where it cannot be told from the two paths. */
  cgroupNamespaceRoot(): Fact<string | null>;

  // Network, in its network namespace
  /** Interfaces with their counters, from /proc/PID/net/dev: cheap. */
  interfaces(): Fact<Record<string, InterfaceCounters>>;
  /** IPv4 routes from /proc/PID/net/route: cheap. */
  kernelRoutes(): Fact<KernelRoute[]>;
  /** `ip -j` run in its network namespace by the judge: a process start each. */
  links(): Fact<Link[]>;
  addresses(): Fact<Address[]>;
  routes(): Fact<Route[]>;
  neighbours(): Fact<Neighbour[]>;
  /** ICMP echo requests that have come to its network namespace, from /proc/PID/net/snmp: cheap. */
  echoRequests(): Fact<number>;
  /** Whether an address answers to a ping(8) from its network namespace, run by the judge; takes three seconds where none does. */
  ping(address: string): Promise<Fact<boolean>>;

  // Who reaches whom
  /**
   * Connects by TCP from its network namespace to a port, while the judge listens in the network namespace of `at`. The value is the
   * address from which the judge's bytes came there, or how it failed. Repeated for a few seconds where it does.
   */
  reaches(to: { address: string; port: number }, at: ProcessView, port: number): Promise<Fact<string | Failure>>;
  /** The IPv4 address that a name has for it: by the /etc/hosts in its root, or by who answers of those in its /etc/resolv.conf; null for none. */
  lookUp(name: string): Promise<Fact<string | null>>;
  /** Whether a question for this name, sent to the name servers in its /etc/resolv.conf, comes to one of these: an address in a process's network namespace. */
  asks(name: string, servers: readonly { address: string; at: ProcessView }[]): Promise<Fact<boolean>>;
  /** Where somebody listens for TCP in its network namespace (/proc/PID/net/tcp). */
  listening(): Fact<ListeningPort[]>;
  /** Counters of a protocol in its network namespace (/proc/PID/net/snmp): `Ip`, `Tcp`, … */
  counters(protocol: string): Fact<Record<string, number>>;
  /** What the packet filter of its network namespace holds, and has counted: lines of iptables-save(8) and nft(8). */
  packetFilter(): Fact<string[]>;
  /** The connections that the packet filter of its network namespace keeps track of (/proc/PID/net/nf_conntrack), a line each. */
  connections(): Fact<string[]>;
  /** A number below /proc/sys/net of its network namespace, null where there is none: `ipv4/ip_forward`. */
  networkSetting(name: string): Fact<number | null>;
}
