/** Lesson 11: signals that do not arrive, and processes for which nobody waits. */
import { commands, endedWith, hostOf, isFirstProcess, leavesToDefault, noted } from '../helpers.ts';
import { initRules } from '../init-rules.ts';
import type { Rule } from '../rule.ts';
import { callsOf, diedOf, hung, isOrphaned, notedCaught, notedNumber, notedTexts, sentToBox } from '../signal-helpers.ts';

const lesson = '11-init';

export const rules: readonly Rule[] = [
  {
    id: 'not-forwarded',
    lesson,
    title: 'The signal ended box, not the command',
    why: (scene) =>
      `SIG${diedOf(scene) ?? ''} was sent to box, box has no handler for it, and its default action is to end the process. That was box. ` +
      'Whoever sent it meant what runs in the container: a script, a supervisor or a terminal knows no other pid. And a box that has ' +
      'died of a signal has not cleaned up.',
    look: 'Who is the parent of the command, and the only one who knows its pid? What does that process do with a signal for itself?',
    checks: ['forward'],
    when: (scene) => diedOf(scene) !== undefined,
  },
  {
    id: 'swallowed',
    lesson,
    title: 'box catches the signal and keeps it',
    why:
      'There is a handler, so box lives on. (SigCgt in its status has the bit.) But nothing comes of it: the command has got no signal. ' +
      'It is worse than no handler at all, for now neither of them can be ended in a friendly way.',
    look: 'What does the handler do? The command is another process; it hears of it only if somebody sends it a signal of its own.',
    checks: ['forward'],
    when: (scene) => scene.runs.some((run) => run.ending === undefined && sentToBox(run).some((signal) => (
      notedCaught(scene, 'what box catches', `SIG${signal}`) === true && notedTexts(scene, 'received')?.includes(signal) === false
    ))),
  },
  {
    id: 'killed-instead',
    lesson,
    title: 'Whatever the signal was, the command got KILL',
    why: (scene) =>
      `box was sent ${scene.runs.flatMap(sentToBox).join(', ')}, and ended with 137: the command was killed. To many programs HUP means ` +
      '"read your configuration again", and USR1 whatever its author liked. KILL cannot be caught, so nothing is saved, finished or said.',
    look: 'The handler is told which signal it was. Which one does it pass on?',
    checks: ['forward', 'ends'],
    when: (scene) => scene.runs.some((run) => sentToBox(run).length > 0 && endedWith(run, 137)),
  },
  {
    id: 'signal-twice',
    lesson,
    title: 'Ctrl-C arrives twice',
    why: (scene) =>
      `The command has got ${notedNumber(scene, 'interrupts') ?? ''} interrupts for 3. A terminal sends SIGINT to everybody in its ` +
      'foreground process group. box and the command are in the same one: the command gets it from the terminal, and a second time from ' +
      'box. Many programs take the second Ctrl-C as "at once, then".',
    look: 'NSpgid in /proc/PID/status of the two. A process can leave the group, and even the session, before it becomes the command.',
    checks: ['ctrl-c'],
    when: (scene) => {
      const groups = ['group of box', 'group of the command'].map((key) => (noted(scene, key) as readonly number[] | undefined)?.[0]);
      return (notedNumber(scene, 'interrupts') ?? 0) > 3 && groups[0] !== undefined && groups[0] === groups[1];
    },
  },
  {
    id: 'pid-of-box',
    lesson,
    title: 'The pid is that of box, not of the container',
    why: (scene) =>
      `${String(noted(scene, 'pid of box') ?? '')} is box, which stands outside and waits. With the pid in this list people look into ` +
      '/proc and enter namespaces (nsenter -t). They would look at the host.',
    look: 'Which two pids does box know of each container, and which of them was written down when?',
    checks: ['ps'],
    when: (scene) => {
      const [line, box, pid] = [notedTexts(scene, 'listed'), notedNumber(scene, 'pid of box'), notedNumber(scene, 'pid')];
      return line !== undefined && box !== undefined && pid !== undefined && box !== pid && line[1] === String(box);
    },
  },
  {
    id: 'signal-by-name-only',
    lesson,
    title: 'A signal has a number, too',
    why:
      '`kill -s 10` is as good as `kill -s USR1`, and it is what a program says that calls box. One of the ways to write a signal was ' +
      'refused.',
    look: '10, USR1 and SIGUSR1 are one signal. What is the table that has names on one side and numbers on the other?',
    checks: ['kill-signal'],
    when: (scene) => (
      callsOf(scene, 'kill').some((run) => endedWith(run, 125) || endedWith(run, 1))
      && scene.runs.some((run) => run.command !== undefined && run.ending === undefined)
    ),
  },
  {
    id: 'kill-means-term',
    lesson,
    title: '`box kill` asks politely',
    why:
      'kill(1) sends TERM unless told otherwise, and `docker kill` sends KILL. Here the command lives on: it has no handler for TERM, ' +
      'and it is process 1, for which a signal without a handler does not exist. Only KILL gets through to everybody.',
    look: 'What does `kill` send where there is no -s?',
    checks: ['kill'],
    when: (scene) => (
      noted(scene, 'lives') === true
      && commands(scene).some((command) => isFirstProcess(command, hostOf(scene)) && leavesToDefault(command, 'SIGTERM'))
    ),
  },
  {
    id: 'killed-the-keeper',
    lesson,
    title: 'The signal went to box instead of the container',
    why:
      'With KILL, nobody can pass anything on. So box died, the one process that would have removed the cgroup and written down how it ' +
      'ended, and the container died with it or lives on without anybody. Until KILL was tried it seemed to work: other signals box ' +
      'hands on.',
    look: 'Two pids are known of a container. Which one is meant by "kill the container"?',
    checks: ['kill'],
    // Neither was its cgroup removed nor what is kept of it: whoever does both has gone.
    when: (scene) => {
      const left = notedTexts(scene, 'what is left') ?? [];
      return [true, false].every((of) => left.some((line) => line.includes('/cgroup/') === of)) && noted(scene, 'lives') === false;
    },
  },
  {
    id: 'random-name-kept',
    lesson,
    title: 'A name that box made up is kept like a name that was given',
    why: (scene) =>
      `${notedTexts(scene, 'what is left')?.[0] ?? ''} is still there. Nobody has asked for this name, so nobody will ask for what is ` +
      'kept under it. With every -d something stays, until the disk is full.',
    look: 'The name is thought of in one process, and another one decides what is kept. How does that one know whose idea the name was?',
    checks: ['kill'],
    when: (scene) => {
      const left = notedTexts(scene, 'what is left');
      return left !== undefined && left.length > 0 && !left.some((line) => line.includes('/cgroup/')) && noted(scene, 'lives') === false;
    },
  },
  {
    id: 'hung-up',
    lesson,
    title: 'The container belongs to the terminal it was started from',
    why:
      'When a session leader ends, or its terminal goes away, the kernel sends SIGHUP to the processes in the foreground. The box that ' +
      'stayed behind was one of them, and handed it on. So the container ends when somebody closes a window.',
    look: 'NSsid in /proc/PID/status: in whose session is the box that stays? A process can begin one of its own.',
    checks: ['alone'],
    when: (scene) => notedTexts(scene, 'what it has got')?.includes('HUP') === true,
  },
  {
    id: 'output-held',
    lesson,
    title: 'The output of `box run -d` never comes to its end',
    why:
      'box is back, but something that it started has the same standard output open and could still write. Whoever reads it waits: ' +
      '`name=$(box run -d …)` hangs for as long as the container runs, and so does ssh.',
    look: 'ls -l /proc/PID/fd, for everything that stays. What should its 0, 1 and 2 be?',
    checks: ['alone'],
    when: (scene) => noted(scene, 'released') === false,
  },
  {
    id: 'silent-death',
    lesson,
    title: 'box says "it runs", and it never did',
    why:
      'box printed a name and ended with 0, before anybody had tried to execute the command. That failed a moment later, in a process ' +
      'whose error output nobody reads. A script goes on and waits for a server that does not exist.',
    look:
      'What has happened, at the latest, when the second stage has become the command? A descriptor that is close-on-exec tells its ' +
      'other end.',
    checks: ['not-started'],
    when: (scene) => scene.runs.some((run) => run.asked?.flags.includes('-d') === true && run.command === undefined && endedWith(run, 0)),
  },
  {
    id: 'nobody-waits',
    lesson,
    title: 'Nobody waits for the container any more',
    why:
      'Whoever started the command has ended, and the host\'s process 1 is its parent now. It takes the exit status and forgets it. No ' +
      'box is left to write it down, to remove the cgroup and the layer, or to say that this container runs.',
    look: 'PPid of the command. `box run -d` ends, so who is it that stays?',
    checks: ['stop', 'kill', 'alone', 'detach'],
    beats: ['stop-does-not-wait'],
    when: isOrphaned,
  },
  {
    id: 'stop-does-not-wait',
    lesson,
    title: '`box stop` is back, and the container still runs',
    why:
      'A signal is sent, not carried out: the command has got it and is busy ending. Whoever says `box stop web && box rm web` is told ' +
      'that it is running.',
    look: 'Sending is the beginning. What tells that the container has ended?',
    checks: ['stop'],
    when: (scene) => noted(scene, 'ran on') === true && callsOf(scene, 'stop').some((run) => endedWith(run, 0)),
  },
  {
    id: 'stop-sleeps',
    lesson,
    title: '`box stop` waits although there is nothing left to wait for',
    why: 'The command ended when it was asked to, within two seconds. -t is how long it may take at most, and box slept for all of it.',
    look: 'Two things can happen first: the time is over, or the container has ended. Which of them does box wait for?',
    checks: ['stop'],
    when: (scene) => noted(scene, 'ended') === false && hung(scene, 'stop'),
  },
  {
    id: 'no-grace',
    lesson,
    title: 'KILL came while the command was still finishing',
    why:
      'It was asked with TERM and began to end: it would have taken two seconds, and -t gave it sixty. Instead it was killed (137). A ' +
      'database that was about to write its last page will find out at the next start.',
    look: 'In which unit does the command line count, and in which one do you?',
    checks: ['stop'],
    when: (scene) => noted(scene, 'status') === 'exited 137',
  },
  {
    id: 'never-kills',
    lesson,
    title: 'A command that does not listen cannot be stopped',
    why:
      'It got TERM and did nothing about it. That is its right, and for process 1 it is even what happens by default. When the time is ' +
      'over, asking is over.',
    look: '-t has a number. What happens when that many seconds have passed?',
    checks: ['grace'],
    when: (scene) => noted(scene, 'outlived') === true && notedTexts(scene, 'what it has got')?.includes('TERM') === true,
  },
  {
    id: 'grace-ignored',
    lesson,
    title: 'Ten seconds, whatever -t says',
    why: (scene) =>
      `-t said 3, and it was killed after ${notedNumber(scene, 'lived on') ?? ''}. Ten is what one gets who does not say anything.`,
    look: 'Follow the number from the command line to the clock.',
    checks: ['grace'],
    when: (scene) => noted(scene, 'outlived') === false && (notedNumber(scene, 'lived on') ?? 0) > 9,
  },
  {
    id: 'believes-the-record',
    lesson,
    title: 'A container that has ended is listed as running',
    why:
      'box was killed and could not write down how it ended; the container has gone, too. But what is written on the disk says ' +
      '"running", and will say so after the next boot. It cannot be removed either, since it "runs".',
    look: 'What that is still true ends with a process by itself, however it ends? (A pid does not do: it is given to somebody else one day.)',
    checks: ['truth'],
    when: (scene) => String(noted(scene, 'truth')) === 'false,true',
  },
  {
    id: 'outlived-box',
    lesson,
    title: 'The container runs on, and box does not know it any more',
    why:
      'box was killed. Its child is not: children do not die with their parents, they get another one. The command runs on, with nobody ' +
      'to wait for it, no name to stop it by, and a status that says it has ended.',
    look:
      'Either it is found again, or it goes with its box. For the second the kernel has an arrangement between a child and its parent: ' +
      'prctl(2).',
    checks: ['truth'],
    when: (scene) => String(noted(scene, 'truth')) === 'true,false',
  },
  ...initRules,
];
