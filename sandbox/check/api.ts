/**
 * The check API: what a lesson's checks.test.ts is written with. Types only; index.ts makes it real.
 *
 * A check starts the learner's `box` as a black box, waits for the process it was asked to run, reads kernel facts about
 * that process from outside, and says what must hold:
 *
 *     lesson('03-pid', ({ box, check, token }) => {
 *       const sleeper = box.container({ command: ['sleep', token.seconds()] });
 *
 *       check('first-process', 'The command is process 1 of its own pid namespace', { points: 2 }, async ({ that }) => {
 *         const command = await sleeper.command();
 *         that(command.pids()).endsWith(1, 'process 1 in its own pid namespace');
 *       });
 *     });
 *
 * Nothing the container prints is believed; what it prints may be a *fact about its output* only where printing is the
 * subject (lesson 01's stdio). Tokens are random per run, from the seed.
 */
import type { CgroupView } from '../observe/cgroup.ts';
import type { Fact } from '../observe/fact.ts';
import type { ProcessView } from '../observe/process.ts';
import type { TerminalModes } from '../observe/tty.ts';
import type { TerminalSize } from '../wire/messages.ts';

/** How `box run` is to be started. The judge builds the command line `box run FLAGS -- COMMAND`. */
export type RunOptions = {
  /** Flags between `run` and `--`, such as `['--hostname', name]`. */
  flags?: readonly string[];
  /** The command and its arguments; give it a token so that it can be told from every other process. */
  command: readonly string[];
  /** Bytes for its standard input, which then ends; without it, standard input is an open, silent pipe. */
  input?: string;
  /** A terminal of this size instead of pipes. */
  terminal?: TerminalSize;
  /** Environment added to the wall's own. */
  env?: Readonly<Record<string, string>>;
  /** Wall-clock limit in milliseconds; 10,000 unless said. */
  timeLimit?: number;
};

/** How a `box` invocation ended, as its parent, the judge, saw it by wait(2). */
export type Ended = {
  /** box's exit status: 0–255, or null where a signal ended box itself. */
  exit: Fact<number | null>;
  /** The signal that ended box itself, or null. */
  signal: Fact<string | null>;
  /** What came out, capped; a fact about output, never a proof of isolation. */
  stdout: Fact<string>;
  stderr: Fact<string>;
  /** The modes it left its terminal in, null where it had none. */
  terminal: Fact<TerminalModes | null>;
};

/**
 * A container that several checks share. It starts when the first check asks for it and is ended after the last check of
 * the lesson (or by `end`).
 */
export interface Container {
  /** The command the container was asked to run. */
  readonly argv: readonly string[];
  /**
   * The process whose argument vector is exactly the command, found from outside by /proc. Waits until it exists; fails
   * the check, showing how box ended and what it said, when box is gone, nothing moves any more, or 25 seconds pass first.
   * (With `-d` box may go, if it ends with 0.)
   */
  command(): Promise<ProcessView>;
  /** box's own process: the one the judge started. */
  box(): Promise<ProcessView>;
  /** The cgroup in which the judge started box, as /proc/PID/cgroup names it. It was made for this one process. */
  began(): Fact<string>;
  /** Sends a signal from the judge, outside every namespace of the learner's: to the command, or to box itself. */
  signal(name: NodeJS.Signals, to?: 'command' | 'box'): Promise<void>;
  /** True once nobody holds box's standard output and error open any more: whoever reads them gets to their end. */
  released(): Fact<boolean>;
  /** Writes to its standard input (or types on its terminal). */
  write(text: string): Promise<void>;
  /** Gives its terminal another size, as a person does by dragging a window's corner. */
  resize(size: TerminalSize): Promise<void>;
  /** Waits for box to end. */
  ended(): Promise<Ended>;
  /** Kills it and everything it started, and waits until that is gone. */
  end(): Promise<void>;
}

/** The learner's `box` in this lesson's wall. */
export interface Box {
  /** Describes a container; nothing starts until a check asks for it. */
  container(options: RunOptions): Container;
  /** The same of `box exec FLAGS NAME -- COMMAND`: one more command in a container that was given a name and runs. */
  exec(name: string, options: RunOptions): Container;
  /** `box run FLAGS -- COMMAND` to its end. */
  run(options: RunOptions): Promise<Ended>;
  /** Any other invocation, to its end: `box.call(['ps', '-a'])`, or a wrong one: `box.call(['run', '--nonsense'])`. */
  call(argv: readonly string[], options?: Omit<RunOptions, 'command' | 'flags'>): Promise<Ended>;
}

/** A command that goes on in the wall. */
export type Started = { readonly process: ProcessView; end(): Promise<void> };

/** The machine as the learner sees it: the wall, which is "the host" of every container. */
export interface Wall {
  /** The wall's own first process: its namespaces are the host's in this lesson. */
  readonly host: ProcessView;
  /** The delegated cgroup, root of the wall's cgroup namespace: whatever the learner makes is below it. */
  readonly cgroup: CgroupView;
  /** The cgroup that a process is in and those above it, innermost first, without the delegated one; none where it is not below that. */
  cgroupsOf(process: ProcessView): CgroupView[];
  /** Everything below the delegated cgroup that the judge did not make for its own commands, as paths below it, parents first. */
  cgroupsMade(): Fact<string[]>;
  /** Lays a file that the wall's root owns; returns its absolute path in the wall. Parents are made. */
  file(path: string, content: string, mode?: number): Promise<string>;
  /** Runs a command in the wall, outside every container, to its end. */
  run(argv: readonly string[], options?: { input?: string; timeLimit?: number }): Promise<Ended>;
  /**
   * Starts a command in the wall that goes on, outside every container, until the lesson is over or `end`: a place of its own on
   * the network, for one. Waits for the process that then runs exactly `becomes`.
   */
  start(argv: readonly string[], becomes: readonly string[], label: string): Promise<Started>;
  /** A command that is run in the wall when the lesson is over, to take away what a check has laid. */
  atEnd(argv: readonly string[]): void;
  /** A path in the wall as the judge can open it from outside (/proc/PID/root/…). */
  outside(path: string): string;
}

/** Random values for this run, all from the seed; each call gives a new one. */
export interface Token {
  /** Lower-case letters and digits, beginning with a letter, fit for a host, file or user name. */
  word(length?: number): string;
  /** An integer, both ends included. */
  int(low: number, high: number): number;
  /** An argument for sleep(1) that never ends in this lesson and that no other process has: `86400.193847`. */
  seconds(): string;
  /** One of these. */
  pick<T>(values: readonly T[]): T;
}

/**
 * What must hold of one fact. Every method fails the check unless it holds. The words say what is expected, as a noun
 * phrase after "should be"; they are shown as `expected`. Without words the value itself is shown.
 */
export interface Claim<T> {
  is(value: T, words?: string): void;
  isNot(value: T, words?: string): void;
  /** Deep equality. */
  equals(value: T, words?: string): void;
  /** For a list or a string. */
  contains(part: T extends readonly (infer E)[] ? E : string, words?: string): void;
  lacks(part: T extends readonly (infer E)[] ? E : string, words?: string): void;
  endsWith(last: T extends readonly (infer E)[] ? E : string, words?: string): void;
  /** Anything else; the words are required. */
  satisfies(holds: (value: T) => boolean, words: string): void;
}

/** What a check's body works with. */
export interface CheckContext {
  /** States a claim about a fact. */
  that<T>(fact: Fact<T>): Claim<T>;
  /** Adds a fact to the scene without claiming anything, for the rules of diagnosis. The name is the rule's key. */
  note(key: string, fact: Fact<unknown>): void;
  /** Waits until `read` gives a value that holds, at most `ms` (2,000 unless said); returns the last fact either way. */
  until<T>(read: () => Fact<T> | Promise<Fact<T>>, holds: (value: T) => boolean, ms?: number): Promise<Fact<T>>;
}

/** A check's weight, and what must pass first (otherwise it is `blocked`). */
export type CheckOptions = { points: number; needs?: readonly string[] };

/** What a lesson's checks are defined with. */
export interface LessonContext {
  box: Box;
  wall: Wall;
  token: Token;
  check(id: string, title: string, options: CheckOptions, body: (context: CheckContext) => Promise<void>): void;
}

/** Defines the checks of one lesson, in order. */
export type DefineLesson = (id: string, define: (context: LessonContext) => void) => void;
