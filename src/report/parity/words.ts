/**
 * Every probe in words, in the order and groups of the scorecard: a short title, what it asks, and what it means where the answer is
 * not good. The ids are the sandbox's (sandbox/parity); test/parity/words.test.ts holds the two together.
 */
export type ProbeWords = { id: string; title: string; asks: string; open: string };
export type ProbeGroup = { title: string; probes: readonly ProbeWords[] };

const p = (id: string, title: string, asks: string, open: string): ProbeWords => ({ id, title, asks, open });

export const groups: readonly ProbeGroup[] = [
  {
    title: 'Namespaces',
    probes: [
      p('ns-pid', 'processes', 'Is its pid namespace another one than the host’s?', 'It has the host’s process numbers and can name every process.'),
      p('ns-mnt', 'mounts', 'Is its mount namespace another one than the host’s?', 'What it mounts and unmounts, the host has mounted and unmounted.'),
      p('ns-uts', 'host name', 'Is its UTS namespace another one than the host’s?', 'It can rename the host.'),
      p('ns-ipc', 'IPC', 'Is its IPC namespace another one than the host’s?', 'It sees the host’s System V shared memory, semaphores and queues.'),
      p('ns-net', 'network', 'Is its network namespace another one than the host’s?', 'It has the host’s interfaces and can take the host’s ports.'),
      p('ns-cgroup', 'cgroup root', 'Is its cgroup namespace another one than the host’s?', 'It can read where on the host its cgroup lies.'),
      p('ns-user', 'users', 'Is its user namespace another one than the host’s?', 'Its root is the host’s root.'),
      p('hostname', 'a name of its own', 'Is the host name the one that was asked for?', 'It is not called what was asked for.'),
    ],
  },
  {
    title: 'Processes',
    probes: [
      p('pid-1', 'its own number', 'Which process number does the command have in its own namespace?', 'It is not the first process of a namespace of its own.'),
      p('proc', 'what /proc shows', 'Does its /proc show processes of its own pid namespace only?', 'Its /proc shows processes that are not its own.'),
      p('kill', 'kill -9 -1 inside', 'Does a process of the host live on when the container kills everybody it can?', 'It can kill the host’s processes.'),
    ],
  },
  {
    title: 'Files and devices',
    probes: [
      p('root', 'root directory', 'Is its root another directory than the host’s?', 'It has the host’s files.'),
      p('old-root', 'the host’s root', 'Is the host’s root mounted anywhere in its mount namespace, reachable or not?', 'The host’s root is still mounted there, and whoever is root there gets out.'),
      p('propagation', 'mount propagation', 'Are its mounts cut off from the host’s peer groups?', 'Its mounts and unmounts happen on the host as well.'),
      p('devices', '/dev', 'Is there anything in /dev that not every container has?', 'The host’s devices are in it, or the null device is not.'),
      p('terminals', '/dev/pts', 'Are its pseudo-terminals its own?', 'It sees the host’s terminals.'),
      p('shm', '/dev/shm', 'Is its shared memory its own?', 'It shares /dev/shm with the host.'),
      p('masked', 'covered in /proc', 'How many of the files that tell too much of the machine are covered?', 'It can read what tells too much of the machine.'),
      p('read-only', 'read-only in /proc', 'How many of the places that change the machine are read-only?', 'It can write to places that change the machine.'),
      p('sys', '/sys', 'Is /sys read-only, if it is there?', 'It can write to /sys.'),
      p('descriptors', 'open files', 'Has it open files besides standard input, output and error?', 'It was left open files that it did not ask for.'),
    ],
  },
  {
    title: 'Control groups',
    probes: [
      p('cgroup', 'its own cgroup', 'Is it alone in a cgroup that was made for it?', 'It has no cgroup to itself: it cannot be limited, counted or killed as a whole.'),
      p('memory', 'memory limit', 'Does the limit of 64 MiB that was asked for hold?', 'The limit of 64 MiB that was asked for is not the one that holds.'),
      p('cpu', 'processor limit', 'Does the limit of half a processor that was asked for hold?', 'The limit of half a processor that was asked for is not the one that holds.'),
      p('pids', 'process limit', 'Does the limit of 64 processes that was asked for hold?', 'The limit of 64 processes that was asked for is not the one that holds.'),
    ],
  },
  {
    title: 'Network',
    probes: [p('network', 'a way out', 'Does a gateway of its own network answer to a ping?', 'It is on the host’s own network, or the gateway of its own does not answer.')],
  },
  {
    title: 'Privileges',
    probes: [
      p('ids', 'who its root is', 'Which user of the host is its root?', 'Its root is the host’s root.'),
      p('capabilities', 'capabilities', 'How many of the kernel’s capabilities does it have in effect?', 'It has every capability: all that root may do.'),
      p('bounding', 'could ever gain', 'How many capabilities could it ever gain (the bounding set)?', 'It could gain every capability.'),
      p('no-new-privs', 'no new privileges', 'Is no_new_privs set?', 'A setuid program in there makes its caller root.'),
      p('seccomp', 'system call filter', 'Is there a seccomp filter?', 'It may make every system call there is.'),
    ],
  },
  {
    title: 'Afterwards',
    probes: [
      p('status', 'status when killed', 'With what status does the runtime end when the command is killed? Docker says 137.', 'How the command ended is not to be learned from the runtime’s status.'),
      p('leftovers', 'left behind', 'Is anything left of it: processes, mounts, cgroups, links, files?', 'Something of it stays behind.'),
    ],
  },
];

export const allProbes: readonly ProbeWords[] = groups.flatMap(({ probes }) => probes);

/** A runtime's name inside a sentence. */
const called = (name: string): string => (name === 'reference' ? 'the reference' : name);

/** Everything else that a scorecard says. */
export const t = {
  title: 'Isolation, as the kernel sees it from outside',
  legend: { good: 'kept apart', bad: 'open or shared', neutral: 'neither', unknown: 'not known' },
  noAnswer: 'unknown',
  marks: { good: '+', bad: '-', neutral: '·', unknown: '?' },
  yourBox: 'your box',
  referenceBox: 'reference',
  total: 'kept apart',
  of: (good: number, all: number) => `${good} of ${all}`,
  openTitle: (name: string) => `What ${called(name)} leaves open`,
  openNothing: (name: string) => `Nothing that was probed is open in ${called(name)}.`,
  notKnownTitle: (name: string) => `What is not known of ${called(name)}`,
  notStarted: (name: string, why: string) => `${called(name)} did not start the command, so nothing is known of it: ${why}`,
  refused: (name: string, all: readonly { flags: string; why: string }[]) => `${name} would not: ${all.map(({ flags, why }) => `${flags} (${why})`).join('; ')}.`,
  oci: 'runc and crun do what a config.json says. Theirs is the one Podman would write, but for its seccomp profile and its network, which are the engine’s work.',
  absent: (names: string) => `Not in this sandbox: ${names}. drydock parity --with-runtimes fetches them into a sandbox of their own.`,
  limits: 'Every row is something that the kernel shows. None of them says that a container is safe: that takes all of them, and more.',
  where: (kind: string, release: string, seed: string) => `${kind} ${release}, seed ${seed}`,
  evidence: 'Where it was read',
  probing: (name: string, number: number, all: number) => `Probing ${name} (${number} of ${all}).`,
};
