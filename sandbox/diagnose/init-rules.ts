/** Of lesson 11's rules those about --init: what can go wrong between process 1 and the command. */
import { catches, commands, endedWith, hostOf, isFirstProcess, noted, runsWith } from './helpers.ts';
import type { Rule } from './rule.ts';
import type { Scene } from './scene.ts';
import { hasHung, isDropped, notedNumber, notedTexts, sentToBox } from './signal-helpers.ts';

const lesson = '11-init';

export const initRules: readonly Rule[] = [
  {
    id: 'init-missing',
    lesson,
    title: 'With --init, the command is process 1 all the same',
    why:
      'Nothing stands between the kernel and the command. It has to reap the orphans of others, of which it knows nothing, and is deaf ' +
      'to each signal that it has no handler for.',
    look: 'execve(2) replaces the process, and so the command is what box was. How does one stay, and have it as a child?',
    checks: ['init'],
    when: (scene) => runsWith(scene, '--init').some((run) => isFirstProcess(run.command, hostOf(scene))),
  },
  {
    id: 'init-deaf',
    lesson,
    title: 'The signal gets as far as process 1, and no further',
    why:
      'Process 1 has no handler for it (SigCgt). For any other process that would mean the default action. For process 1 of a namespace ' +
      'it means nothing at all: the kernel drops the signal before it is delivered. So the command never heard of it.',
    look: 'The signal passes two processes on its way now. Both have to hand it on.',
    checks: ['init-forward'],
    when: (scene) => (
      notedTexts(scene, 'received')?.length === 0 && !blocked(scene)
      && sent(scene, '--init').some((signal) => isDropped(scene, 'signals of process 1', `SIG${signal}`))
    ),
  },
  {
    id: 'mask-inherited',
    lesson,
    title: 'The command was born with its signals blocked',
    why:
      'process 1 blocked signals while it started the command, and the mask is inherited: by a child, and over execve(2). The command ' +
      'has a handler, the signal is there (SigPnd, ShdPnd), and is not delivered. Hardly any program unblocks what it has not blocked.',
    look: 'SigBlk in /proc/PID/status of the command. What has to be put back, and before which call?',
    checks: ['init-forward'],
    // Who forks blocks signals, too, for a moment: then they come through.
    when: (scene) => notedTexts(scene, 'received')?.length === 0 && blocked(scene),
    evidence: (scene) => commands(scene).flatMap((command) => command.evidence.status ?? [])
      .map(({ source, lines }) => ({ source, lines: lines.filter((line) => /^(SigBlk|SigCgt|ShdPnd)/.test(line)) })),
  },
  {
    id: 'zombies',
    lesson,
    title: 'Process 1 waits for its own child only',
    why:
      'Orphans are handed to process 1, and it never asks how they ended. So the kernel keeps that for it: each is a zombie, with a pid ' +
      'and nothing else. A program that starts a helper every second has used up its pids within hours, and then fork(2) fails.',
    look: 'waitpid(2): which first argument means "whoever it is"?',
    checks: ['reaps'],
    when: (scene) => (notedTexts(scene, 'zombies')?.length ?? 0) > 0 && notedTexts(scene, 'zombies')?.length === notedNumber(scene, 'died'),
  },
  {
    id: 'one-at-a-time',
    lesson,
    title: 'One SIGCHLD, one wait',
    why: (scene) =>
      `${notedNumber(scene, 'died') ?? ''} children died while process 1 was not looking, and ` +
      `${notedTexts(scene, 'zombies')?.length ?? ''} of them are still zombies. A signal that is pending is not counted: however many ` +
      'children end, it is there once. It says "look", not how often.',
    look: 'After the first one, ask again. How does waitpid(2) say that there is no further one?',
    checks: ['reaps'],
    when: (scene) => {
      const [left, died] = [notedTexts(scene, 'zombies')?.length ?? 0, notedNumber(scene, 'died') ?? 0];
      return left > 0 && left < died;
    },
  },
  {
    id: 'waits-for-everybody',
    lesson,
    title: 'Process 1 stays until the last one has gone',
    why:
      'The command has ended, and the container has not: process 1 waits for an orphan that has no reason to end. What somebody started ' +
      'in the background and forgot keeps everything alive, and box, too.',
    look: 'Whose end is the end of the container? What becomes of the others is the kernel\'s business.',
    checks: ['init-ends'],
    when: (scene) => noted(scene, 'runs on') === false && runsWith(scene, '--init').some(hasHung),
  },
  {
    id: 'status-undecoded',
    lesson,
    title: 'A wait status is not an exit status',
    why:
      'What wait(2) hands over is a word with two numbers in it: the low seven bits are the signal that killed the process, and if they ' +
      'are 0, the next eight are what it gave to exit(2). Taken as a whole, SIGTERM is 15 instead of 143, and exit(3) is 768, which is 0.',
    look: 'wait(2) has macros that take it apart: WIFSIGNALED, WTERMSIG, WEXITSTATUS. What do they do?',
    checks: ['init-ends', 'init-status'],
    when: (scene) => scene.check === 'init-ends' && runsWith(scene, '--init').some((run) => endedWith(run, 15)),
  },
  {
    id: 'init-status-lost',
    lesson,
    title: 'Process 1 ends well, whatever became of the command',
    why:
      'There is one process more on the way from the command to whoever called box. It knows how the command ended, and ended with 0 ' +
      'itself.',
    look: 'The status goes from the command to process 1, from there to box, and then to the caller.',
    checks: ['init-ends', 'init-status'],
    when: (scene) => scene.check === 'init-ends' && runsWith(scene, '--init').some((run) => endedWith(run, 0)),
  },
];

/** What was sent to boxes that had this flag. */
function sent(scene: Scene, flag: string): string[] {
  return runsWith(scene, flag).flatMap(sentToBox);
}

/** A command that catches what box was sent has it blocked. */
function blocked(scene: Scene): boolean {
  return runsWith(scene, '--init').some((run) => sentToBox(run).some((signal) => (
    run.command?.status?.signals.blocked.includes(`SIG${signal}`) === true && catches(run.command, `SIG${signal}`)
  )));
}
