/** Lesson 06: devices that are none, kernel files left open, and terminals that are somebody else's. */
import type { Mount } from '../../observe/mountinfo.ts';
import { citeMounts } from '../cite.ts';
import { inImages, isHosts, mountsBelow, notedFile, someInImage } from '../dev-helpers.ts';
import type { FailedCall } from '../doctor.ts';
import { failedCall, gaveUp, noted } from '../helpers.ts';
import { isReadOnly, mountIn } from '../mount-helpers.ts';
import type { Rule } from '../rule.ts';
import type { Scene } from '../scene.ts';
import { terminalRules } from '../terminal-mistakes.ts';

const lesson = '06-dev';

const deviceRules: readonly Rule[] = [
  {
    id: 'null-is-a-file',
    lesson,
    title: '/dev/null is a file like any other',
    why:
      'It has the right name, and that is all. What is written to it stays there and takes up room, and whoever reads it gets ' +
      'back what others wanted to be rid of. What makes a device is not its name but its type and two numbers, by which the kernel finds the driver.',
    look: 'A device cannot be made here, but there is one on the host. By which call does a file appear in a second place?',
    checks: ['null'],
    when: (scene) => notedFile(scene, '/dev/null')?.kind === 'file' && someInImage(scene, (command) => mountIn(command, '/dev/null') === undefined),
  },
  {
    id: 'mknod-refused',
    lesson,
    title: 'Nobody may make devices here, not even root',
    why: (scene) =>
      `${conditionOf(failedCall(scene, 'mknod', 'EPERM') ?? failedCall(scene, 'mknodat', 'EPERM'))} A device node is a door to a driver, and whoever could make any node could open ` +
      'the disk. Root of a user namespace is root over what belongs to the namespace. Drivers do not.',
    look: 'The host has the node that you want. It need not be made; it needs to be seen in a second place.',
    checks: ['null'],
    when: (scene) => gaveUpOn(scene, 'mknod', 'EPERM') !== undefined || gaveUpOn(scene, 'mknodat', 'EPERM') !== undefined,
  },
  {
    id: 'null-not-there',
    lesson,
    title: 'There is no /dev/null yet to cover things with',
    why: (scene) =>
      `${conditionOf(gaveUpOn(scene, 'mount', 'ENOENT'))} In the container's root there is none, or only a link that leads nowhere in there: an image does not bring devices along. ` +
      'The one of the host went with the host\'s root.',
    look: 'What has to be laid before anything can be covered, and when is the host\'s /dev/null in view?',
    checks: ['null'],
    when: (scene) => /^mount\("\/dev\/null"/.test(gaveUpOn(scene, 'mount', 'ENOENT')?.call ?? '') && notInThisKernel(scene) === undefined,
  },
  {
    id: 'not-in-this-kernel',
    lesson,
    title: 'This kernel has no such file, so there is nothing to close',
    why: (scene) =>
      `${notInThisKernel(scene)} is in the lists because some kernels have it. What there is in /proc and /sys depends on the machine and on how its kernel was ` +
      'built: no ACPI, no /proc/acpi. box was told to mount something there, could not, and gave up on the whole container.',
    look: 'The lists say: where this kernel has them. A function at the end of the file can tell.',
    checks: ['null'],
    when: (scene) => notInThisKernel(scene) !== undefined,
  },
  {
    id: 'dev-missing',
    lesson,
    title: 'The container has no /dev but the image’s directory',
    why:
      'Nothing is mounted on /dev or below it. Images come with that directory empty, or with whatever their maker left in ' +
      'it, since what belongs there is not theirs to give: it is the machine\'s.',
    look: 'Which function lays the devices, and is it called, with which root?',
    checks: ['null'],
    when: (scene) => someInImage(scene, (command) => mountsBelow(command, '/dev').length === 0),
    evidence: (scene) => inImages(scene).slice(0, 1).flatMap((command) => citeMounts(command, command.mounts?.slice(0, 5) ?? [])),
  },
  {
    id: 'dev-in-the-image',
    lesson,
    title: 'The devices were laid in the image itself',
    why:
      'There are mounts below /dev but none on /dev, so the files that they lie on were made in the image: on the host, for ' +
      'good, and for every container that uses it. And a name that is there already is followed. This image\'s /dev/null ' +
      'is a link to a file of the host, and what box wrote to it went there.',
    look: 'Something has to lie on /dev before the first name is made in it. It should be empty, and go when the container goes.',
    checks: ['null', 'image'],
    when: (scene) => someInImage(scene, (command) => mountIn(command, '/dev') === undefined && mountsBelow(command, '/dev').length > 0),
    evidence: (scene) => inImages(scene).slice(0, 1).flatMap((command) => citeMounts(command, mountsBelow(command, '/dev'))),
  },
  {
    id: 'dev-of-the-host',
    lesson,
    title: 'This is the host’s /dev, all of it',
    why: (scene) =>
      `The container's /dev is the same file system as the host's, ${String(noted(scene, 'a name of the host’s') ?? 'every name')} included. On a real machine the disks are in ` +
      'there, and the memory. What the container removes there, the host lacks; and the host\'s terminals are open to it.',
    look: 'The six harmless devices can be bound one by one, into a directory that is the container\'s own.',
    checks: ['own'],
    when: (scene) => someInImage(scene, (command) => isHosts(command, scene, '/dev')),
    evidence: (scene) => inImages(scene).flatMap((command) => citeMounts(command, mountsBelow(command, '/dev').slice(0, 1))),
  },
  {
    id: 'links-missing',
    lesson,
    title: '/dev/stdout and its like are missing',
    why:
      'They are no devices, only links into /proc/self/fd, and no kernel makes them. But bash reads <(…) from /dev/fd, and half ' +
      'of all images log to /dev/stdout: without it such a server does not start, or fills a file of that name.',
    look: 'Look at them on the host: ls -l /dev. Where do they lead?',
    checks: ['links'],
    when: (scene) => notedFile(scene, '/dev/fd') === null,
  },
  {
    id: 'shm-missing',
    lesson,
    title: 'There is no /dev/shm to share memory in',
    why:
      'shm_open(3) and sem_open(3) are not system calls. The C library opens a file in /dev/shm, and expects a tmpfs there. ' +
      'Databases and browsers do not start without it.',
    look: 'Which file system is it on the host, and which mode has the directory, so that everybody can make files and nobody remove those of others?',
    checks: ['shm'],
    when: (scene) => someInImage(scene, (command) => mountIn(command, '/dev') !== undefined && mountIn(command, '/dev/shm') === undefined),
  },
  {
    id: 'devpts-of-the-host',
    lesson,
    title: 'The container’s terminals are the host’s',
    why:
      'The devpts on its /dev/pts is the very one of the host: same device number. Who works on the host is to be seen in there, and ' +
      'root of the container can open those terminals, write on them, and read what is typed.',
    look: 'A devpts need not be bound. What does one get who mounts it anew?',
    checks: ['pts'],
    when: (scene) => someInImage(scene, (command) => !isHosts(command, scene, '/dev') && isHosts(command, scene, '/dev/pts')),
    evidence: (scene) => inImages(scene).flatMap((command) => citeMounts(command, mountsBelow(command, '/dev/pts'))),
  },
  {
    id: 'ptmx-for-root-only',
    lesson,
    title: 'Only root can get a terminal',
    why: (scene) =>
      `The door to new terminals has mode ${notedFile(scene, '/dev/ptmx')?.mode.toString(8).padStart(3, '0') ?? '000'}: nobody may open it. Root does not notice, as root may open anything. ` +
      'The next one who runs as another user, and starts tmux, script or sshd, hears EACCES.',
    look: 'For devpts, mode= is that of the terminals. mount(8) knows another option, for ptmx.',
    checks: ['pts'],
    when: (scene) => {
      const ptmx = notedFile(scene, '/dev/ptmx');
      return ptmx !== undefined && ptmx !== null && ptmx.node === '5:2' && (ptmx.mode & 0o666) !== 0o666;
    },
  },
  {
    id: 'sys-missing',
    lesson,
    title: 'Nothing is mounted on /sys',
    why:
      'In the image it is an empty directory, and so it is in the container. Programs look there for the number of processors, ' +
      'their caches, the network devices; a runtime inside looks for cgroups.',
    look: 'It is a file system like proc, and as with proc the moment matters.',
    checks: ['sys'],
    when: (scene) => someInImage(scene, (command) => mountsBelow(command, '/dev').length > 0 && mountIn(command, '/sys') === undefined),
  },
  {
    id: 'sys-writable',
    lesson,
    title: '/sys can be written to',
    why:
      'A sysfs is no copy. Each file in it is a switch of the one kernel that everybody shares, and there is no namespace for most of them. ' +
      'Where the runtime is root of the machine, as Docker mostly is, so is the container here.',
    look: 'A flag of mount(2). For a new mount one call is enough.',
    checks: ['sys'],
    when: (scene) => someInImage(scene, (command) => {
      const sys = mountIn(command, '/sys');
      return sys?.type === 'sysfs' && !isReadOnly(sys);
    }),
    evidence: (scene) => inImages(scene).flatMap((command) => citeMounts(command, mountsBelow(command, '/sys').slice(0, 1))),
  },
  {
    id: 'sys-after-the-old-root',
    lesson,
    title: 'Too late for a new /sys',
    why: (scene) =>
      `${conditionOf(gaveUpOn(scene, 'mount', 'EPERM'))} It is the rule that you know from /proc: a new sysfs is granted only to who can see another, ` +
      'with nothing covered. When the old root had gone there was none.',
    look: 'Which of the two functions of devices.ts is called while the host is still in view?',
    checks: ['null', 'sys'],
    when: (scene) => /"sysfs"/.test(gaveUpOn(scene, 'mount', 'EPERM')?.call ?? ''),
  },
  {
    id: 'masks-missing',
    lesson,
    title: 'The kernel’s own files lie open',
    why: (scene) =>
      `${String(noted(scene, 'covered'))} is there as the kernel made it. No namespace covers these: they speak of the whole machine, of its memory, its keys, its timers, ` +
      'to whoever may open them. Here the file mode is still in the way. It is not where root is root.',
    look: 'A file can be hidden as a directory can: by what is mounted on it. What would you like to be read instead?',
    checks: ['masked'],
    when: (scene) => notedFile(scene, 'cover')?.kind === 'file' && someInImage(scene, (command) => mountIn(command, String(noted(scene, 'covered'))) === undefined),
    evidence: (scene) => inImages(scene).flatMap((command) => citeMounts(command, mountsBelow(command, '/proc').slice(0, 3))),
  },
  {
    id: 'mask-is-not-null',
    lesson,
    title: 'It was covered, with what the image said was /dev/null',
    why: (scene) =>
      `Something lies on ${String(noted(scene, 'covered'))}, but it is not the null device. box took the image's own /dev/null, before there was a real one in that place, ` +
      'and in this image that is a link. A bind mount follows links: a file of the host is now to be read in the container. In 2025 ' +
      'this was CVE-2025-31133 of runc, with a link to a file that one would rather not have writable.',
    look: 'Which /dev/null can be relied upon, and from which line on?',
    checks: ['masked'],
    when: (scene) => {
      const cover = notedFile(scene, 'cover');
      return cover !== undefined && cover !== null && cover.node !== '1:3' && someInImage(scene, (command) => {
        const mount = mountIn(command, String(noted(scene, 'covered')));
        return mount !== undefined && mount.type !== 'proc' && mount.type !== 'tmpfs';
      });
    },
    evidence: (scene) => inImages(scene).flatMap((command) => citeMounts(command, mountsBelow(command, String(noted(scene, 'covered'))))),
  },
  {
    id: 'null-over-a-directory',
    lesson,
    title: 'A file cannot lie on a directory',
    why: (scene) => `${conditionOf(gaveUpOn(scene, 'mount', 'ENOTDIR'))} Of the paths to be hidden some are directories, and what is mounted on one must be a directory, too.`,
    look: 'What would an empty directory be that costs nothing, is nobody\'s, and cannot be filled?',
    checks: ['null', 'masked'],
    when: (scene) => gaveUpOn(scene, 'mount', 'ENOTDIR') !== undefined,
  },
  {
    id: 'read-only-in-one-call',
    lesson,
    title: 'A bind mount was made, and “read-only” was not heard',
    why: (scene) =>
      `${String(noted(scene, 'place'))} is a mount of its own now, and can be written as before. With MS_BIND, mount(2) looks at MS_REC and at no other flag: the copy takes ` +
      'over the options of what it was copied from. There is no error for that, and many a "read-only" volume was writable for years.',
    look: 'mount(2), "Creating a bind mount", the last sentence.',
    checks: ['read-only'],
    when: (scene) => someInImage(scene, (command) => {
      const mount = mountIn(command, placeOf(scene));
      return mount?.type === 'proc' && !isReadOnly(mount);
    }),
    evidence: (scene) => inImages(scene).flatMap((command) => citeMounts(command, mountsBelow(command, placeOf(scene)))),
  },
  {
    id: 'settings-writable',
    lesson,
    title: 'The kernel’s settings can be changed from inside',
    why: (scene) =>
      `${placeOf(scene)} lies on the container's /proc, which can be written to, as it must be: a process tells the kernel things by way of its own files ` +
      'there. But these are the machine\'s. A path written to core_pattern is run by the kernel, as root, on the host.',
    look: 'How does a part of a file system become a mount, which can then have options of its own?',
    checks: ['read-only'],
    when: (scene) => placeOf(scene) !== '' && isWritable(noted(scene, 'lies on') as Mount | null | undefined) && someInImage(scene, (command) => mountIn(command, placeOf(scene)) === undefined),
  },
  {
    id: 'link-followed',
    lesson,
    title: 'The image pointed elsewhere, and box went there',
    why:
      'In this image /dev is a link. While box lays its devices it still has the host\'s root, so the link was followed on the host: they ' +
      'lie somewhere there, and the container has none. Where the runtime makes nodes and files, they are then made on the host.',
    look: 'A path into an image is a path that somebody else wrote. What can be asked of the last name before something is mounted on it?',
    checks: ['linked'],
    when: (scene) => {
      const found = notedFile(scene, '/dev/null of the linked');
      return found !== undefined && found?.node !== '1:3' && someInImage(scene, (command) => mountsBelow(command, '/dev').length === 0);
    },
  },
];

export const rules: readonly Rule[] = [...deviceRules, ...terminalRules];

/** The call on which box gave up. */
function gaveUpOn(scene: Scene, name: string, errno: string): FailedCall | undefined {
  return scene.runs.some(gaveUp) ? failedCall(scene, name, errno) : undefined;
}

/** What box wanted to mount something on in /proc or /sys, where that does not exist. */
function notInThisKernel(scene: Scene): string | undefined {
  const refused = gaveUpOn(scene, 'mount', 'ENOENT');
  const target = /^mount\((?:NULL|"[^"]*"), "(\/(?:proc|sys)\/[^"]+)"/.exec(refused?.call ?? '')?.[1];
  return target !== undefined && refused?.condition.includes(`no ${target}`) ? target : undefined;
}

function conditionOf(call: FailedCall | undefined): string {
  return call === undefined ? '' : `${call.errno}: ${call.condition}`;
}

/** The path that a check found writable. */
function placeOf(scene: Scene): string {
  const place = noted(scene, 'place');
  return typeof place === 'string' ? place : '';
}

function isWritable(mount: Mount | null | undefined): boolean {
  return mount !== undefined && mount !== null && !isReadOnly(mount);
}
