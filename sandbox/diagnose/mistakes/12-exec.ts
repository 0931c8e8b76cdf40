/** Lesson 12: commands that joined half a container, or the wrong one. */
import { cite, citeNamespaces } from '../cite.ts';
import { givenToRun, hasItsOwn, isInCgroup, joined, leaked, missing, refusedCall, stayedOutside, terminals, variables } from '../exec-helpers.ts';
import { childrenGoElsewhere, hostOf, noted, shareNamespace } from '../helpers.ts';
import type { Rule } from '../rule.ts';

const lesson = '12-exec';

export const rules: readonly Rule[] = [
  {
    id: 'pid-not-joined',
    lesson,
    title: 'The command is no process of the container',
    why:
      'It is in the host\'s pid namespace. Inside, nobody can see it; it sees, in the container\'s /proc, only strangers, and finds ' +
      'itself nowhere: `ps` complains. And when process 1 ends, the kernel ends everybody in its namespace, and leaves this one running.',
    look: 'Which child of which process is to be born in there? What must that process have done before?',
    checks: ['processes'],
    when: (scene) => joined(scene).some((one) => stayedOutside(one, scene, 'pid') && !childrenGoElsewhere(one.command)),
    evidence: (scene) => joined(scene).flatMap(({ command, container }) => citeNamespaces('pid', command, container, hostOf(scene))),
  },
  {
    id: 'only-children-moved',
    lesson,
    title: 'Its children would be in the container; it is not',
    why:
      'setns(2) was called, and it worked. But for a pid namespace it works as unshare(2) does: whoever calls it stays where it is, since its ' +
      'pid cannot change, and what it starts *afterwards* is born in the other namespace. The second half called it, started nothing, ' +
      'and became the command.',
    look: 'Compare `pid` and `pid_for_children` of the command. Which of the two halves starts somebody?',
    checks: ['processes'],
    when: (scene) => joined(scene).some((one) => stayedOutside(one, scene, 'pid') && childrenGoElsewhere(one.command)),
    evidence: (scene) => joined(scene).flatMap(({ command }) => [...citeNamespaces('pid', command), ...cite(command, 'pidForChildren')]),
  },
  {
    id: 'files-of-the-host',
    lesson,
    title: 'It is in the container, with the host\'s files',
    why:
      'The command has the host\'s mount namespace, and so its root: it reads the host\'s /etc and writes to it, with the container\'s name ' +
      'and network. Worse, it is a process of the container, where /proc/PID/root leads to its root. For everybody in there this is a door.',
    look: 'Which of the namespaces have you joined, and which one has the files?',
    checks: ['files'],
    when: (scene) => joined(scene).some((one) => stayedOutside(one, scene, 'mnt')),
    evidence: (scene) => joined(scene).flatMap(({ command, container }) => citeNamespaces('mnt', command, container, hostOf(scene))),
  },
  {
    id: 'mounts-copied',
    lesson,
    title: 'It has a copy of the container\'s mounts',
    why:
      'After joining, a new mount namespace was made. At first it looks the same. But what is mounted in the container from now on ' +
      'will not be there, and what this command mounts nobody else will see.',
    look: 'In this lesson nothing is made. Which call makes something?',
    checks: ['files'],
    when: (scene) => joined(scene).some((one) => hasItsOwn(one, scene, 'mnt')),
    evidence: (scene) => joined(scene).flatMap(({ command, container }) => citeNamespaces('mnt', command, container)),
  },
  {
    id: 'chroot-not-followed',
    lesson,
    title: 'The root of the mount namespace is not the container\'s root',
    why:
      'setns(2) into a mount namespace makes *its* root the root of who calls it. The container\'s process 1 has only changed its own root, with ' +
      'chroot(2); below that, the namespace is a copy of the host\'s. So whoever joins stands outside of the jail, in the host\'s files.',
    look: 'Compare /proc/PID/root of process 1, as you see it before you join, with what you have afterwards. Either of two lessons can mend it.',
    checks: ['root'],
    when: (scene) => noted(scene, 'same root') === false && joined(scene).some(({ command, container }) => shareNamespace(command, container, 'mnt')),
    evidence: (scene) => joined(scene).flatMap(({ command, container }) => [...cite(container, 'root'), ...cite(command, 'root')]),
  },
  {
    id: 'mount-threads-share-a-root',
    lesson,
    title: 'Threads that share a root cannot have two mount namespaces',
    why: (scene) =>
      `EINVAL: ${refusedCall(scene)?.condition ?? ''} A mount namespace brings a root and a working directory, and the other threads would get them with it. ` +
      '(unshare(CLONE_NEWNS) did not complain in lesson 04. It gives the thread its own copies by the way.)',
    look: 'unshare(2) has a flag that does only this. (Some kernels do it by themselves when setns(2) is asked for several namespaces at once. Others do not.)',
    checks: ['starts'],
    when: (scene) => refusedCall(scene)?.name === 'setns' && /share one root and current directory/.test(refusedCall(scene)?.condition ?? ''),
  },
  {
    id: 'namespaces-of-another-proc',
    lesson,
    title: 'After the first namespace, /proc was another one',
    why: (scene) =>
      `ENOENT: ${refusedCall(scene)?.call ?? ''}. The mount namespace was joined first. From then on /proc is the container's, where process 1 is called 1, ` +
      'and the number that it has on the host is nobody\'s.',
    look: 'What do you need of the host\'s files, and until when do you have them?',
    checks: ['starts'],
    when: (scene) => refusedCall(scene)?.errno === 'ENOENT' && /"\/proc\/\d+\/ns\/\w+"/.test(refusedCall(scene)?.call ?? ''),
  },
  {
    id: 'cgroup-named-inside',
    lesson,
    title: 'In the container, the cgroup has no such name',
    why:
      'The second half had joined the mount namespace when it looked for /sys/fs/cgroup/… . That was a name in the host\'s files. In the ' +
      'container nothing is mounted there, and if something were, it would show the container\'s own cgroup as the top.',
    look: 'What do you need of the host\'s files, and until when do you have them?',
    checks: ['starts'],
    when: (scene) => /^There is no cgroup/.test(refusedCall(scene)?.condition ?? ''),
  },
  {
    id: 'network-of-the-host',
    lesson,
    title: 'It is on the host\'s network',
    why:
      'Everything else is the container\'s, so it does not look wrong. But its 127.0.0.1 is the host\'s, and `exec web -- curl localhost` ' +
      'asks somebody else than the server in the container.',
    look: 'Hold the two lists of /proc/PID/ns against each other, line by line.',
    checks: ['namespaces'],
    when: (scene) => missing(scene, 'net'),
    evidence: (scene) => joined(scene).flatMap(({ command, container }) => citeNamespaces('net', command, container)),
  },
  {
    id: 'name-of-the-host',
    lesson,
    title: 'It has the host\'s name',
    why:
      '`hostname` tells the name of the machine, and a command that sets one renames the machine: lesson 02, through the back door. It is in the ' +
      'host\'s UTS namespace.',
    look: 'Hold the two lists of /proc/PID/ns against each other, line by line.',
    checks: ['namespaces'],
    when: (scene) => missing(scene, 'uts'),
    evidence: (scene) => joined(scene).flatMap(({ command, container }) => citeNamespaces('uts', command, container)),
  },
  {
    id: 'ipc-of-the-host',
    lesson,
    title: 'It shares memory with the host, and not with the container',
    why:
      'Message queues and System V shared memory belong to the IPC namespace, and this is the one that is forgotten, as hardly anything shows it. ' +
      'PostgreSQL\'s tools, started by exec, do not find the memory of the server next to them.',
    look: 'Hold the two lists of /proc/PID/ns against each other, line by line.',
    checks: ['namespaces'],
    when: (scene) => missing(scene, 'ipc'),
    evidence: (scene) => joined(scene).flatMap(({ command, container }) => citeNamespaces('ipc', command, container)),
  },
  {
    id: 'cgroup-tree-of-the-host',
    lesson,
    title: 'It is in the cgroup, and reads its path on the host',
    why:
      'To be in a cgroup and to be in a cgroup *namespace* are two things. The limits hold. But /proc/self/cgroup tells this command the whole path, and ' +
      'the container\'s process 1, beside it, only `/`: programs that look for their limits there look in different places.',
    look: 'Hold the two lists of /proc/PID/ns against each other, line by line.',
    checks: ['namespaces'],
    when: (scene) => missing(scene, 'cgroup'),
    evidence: (scene) => joined(scene).flatMap(({ command, container }) => [...cite(command, 'cgroupInside'), ...cite(container, 'cgroupInside')]),
  },
  {
    id: 'limits-escaped',
    lesson,
    title: 'It is in the container, and in none of its limits',
    why:
      'Namespaces say what a process sees; the cgroup says what it may use. The command is still in the cgroup in which box was started, so it ' +
      'has all the memory of the machine. Nor does it end when the container\'s cgroup is emptied.',
    look: 'In lesson 08 the stage of `box run` did something just before it became the command.',
    checks: ['cgroup'],
    when: (scene) => joined(scene).some((one) => isInCgroup(one.command.cgroup, one) === false && isInCgroup(one.run.box?.cgroup, one) === false),
    evidence: (scene) => joined(scene).flatMap(({ command, container }) => [...cite(command, 'cgroup'), ...cite(container, 'cgroup')]),
  },
  {
    id: 'box-limited-too',
    lesson,
    title: 'box waits in the container\'s cgroup',
    why:
      'The first half has moved in, so that its child would begin there. Now its dozen threads and its memory count for the container, each `exec` ' +
      'makes it poorer, and when the container ends, box is killed with it and cannot say how the command ended.',
    look: 'Who has to be in there, and who waits only?',
    checks: ['cgroup'],
    when: (scene) => joined(scene).some((one) => isInCgroup(one.run.box?.cgroup, one) === true),
    evidence: (scene) => joined(scene).flatMap(({ run, container }) => [...cite(run.box, 'cgroup'), ...cite(container, 'cgroup')]),
  },
  {
    id: 'moved-when-it-ran',
    lesson,
    title: 'It was moved into the cgroup when it had already begun',
    why:
      'What it had started by then, its first child here, stays outside, with no limit and out of reach of cgroup.kill. `docker exec` had ' +
      'this very race in 2014.',
    look: 'At which moment is there a process already, and no command yet?',
    checks: ['at-once'],
    when: (scene) => {
      const where = noted(scene, 'where its children are');
      return Array.isArray(where) && joined(scene).some((one) => where.some((path) => isInCgroup(path, one) === false));
    },
    evidence: (scene) => joined(scene).flatMap(({ command }) => cite(command, 'cgroup')),
  },
  {
    id: 'host-directory-open',
    lesson,
    title: 'It holds a directory of the host open',
    why: (scene) =>
      `Descriptor ${leaked(scene).map(([number, target]) => `${number} is ${target}`).join(', ')}. An open directory is not looked up again: it is where it is, on the host, whatever root ` +
      'the process has. From there `..` leads to all the rest. This was CVE-2024-21626, in `runc exec` as well.',
    look: 'Whoever opens something says whether execve(2) shall close it. fs.openSync does; does what you have used?',
    checks: ['descriptors'],
    when: (scene) => leaked(scene).some(([, target]) => target.startsWith('/')),
    evidence: (scene) => joined(scene).flatMap(({ command }) => cite(command, 'fds')),
  },
  {
    id: 'environment-forgotten',
    lesson,
    title: 'The container\'s own variables are missing',
    why:
      'What `box run -e` was given holds for the container, not only for its first command. Somebody who looks into a container with exec wants ' +
      'to see what the server in it sees: its DATABASE_URL, for instance.',
    look: 'Where does box keep what it knows of a container, and what is in there now?',
    checks: ['environment'],
    when: (scene) => variables(scene)?.[0] === null,
  },
  {
    id: 'environment-upside-down',
    lesson,
    title: 'The container\'s variables win over those of exec',
    why: 'Both have a value for the same name, and the older one was taken. `-e` after `exec` is there to say it differently this once.',
    look: 'Of two objects that are spread into a third, which one wins?',
    checks: ['environment'],
    when: (scene) => {
      const [kept, changed] = variables(scene) ?? [];
      return typeof kept === 'string' && typeof changed === 'string' && givenToRun(scene).includes(`CHANGED=${changed}`);
    },
  },
  {
    id: 'killed-is-zero',
    lesson,
    title: 'A command that was killed reads as 0, success',
    why:
      'Node gives two values for how a child ended: a code, or a signal. For a signal the code is null, and null was made into 0. A health check ' +
      'that runs out of memory is "healthy".',
    look: '`box run` has a function for that, which is exported now.',
    checks: ['status'],
    when: (scene) => noted(scene, 'killed') === 0,
  },
  {
    id: 'container-ended-too',
    lesson,
    title: 'When the command had ended, the container was ended',
    why:
      'Whoever makes something takes it away again: that is `box run`. exec has made nothing. Here the cgroup was emptied at the end, ' +
      'with process 1 in it.',
    look: 'What is in the `finally`?',
    checks: ['status'],
    when: (scene) => noted(scene, 'the container lives') === false,
  },
  {
    id: 'program-of-the-host',
    lesson,
    title: 'The command was looked for on the host',
    why:
      'The container has a program of this name, and box says 127: it has searched the PATH while it was still in the host\'s root. It works for `sh` and ' +
      '`ls`, which both have.',
    look: 'Who looks through PATH, and in which root is it then?',
    checks: ['found'],
    when: (scene) => noted(scene, 'there') === 127,
  },
  {
    id: 'own-terminal-lent',
    lesson,
    title: 'The command has box\'s own terminal',
    why:
      'With -t it shall have a terminal of its own. This one is the host\'s: in the container\'s /dev/pts it is not there, so `tty` says "not a tty" and ' +
      'programs that open it by name fail. And it belongs to two sessions.',
    look: 'What does `box run` do about -t, on both sides?',
    checks: ['terminal'],
    when: (scene) => {
      const { file, box } = terminals(scene);
      return file !== undefined && file.device === box?.device && file.node === box.node;
    },
  },
  {
    id: 'terminal-of-the-host',
    lesson,
    title: 'The terminal was taken from the host\'s /dev/pts',
    why:
      'It is a new one, but one of the host. When it was opened, the second half was still in the host\'s root. In the container its name leads to ' +
      'another terminal, or to none.',
    look: 'takeTerminal opens /dev/pts/N. In whose root is it called?',
    checks: ['terminal'],
    when: (scene) => {
      const { file, box, pts } = terminals(scene);
      return file !== undefined && box !== undefined && file.device === box.device && file.node !== box.node && pts !== undefined && pts.device !== file.device;
    },
  },
  {
    id: 'failure-is-one',
    lesson,
    title: 'box failed, and ended with 1',
    why:
      '1 is what grep says when it finds nothing, and `test` when something is not so. A script that asks a container something by exec would take "there is no ' +
      'such container" for an answer.',
    look: 'Who makes 125 of an error, and does the error get that far?',
    checks: ['refused'],
    when: (scene) => noted(scene, 'exit') === 1,
  },
  {
    id: 'number-of-another',
    lesson,
    title: 'The number had been given to another process',
    why:
      'box was killed and could not write down how the container ended. So its file still named process 1, by a number; that process was gone, the kernel ' +
      'had used the number again, and box joined a stranger. Here the stranger was in the host\'s namespaces.',
    look: 'What else could be asked of the process with this number, before it is taken for the container\'s? Its namespaces, its cgroup, its parent?',
    checks: ['stranger'],
    when: (scene) => noted(scene, 'exit') === 0,
  },
];
