/** Lesson 01: how starting a command, and telling how it ended, goes wrong. */
import type { Rule } from '../rule.ts';
import type { ProcessFacts, RunFacts, Scene } from '../scene.ts';

const lesson = '01-processes';

export const rules: readonly Rule[] = [
  {
    id: 'handed-to-a-shell',
    lesson,
    title: 'A shell read the command before it started',
    why:
      'The words were glued into one string and given to a shell, which cut that string up again by its own rules: it ' +
      'split at spaces and line breaks, took quotes away, replaced $HOME and *. What the kernel got are other arguments ' +
      'than the ones box was given. With a word like "; rm -rf /" in it, it would have been another command.',
    look: 'child_process has calls that take one string and calls that take a list. Which is yours, and is `shell` set?',
    checks: ['arguments'],
    when: (scene) => unseen(scene).some((run) => descendants(run).some((it) => isShellOf(it, run))),
    evidence: (scene) => unseen(scene).flatMap((run) => descendants(run).filter((it) => isShellOf(it, run)).flatMap((it) => it.evidence.argv ?? [])),
  },
  {
    id: 'arguments-split',
    lesson,
    title: 'The arguments were joined and split again',
    why:
      'Glued together with spaces the words are the same, but their borders have moved: a space inside an argument has ' +
      'become a border between two. execve(2) takes a list for this very reason. Once it is one string, nobody can tell.',
    look: 'Follow the list of words from the command line to the call that starts the process. Where is it a string?',
    checks: ['arguments'],
    when: (scene) => unseen(scene).some((run) => descendants(run).some((it) => isSplit(it, run))),
    evidence: (scene) => unseen(scene).flatMap((run) => descendants(run).filter((it) => isSplit(it, run)).flatMap((it) => it.evidence.argv ?? [])),
  },
  {
    id: 'empty-argument-dropped',
    lesson,
    title: 'An empty argument got lost',
    why:
      'An empty string is an argument like any other: `grep "" file` matches every line, `grep file` waits for its input. ' +
      'Here every word arrived but the empty ones, and those behind them have moved up a place.',
    look: 'Something tests whether a word is "truthy". In JavaScript the empty string is not.',
    checks: ['arguments'],
    when: (scene) => unseen(scene).some((run) => descendants(run).some((it) => lacksEmpty(it, run))),
  },
  {
    id: 'environment-replaced',
    lesson,
    title: 'The environment was replaced, not extended',
    why:
      'A process has exactly the environment that execve(2) was handed; nothing is inherited behind its back. The command ' +
      'got what -e adds and nothing else: no PATH, no HOME.',
    look: 'What does the `env` option of spawn mean: "these too", or "only these"?',
    checks: ['environment'],
    when: (scene) => {
      const environment = noted(scene, 'environment');
      const run = scene.runs.find((it) => flagged(it, '-e').length > 0);
      return run !== undefined && isRecord(environment) && flagged(run, '-e').every(([name, value]) => environment[name] === value) && environment['PATH'] === undefined;
    },
  },
  {
    id: 'additions-ignored',
    lesson,
    title: 'What -e asks for never arrived',
    why: 'The command has box\'s own environment, PATH and all, but not the variables that the command line added.',
    look: '`run` is handed two things by the command line. Is the second one used?',
    checks: ['environment'],
    when: (scene) => {
      const environment = noted(scene, 'environment');
      const run = scene.runs.find((it) => flagged(it, '-e').length > 0);
      return run !== undefined && isRecord(environment) && environment['PATH'] !== undefined && flagged(run, '-e').every(([name]) => environment[name] === undefined);
    },
  },
  {
    id: 'output-relayed',
    lesson,
    title: 'box stands between the command and its output',
    why:
      'The command does not write where box was told to write: it writes to box, which passes it on. It looks the same ' +
      'until something depends on the difference: a full-screen program finds no terminal, two streams that went to one ' +
      'file change their order, a reader that goes away is noticed late, and every byte is copied once more.',
    look: 'Compare /proc/PID/fd of the two. spawn can make new pipes for a child, or let it inherit the ones that are there.',
    checks: ['stdio'],
    when: (scene) => scene.runs.some((run) => [1, 2].some((n) => relayed(run, n))),
    evidence: (scene) => scene.runs.flatMap((run) => run.command?.evidence.fds ?? []),
  },
  {
    id: 'input-not-connected',
    lesson,
    title: 'The command cannot hear',
    why: (scene) =>
      `Its standard input is ${inputOf(scene)}, not the one that box was given. Whatever is piped into box, or typed, never ` +
      'gets to it: `echo hello | box run -- cat` prints nothing.',
    look: 'Three descriptors make up stdio. Output and error are connected; what is said about the first?',
    checks: ['stdio'],
    when: (scene) => scene.runs.some((run) => !relayed(run, 1) && !relayed(run, 2) && sameFd(run, 1) && sameFd(run, 2) && differentFd(run, 0)),
  },
  {
    id: 'became-the-command',
    lesson,
    title: 'box became the command',
    why:
      'execve(2) puts a new program into the process that calls it. No process is started: box is gone, its pid runs the ' +
      'command. Nobody is left to wait, to turn "killed by signal 9" into 137 or, in later lessons, to clean up.',
    look: 'Count the processes: there must be two, and the second one must be started by the first.',
    when: (scene) => scene.runs.some((run) => run.box !== undefined && run.command !== undefined && run.box.pid === run.command.pid),
  },
  {
    id: 'did-not-wait',
    lesson,
    title: 'box left while the command was running',
    why:
      'box ended first. The kernel gave the command another parent, and how it will end is told to that one. box has no ' +
      'way to know any more: it can only ask about its own children, and only while it lives.',
    look: 'Starting returns at once; the end comes as an event. What keeps box until then?',
    checks: ['waits'],
    when: (scene) => scene.runs.some((run) => run.ending !== undefined && run.command !== undefined && run.ending.limit === undefined && untouched(run) && run.box?.pid !== run.command.pid),
  },
  {
    id: 'status-lost',
    lesson,
    title: 'The command\'s exit status got lost',
    why:
      'The command ended with a status of its own, box with 0. For whoever called box everything went well: a script goes ' +
      'on after a failed test, `a && b` runs b.',
    look: 'wait(2) hands box the status. Follow it up to process.exitCode.',
    checks: ['exit-status'],
    when: (scene) => scene.runs.some((run) => run.command !== undefined && run.ending?.code === 0),
  },
  {
    id: 'signal-swallowed',
    lesson,
    title: 'Killed by a signal, reported as a plain end',
    why: (scene) =>
      'A process that a signal killed has no exit status; Node says null for it. That null became ' +
      `${scene.runs.at(-1)?.ending?.code}. A caller cannot tell any more that the command was killed, let alone by what.`,
    look: 'The exit event brings two values, and exactly one of them is null.',
    checks: ['signal'],
    // A command that faults at once is never looked at: that the judge asked for it is enough, since box is known to run commands here.
    when: (scene) => scene.runs.some((run) => (run.command !== undefined || run.asked !== undefined) && (run.ending?.code === 0 || run.ending?.code === 1)),
  },
  {
    id: 'died-of-the-signal',
    lesson,
    title: 'box died of the command\'s signal',
    why:
      'box ended as the command did: by that signal. A shell shows 137 for both, but a shell makes that number up itself. ' +
      'Whoever waits for box, a supervisor say, sees that box was killed, not that the command was.',
    look: 'box exits. With which number?',
    checks: ['signal'],
    // A command that died of a fault was perhaps not looked at in this check; only a box that is the command is none of ours.
    when: (scene) => scene.runs.some((run) => {
      const became = run.command !== undefined && run.box?.pid === run.command.pid;
      return !became && run.ending?.signal != null && run.ending.limit === undefined && !run.sent?.some((it) => it.to === 'box');
    }),
  },
  {
    id: 'refusal-as-own-failure',
    lesson,
    title: 'The command\'s trouble is reported as box\'s own',
    why:
      '125 says: box is broken, look at the host. But box did all it could; there was nothing to start. Docker keeps 126 ' +
      'and 127 for that, as shells do, so that a script can tell a typing mistake from a broken runtime.',
    look: 'The error that Node hands over carries the errno of execve(2) in `code`.',
    checks: ['not-found', 'not-executable'],
    when: (scene) => scene.runs.some((run) => run.command === undefined && run.asked !== undefined && run.ending?.code === 125),
  },
  {
    id: 'refusals-not-told-apart',
    lesson,
    title: 'Not found and not executable are one and the same',
    why:
      'ENOENT: there is no such file. EACCES: there is one, and it may not be executed. To a person who looks for the ' +
      'mistake these are two different afternoons.',
    look: 'Which errno did execve(2) give for each of the two?',
    checks: ['not-found', 'not-executable'],
    when: (scene) => scene.runs.some((run) => run.command === undefined && run.asked !== undefined && run.ending?.code === (scene.check === 'not-found' ? 126 : 127)),
  },
  {
    id: 'uncaught',
    lesson,
    title: 'Node gave the exit status, not box',
    why:
      'An error that nobody catches makes Node print its stack and end with 1. That is a status of the command\'s, too: ' +
      'grep uses it for "no match". The caller cannot know that it was box that failed.',
    look: 'Who catches what `main` throws? And is an `error` event an exception that a catch block sees?',
    checks: ['not-found', 'not-executable', 'own-failure'],
    when: (scene) => scene.runs.some((run) => run.command === undefined && run.ending?.code === 1),
  },
];

/** Runs whose command was waited for in vain. */
function unseen(scene: Scene): RunFacts[] {
  return scene.runs.filter((run) => run.commandNeverSeen === true && run.asked !== undefined);
}

/** What box started in place of the command. */
function descendants(run: RunFacts): readonly ProcessFacts[] {
  return run.children ?? [];
}

/** A shell that was given the words as one string. */
function isShellOf(it: ProcessFacts, run: RunFacts): boolean {
  const first = run.asked?.command[0];
  return first !== undefined && it.argv?.[1] === '-c' && it.argv[2] !== first && it.argv[2]?.startsWith(first) === true;
}

/** The same text, other borders. */
function isSplit(it: ProcessFacts, run: RunFacts): boolean {
  const [argv, asked] = [it.argv ?? [], run.asked?.command ?? []];
  return argv.length > asked.length && words(argv).join() === words(asked).join();
}

function words(argv: readonly string[]): string[] {
  return argv.flatMap((word) => word.split(/\s+/)).filter((word) => word !== '');
}

function lacksEmpty(it: ProcessFacts, run: RunFacts): boolean {
  const asked = run.asked?.command ?? [];
  return asked.includes('') && it.argv?.join('\0') === asked.filter((word) => word !== '').join('\0');
}

/** Values of a flag that may be given several times, in two at the first equals sign. */
function flagged(run: RunFacts, flag: string): [string, string][] {
  const flags = run.asked?.flags ?? [];
  return flags.flatMap((word, at): [string, string][] => {
    const value = flags[at + 1];
    if (word !== flag || value === undefined) return [];
    const equals = value.indexOf('=');
    return [[value.slice(0, equals), value.slice(equals + 1)]];
  });
}

function noted(scene: Scene, key: string): unknown {
  return scene.notes[key]?.value;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function sameFd(run: RunFacts, n: number): boolean {
  return run.box?.fds?.[n] !== undefined && run.box.fds[n] === run.command?.fds?.[n];
}

function differentFd(run: RunFacts, n: number): boolean {
  return run.box?.fds?.[n] !== undefined && run.command?.fds !== undefined && run.box.fds[n] !== run.command.fds[n];
}

/** A pipe or socket of box's own making instead of what box was given. */
function relayed(run: RunFacts, n: number): boolean {
  return differentFd(run, n) && /^(socket|pipe):/.test(run.command?.fds?.[n] ?? '');
}

function inputOf(scene: Scene): string {
  return scene.runs.map((run) => run.command?.fds?.[0]).find((it) => it !== undefined) ?? 'closed';
}

/** No signal was sent to anything in it. */
function untouched(run: RunFacts): boolean {
  return (run.sent ?? []).length === 0;
}
