/** The words of the X-ray, on the screen and in lines; part of strings.ts. */
const plural = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;

export const xray = {
  title: (name: string, pid: number) => `X-ray: ${name}, process ${pid}`,
  titleNone: 'X-ray',
  which: (number: number, all: number) => `container ${number} of ${all}`,
  from: (sources: string) => `from ${sources}`,
  left: (count: number) => `… and ${count} more`,
  none: 'none',
  others: 'Other containers',
  host: 'host',
  container: 'container',
  loading: 'Looking …',

  keys: { section: 'section', container: 'container', start: 'start one', close: 'close' },

  sections: {
    namespaces: 'Namespaces',
    processes: 'Processes',
    capabilities: 'Capabilities',
    mounts: 'Mounts',
    cgroup: 'Cgroup',
    network: 'Network',
  },

  empty: {
    none: 'No container runs in the sandbox: nothing there has a namespace of its own.',
    enter: (command: string) => `Enter starts one with your box and ends it again with the X-ray: box ${command}`,
    others: 'Or start one in another terminal (`npx drydock box run …`), or with & in the shell (s); it appears here.',
    notStarted: 'Start a lesson first: its box is what is started here.',
    starting: (command: string) => `Starting: box ${command}`,
    ended: (how: string) => `Your box ended before there was a container to see: ${how}.`,
    endedLater: (how: string) => `The container has ended: ${how}.`,
    said: 'It said:',
    saidNothing: 'It said nothing.',
    again: 'Enter starts it again.',
    status: (code: number) => `exit status ${code}`,
    signal: (name: string) => `ended by ${name}`,
    gone: (name: string) => `${name} has ended.`,
    kernel: 'The kernel is on its way.',
    failed: (why: string) => `The sandbox does not answer: ${why}`,
    onlyOne: 'There is no other container.',
  },

  namespaces: {
    columns: { kind: '', host: 'host', inside: 'container', verdict: '' },
    different: 'different',
    same: 'same',
    absent: 'not in this kernel',
    count: (own: number, all: number) => (own === 0 ? 'None is its own: it shares everything with the host.' : `${own} of ${all} are its own.`),
    hostname: (host: string, inside: string) => (host === inside ? `Both are called ${host}.` : `The host is called ${host}, the container ${inside}.`),
    ids: (lines: string) => `User ids, inside, outside, how many: ${lines}`,
    noIds: 'No user id map has been written.',
  },

  processes: {
    columns: { pid: 'host', inside: 'inside', state: 'state', memory: 'memory', command: 'command' },
    states: { R: 'runs', S: 'sleeps', D: 'waits', Z: 'zombie', T: 'stopped', t: 'traced', X: 'dead', I: 'idle' } as Readonly<Record<string, string>>,
    runtime: 'The line without a pid inside is who started it: it is outside.',
    same: 'It has no pid namespace of its own: both count the same.',
  },

  capabilities: {
    sets: { effective: 'effective', permitted: 'permitted', bounding: 'bounding', inheritable: 'inheritable', ambient: 'ambient' },
    all: (count: number) => `all ${count}`,
    some: (count: number, all: number) => `${count} of ${all}`,
    allBut: (names: string) => `all but ${names}`,
    where: (inode: number, same: boolean) => `They count in user namespace ${inode}${same ? ', the host’s.' : ', its own, and for what that owns.'}`,
    user: (uid: string, gid: string) => `user ${uid}, group ${gid}`,
    unmapped: 'without a number there',
    noNewPrivileges: (on: boolean) => `no_new_privs is ${on ? 'on' : 'off'}`,
    seccomp: ['seccomp is off', 'seccomp is strict', 'seccomp filters'] as readonly string[],
  },

  mounts: {
    count: (count: number) => plural(count, 'mount', 'mounts'),
    hosts: 'These are the host’s own mounts: it has no mount namespace of its own.',
    noRoot: 'Nothing is mounted on /: its root is a plain directory, as after chroot(2). What is mounted above it is out of sight, not gone.',
    both: 'both ways with the host',
    fromHost: 'from the host',
    covered: 'covered',
    source: (path: string, drawn: boolean) => `${drawn ? '←' : 'from'} ${path}`,
    layers: (point: string) => `Layers of ${point}`,
    upper: 'upper',
    lower: 'lower',
    work: 'work',
    written: 'writes go here',
    readOnly: 'no upper layer: it cannot be written',
    topmost: 'topmost',
    bottom: 'bottom',
    options: (options: string) => `options ${options}`,
  },

  cgroup: {
    memory: 'memory',
    cpu: 'cpu',
    pids: 'processes',
    of: (value: string, limit: string, percent: number) => `${value}, limit ${limit} (${percent} %)`,
    noLimit: (value: string) => `${value}, no limit`,
    processors: (count: number) => `${Math.round(count * 1000) / 10} % of a processor`,
    processorsOf: (value: string, limit: number) => `${value}, limit ${Math.round(limit * 1000) / 10} %`,
    measuring: 'measuring',
    scale: (top: string, seconds: number) => `up to ${top}, the last ${plural(seconds, 'second', 'seconds')}`,
    unknown: 'not known',
    path: (path: string) => `The host calls it ${path}`,
    inside: (path: string) => `, the container ${path}.`,
    shared: 'Others are in it, too: the figures are those of the container’s processes.',
    own: 'Nobody else is in it.',
    absent: 'not there: its controller is not enabled here',
    empty: '(empty)',
  },

  network: {
    hosts: 'It is in the host’s network: there is one map.',
    up: 'up',
    down: 'down',
    noCarrier: 'up, no carrier',
    counters: (received: string, receivedPackets: number, sent: string, sentPackets: number) => `in ${received} (${receivedPackets}), out ${sent} (${sentPackets})`,
    dropped: (count: number) => `, ${count} dropped`,
    cable: (host: string, container: string) => `cable: ${host} on the host, ${container} in the container`,
    elsewhere: (name: string) => `cable to ${name} of another network`,
    noAddress: 'no address',
    also: (address: string) => `+ ${address}`,
    routes: 'Routes of the container',
    noRoutes: 'no routes',
    route: (to: string, via: string | null, through: string) => (via === null ? `${to} directly, through ${through}` : `${to} by ${via}, through ${through}`),
    rates: (received: string, sent: string) => `now in ${received}/s, out ${sent}/s`,
  },

  trouble: (part: string, why: string) => `${part} could not be read: ${why}`,
  unreadable: 'could not be read',

  /** What `drydock xray` says besides. */
  command: {
    ended: (how: string) => `Your box ended before there was a container to see: ${how}.`,
    more: (count: number) => `… ${plural(count, 'more line', 'more lines')}; a higher window shows them, or --only`,
    watching: 'q or Ctrl-C leaves',
  },

  /** The linear mode. */
  plain: {
    again: 'xray start starts it again.',
    others: 'Or start one in another terminal (`npx drydock box run …`), or with & in the shell, and say xray.',
    hint: 'xray start starts one with your box, looks, and ends it again.',
    none: 'No container runs in the sandbox: nothing there has a namespace of its own.',
  },
} as const;
