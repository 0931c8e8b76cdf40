/** Lesson 03: pid namespaces that nobody is in, and proc file systems that show somebody else's processes. */
import {
  boxes, childrenGoElsewhere, commands, endedWith, hostOf, ignores, isFirstProcess, noted, ownPid, separated, shareNamespace,
} from '../helpers.ts';
import { leakedMounts, mountIn, procOfHost } from '../mount-helpers.ts';
import type { Rule } from '../rule.ts';
import type { Scene } from '../scene.ts';

const lesson = '03-pid';

export const rules: readonly Rule[] = [
  {
    id: 'no-pid-namespace',
    lesson,
    title: 'No pid namespace was made',
    why:
      'The command is in the host\'s pid namespace, and box\'s next child would be, too. It has one pid, the one everybody ' +
      'knows it by; it can list all processes, and signal them.',
    look: 'Which flag makes this kind of namespace, and is it among those that box passes?',
    checks: ['pid'],
    when: (scene) => scene.runs.some(({ box, command }) =>
      shareNamespace(command, hostOf(scene), 'pid') && box !== undefined && box.pid !== command?.pid &&
      box.pidForChildren !== undefined && !childrenGoElsewhere(box)),
  },
  {
    id: 'nobody-moved-in',
    lesson,
    title: 'The namespace is there, and nobody is in it',
    why:
      'unshare(CLONE_NEWPID) does not move the process that calls it: a pid cannot change while its owner lives. It moves ' +
      'the children to come. Here the caller went on to become the command itself, without ever having a child.',
    look: 'Compare pid and pid_for_children in /proc/PID/ns. Who has to be started, so that somebody is process 1?',
    checks: ['pid', 'host'],
    beats: ['became-the-command'],
    when: (scene) => scene.runs.some(({ box, command }) =>
      box !== undefined && box.pid === command?.pid && shareNamespace(command, hostOf(scene), 'pid') && childrenGoElsewhere(command)),
    evidence: (scene) => commands(scene).flatMap((command) => command.evidence.pidForChildren ?? []),
  },
  {
    id: 'namespace-too-late',
    lesson,
    title: 'The pid namespace came after the child',
    why:
      'box\'s next child would be process 1 of a new namespace. But the command had been started before that; it is in the ' +
      'old one, and stays there as long as it lives.',
    look: 'Which of the two comes first in your code?',
    checks: ['pid'],
    when: (scene) => scene.runs.some(({ box, command }) =>
      box !== undefined && box.pid !== command?.pid && shareNamespace(command, hostOf(scene), 'pid') && childrenGoElsewhere(box)),
    evidence: (scene) => boxes(scene).flatMap((box) => box.evidence.pidForChildren ?? []),
  },
  {
    id: 'stage-stayed',
    lesson,
    title: 'Process 1 is box, not the command',
    why: (scene) =>
      `The second stage is process 1 and has started the command, which is process ${commands(scene).map(ownPid).join()}. Now ` +
      'there are two programs of box\'s around for as long as the container lives, and the inner one has the duties of ' +
      'process 1 without knowing them: it reaps no orphans and passes on no signals.',
    look: 'The stage should not start the command. What is the call that puts another program into the same process?',
    checks: ['first'],
    when: (scene) => commands(scene).some((command) => separated(command, hostOf(scene), 'pid') && ownPid(command) !== 1),
  },
  {
    id: 'proc-of-the-host',
    lesson,
    title: 'The command looks at the host\'s /proc',
    why:
      'The command is process 1 and may see nobody else, but /proc is no part of a pid namespace. It is a mount, and this ' +
      'one was there before: it shows the namespace it was mounted for, the host\'s.',
    look: 'A pid namespace and a proc file system are two things. Who makes the second?',
    checks: ['proc'],
    when: (scene) => commands(scene).some((command) => isFirstProcess(command, hostOf(scene)) && procOfHost(command, hostOf(scene))),
  },
  {
    id: 'proc-by-the-parent',
    lesson,
    title: 'A fresh /proc, mounted by the wrong process',
    why:
      'This proc file system is new, and yet its process 1 is the host\'s. Which pid namespace it shows was decided when it ' +
      'was mounted: that of the process that called mount(2). It was called by somebody outside.',
    look: 'Of all of box\'s processes, which are in the new pid namespace?',
    checks: ['proc'],
    when: (scene) => {
      const first = noted(scene, 'first process in /proc');
      return typeof first === 'string' && commands(scene).some((command) =>
        isFirstProcess(command, hostOf(scene)) && mountIn(command, '/proc')?.type === 'proc' && !procOfHost(command, hostOf(scene)) &&
        first !== `${(command.argv ?? []).join('\0')}\0`);
    },
  },
  {
    id: 'proc-over-the-host',
    lesson,
    title: 'The container\'s /proc lies over the host\'s',
    why:
      'The stage mounted its /proc in the mount namespace that everybody is in. On the host `ps` now shows the container, ' +
      'and when that has ended it shows nothing at all: the processes it knew are gone.',
    look: 'Mounts belong to a mount namespace. Whose is the stage in?',
    checks: ['host'],
    when: (scene) => commands(scene).some((command) => shareNamespace(command, hostOf(scene), 'mnt')) && procLeaked(scene),
    evidence: procLines,
  },
  {
    id: 'proc-propagated',
    lesson,
    title: 'The mount came through to the host',
    why:
      'The container has a mount namespace of its own, and its /proc appeared on the host all the same. A new mount ' +
      'namespace is a copy in which shared mounts stay connected: what is mounted in one is mounted in the other.',
    look: 'One line of the starter was there for this. It has to come before the mount, and after the namespace.',
    checks: ['host'],
    when: (scene) => commands(scene).some((command) => separated(command, hostOf(scene), 'mnt')) && procLeaked(scene),
    evidence: procLines,
  },
  {
    id: 'host-mount-changed',
    lesson,
    title: 'The line for /proc was run on the host\'s',
    why:
      'The host\'s /proc used to be shared and is private now. The change was meant for the copy in the container, but when ' +
      'it was made there was no copy yet.',
    look: 'Two calls of the stage are in the wrong order.',
    checks: ['host', 'proc'],
    when: (scene) => mountIn(scene.wall.before, '/proc')?.propagation.kind === 'shared' && mountIn(scene.wall.after, '/proc')?.propagation.kind === 'private',
    evidence: procLines,
  },
  {
    id: 'descriptors-left-open',
    lesson,
    title: 'The command holds descriptors of box\'s',
    why: (scene) =>
      `Besides 0, 1 and 2 the command has ${strays(scene).join(', ')}: they were box's own business and came along, for descriptors ` +
      'survive execve(2) unless they are marked close-on-exec. Whatever they lead to is in the hands of the command now. Where ' +
      'one leads to a directory of the host, that is a way out: CVE-2024-21626.',
    look: 'Who took the mark off, and of how many?',
    checks: ['clean'],
    when: (scene) => commands(scene).some((command) => separated(command, hostOf(scene), 'pid')) && strays(scene).length > 0,
    evidence: (scene) => commands(scene).flatMap((command) => command.evidence.fds ?? []),
  },
  {
    id: 'sigpipe-ignored',
    lesson,
    title: 'The command was born deaf to SIGPIPE',
    why:
      'Node ignores SIGPIPE, and an ignored signal stays ignored across execve(2). In the container `yes | head -1` does ' +
      'not end quietly any more: yes gets an error where it expected to be killed.',
    look: 'SigIgn in /proc/PID/status. What does `become` do before it calls the kernel?',
    checks: ['clean'],
    when: (scene) => commands(scene).some((command) => separated(command, hostOf(scene), 'pid') && ignores(command, 'SIGPIPE')),
  },
  {
    id: 'node-aborted',
    lesson,
    title: 'Node aborted instead of saying "not found"',
    why:
      'When execve(2) refuses, process.execve does not throw: it prints a stack and aborts. That would be 134, for SIGABRT. ' +
      'But the stage is process 1, which signals of its own do not kill; abort(3) then stumbles on purpose, and that is ' +
      'SIGSEGV, 139. Nor does process.execve look in PATH: execve never does.',
    look: '`become` is there for this. Or look before you leap: is there such a file, and may it be executed?',
    checks: ['pid', 'refused', 'status'],
    when: (scene) => scene.runs.some((run) => run.command === undefined && (endedWith(run, 134) || endedWith(run, 139))),
  },
  {
    id: 'thread-after-unshare',
    lesson,
    title: 'Node could not start a thread, and aborted',
    why:
      'All threads of a process are in one pid namespace. After unshare(CLONE_NEWPID) a new thread would have to be in ' +
      'another one than its process, so the kernel refuses to make any, with EINVAL. Node\'s asynchronous file functions ' +
      'start four threads when they are first used, and Node aborts when it cannot have them.',
    look: 'What in box needs a thread, after the call? What can be done before it, or synchronously?',
    when: (scene) => scene.runs.some((run) => run.ending?.signal === 'SIGABRT' && run.command === undefined),
  },
  {
    id: 'stage-status-lost',
    lesson,
    title: 'The second stage keeps the status to itself',
    why: (scene) =>
      `There are two waits now. The command ended in its own way, but box ended with ${scene.runs.map((run) => run.ending?.code ?? '?').join(' and ')}: on the ` +
      'way from the inner process to the outer one the status was lost.',
    look: 'Who waits for whom? If the stage becomes the command there is nothing to hand on.',
    checks: ['status', 'refused'],
    when: (scene) => scene.runs.some((run) => endedWith(run, 0) || endedWith(run, 1)),
  },
];

/** A new mount has appeared on the host's /proc. */
function procLeaked(scene: Scene): boolean {
  return leakedMounts(scene).some((mount) => mount.mountPoint === '/proc') || mountIn(scene.wall.after, '/proc')?.id !== mountIn(scene.wall.before, '/proc')?.id;
}

function procLines(scene: Scene): { source: string; lines: string[] }[] {
  return (scene.wall.after.evidence.mounts ?? []).map(({ source, lines }) => ({ source, lines: lines.filter((line) => / \/proc /.test(line)) }));
}

/** Descriptors of commands beyond the three. */
function strays(scene: Scene): number[] {
  return commands(scene).flatMap((command) => Object.keys(command.fds ?? {}).map(Number).filter((n) => n > 2));
}
