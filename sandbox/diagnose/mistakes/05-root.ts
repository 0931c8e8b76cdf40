/** Lesson 05: roots that are not the container's own, and old roots that are still there. */
import type { Mount } from '../../observe/mountinfo.ts';
import { cite, citeMounts } from '../cite.ts';
import type { FailedCall } from '../doctor.ts';
import { commands, endedWith, failedCall, flagValue, gaveUp, hostOf, noted, runsWith } from '../helpers.ts';
import { isChrooted, mountIn, procMissing, rootOfHost, sameTree } from '../mount-helpers.ts';
import type { Rule } from '../rule.ts';
import type { ProcessFacts, RunFacts, Scene } from '../scene.ts';

const lesson = '05-root';

export const rules: readonly Rule[] = [
  {
    id: 'rootfs-ignored',
    lesson,
    title: 'The command still has the host\'s root',
    why:
      'box was given a directory and did nothing with it. A process begins with the root directory of its parent, and nobody ' +
      'on the way from box to the command has changed it.',
    look: 'The command line hands you `rootfs`. Follow it through the letter into the second stage.',
    checks: ['root'],
    when: (scene) => inside(scene).some((command) => rootOfHost(command, hostOf(scene))),
    evidence: (scene) => inside(scene).flatMap((command) => cite(command, 'root')),
  },
  {
    id: 'chroot-only',
    lesson,
    title: 'A jail with an open door: this is chroot(2)',
    why:
      'For this process names begin somewhere else now, and that is all that chroot(2) does. The host\'s root is still mounted ' +
      'in the container\'s mount namespace. You have seen in this lesson how a process gets from the one to the other.',
    look: 'What has to change is not where one process begins, but the root of the whole mount namespace.',
    checks: ['old-root'],
    when: (scene) => inside(scene).some(isChrooted),
    evidence: (scene) => inside(scene).flatMap((command) => cite(command, 'root')),
  },
  {
    id: 'chroot-without-chdir',
    lesson,
    title: 'Its root has moved, the command stands outside of it',
    why: (scene) =>
      'chroot(2) changes where absolute names begin. The working directory stays what it was: ' +
      `${cwds(scene)}, a directory of the host. \`ls .\` lists it, and \`cd ..\` goes on up.`,
    look: 'chroot(2) says in its notes which call it leaves to you.',
    checks: ['cwd'],
    when: (scene) => inside(scene).some((command) => isChrooted(command) && command.cwd !== undefined && command.cwd !== command.root),
    evidence: (scene) => inside(scene).flatMap((command) => [...cite(command, 'root'), ...cite(command, 'cwd')]),
  },
  {
    id: 'cwd-left-behind',
    lesson,
    title: 'The root was exchanged, and the command stands in the old one',
    why:
      'pivot_root(2) takes along only those who stood at the very top of the old root; the command still stands in some ' +
      'directory of the host. Detaching the old root took that directory\'s name away. But a directory lives on for whoever ' +
      'is in it, and all that lies below can be reached from there.',
    look: 'When does the stage enter the new root, and by which call?',
    checks: ['cwd'],
    when: (scene) => noted(scene, 'is in its root') === false && inside(scene).some((command) => !isChrooted(command) && !rootOfHost(command, hostOf(scene))),
    evidence: (scene) => inside(scene).flatMap((command) => cite(command, 'cwd')),
  },
  {
    id: 'old-root-kept',
    lesson,
    title: 'The old root is still mounted in the new one',
    why: (scene) =>
      `pivot_root(2) throws nothing away: it puts the old root mount where it was told to. There it is, on ${kept(scene).map(({ mountPoint }) => mountPoint).join(' and ')}` +
      `${kept(scene).some(({ mountPoint }) => mountPoint === '/') ? ', on top of the new root, where no ordinary path leads, but mount(2) and umount(2) do' : ': `ls` on it shows the host\'s files'}.`,
    look: 'After the exchange one more call is missing. It has to work although the old root is in use.',
    checks: ['old-root'],
    when: (scene) => inside(scene).some((command) => !isChrooted(command) && !rootOfHost(command, hostOf(scene))) && kept(scene).length > 0,
    evidence: (scene) => inside(scene).flatMap((command) => citeMounts(command, kept(scene))),
  },
  {
    id: 'old-root-covered',
    lesson,
    title: 'The old root was covered, not taken away',
    why:
      'The new root was mounted on top of the old one. No path leads under it, but that mount can be taken off: our process ' +
      'unmounted the root it stood on, entered its own mount namespace anew with setns(2), and was back on the host\'s files. ' +
      'This is how an initial ramdisk hands over, which has nothing to hide. runc calls it --no-pivot and advises against it.',
    look: 'Which call exchanges the two mounts, so that the old one can be unmounted?',
    checks: ['no-way-back'],
    when: (scene) => noted(scene, 'the host’s file') !== undefined && noted(scene, 'the host’s file') !== null,
  },
  {
    id: 'new-root-not-a-mount',
    lesson,
    title: 'pivot_root was shown a directory that is no mount',
    why: (scene) =>
      `${words(pivot(scene))} It exchanges one mount for another, and a directory is not a mount only because it has files in ` +
      'it. (One that was looked up before something was mounted on it is not, either: that is the directory underneath.)',
    look: 'How does a directory become a mount point with its own content? And which of the two did you enter: the mount, or what it covers?',
    checks: ['root'],
    when: (scene) => /not a mount point/.test(pivot(scene)?.condition ?? ''),
  },
  {
    id: 'new-root-on-shared-mount',
    lesson,
    title: 'pivot_root refuses, since a mount next to it is shared',
    why: (scene) =>
      `${words(pivot(scene))} A change of the root that other namespaces would have to take part in is one that the kernel ` +
      'does not make.',
    look: 'Lesson 4. Which mounts have been cut off, and does the one that the directory lies on belong to them?',
    checks: ['root'],
    when: (scene) => /shared mount/.test(pivot(scene)?.condition ?? ''),
  },
  {
    id: 'put-old-outside',
    lesson,
    title: 'The old root was to go to a place outside of the new one',
    why: (scene) =>
      `${words(pivot(scene))} After the exchange everything hangs below the new root, the old one too; a place that is not ` +
      'in there is nowhere.',
    look: 'The second argument is a path from before the exchange. Where must it lead?',
    checks: ['root'],
    when: (scene) => /^put_old .*(not below|current root mount)/.test(pivot(scene)?.condition ?? ''),
  },
  {
    id: 'put-old-missing',
    lesson,
    title: 'There is no directory to put the old root on',
    why: (scene) => `${words(pivot(scene))} The old root mount needs a directory to be mounted on, as every mount does.`,
    look: 'Either make one first and remove it afterwards, or find out which directory of the new root is there in any case.',
    checks: ['root'],
    when: (scene) => pivot(scene)?.errno === 'ENOENT' && /^pivot_root\("[^"]*", "(?!\.")/.test(pivot(scene)?.call ?? ''),
  },
  {
    id: 'proc-after-the-old-root',
    lesson,
    title: 'Too late for a new /proc',
    why:
      'EPERM, for root. Root of a user namespace may mount proc, but the kernel is careful: parts of the host\'s /proc may have ' +
      'been covered on purpose, and a fresh one would show them. So it grants one only while another, wholly visible one ' +
      'is in the mount namespace. The host\'s was, until it went with the old root.',
    look: 'Whose /proc it becomes depends on the process that mounts it, not on the place. Which order does that leave open?',
    checks: ['root'],
    when: (scene) => {
      const call = failedCall(scene, 'mount', 'EPERM');
      return call !== undefined && /"proc"/.test(call.call) && scene.runs.some(gaveUp);
    },
  },
  {
    id: 'proc-left-behind',
    lesson,
    title: 'The new root came without its /proc',
    why:
      'A /proc was mounted, but not where the command can see it: it stayed below the old root and went with that. In the new ' +
      'one /proc is an empty directory, and `ps` finds nobody.',
    look: 'Where is the mount made, and does the call that makes a mount of the directory take along what is mounted in it?',
    checks: ['proc'],
    when: (scene) => inside(scene).some((command) => !rootOfHost(command, hostOf(scene)) && procMissing(command)),
    evidence: (scene) => inside(scene).flatMap((command) => citeMounts(command, (command.mounts ?? []).slice(0, 4))),
  },
  {
    id: 'looked-up-outside',
    lesson,
    title: 'The command was looked for on the host',
    why: (scene) =>
      `127: not found. But it is there, in the new root. box looked through PATH while it still had the old one. (The ` +
      `other way round it is worse: what is found on the host as ${example(scene)} may be something else in the container.)`,
    look: 'Which call searches PATH, and what is the root directory by then?',
    checks: ['own-program'],
    when: (scene) => isThere(noted(scene, 'the program')) && runsIn(scene).some((run) => run.command === undefined && endedWith(run, 127)),
  },
  {
    id: 'old-root-held-open',
    lesson,
    title: 'The command holds a door to the host in its hand',
    why: (scene) =>
      `${strays(scene).map(([n, target]) => `Descriptor ${n} is ${target}`).join('; ')}. It was opened before the exchange, so it is a directory ` +
      'of the host. The mount has no name any more, but a descriptor needs none: `cd /proc/self/fd/N`, and there one is. runc had ' +
      'just that in 2024 (CVE-2024-21626).',
    look: 'Descriptors survive execve(2) unless they are told not to. Which one did box open, and does open(2) know a flag for it?',
    checks: ['descriptors'],
    when: (scene) => strays(scene).length > 0,
    evidence: (scene) => inside(scene).flatMap((command) => cite(command, 'fds')),
  },
  {
    id: 'bound-on-the-host',
    lesson,
    title: 'The directory was made a mount on the host',
    why: (scene) =>
      `On the host ${leaked(scene).map(({ mountPoint }) => mountPoint).join(' and ')} ${leaked(scene).length > 1 ? 'are mounts' : 'is a mount'} now, and ` +
      'will be after the container has gone. It was needed in the container only, but when the call was made there was one ' +
      'mount table for both.',
    look: 'From which line on does the stage have a mount table of its own?',
    checks: ['host'],
    when: (scene) => runsIn(scene).some((run) => leaked(scene).some(({ mountPoint }) => mountPoint === flagValue(run, '--rootfs'))),
    evidence: (scene) => citeMounts(scene.wall.after, leaked(scene)),
  },
  {
    id: 'put-old-left',
    lesson,
    title: 'An empty directory stays behind',
    why: (scene) =>
      `${added(scene).join(', ')} was not in there before. It was needed as a place for the old root; now every container shows it, and ` +
      'on a read-only root file system it cannot even be made. That is why runc stopped doing this in 2016.',
    look: 'Who removes it, and when can it be removed? Or: pivot_root(2), NOTES, on a call that needs none.',
    checks: ['host'],
    when: (scene) => added(scene).length > 0,
  },
  {
    id: 'old-root-busy',
    lesson,
    title: 'The old root cannot be unmounted: it is in use',
    why: (scene) =>
      `${words(failedCall(scene, 'umount2', 'EBUSY'))} box itself runs from there: its program, its libraries, its open files. ` +
      'And everything that was mounted below has come along.',
    look: 'umount2(2) has a flag that takes the name away now, and the mount when the last user has gone.',
    checks: ['root'],
    when: (scene) => failedCall(scene, 'umount2', 'EBUSY') !== undefined && scene.runs.some(gaveUp),
  },
];

/** Runs that were given a root file system, and their commands. */
function runsIn(scene: Scene): RunFacts[] {
  return runsWith(scene, '--rootfs');
}

function inside(scene: Scene): ProcessFacts[] {
  const runs = new Set(runsIn(scene).map((run) => run.command));
  return commands(scene).filter((command) => runs.has(command));
}

/** Mounts that a command has of the host's root file system, besides its own root. */
function kept(scene: Scene): Mount[] {
  const old = mountIn(hostOf(scene), '/');
  return inside(scene).flatMap((command) => (command.mounts ?? []).filter((mount) => mount !== mountIn(command, '/') && sameTree(mount, old)));
}

/** The call of pivot_root(2) on which box gave up. */
function pivot(scene: Scene): FailedCall | undefined {
  return scene.runs.some(gaveUp) ? failedCall(scene, 'pivot_root') : undefined;
}

function words(call: FailedCall | undefined): string {
  return call === undefined ? '' : `${call.errno}: ${call.condition}`;
}

function cwds(scene: Scene): string {
  return [...new Set(inside(scene).flatMap((command) => command.cwd ?? []))].join(', ');
}

/** Open descriptors of a command, beyond its three, that lead to files or directories: number and target. */
function strays(scene: Scene): [string, string][] {
  return inside(scene).flatMap((command) => Object.entries(command.fds ?? {})).filter(([n, target]) => Number(n) > 2 && target.startsWith('/'));
}

/** Mounts that the host has now and did not have before box was first started. */
function leaked(scene: Scene): Mount[] {
  const before = noted(scene, 'mounted before');
  if (!Array.isArray(before)) return [];
  return (scene.wall.after.mounts ?? []).filter(({ id }) => !before.includes(id));
}

/** Names in the given directory that were not there. */
function added(scene: Scene): string[] {
  const [before, after] = [noted(scene, 'names before'), noted(scene, 'names after')];
  return Array.isArray(before) && Array.isArray(after) ? after.filter((name: string) => !before.includes(name)) : [];
}

function isThere(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function example(scene: Scene): string {
  return runsIn(scene).flatMap((run) => run.asked?.command[0] ?? [])[0] ?? 'a command';
}
