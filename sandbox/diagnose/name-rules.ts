/** The rules of lesson 10 about names: who knows them, in which file, and where that file lies. */
import { noted } from './helpers.ts';
import { citeLines, gaveUpWith, serversIn, textOf } from './reach-helpers.ts';
import type { Rule } from './rule.ts';
import type { Scene } from './scene.ts';

const lesson = '10-reach';

/** What a check noted of the mount at /etc/hosts. */
const hostsMount = (scene: Scene) => noted(scene, 'hosts mount') as { root?: string; line?: string } | null | undefined;

export const nameRules: readonly Rule[] = [
  {
    id: 'needs-etc',
    lesson,
    title: 'The image has no /etc to put the files in',
    why:
      'A mount needs something to be mounted on: for a file that is a file. This image has none, and no directory for it. Images with nothing but one program ' +
      'in them are quite common (FROM scratch), and their programs look names up, too.',
    look: 'The image may not be changed, and what is made on top of it is in `box diff`. Of which layers may a root consist besides those two?',
    checks: ['name'],
    beats: ['names-untold'],
    when: (scene) => gaveUpWith(scene, '--rootfs', '/plain') !== undefined,
  },
  {
    id: 'names-untold',
    lesson,
    title: 'Nobody has told the container who the others are',
    why:
      'A name is looked up in two places: in the file /etc/hosts, and at the name servers of /etc/resolv.conf. In the file it is not, and of the servers none ' +
      'knew it. --name is a name for box; the network has never heard of it.',
    look: 'Who knows names and addresses? And which file of the container, or which server, could say so?',
    checks: ['name'],
    when: (scene) => noted(scene, 'found') === null,
    evidence: (scene) => scene.notes['hosts']?.evidence ?? [],
  },
  {
    id: 'hosts-replaced',
    lesson,
    title: 'The container has the old file, and the new one has only its name',
    why: (scene) =>
      `mountinfo says where the mount comes from: ${hostsMount(scene)?.root ?? ''}. A bind mount of a file is bound to the file, not to its path. Somebody wrote a ` +
      'new file and renamed it over the old one, which is the right thing nearly everywhere; the container holds on to the old one, that now has no name.',
    look: 'How does one change what is in a file so that it stays this file?',
    checks: ['later'],
    beats: ['told-once'],
    when: (scene) => hostsMount(scene)?.root?.endsWith('//deleted') === true,
    evidence: (scene) => citeLines(scene, 'hosts mount', [hostsMount(scene)?.line]),
  },
  {
    id: 'told-once',
    lesson,
    title: 'Who came later is not in the list',
    why:
      'The container got its list of names when it started, with all who were there by then. Since then somebody has come. So it depends on the order of the ' +
      'starts who can call whom, and of two that need each other one always loses.',
    look: 'Whose lists change when a container starts? Not only its own.',
    checks: ['later'],
    when: (scene) => noted(scene, 'found') === null && typeof textOf(scene, 'hosts') === 'string',
    evidence: (scene) => scene.notes['hosts']?.evidence ?? [],
  },
  {
    id: 'resolver-link-followed',
    lesson,
    title: 'The link in the image was followed on the host',
    why:
      'In this image /etc/resolv.conf is a link with an absolute path. Before the root is changed, such a path begins at the host\'s root: what was mounted or written ' +
      'there went to a file of the host. In the container the link leads to nothing. With a link that somebody has made with care, it would have been another file.',
    look: 'What lies at this path when it is mounted on, and who decides that? Something that is box\'s own could lie there.',
    checks: ['name-servers'],
    beats: ['no-name-server'],
    when: (scene) => noted(scene, 'asked') === false && (noted(scene, 'resolv.conf itself') as { kind?: string } | null | undefined)?.kind === 'link' && textOf(scene, 'resolv.conf') === null,
  },
  {
    id: 'loopback-resolver',
    lesson,
    title: 'The name server is 127.0.0.53, and that is the container itself',
    why:
      'The host\'s resolv.conf was copied. On the host it is right: a service of the host answers on 127.0.0.53. But every network namespace has a 127.0.0.0/8 of its own, ' +
      'and in this one nobody listens there. Addresses work, names do not.',
    look: 'Whom does that service ask? systemd-resolved(8) says in which file it writes that down.',
    checks: ['name-servers'],
    when: (scene) => noted(scene, 'asked') === false && serversIn(textOf(scene, 'resolv.conf'))?.some((server) => server.startsWith('127.')) === true,
    evidence: (scene) => scene.notes['resolv.conf']?.evidence ?? [],
  },
  {
    id: 'no-name-server',
    lesson,
    title: 'There is no name server left in resolv.conf',
    why:
      'The one that means nothing in here was taken out, and it was the only one. A resolv.conf without a server does not mean "ask nobody": the C library then ' +
      'asks 127.0.0.1, which is the container again.',
    look: 'The host does resolve names. So its 127.0.0.53 must ask somebody: systemd-resolved(8) says in which file that is written down.',
    checks: ['name-servers'],
    when: (scene) => noted(scene, 'asked') === false && serversIn(textOf(scene, 'resolv.conf'))?.length === 0,
    evidence: (scene) => scene.notes['resolv.conf']?.evidence ?? [],
  },
  {
    id: 'names-in-the-image',
    lesson,
    title: 'The files were put into the image',
    why:
      'Something to mount on was needed, and was made in the image\'s own directory. Images are shared: the next container of this one finds it there, so does whoever packs ' +
      'it up, and where a link was, there is a file now.',
    look: 'A root can be made of more than one layer. Who says that all of them come from the command line?',
    checks: ['clean'],
    when: (scene) => ((noted(scene, 'changed images') as unknown[] | undefined)?.length ?? 0) > 0,
  },
  {
    id: 'names-in-the-diff',
    lesson,
    title: 'box\'s own files count as changes of the container',
    why:
      'What was needed to mount on was made in the container\'s root, after the layers had been put together. So it is in the upper layer: the container seems to have changed ' +
      '/etc, and whoever makes an image of it packs an empty hosts file with it.',
    look: 'Below the upper layer nothing counts as a change. What else may lie there besides the image?',
    checks: ['clean'],
    when: (scene) => ((noted(scene, 'diff') as unknown[] | undefined)?.length ?? 0) > 0,
  },
  {
    id: 'name-outlives',
    lesson,
    title: 'The name leads to where somebody was',
    why:
      'The container has ended, and the others still have its address in their lists. Whoever calls it now waits for a long time, as nobody is there even to refuse. And when another ' +
      'container gets the address, the name leads to that.',
    look: 'There are two moments at which everybody\'s list changes.',
    checks: ['name-free'],
    when: (scene) => typeof textOf(scene, 'hosts') === 'string' && scene.runs.some((run) => run.asked !== undefined && endedNameIn(scene, run.asked.flags)),
    evidence: (scene) => scene.notes['hosts']?.evidence ?? [],
  },
];

/** Some run's --name stands in the noted hosts file although its command is not there any more. */
function endedNameIn(scene: Scene, flags: readonly string[]): boolean {
  const name = flags[flags.indexOf('--name') + 1];
  const run = scene.runs.find((it) => it.asked?.flags === flags);
  return flags.includes('--name') && run?.ending !== undefined && new RegExp(`\\s${name}(\\s|$)`, 'm').test(textOf(scene, 'hosts') ?? '');
}
