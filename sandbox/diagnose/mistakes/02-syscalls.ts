/** Lesson 02: how a container comes to share its name with the host, or the host to lose its own. */
import { namespaceKinds, type NamespaceKind } from '../../observe/namespaces.ts';
import type { Rule } from '../rule.ts';
import type { RunFacts, Scene } from '../scene.ts';

const lesson = '02-syscalls';

export const rules: readonly Rule[] = [
  {
    id: 'never-unshared',
    lesson,
    title: 'The host was renamed: there was no other namespace to rename',
    why:
      'sethostname(2) changes the name in the namespace of whoever calls it. Nothing of box has left the host\'s UTS ' +
      'namespace, so that was the name that changed. It stays changed when the container is gone.',
    look: 'What would give box a UTS namespace of its own, and when is it called?',
    checks: ['uts', 'host'],
    when: (scene) => scene.runs.some((run) => renamed(scene, run) && shares(scene, run, 'uts') && !strayed(scene, run)),
    evidence: (scene) => scene.wall.after.evidence.hostname ?? [],
  },
  {
    id: 'hostname-before-unshare',
    lesson,
    title: 'The host was renamed: the name was set a moment too early',
    why:
      'A new UTS namespace begins as a copy of the old one. Here the name was set first and the namespace made afterwards, ' +
      'so the container has the right name, and the host, whose name was copied, has it too.',
    look: 'Two calls, in the right order each of them changes what it should.',
    checks: ['host'],
    when: (scene) => scene.runs.some((run) => renamed(scene, run) && leads(scene, run, 'uts')),
    evidence: (scene) => scene.wall.after.evidence.hostname ?? [],
  },
  {
    id: 'unshared-after-start',
    lesson,
    title: 'box moved, after the command had started',
    why:
      'A process begins in the namespaces that its parent is in at that moment. When box moved to new ones the command was ' +
      'already running in the old, and nothing takes it along.',
    look: 'What must have happened before the process is started, and what may wait until afterwards?',
    checks: ['uts', 'ipc', 'always'],
    when: (scene) => scene.runs.some((run) => shares(scene, run, 'uts') && differs(scene.wall.before.namespaces?.uts, run.box?.namespaces?.uts)),
    evidence: (scene) => scene.runs.flatMap((run) => run.box?.evidence.namespaces ?? []),
  },
  {
    id: 'wrong-thread',
    lesson,
    title: 'The wrong thread moved',
    why:
      'unshare(2) moves the thread that calls it, no other. One of box\'s threads is in a namespace of its own now, but ' +
      'not the one that runs JavaScript and starts processes: the command was forked in the host\'s namespace.',
    look: 'Compare /proc/PID/task/*/ns/uts. On which thread does ffi-rs make the call?',
    checks: ['uts', 'ipc', 'always', 'host'],
    when: (scene) => scene.runs.some((run) => strayed(scene, run)),
    evidence: (scene) => scene.runs.flatMap((run) => run.box?.evidence.threadNamespaces ?? []),
  },
  {
    id: 'other-namespace',
    lesson,
    title: 'A namespace of its own, but of another kind',
    why: (scene) =>
      `The call worked: the command has a ${kindsOf(scene).join(' and a ')} namespace of its own. Which kind of namespace unshare(2) ` +
      'makes is only a matter of bits, and the wrong bit is no error.',
    look: 'Compare the numbers with those in unshare(2) or <linux/sched.h>.',
    checks: ['uts', 'ipc', 'always', 'host'],
    beats: ['never-unshared'],
    when: (scene) => kindsOf(scene).length > 0,
  },
  {
    id: 'hostname-not-set',
    lesson,
    title: 'A namespace of its own, with the host\'s name in it',
    why: 'A new UTS namespace begins as a copy. The command has one, but nobody has changed the name in it.',
    look: 'box was told the name on the command line. Follow it: where does it stop?',
    checks: ['hostname'],
    when: (scene) => scene.runs.some((run) =>
      leads(scene, run, 'uts') && asked(run) !== undefined && run.command?.hostname !== undefined && run.command.hostname === scene.wall.before.hostname),
  },
  {
    id: 'ipc-forgotten',
    lesson,
    title: 'Its own name, but the host\'s System V IPC',
    why:
      'Namespaces come one kind at a time. With a UTS namespace alone the container still sees the shared memory segments, ' +
      'semaphores and message queues of everybody: `ipcs` lists them, `ipcrm` removes them.',
    look: 'unshare(2) takes a set of flags in one word.',
    checks: ['ipc', 'always'],
    when: (scene) => scene.runs.some((run) => leads(scene, run, 'uts') && shares(scene, run, 'ipc')),
  },
  {
    id: 'only-when-asked',
    lesson,
    title: 'Without --hostname there is no namespace',
    why:
      'This container keeps the host\'s name, and that is right. But it keeps the host\'s namespace as well: root in it can ' +
      'rename the host with one call. A container is separate because it is a container, not because it has another name.',
    look: 'Two things hang on one `if`. Which of them should?',
    checks: ['always'],
    when: (scene) =>
      scene.runs.some((run) => asked(run) === undefined && shares(scene, run, 'uts') && same(run.box?.namespaces?.uts, scene.wall.before.namespaces?.uts)) &&
      scene.runs.some((run) => asked(run) !== undefined && leads(scene, run, 'uts')),
  },
  {
    id: 'errno-ignored',
    lesson,
    title: 'The kernel said no, and nobody listened',
    why:
      'A host name may have 64 bytes; sethostname(2) refused this one with EINVAL. C tells of it by returning -1, and throws ' +
      'nothing. box went on and ran the command, with another name than it was asked for, and ended with 0.',
    look: 'What does `load` return when the call fails, and who looks at it?',
    checks: ['refused'],
    when: (scene) => scene.runs.some((run) => Buffer.byteLength(asked(run) ?? '') > 64 && run.ending?.code === 0),
  },
];

/** The host name that a run was asked for. */
function asked(run: RunFacts): string | undefined {
  const flags = run.asked?.flags ?? [];
  const at = flags.indexOf('--hostname');
  return at < 0 ? undefined : flags[at + 1];
}

/** The host has taken on the name that was meant for this container. */
function renamed(scene: Scene, run: RunFacts): boolean {
  return asked(run) !== undefined && same(scene.wall.after.hostname, asked(run));
}

/** The command is in the host's namespace of this kind. */
function shares(scene: Scene, run: RunFacts, kind: NamespaceKind): boolean {
  return same(run.command?.namespaces?.[kind], scene.wall.before.namespaces?.[kind]);
}

/** The command is in one of its own. */
function leads(scene: Scene, run: RunFacts, kind: NamespaceKind): boolean {
  return differs(run.command?.namespaces?.[kind], scene.wall.before.namespaces?.[kind]);
}

/** A thread of box other than the main one has left the host's UTS namespace, and the main one has not. */
function strayed(scene: Scene, run: RunFacts): boolean {
  const host = scene.wall.before.namespaces?.uts;
  const [main, ...others] = run.box?.threadNamespaces?.uts ?? [];
  return same(main, host) && others.some((it) => it !== host);
}

/** Kinds that lesson 02 has no use for, of which a command has one of its own while it shares UTS or IPC with the host. */
function kindsOf(scene: Scene): NamespaceKind[] {
  const run = scene.runs.find((it) => shares(scene, it, 'uts') || shares(scene, it, 'ipc'));
  if (run === undefined) return [];
  return namespaceKinds.filter((kind) => kind !== 'uts' && kind !== 'ipc' && leads(scene, run, kind));
}

function same<T>(one: T | undefined, other: T | undefined): boolean {
  return one !== undefined && one === other;
}

function differs<T>(one: T | undefined, other: T | undefined): boolean {
  return one !== undefined && other !== undefined && one !== other;
}
