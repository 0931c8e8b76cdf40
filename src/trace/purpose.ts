/** What a call is for in the making of a container: one sentence each, to stand beside a call that somebody lacks. Pure. */
import type { TraceStep } from '../check/wire.ts';
import { flagsOf, lastPart, pathOfDescriptor, textOf } from './values.ts';

const ofNamespaces: Readonly<Record<string, string>> = {
  CLONE_NEWUTS: 'CLONE_NEWUTS gives a host name of one\'s own: without it, sethostname(2) renames the host.',
  CLONE_NEWIPC: 'CLONE_NEWIPC keeps System V shared memory and message queues apart from the host\'s.',
  CLONE_NEWPID: 'CLONE_NEWPID is for the next child: it becomes process 1 of a namespace that does not show the host\'s processes.',
  CLONE_NEWNS: 'CLONE_NEWNS gives a mount table of one\'s own, which begins as a copy.',
  CLONE_NEWNET: 'CLONE_NEWNET gives a network of one\'s own, with nothing in it but a loopback that is down.',
  CLONE_NEWCGROUP: 'CLONE_NEWCGROUP makes the cgroup in which one is at that moment look like the root of all cgroups.',
  CLONE_NEWUSER: 'CLONE_NEWUSER gives a numbering of users of one\'s own, and every capability within it.',
};

const ofFlags: Readonly<Record<string, string>> = {
  MS_REC: 'MS_REC means the whole tree below that place; without it, the call is about one mount.',
  MS_PRIVATE: 'MS_PRIVATE cuts the tie to the mounts of the namespace that this one was copied from.',
  MS_SLAVE: 'A slave still receives what the host mounts; it passes nothing back.',
  MS_BIND: 'MS_BIND shows a part of a file system at a second place; such a call takes no notice of propagation flags.',
  MS_REMOUNT: 'MS_REMOUNT changes the options of a mount that is there.',
  MS_RDONLY: 'MS_RDONLY: nobody writes through this mount.',
  MS_NOSUID: 'MS_NOSUID: set-user-ID bits count for nothing there.',
  MS_NODEV: 'MS_NODEV: device nodes there are only names.',
  MS_NOEXEC: 'MS_NOEXEC: nothing there can be executed.',
  MNT_DETACH: 'MNT_DETACH takes the mount, and all below it, out of view at once, though it is still in use.',
  userxattr: 'userxattr: the overlay keeps its notes where root of a user namespace may write them.',
};

/** Flags that stand with many mounts: of interest where they are what is different. */
const everyday = new Set(['MS_RDONLY', 'MS_NOSUID', 'MS_NODEV', 'MS_NOEXEC']);

const ofFileSystems: Readonly<Record<string, string>> = {
  proc: 'A proc file system shows the pid namespace of whoever mounts it. The old one goes on showing the old one.',
  sysfs: 'sysfs shows the devices of the network namespace of whoever mounts it.',
  tmpfs: 'A tmpfs is empty, in memory, and gone with its last mount.',
  overlay: 'An overlay shows layers as one tree, and writes only to its upper one.',
  devpts: 'A devpts of one\'s own has terminals of one\'s own.',
  mqueue: 'mqueue shows the message queues of the ipc namespace.',
  cgroup2: 'The cgroup tree, as seen from the cgroup namespace of whoever mounts it.',
};

const ofFiles: Readonly<Record<string, string>> = {
  'cgroup.procs': 'A process moves into a cgroup by its number being written there. Its children are born there.',
  'cgroup.subtree_control': 'What is listed there is handed on to the cgroups below; without it they have no memory.max and no pids.max.',
  'memory.max': 'The most memory that all in this cgroup may have together.',
  'memory.swap.max': 'Without a limit on swap, memory over the limit goes there.',
  'cpu.max': 'A quota and a period, in microseconds: so much time of each period.',
  'pids.max': 'The most processes and threads in this cgroup.',
  'cgroup.kill': 'A 1 kills everything in the cgroup and below at once, whatever it does about signals.',
  uid_map: 'Until it is written, every user in the namespace is nobody.',
  gid_map: 'Until it is written, every group in the namespace is nobody.',
  ip_forward: 'With 1, packets that are for somebody else are passed on: the host becomes a router.',
};

const ofCalls: Readonly<Record<string, string>> = {
  sethostname: 'It sets the host name of the UTS namespace one is in.',
  pivot_root: 'It makes another mount the root of the namespace and puts the old root somewhere below it, from where it can be taken away.',
  chroot: 'It changes where / is for this process. The old root stays mounted, and whoever is root finds the way back.',
  umount2: 'It takes a mount out of the tree. A container from which the old root is not taken away can still walk there.',
  mkdir: 'A cgroup is a directory: this makes one.',
  rmdir: 'A cgroup goes by rmdir(2), once nobody is in it.',
  execve: 'The process goes on as another program.',
  setns: 'It enters a namespace that is there.',
  kill: 'It sends a signal.',
  setsid: 'A session of its own: only its leader can take a controlling terminal.',
  RTM_NEWLINK: 'It makes or changes a network interface: ip link.',
  RTM_NEWADDR: 'It gives an interface an address: ip address add.',
  RTM_NEWROUTE: 'It adds a way to a network: ip route add.',
  RTM_DELLINK: 'It removes an interface; of a veth pair, both ends.',
  TIOCSCTTY: 'It makes a terminal the controlling one of the session: Ctrl-C then becomes a signal.',
};

/** Sentences about a step; `flags`, where given, are the only ones of interest. Empty where there is nothing to say. */
export function purposeOf({ name, args }: TraceStep, flags?: readonly string[]): string[] {
  const said = (table: Readonly<Record<string, string>>, words: readonly string[]): string[] => words.filter((word) => flags === undefined || flags.includes(word)).flatMap((word) => (Object.hasOwn(table, word) ? [table[word] ?? ''] : []));
  const call = Object.hasOwn(ofCalls, name) ? [ofCalls[name] ?? ''] : [];
  switch (name) {
    case 'unshare':
    case 'clone':
    case 'clone3':
      return said(ofNamespaces, flagsOf(args.at(-1)));
    case 'mount': {
      const type = textOf(args[2]) ?? '';
      const kind = flags === undefined && Object.hasOwn(ofFileSystems, type) ? [ofFileSystems[type] ?? ''] : [];
      const telling = flagsOf(args[3]).filter((flag) => flags !== undefined || !everyday.has(flag));
      return [...kind, ...said(ofFlags, [...telling, ...(flags ?? []).filter((word) => word === 'userxattr')])];
    }
    case 'umount2':
      return [...(flags === undefined ? call : []), ...said(ofFlags, flagsOf(args[1]))];
    case 'write':
    case 'pwrite64':
      return said(ofFiles, [lastPart(pathOfDescriptor(args[0]) ?? '')]);
    case 'sendto':
    case 'sendmsg':
    case 'ioctl':
      return said(ofCalls, [args[1] ?? '']);
    default:
      return call;
  }
}
