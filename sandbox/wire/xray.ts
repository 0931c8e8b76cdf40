/**
 * The X-ray: a container as the kernel has it at one moment, and what `drydock xray --json` prints.
 *
 * Every part names the file it was read from, as it is called inside the sandbox: `cat` it in `drydock shell`. Process ids are
 * the sandbox's own, where the learner's box counts, too; `inside` is what the container calls the same thing. Names and paths
 * were made by learner code: whoever shows them makes them harmless first.
 */
import * as v from 'valibot';
import { KernelSchema } from './verdict.ts';

/** Null where the kernel has nothing of it, or does not say. */
const text = v.nullable(v.string());
const number = v.nullable(v.number());

/** A number that moves: the file, and the limit that it moves towards (null for none). */
const GaugeSchema = v.object({ value: number, limit: number, source: v.string() });

export const NamespaceSchema = v.object({
  kind: v.picklist(['cgroup', 'ipc', 'mnt', 'net', 'pid', 'time', 'user', 'uts']),
  /** CLONE_NEWUTS: what clone(2) and unshare(2) call it. */
  flag: v.string(),
  /** Inode numbers; null where this kernel has no such namespaces. */
  host: number,
  inside: number,
  hostSource: v.string(),
  source: v.string(),
});

export const ProcessSchema = v.object({
  pid: v.number(),
  /** Its pid in its own pid namespace. */
  inside: v.number(),
  /** 0 where that is outside the sandbox. */
  parent: v.number(),
  /** How deep in the tree that is shown. */
  depth: v.number(),
  /** False for the process outside that started the container: the runtime. */
  member: v.boolean(),
  /** R S D Z T t X I. */
  state: v.string(),
  name: v.string(),
  /** The argument vector with spaces between; empty for a zombie. */
  command: v.string(),
  residentKb: number,
  threads: v.number(),
  source: v.string(),
});

export const CapabilitiesSchema = v.object({
  /** How many this kernel knows. */
  known: v.number(),
  effective: v.array(v.string()),
  permitted: v.array(v.string()),
  inheritable: v.array(v.string()),
  bounding: v.array(v.string()),
  ambient: v.array(v.string()),
  /** Effective user and group id, as the user namespace numbers them; null where they are not mapped there. */
  uid: number,
  gid: number,
  noNewPrivileges: v.nullable(v.boolean()),
  /** 0 off, 1 strict, 2 filter. */
  seccomp: number,
  source: v.string(),
});

export const MountSchema = v.object({
  depth: v.number(),
  point: v.string(),
  /** The directory of the file system that is mounted: other than / for a bind mount. */
  root: v.string(),
  type: v.string(),
  from: v.string(),
  options: v.array(v.string()),
  /** As mountinfo writes it (`shared:1 master:2`), or `private`. */
  propagation: v.string(),
  /** Which way mount events go between it and the host's mounts. */
  events: v.picklist(['none', 'both', 'from-host']),
  /** Another mount lies over it: no path leads there. */
  covered: v.boolean(),
});

export const OverlaySchema = v.object({
  point: v.string(),
  /** Topmost first. */
  lower: v.array(v.string()),
  upper: text,
  work: text,
  options: v.array(v.string()),
});

export const InterfaceSchema = v.object({
  index: v.number(),
  name: v.string(),
  /** veth, bridge, …; null for a plain device. */
  kind: text,
  up: v.boolean(),
  /** The kernel's operational state: UP, DOWN, UNKNOWN, … */
  state: v.string(),
  /** `10.200.0.14/16`. */
  addresses: v.array(v.string()),
  /** The bridge it is a port of. */
  master: text,
  /** A veth's other end: its name, and on which side it is. `elsewhere`: in a network that is neither the host's nor this one. */
  peer: v.nullable(v.object({ side: v.picklist(['host', 'container', 'elsewhere']), name: v.string() })),
  received: v.object({ bytes: v.number(), packets: v.number(), dropped: v.number() }),
  sent: v.object({ bytes: v.number(), packets: v.number(), dropped: v.number() }),
});

const SideSchema = v.object({ interfaces: v.array(InterfaceSchema), left: v.number(), source: v.string(), counters: v.string() });

export const NetworkSchema = v.object({
  /** False where the container is in the host's network: then `container` is the same as `host`. */
  own: v.boolean(),
  host: SideSchema,
  container: SideSchema,
  /** The container's IPv4 routes: destination/prefix (or `default`), gateway (null: reached directly), interface. */
  routes: v.array(v.object({ to: v.string(), via: text, through: v.string() })),
  routesSource: v.string(),
});

export const CgroupSchema = v.object({
  /** Its path as the sandbox's host sees it, and as the container does. */
  path: v.string(),
  inside: text,
  /** Nothing but the container's processes is in it or below. */
  own: v.boolean(),
  source: v.string(),
  /** Its files as they stand; `text` is null for a file that is not there, its controller not being enabled. */
  files: v.array(v.object({ name: v.string(), text, source: v.string() })),
});

export const ContainerSchema = v.object({
  id: v.string(),
  name: v.string(),
  pid: v.number(),
  inside: v.number(),
  command: v.string(),
});

export const DetailSchema = v.object({
  ...ContainerSchema.entries,
  /** False for a process that shares every namespace with the host. */
  isolated: v.boolean(),
  namespaces: v.array(NamespaceSchema),
  hostname: v.object({ host: v.string(), inside: v.string(), source: v.string() }),
  idMap: v.object({ lines: v.array(v.string()), source: v.string() }),
  processes: v.array(ProcessSchema),
  processesLeft: v.number(),
  capabilities: v.nullable(CapabilitiesSchema),
  mounts: v.nullable(v.object({
    source: v.string(),
    /** False where the process's root is a plain directory, as after chroot(2): what is above it is mounted and out of sight. */
    rootIsMount: v.boolean(),
    list: v.array(MountSchema),
    left: v.number(),
    overlays: v.array(OverlaySchema),
  })),
  cgroup: v.nullable(CgroupSchema),
  network: v.nullable(NetworkSchema),
  /** `memory` in bytes; `cpu`: microseconds used so far, its limit in processors (0.5); `pids`: processes and threads. */
  gauges: v.object({ memory: GaugeSchema, cpu: GaugeSchema, pids: GaugeSchema }),
  /** Parts that could not be read, and why. */
  troubles: v.array(v.object({ part: v.string(), why: v.string() })),
});

export const XraySchema = v.object({
  schema: v.literal('drydock.xray/1'),
  kernel: KernelSchema,
  /** When it was read: milliseconds on a clock that only goes forward. */
  at: v.number(),
  /** Everything that runs in the sandbox and looks like a container, the oldest first; `left` more are not listed. */
  containers: v.array(ContainerSchema),
  left: v.number(),
  /** The one that was asked for, else the newest; null where there is none. */
  container: v.nullable(DetailSchema),
});

export type Xray = v.InferOutput<typeof XraySchema>;
export type XrayContainer = v.InferOutput<typeof ContainerSchema>;
export type XrayDetail = v.InferOutput<typeof DetailSchema>;
export type XrayNamespace = v.InferOutput<typeof NamespaceSchema>;
export type XrayProcess = v.InferOutput<typeof ProcessSchema>;
export type XrayMount = v.InferOutput<typeof MountSchema>;
export type XrayOverlay = v.InferOutput<typeof OverlaySchema>;
export type XrayInterface = v.InferOutput<typeof InterfaceSchema>;
export type XrayNetwork = v.InferOutput<typeof NetworkSchema>;
export type XrayCgroup = v.InferOutput<typeof CgroupSchema>;
export type XrayGauge = XrayDetail['gauges']['memory'];
