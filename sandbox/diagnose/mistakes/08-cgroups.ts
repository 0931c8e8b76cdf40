/** Lesson 08: commands outside of their cgroup, limits that are none, and cgroups that stay. */
import { cite } from '../cite.ts';
import { askedFor, bytesOf, call, inside, left, starved, wasStartedIn, words } from '../cgroup-helpers.ts';
import { commands, flagValue, gaveUp, hostOf, noted, runsWith, sameCgroup, separated, shareNamespace } from '../helpers.ts';
import type { Rule } from '../rule.ts';

const lesson = '08-cgroups';

export const rules: readonly Rule[] = [
  {
    id: 'not-joined',
    lesson,
    title: 'The command is where box was started',
    why:
      'A process begins in the cgroup of its parent and stays there until it is moved. Making a cgroup moves nobody, and its ' +
      'limits are for those who are in it.',
    look: 'Which file of a cgroup says who is in it? It can be written, too.',
    checks: ['own'],
    when: (scene) => scene.runs.some((run) => wasStartedIn(run.command, scene) && wasStartedIn(run.box, scene)),
    evidence: (scene) => commands(scene).flatMap((command) => cite(command, 'cgroup')),
  },
  {
    id: 'only-box-joined',
    lesson,
    title: 'box has moved, and the command has not',
    why:
      'A process takes along what it starts *afterwards*. The second stage was running by then, so it stayed where both ' +
      'began, and became the command there. Now box is limited and its container is not.',
    look: 'Which of the two processes is it that becomes the command? And who is "0" in cgroup.procs?',
    checks: ['own'],
    when: (scene) => scene.runs.some((run) => wasStartedIn(run.command, scene) && run.box?.cgroup !== undefined && !wasStartedIn(run.box, scene)),
    evidence: (scene) => scene.runs.flatMap((run) => [...cite(run.box, 'cgroup'), ...cite(run.command, 'cgroup')]),
  },
  {
    id: 'box-inside',
    lesson,
    title: 'box sits in the container\'s cgroup, too',
    why:
      'It went in first, so that its child would begin there. That works, but now box\'s own memory and its dozen threads use up ' +
      'what the command was promised; when memory runs out, it may be box that is killed; and whoever ends the whole cgroup ' +
      'ends box before it can say how the command ended.',
    look: 'The second stage can move itself. When does it run, and what does it become?',
    checks: ['own'],
    when: (scene) => scene.runs.some((run) => sameCgroup(run.box, run.command) && !wasStartedIn(run.command, scene) && noted(scene, 'where box was started') !== undefined),
    evidence: (scene) => scene.runs.flatMap((run) => [...cite(run.box, 'cgroup'), ...cite(run.command, 'cgroup')]),
  },
  {
    id: 'joined-late',
    lesson,
    title: 'The command was moved when it had already begun',
    why:
      'Moving a process moves that process, and nobody else. What the command had started before, its first child in this ' +
      'case, is outside for good, with no limit at all. For a program that does not want to be limited a moment is enough.',
    look: 'Between which two calls of the stage is there a process, but no command yet?',
    checks: ['at-once'],
    when: (scene) => {
      const where = noted(scene, 'where its children are');
      return Array.isArray(where) && commands(scene).some((command) => where.some((path) => !inside(path, command.cgroup)));
    },
    evidence: (scene) => commands(scene).flatMap((command) => cite(command, 'cgroup')),
  },
  {
    id: 'version-one',
    lesson,
    title: 'That file is from the time before: version 1',
    why: (scene) =>
      `${words(call(scene))} Many pages on the web still describe version 1, with a tree for each controller. And it says ` +
      '"permission denied" instead of "no such file" because writing to a name that is not there means creating it, which nobody can in a cgroup.',
    look: '`ls` in any cgroup but the top one. Or cgroups(7), from "CGROUPS VERSION 2" on.',
    checks: ['own'],
    when: (scene) => /is a file of cgroup version 1/.test(call(scene)?.condition ?? ''),
  },
  {
    id: 'controllers-not-enabled',
    lesson,
    title: 'The cgroup has no such file, since no one handed the controller down',
    why: (scene) =>
      `${words(call(scene))} A cgroup has the files of those controllers that its parent passes on. ("Permission denied" ` +
      'means: the file is not there, and you may not create it.)',
    look: '`cat cgroup.controllers` in the cgroup, then in the one above, then one further up. Where is it there last?',
    checks: ['own'],
    when: (scene) => /controller is not at work/.test(call(scene)?.condition ?? ''),
  },
  {
    id: 'level-skipped',
    lesson,
    title: 'Controllers were to be handed on by one who has not got them',
    why: (scene) => `${words(call(scene))} ENOENT does not speak of the file here. What is missing is the controller.`,
    look: 'A controller comes down from the top, level by level. At which level did you begin?',
    checks: ['own'],
    when: (scene) => /not among the controllers/.test(call(scene)?.condition ?? ''),
  },
  {
    id: 'processes-inside',
    lesson,
    title: 'A cgroup with processes in it cannot hand anything on',
    why: (scene) =>
      `${words(call(scene))} box is one of them: it stands on the very branch that it wants to divide. (The shell from which it ` +
      'was started may be another.)',
    look: 'Either everybody in there moves to a leaf first, or the containers go to another branch. Which cgroup near by has nobody in it?',
    checks: ['own'],
    when: (scene) => /processe?s? of its own\. A cgroup either/.test(call(scene)?.condition ?? ''),
  },
  {
    id: 'joined-a-branch',
    lesson,
    title: 'The stage was to join a cgroup that is for other cgroups',
    why: (scene) => `${words(call(scene))} This one holds the containers' cgroups, not containers.`,
    look: 'Which directory does the letter name, and which does the stage write to?',
    checks: ['own'],
    when: (scene) => /so it may not hold processes/.test(call(scene)?.condition ?? ''),
  },
  {
    id: 'joined-from-the-new-root',
    lesson,
    title: 'In the new root there is no cgroup file system',
    why:
      'The stage looks for its cgroup by name, after it has changed its root. The name led through the host\'s /sys, and the ' +
      'host\'s /sys is gone. Without --rootfs it worked, for then the root is still the host\'s.',
    look: 'In which order does the stage do these things?',
    checks: ['apart'],
    when: (scene) => runsWith(scene, '--rootfs').some(gaveUp) && !runsWith(scene, '--memory').every(gaveUp) && /^There is no cgroup/.test(call(scene)?.condition ?? ''),
  },
  {
    id: 'swap-left',
    lesson,
    title: 'What does not fit goes to the disk instead',
    why:
      'memory.max counts what is in memory. On a machine with swap, pages beyond it are written to the disk, and the command ' +
      'goes on, slowly, and makes everything else slow. It has as much memory as the machine has swap. (This machine has none, so ' +
      'here it makes no difference. Yours may have.)',
    look: 'There is a second limit. `ls` in the cgroup, and look for the word.',
    checks: ['memory'],
    when: (scene) => noted(scene, 'swap') === 'max',
  },
  {
    id: 'memory-without-unit',
    lesson,
    title: 'The limit was smaller than one page',
    why: (scene) =>
      `The stage was killed for want of memory before it became the command, although ${starved(scene).map(askedFor)[0]} is enough for it. A cgroup's memory is ` +
      'counted in pages of 4096 bytes, rounded down: "64" is none. Whoever moves in is killed at the first page that it touches.',
    look: 'What is left of "64m" on its way to the file? And what can that file read by itself?',
    checks: ['own', 'apart'],
    when: (scene) => starved(scene).length > 0 && Number(noted(scene, 'killed meanwhile')) > 0,
  },
  {
    id: 'memory-by-thousands',
    lesson,
    title: 'A limit in thousands, not in 1024s',
    why:
      'With a factor of 1000 a megabyte is 1,000,000 bytes, and that is what disks are sold in. Memory is counted in 1024s: ' +
      'here, in Docker, and in the kernel, which reads k, m and g by itself. The difference is five percent at m, and seven at g.',
    look: 'Try `echo 64m > memory.max` and read it again.',
    checks: ['memory', 'apart'],
    when: (scene) => runsWith(scene, '--memory').some((run) => {
      const thousands = bytesOf(askedFor(run), 1000);
      return thousands !== undefined && thousands !== bytesOf(askedFor(run)) && noted(scene, 'memory') === thousands - (thousands % 4096);
    }),
  },
  {
    id: 'limits-on-the-parent',
    lesson,
    title: 'Both containers share one limit',
    why:
      'The limits were written into the cgroup above, which is everybody\'s. A limit is for a cgroup and all that is below it, so all ' +
      'containers together have what each of them was promised, and the one started last decides how much.',
    look: 'For which directory are the limits, and which one do you write to?',
    checks: ['apart'],
    when: (scene) => {
      const own = noted(scene, 'own limits');
      return Array.isArray(own) && own.length > 1 && own.every((limit) => limit === 'max') && new Set(commands(scene).map(({ cgroup }) => cgroup)).size > 1;
    },
  },
  {
    id: 'one-for-all',
    lesson,
    title: 'Both containers are in the same cgroup',
    why:
      'The second one found a cgroup of that name and moved in. They share the limits of the second, and when one of them ends, box ' +
      'ends the other with it.',
    look: 'Where does the name come from, and when two run at the same time?',
    checks: ['apart'],
    when: (scene) => {
      const [first, second] = commands(scene);
      return sameCgroup(first, second) && first?.pid !== second?.pid;
    },
    evidence: (scene) => commands(scene).flatMap((command) => cite(command, 'cgroup')),
  },
  {
    id: 'cpus-not-understood',
    lesson,
    title: 'The kernel does not know what half a processor is',
    why: (scene) =>
      `${words(call(scene))} There are no halves in cpu.max, only whole microseconds: how long, in each period of how long. Neither ` +
      'may be shorter than 1000.',
    look: '`cat cpu.max` in a cgroup without a limit shows the form, and the period that is in use.',
    checks: ['own'],
    when: (scene) => /^cpu\.max does not understand/.test(call(scene)?.condition ?? ''),
  },
  {
    id: 'cpus-of-a-second',
    lesson,
    title: 'Ten times as much: the period is not a second',
    why:
      'The quota was worked out for a second, and written alone. The period stayed what it is unless one says otherwise: a tenth of ' +
      'that. So the command may use its second\'s worth ten times in each second.',
    look: 'cpu.max has two numbers. Read both after you have written one.',
    checks: ['cpu'],
    when: (scene) => scene.runs.some((run) => {
      const [share, cpus] = [noted(scene, 'cpus'), Number(flagValue(run, '--cpus'))];
      return typeof share === 'number' && Math.abs(share - 10 * cpus) < 0.05 && cpus > 0;
    }),
  },
  {
    id: 'no-cgroup-namespace',
    lesson,
    title: 'The container reads the host\'s tree',
    why:
      'It is in its cgroup, and /proc/self/cgroup tells it the whole path: that it is in a container, how the host is organised, and what ' +
      'the neighbors\' directories may be called. Programs that look for their limits under that path do not find them.',
    look: 'There is one namespace more than you have unshared so far.',
    checks: ['namespace'],
    when: (scene) => commands(scene).some((command) => shareNamespace(command, hostOf(scene), 'cgroup')),
    evidence: (scene) => commands(scene).flatMap((command) => cite(command, 'cgroupInside')),
  },
  {
    id: 'namespace-before-joining',
    lesson,
    title: 'The top of its tree is the place where it came from',
    why: (scene) =>
      `It sees itself in ${commands(scene).flatMap(({ cgroupInside }) => cgroupInside ?? []).join(', ')}: up, and down again. The root of a cgroup namespace is the cgroup that one ` +
      'is in at the moment of unshare(2), whatever happens afterwards. It was made too early.',
    look: 'Two lines, and their order.',
    checks: ['namespace'],
    when: (scene) => commands(scene).some((command) => separated(command, hostOf(scene), 'cgroup') && command.cgroupInside?.startsWith('/..') === true),
    evidence: (scene) => commands(scene).flatMap((command) => cite(command, 'cgroupInside')),
  },
  {
    id: 'files-deleted',
    lesson,
    title: 'A cgroup\'s files cannot be deleted',
    why: (scene) =>
      `${words(call(scene))} They are no files on a disk, but the kernel's way to talk about the cgroup, and are there for as long as it is. ` +
      'Whatever removes "a directory with all that is in it" begins with them, and fails.',
    look: 'Which call removes an empty directory? For the kernel, a cgroup without processes and without cgroups below is empty.',
    checks: ['out-of-memory'],
    when: (scene) => /files cannot be deleted one by one/.test(call(scene)?.condition ?? ''),
  },
  {
    id: 'left-behind',
    lesson,
    title: 'The container has gone, and its cgroup is still there',
    why:
      'Processes end, and nobody is in it any more. But a cgroup is a directory: it stays until somebody removes it. After a thousand ' +
      'containers there are a thousand of them, each with memory of the kernel\'s, and things get slow.',
    look: 'box is still there when the command has ended. What does it do then?',
    checks: ['left'],
    when: (scene) => left(scene)?.populated === 0,
  },
  {
    id: 'still-occupied',
    lesson,
    title: 'Somebody is still in there',
    why:
      'A process that is not the command\'s child had joined the cgroup. It is in other namespaces, so it did not die with process 1, and while ' +
      'it is in there the cgroup cannot be removed: EBUSY. (`box exec` of lesson 12 will be such a process.)',
    look: 'Of the files that begin with `cgroup.`, one can only be written. What for?',
    checks: ['end'],
    when: (scene) => left(scene)?.populated === 1,
  },
  {
    id: 'not-waited',
    lesson,
    title: 'Killed, but not dead yet',
    why:
      'Everybody in there was killed, and the cgroup is still there. A signal is only sent; the process dies when it gets to run next, and ' +
      'box was quicker. Removing the directory failed with EBUSY.',
    look: 'cgroup.events tells when the last one has gone.',
    checks: ['end'],
    when: (scene) => left(scene)?.populated === 0 && left(scene)?.below.length === 0,
  },
  {
    id: 'branch-left',
    lesson,
    title: 'The container had made a cgroup of its own',
    why: (scene) =>
      `Below the container's cgroup there is another one, ${left(scene)?.below.join(', ')}. A container may divide its share: systemd in a container does, and ` +
      'Docker in Docker. rmdir(2) does not remove a directory that has directories in it.',
    look: 'Remove what is below, before. And what is below that?',
    checks: ['end'],
    when: (scene) => left(scene)?.populated === 0 && (left(scene)?.below.length ?? 0) > 0,
  },
  {
    id: 'left-by-failure',
    lesson,
    title: 'box gave up halfway, and left its cgroup',
    why:
      'The cgroup was made, the kernel refused a limit, and an error was thrown, past everything that would have cleaned up. What is acquired ' +
      'in several steps has to be given back from each of them.',
    look: 'From which line on is there something to give back, and where does the `try` begin?',
    checks: ['refused'],
    when: (scene) => {
      const paths = noted(scene, 'left by failure');
      return Array.isArray(paths) && paths.length > 0 && scene.runs.some(gaveUp);
    },
  },
];
