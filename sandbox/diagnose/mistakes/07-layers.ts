/** Lesson 07: layers that are put together in the wrong way or written to, and containers that keep too much or too little. */
import { citeMounts } from '../cite.ts';
import { endedWith, gaveUp, noted } from '../helpers.ts';
import { diffRules } from '../layer-diff-rules.ts';
import { layersOf, notedList, overlays, refusedOverlay, upperMount } from '../layer-helpers.ts';
import { leakedMounts, superOption } from '../mount-helpers.ts';
import type { Rule } from '../rule.ts';
import type { Scene } from '../scene.ts';

const lesson = '07-layers';

export const rules: readonly Rule[] = [
  {
    id: 'layers-reversed',
    lesson,
    title: 'The layers are upside down',
    why:
      'Of a file that is in all three layers the container sees the one at the bottom. overlayfs reads lowerdir from the top ' +
      'down: the leftmost directory hides the ones to the right of it. box is given its layers the other way round, the ' +
      'bottom first.',
    look: 'Which end of the list that you are given belongs at the left?',
    checks: ['merged'],
    when: (scene) => noted(scene, 'in all three') !== undefined && noted(scene, 'in all three') === noted(scene, 'the bottom one’s'),
    evidence: (scene) => overlays(scene).flatMap(({ command, mount }) => citeMounts(command, [mount])),
  },
  {
    id: 'work-elsewhere',
    lesson,
    title: 'The work directory is on another mount than the upper layer',
    why: (scene) => `${words(scene)} overlayfs prepares a file in workdir and then moves it into upperdir, so that nobody ever sees half of it. That is a rename(2), and a rename does not lead from one mount to another.`,
    look: 'The kernel log says it in plain words: `dmesg | tail`. Where do the two directories lie?',
    checks: ['merged'],
    when: (scene) => /both must be on the same/.test(refusedOverlay(scene)?.condition ?? ''),
  },
  {
    id: 'work-inside-upper',
    lesson,
    title: 'The work directory lies in the upper layer',
    why: (scene) => `${words(scene)} What is in upperdir is what the container sees. overlayfs's workshop would be among it, half-made files and all.`,
    look: 'Two directories side by side. Which one holds both?',
    checks: ['merged'],
    when: (scene) => /lie within each other/.test(refusedOverlay(scene)?.condition ?? ''),
  },
  {
    id: 'no-upper',
    lesson,
    title: 'An overlay without an upper layer cannot be written to',
    why:
      'Its mountinfo line has a lowerdir and no upperdir. Such an overlay is a view of its layers and nothing more: whoever ' +
      'writes to it is told EROFS.',
    look: 'mount(8) and the kernel\'s page about overlayfs: which options does a writable one have?',
    checks: ['unchanged'],
    when: (scene) => overlays(scene).some(({ mount }) => superOption(mount, 'lowerdir') !== undefined && superOption(mount, 'upperdir') === undefined),
    evidence: (scene) => overlays(scene).flatMap(({ command, mount }) => citeMounts(command, [mount])),
  },
  {
    id: 'layers-written',
    lesson,
    title: 'A layer was written to',
    why: (scene) => `What the container did is to be seen in ${changed(scene)}. The next container that gets this layer begins with it, and so does every one that is running.`,
    look: 'Which directory does overlayfs write to, in your options? Whose is it?',
    checks: ['unchanged'],
    when: (scene) => notedList(scene, 'changed in the layers').length > 0,
    evidence: (scene) => overlays(scene).flatMap(({ command, mount }) => citeMounts(command, [mount])),
  },
  {
    id: 'rootfs-written',
    lesson,
    title: 'The directory of --rootfs was written to',
    why: (scene) => `${changed(scene)} changed. Several layers were put together and spared. A single directory was used as it is, as in lesson 5.`,
    look: 'What is different about a container that has only one layer? Nothing needs to be.',
    checks: ['rootfs'],
    when: (scene) => notedList(scene, 'changed in the layers').length > 0,
  },
  {
    id: 'userxattr-missing',
    lesson,
    title: 'overlayfs cannot take notes, and so cannot remove a directory',
    why:
      'EIO, for a simple `rm -r`. A directory that hides one below carries a note, an extended attribute of the kind trusted.*, ' +
      'and only the root of the whole machine may write these. The mount did not fail: the kernel only says in its log that it ' +
      'could not write one, and goes on. What fails is the first removal of a directory that comes from a layer.',
    look: 'The kernel log has a proposal: `dmesg | tail`.',
    checks: ['directories'],
    when: (scene) => stillThere(scene) && overlays(scene).some(({ mount }) => superOption(mount, 'upperdir') !== undefined && !mount.superOptions.includes('userxattr')),
    evidence: (scene) => overlays(scene).flatMap(({ command, mount }) => citeMounts(command, [mount])),
  },
  {
    id: 'upper-without-xattrs',
    lesson,
    title: 'The upper layer lies where nobody can take notes',
    why: (scene) =>
      `It is on a file system of the type ${upperTypes(scene)}, which has no extended attributes of the kind user.* in this kernel. overlayfs needs one ` +
      'for each directory that hides another. The mount works nevertheless; the removal of a directory ends in EIO. Besides, ' +
      'what lies there fills memory.',
    look: 'Where have you got room on a real disk? The container\'s files are large, and are to be kept.',
    checks: ['directories'],
    when: (scene) => stillThere(scene) && overlays(scene).some(({ mount }) => mount.superOptions.includes('userxattr') && /^(tmpfs|ramfs|overlay)$/.test(upperMount(scene, mount)?.type ?? '')),
    evidence: (scene) => overlays(scene).flatMap(({ command, mount }) => citeMounts(command, [mount])),
  },
  {
    id: 'upper-shared',
    lesson,
    title: 'Two containers write to one upper layer',
    why:
      'What the first one has written is in the second one, too, and it was not in any of their layers. (The kernel knows ' +
      'that this is trouble: "upperdir is in-use", its log says, and that what comes of it is undefined.)',
    look: 'What is different in the names of the directories, from one container to the next?',
    checks: ['alone'],
    when: (scene) => noted(scene, 'the first one’s file') !== undefined && noted(scene, 'the first one’s file') !== null,
    evidence: (scene) => overlays(scene).flatMap(({ command, mount }) => citeMounts(command, [mount])),
  },
  {
    id: 'separator-in-path',
    lesson,
    title: 'A name was taken for two',
    why: (scene) =>
      `${words(scene)} The layers are given to the kernel as text: a colon ends one of them, a comma ends the option. ${odd(scene)} has ` +
      'such characters in its name.',
    look: 'How does a string in TypeScript hold a quotation mark? overlayfs has the same way out.',
    checks: ['names'],
    when: (scene) => odd(scene) !== '',
  },
  {
    id: 'mounted-on-the-host',
    lesson,
    title: 'The overlay was mounted on the host',
    why: (scene) =>
      `There it still is, on ${leakedMounts(scene).filter(({ type }) => type === 'overlay').map(({ mountPoint }) => mountPoint)[0] ?? ''}, and a mount point cannot be removed. (What lies on it can: ` +
      'who clears a directory away with a mount in it clears the mount first.)',
    look: 'Lesson 4. A mount that only the container has goes by itself. In which process, and after which line, is it made?',
    checks: ['rootfs', 'nothing-left'],
    when: (scene) => leakedMounts(scene).some(({ type }) => type === 'overlay'),
    evidence: (scene) => citeMounts(scene.wall.after, leakedMounts(scene)),
  },
  {
    id: 'upper-left',
    lesson,
    title: 'The upper layer stays behind',
    why: (scene) =>
      `${notedList(scene, 'found afterwards').join(' and ')} is still there, and nobody has the name to ask for it. The mount went by itself with the ` +
      'last process. The directory below does not: it is an ordinary one. Disks fill up like that, a few files with every run.',
    look: 'Who is there when the container has ended? And if something fails on the way?',
    checks: ['nothing-left'],
    when: (scene) => notedList(scene, 'found afterwards').length > 0,
  },
  {
    id: 'half-removed',
    lesson,
    title: 'A part of the container is still there',
    why: (scene) => `Its files are gone, and this is not: ${notedList(scene, 'kept in addition').slice(0, 4).join(', ')}.`,
    look: 'Make a list of all that `create` makes, and one of all that is taken away. Is there one thing that contains all others?',
    checks: ['nothing-left'],
    when: (scene) => Array.isArray(noted(scene, 'found afterwards')) && notedList(scene, 'found afterwards').length === 0 && notedList(scene, 'kept in addition').length > 0,
  },
  ...diffRules,
  {
    id: 'rm-while-running',
    lesson,
    title: 'A running container had its files taken away',
    why:
      '`box rm` succeeded. The command still runs, and what it has written is gone: it stands in an empty house, and the name ' +
      'can be given to somebody else.',
    look: 'How could somebody who only has the name find out whether the container still runs?',
    checks: ['in-use'],
    when: (scene) => noted(scene, 'status of rm') === 0,
  },
  {
    id: 'layer-thrown-away',
    lesson,
    title: 'The changes are gone with the container',
    why:
      'It had a name, and `box diff` knew its changes while it ran. It has ended, and there are none. Somebody gave that name ' +
      'in order to come back.',
    look: 'Which containers are to be cleared away at the end, and how can one tell?',
    checks: ['kept'],
    when: (scene) => Array.isArray(noted(scene, 'printed afterwards')) && notedList(scene, 'printed afterwards').length === 0,
  },
  {
    id: 'name-taken-over',
    lesson,
    title: 'A second container came under the same name',
    why:
      'Its directory was there already, and nobody minded. The second one works in the upper layer of the first, and one name ' +
      'stands for both. `mkdir -p`, and `recursive: true` like it, do not say whether they have made anything.',
    look: 'Who notices that the directory is there? Which mkdir would complain?',
    checks: ['taken'],
    when: (scene) => typeof noted(scene, 'status of the second') === 'number' && noted(scene, 'status of the second') !== 125,
  },
  {
    id: 'loser-removes',
    lesson,
    title: 'Who was refused has cleared away what is not his',
    why:
      'The name was refused, as it should be. On its way out box then removed the directory of that name: it belongs to the ' +
      'container that was there first, and took its changes with it.',
    look: 'From which line on does box own the directory? Where does the `try` begin whose `finally` clears up?',
    checks: ['taken'],
    when: (scene) => noted(scene, 'status of the second') === 125 && Array.isArray(noted(scene, 'printed afterwards')) && notedList(scene, 'printed afterwards').length === 0,
  },
  {
    id: 'name-race',
    lesson,
    title: 'Two containers have one name',
    why:
      'Both looked whether the name was free, and it was. Then both took it. Between looking and taking there is always room ' +
      'for somebody else, be it a microsecond.',
    look: 'Is there a call that looks and takes in one step, and tells one of the two that it came too late?',
    checks: ['at-once'],
    when: (scene) => Array.isArray(noted(scene, 'both statuses')) && (noted(scene, 'both statuses') as unknown[]).every((status) => status === 0),
  },
  {
    id: 'rm-half',
    lesson,
    title: 'The name is gone, the layer is not',
    why: (scene) => `\`box rm\` says that all is well. ${notedList(scene, 'found afterwards')[0] ?? ''} is still there, and has no name any more by which one could get rid of it.`,
    look: 'What was kept, and where? All of it has to go.',
    checks: ['rm'],
    when: (scene) => notedList(scene, 'found afterwards').length > 0,
  },
  {
    id: 'name-not-freed',
    lesson,
    title: 'The container is gone, its name is not',
    why: 'After `box rm` a new container of this name is refused (125). Something is left by which box takes the name for one in use.',
    look: 'What makes a name taken? That has to go, too, and last of all.',
    checks: ['again'],
    when: (scene) => noted(scene, 'status of the new one') === 125 && scene.runs.some((run) => endedWith(run, 125)),
  },
  {
    id: 'rm-ignored',
    lesson,
    title: '--rm was not heeded',
    why: 'The container had a name, and so it was kept. `--rm` says that it need not be: the name was for as long as it ran.',
    look: 'There are two reasons to keep nothing. Where do you ask for the first?',
    checks: ['rm-flag'],
    when: (scene) => notedList(scene, 'found afterwards').length > 0 || noted(scene, 'status of diff') === 0,
  },
];

function words(scene: Scene): string {
  const call = refusedOverlay(scene);
  return call === undefined ? '' : `${call.errno}: ${call.condition}`;
}

/** A layer whose name has separators in it, of a run that box gave up. */
function odd(scene: Scene): string {
  return scene.runs.filter(gaveUp).flatMap(layersOf).find((layer) => /[:,]/.test(layer)) ?? '';
}

/** What has changed in the layers, the first two places of it. */
function changed(scene: Scene): string {
  const paths = notedList(scene, 'changed in the layers');
  return paths.length > 2 ? `${paths.slice(0, 2).join(', ')} and ${paths.length - 2} more` : paths.join(' and ');
}

/** A directory of the layers that the command had removed is there. */
function stillThere(scene: Scene): boolean {
  const removed = noted(scene, 'the removed directory');
  return removed !== undefined && removed !== null;
}

function upperTypes(scene: Scene): string {
  return [...new Set(overlays(scene).flatMap(({ mount }) => upperMount(scene, mount)?.type ?? []))].join(', ');
}
