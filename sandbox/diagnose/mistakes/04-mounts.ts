/** Lesson 04: mount namespaces that are a copy, and still tied to what they were copied from. */
import type { Mount } from '../../observe/mountinfo.ts';
import { describePropagation } from '../../observe/mountinfo.ts';
import type { Evidence } from '../../wire/verdict.ts';
import { citeMounts } from '../cite.ts';
import type { FailedCall } from '../doctor.ts';
import { commands, failedCall, gaveUp, hostOf, noted, separated, shareNamespace } from '../helpers.ts';
import { mountIn, peersOfHost, sameTree } from '../mount-helpers.ts';
import type { Rule } from '../rule.ts';
import type { ProcessFacts, Scene } from '../scene.ts';

const lesson = '04-mounts';

/** Where a tie shows. */
const tied = ['outside', 'ties', 'host', 'afterwards'];

export const rules: readonly Rule[] = [
  {
    id: 'mounts-still-shared',
    lesson,
    title: 'The copy is still tied to the original',
    why: (scene) =>
      `A mount namespace begins as a copy, and ${ties(scene).length} mounts of this copy are in a peer group with the host\'s own: ` +
      'their mountinfo lines show the same number after `shared:`. Whatever is mounted or unmounted below one of a group is ' +
      'mounted or unmounted below all.',
    look: 'The line for /proc does for one mount what has to be done for every one of them. What does mount(2) say of MS_REC?',
    checks: tied,
    when: (scene) => ofCommands(scene, (command) => root(command, isTied(scene)) && copies(command, scene).every(isTied(scene))),
    evidence: (scene) => citeRoots(scene),
  },
  {
    id: 'private-piecemeal',
    lesson,
    title: 'Some ties were cut, those of others forgotten',
    why: (scene) =>
      `${places(untied(scene))} ${untied(scene).length > 1 ? 'are' : 'is'} on its own now, but ${places(ties(scene))} still ` +
      'passes on what happens below. A list of mount points is a list of those that somebody thought of; the next machine ' +
      'has others.',
    look: 'One call can reach every mount there is. Which directory are they all below?',
    checks: tied,
    when: (scene) => ofCommands(scene, (command) => root(command, isTied(scene)) && copies(command, scene).some(isFree(scene))),
    evidence: (scene) => citeRoots(scene),
  },
  {
    id: 'private-not-recursive',
    lesson,
    title: 'Only the root was cut off, not what is mounted on it',
    why: (scene) =>
      `Propagation is a property of each mount, and / is just one of ${host(scene).length}. It is ${rootPropagation(scene)} now; ` +
      `${places(ties(scene))} still share a peer group with the host, and so does everything that will be mounted below them.`,
    look: 'mount(2) changes the one mount that it is shown, unless a flag asks for all that lies below.',
    checks: tied,
    when: (scene) => ofCommands(scene, (command) => root(command, isFree(scene)) && copies(command, scene).some(isTied(scene))),
    evidence: (scene) => commands(scene).flatMap((command) => citeMounts(command, command.mounts?.filter((mount) => isRoot(mount) || isTied(scene)(mount)).slice(0, 4) ?? [])),
  },
  {
    id: 'private-too-late',
    lesson,
    title: 'Cut off, but something had got through before',
    why: (scene) =>
      `Nothing of the container is tied to the host any more. Yet on the host there is a new ${places(came(scene))}: when that was ` +
      'mounted, the ties were still there. Cutting them does not call back what has been passed on.',
    look: 'Which of the calls in the stage mounts something, and which makes mounting safe? In which order?',
    checks: ['host'],
    when: (scene) => came(scene).length > 0 && peerless(scene),
    evidence: (scene) => citeMounts(scene.wall.after, came(scene)),
  },
  {
    id: 'host-made-private',
    lesson,
    title: 'It was the host that was cut off',
    why:
      'The call changed the mounts of the namespace it was made in, and at that time this was the host\'s: nothing there is ' +
      'shared any more. The copy made afterwards has no ties, so the container looks right. But on the host, who relied on ' +
      'sharing (a later container, a volume mounted for another one) waits in vain.',
    look: 'Two calls of the stage, each of them right. Which one has to see the other\'s work?',
    checks: ['host', 'afterwards'],
    when: (scene) => turnedPrivate(scene) && ofCommands(scene, (command) => separated(command, hostOf(scene), 'mnt')),
    evidence: (scene) => citeMounts(scene.wall.after, (scene.wall.after.mounts ?? []).filter(isRoot)),
  },
  {
    id: 'private-without-namespace',
    lesson,
    title: 'There is only one mount table, and it is the host\'s',
    why:
      'The command is in the same mount namespace as everybody else. Making mounts private there separates nobody: there is ' +
      'no second table to be separate. It took effect all the same, on the host, as did every mount since.',
    look: 'The propagation of a mount says what passes from one namespace to another. Where is the other one made?',
    checks: ['namespace'],
    when: (scene) => turnedPrivate(scene) && ofCommands(scene, (command) => shareNamespace(command, hostOf(scene), 'mnt')),
    evidence: (scene) => citeMounts(scene.wall.after, (scene.wall.after.mounts ?? []).filter(isRoot)),
  },
  {
    id: 'bind-ignores-propagation',
    lesson,
    title: 'A second / was mounted, and nothing was made private',
    why:
      'One call of mount(2) does one thing. With MS_BIND in the flags it binds, and of the rest it looks at MS_REC only: the ' +
      'propagation was not changed, and no error says so. What did happen is that the whole tree was mounted over itself, ' +
      'and that was passed on to the host, whose tree is there twice now.',
    look: 'mount(2), the part that lists its operations and which flag selects each. How many of them do you need here?',
    checks: tied,
    beats: ['mounts-still-shared', 'private-piecemeal'],
    when: (scene) => ofCommands(scene, (command) => ties(scene).length > 0 && stacked(command).length > 0),
    evidence: (scene) => commands(scene).flatMap((command) => citeMounts(command, [...stacked(command), ...(command.mounts ?? []).filter(isRoot)])),
  },
  {
    id: 'made-unbindable',
    lesson,
    title: 'So private that nothing in it can be bound',
    why:
      'An unbindable mount is a private one that in addition refuses to be the source of a bind mount, with EINVAL. It is meant ' +
      'for trees that would otherwise contain themselves. A container binds all the time: volumes, device nodes, its root.',
    look: 'Of the four types, which one takes away the ties and nothing else?',
    checks: ['inside'],
    when: (scene) => ofCommands(scene, (command) => root(command, (mount) => mount.propagation.kind === 'unbindable')),
    evidence: (scene) => commands(scene).flatMap((command) => citeMounts(command, (command.mounts ?? []).filter(isRoot))),
  },
  {
    id: 'propagation-mixed',
    lesson,
    title: 'One call was asked to do two things',
    why: (scene) =>
      `${refused(scene)?.condition ?? ''} The kernel has four types of propagation and a mount has one of them; to change it is a job of ` +
      'its own. mount(2) answers EINVAL to anything else, and box stopped there.',
    look: 'Of the flags in that call, which one says what you want, and which one how far it reaches? The others have no place in it.',
    checks: ['namespace'],
    when: (scene) => refused(scene) !== undefined,
  },
  {
    id: 'unmounted-the-host',
    lesson,
    title: 'An unmount came through to the host',
    why: (scene) =>
      `On the host ${places(gone(scene))} ${gone(scene).length > 1 ? 'are' : 'is'} no longer mounted. Taking a mount away is an ` +
      'event like any other: where the mount below it is shared, its peers lose theirs, too.',
    look: 'Which call in the stage takes something away, and are the ties cut by then?',
    when: (scene) => gone(scene).length > 0,
    evidence: (scene) => citeMounts(hostOf(scene), gone(scene)),
  },
];

/** The call that was to change how a mount propagates, and on which box gave up. */
function refused(scene: Scene): FailedCall | undefined {
  const call = scene.runs.some(gaveUp) ? failedCall(scene, 'mount', 'EINVAL') : undefined;
  return call !== undefined && /MS_(PRIVATE|SLAVE|SHARED|UNBINDABLE)/.test(call.call) ? call : undefined;
}

/** The host's mounts when the lesson began: as a check noted them, or before this check. */
function host(scene: Scene): readonly Mount[] {
  const mounts = noted(scene, 'mounts before');
  return Array.isArray(mounts) ? (mounts as Mount[]) : hostOf(scene).mounts ?? [];
}

/** Mounts that the host has now and did not have then. */
function came(scene: Scene): Mount[] {
  const ids = new Set(host(scene).map((mount) => mount.id));
  return (scene.wall.after.mounts ?? []).filter((mount) => !ids.has(mount.id));
}

/** Mounts that it had then and has no more. */
function gone(scene: Scene): Mount[] {
  const now = scene.wall.after.mounts;
  if (now === undefined) return [];
  const ids = new Set(now.map((mount) => mount.id));
  return host(scene).filter((mount) => !ids.has(mount.id));
}

/** The host's root was shared, and is not any more. */
function turnedPrivate(scene: Scene): boolean {
  const [was, is] = [host(scene).find(isRoot), scene.wall.after.mounts?.find(isRoot)];
  return was?.propagation.shared !== undefined && is !== undefined && is.propagation.shared === undefined;
}

/** Some command that was seen, in a mount namespace whose mounts could be read, is like this. */
function ofCommands(scene: Scene, holds: (command: ProcessFacts) => boolean): boolean {
  return commands(scene).some((command) => command.mounts !== undefined && holds(command));
}

/** Every command that was seen has a namespace of its own without a peer of the host's. */
function peerless(scene: Scene): boolean {
  const seen = commands(scene);
  return seen.length > 0 && seen.every((command) => separated(command, hostOf(scene), 'mnt')) && ties(scene).length === 0;
}

/** Mounts of commands that have a peer on the host. */
function ties(scene: Scene): Mount[] {
  const before = { ...hostOf(scene), mounts: [...host(scene), ...(scene.wall.after.mounts ?? [])] };
  return commands(scene).filter((command) => separated(command, before, 'mnt')).flatMap((command) => peersOfHost(command, before));
}

function isTied(scene: Scene): (mount: Mount) => boolean {
  const tied = new Set(ties(scene));
  return (mount) => tied.has(mount);
}

function isFree(scene: Scene): (mount: Mount) => boolean {
  const tied = new Set(ties(scene));
  return (mount) => !tied.has(mount);
}

/** The mounts that a command has as copies of the host's, but for /, and for /proc, with which lesson 03 has dealt. */
function copies(command: ProcessFacts, scene: Scene): Mount[] {
  return (command.mounts ?? []).filter((mount) =>
    !isRoot(mount) && mount.mountPoint !== '/proc' && host(scene).some((other) => other.mountPoint === mount.mountPoint && sameTree(other, mount)));
}

function untied(scene: Scene): Mount[] {
  return commands(scene).flatMap((command) => copies(command, scene).filter(isFree(scene)));
}

function root(command: ProcessFacts, holds: (mount: Mount) => boolean): boolean {
  const mount = mountIn(command, '/');
  return mount !== undefined && holds(mount);
}

/** Further mounts of its root's own tree, on / again. */
function stacked(command: ProcessFacts): Mount[] {
  const first = mountIn(command, '/');
  return (command.mounts ?? []).filter((mount) => isRoot(mount) && mount !== first && sameTree(mount, first));
}

function isRoot(mount: Mount): boolean {
  return mount.mountPoint === '/';
}

function rootPropagation(scene: Scene): string {
  const mount = commands(scene).map((command) => mountIn(command, '/')).find((it) => it !== undefined);
  return mount === undefined ? 'private' : describePropagation(mount.propagation);
}

/** The lines of / on both sides: the same number after `shared:`. */
function citeRoots(scene: Scene): Evidence[] {
  return [...commands(scene), hostOf(scene)].flatMap((process) => citeMounts(process, (process.mounts ?? []).filter(isRoot)));
}

/** Some mount points in words, the first three of them by name. */
function places(mounts: readonly Mount[]): string {
  const points = [...new Set(mounts.map((mount) => mount.mountPoint))];
  const named = points.slice(0, points.length > 4 ? 3 : 4);
  const words = points.length > named.length ? [...named, `${points.length - named.length} more`] : named;
  return words.length > 1 ? `${words.slice(0, -1).join(', ')} and ${words.at(-1)}` : words.join();
}
