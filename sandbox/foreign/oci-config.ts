/** The config.json of a container. Pure. See the OCI's runtime specification, config.md and config-linux.md. */
import { layersOf } from './place.ts';
import type { Asked, Limits } from './words.ts';

type Mount = { destination: string; type: string; source: string; options: string[] };

/** Root of a user namespace has all of them; the runtimes take away what is not named. */
const capabilities = [
  'CHOWN', 'DAC_OVERRIDE', 'DAC_READ_SEARCH', 'FOWNER', 'FSETID', 'KILL', 'SETGID', 'SETUID', 'SETPCAP', 'NET_BIND_SERVICE', 'NET_ADMIN', 'NET_RAW',
  'IPC_LOCK', 'IPC_OWNER', 'SYS_CHROOT', 'SYS_PTRACE', 'SYS_ADMIN', 'SYS_NICE', 'SYS_RESOURCE', 'MKNOD', 'AUDIT_WRITE', 'SETFCAP',
].map((name) => `CAP_${name}`);

/** What Podman asks for in a container with a root of its own. */
const mounts: Mount[] = [
  { destination: '/proc', type: 'proc', source: 'proc', options: ['nosuid', 'noexec', 'nodev'] },
  { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'strictatime', 'mode=755', 'size=65536k'] },
  { destination: '/dev/pts', type: 'devpts', source: 'devpts', options: ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620', 'gid=5'] },
  { destination: '/dev/shm', type: 'tmpfs', source: 'shm', options: ['nosuid', 'noexec', 'nodev', 'mode=1777', 'size=64m'] },
  { destination: '/dev/mqueue', type: 'mqueue', source: 'mqueue', options: ['nosuid', 'noexec', 'nodev'] },
  { destination: '/sys', type: 'sysfs', source: 'sysfs', options: ['nosuid', 'noexec', 'nodev', 'ro'] },
  { destination: '/sys/fs/cgroup', type: 'cgroup', source: 'cgroup', options: ['nosuid', 'noexec', 'nodev', 'relatime', 'ro'] },
];

/**
 * Without one it sees the host's files, and its /dev is the host's; but a terminal of its own comes from a devpts of its own, and a
 * runtime puts it on /dev/console.
 */
function hostMounts(terminal: boolean): Mount[] {
  if (terminal) return mounts.slice(0, 4);
  return [...mounts.slice(0, 1), { destination: '/dev', type: 'bind', source: '/dev', options: ['rbind'] }];
}

const maskedPaths = [
  '/proc/acpi', '/proc/asound', '/proc/interrupts', '/proc/kcore', '/proc/keys', '/proc/latency_stats', '/proc/sched_debug', '/proc/scsi',
  '/proc/timer_list', '/proc/timer_stats', '/sys/devices/virtual/powercap', '/sys/firmware', '/sys/fs/selinux',
];
const readonlyPaths = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'];

/** Of a terminal: columns and rows. */
type Size = readonly [columns: number, rows: number];

/** What the runtime is told. `mine` is what the command inherits of box. */
export function config(asked: Asked, place: { id: string; root: string }, mine: { env: NodeJS.ProcessEnv; cwd: string; size?: Size }): object {
  const own = layersOf(asked).length > 0;
  return {
    ociVersion: '1.0.2',
    process: {
      terminal: asked.terminal,
      ...(mine.size === undefined ? {} : { consoleSize: { width: mine.size[0], height: mine.size[1] } }),
      user: { uid: 0, gid: 0 },
      args: asked.command,
      env: Object.entries(mine.env).map(([name, value]) => `${name}=${value}`),
      cwd: own ? '/' : mine.cwd,
      capabilities: { bounding: capabilities, effective: capabilities, permitted: capabilities },
    },
    root: { path: place.root },
    ...(asked.hostname === undefined ? {} : { hostname: asked.hostname }),
    mounts: own ? mounts : hostMounts(asked.terminal),
    linux: {
      namespaces: ['pid', 'mount', 'uts', 'ipc', 'cgroup', ...(asked.network === 'none' ? ['network'] : [])].map((type) => ({ type })),
      // Below the wall's own, which is delegated to it.
      cgroupsPath: `/box/${place.id}`,
      resources: resources(asked.limits),
      ...(own ? { maskedPaths, readonlyPaths } : {}),
    },
  };
}

function resources({ memory, cpus, pids }: Limits): object {
  return {
    ...(memory === undefined ? {} : { memory: { limit: memory, swap: memory } }), // the sum of both: no swap
    ...(cpus === undefined ? {} : { cpu: { quota: Math.round(cpus * 100_000), period: 100_000 } }),
    ...(pids === undefined ? {} : { pids: { limit: pids } }),
  };
}
