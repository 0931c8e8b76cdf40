/**
 * One start of the learner's box in the wall, from the judge's side: what it was asked, its processes, how it ended, and the
 * facts about it that a diagnosis may need later.
 */
import { snapshot } from '../diagnose/snapshot.ts';
import type { FailedCall } from '../diagnose/doctor.ts';
import type { ProcessFacts, RunFacts } from '../diagnose/scene.ts';
import { fact } from '../observe/fact.ts';
import type { Fact } from '../observe/fact.ts';
import { view } from '../observe/live.ts';
import { presentOnly } from '../observe/procfile.ts';
import { findByArgv, flatten, pidsOf, tree } from '../observe/scan.ts';
import type { ProcessView } from '../observe/process.ts';
import type { TerminalModes } from '../observe/tty.ts';
import type { Wall, WallProcess } from '../wall/wall.ts';
import type { Ending } from '../wire/messages.ts';
import type { Evidence } from '../wire/verdict.ts';
import type { Ended, RunOptions } from './api.ts';
import { CheckFailure, LimitReached } from './failure.ts';
import type { Findings } from './failure.ts';
import { poll, settled } from './patience.ts';
import type { Session } from './session.ts';
import { LimitWatch } from './limit-watch.ts';
import { boxNow, endingWords, limitWords, telling, tellingLine } from './said.ts';
import { boxLine, commandLine } from './shell.ts';
import { stillness } from './still.ts';

/** How long a call of box may take unless the check says otherwise, in milliseconds. */
export const TIME_LIMIT = 10_000;

/** Processes of one use, besides box and the command, that are described to the rules. */
const MOST_CHILDREN = 12;

/** What box was called with, and how. */
export type Call = {
  /** The arguments of box. */
  argv: readonly string[];
  /** Of a `box run`; or of a `box exec`, with the container's name. */
  asked?: { name?: string; flags: readonly string[]; command: readonly string[] };
  options: Pick<RunOptions, 'input' | 'terminal' | 'env' | 'timeLimit'>;
};

export class BoxUse {
  readonly call: Call;
  /** As it would be typed. */
  readonly line: string;
  readonly process: WallProcess;
  /** The whole command line, box's own start included. */
  readonly argv: readonly string[];
  /** System calls of it that failed, where somebody found out. */
  calls: readonly FailedCall[] | undefined;
  readonly #session: Session;
  readonly #wall: Wall;
  readonly #sent: { signal: string; to: 'command' | 'box' }[] = [];
  #command: ProcessView | undefined;
  #neverSeen = false;
  #pid: number | undefined;
  #ending: Ending | undefined;
  #seen: Pick<RunFacts, 'box' | 'command' | 'children'> = {};

  /** Starts box. */
  constructor(session: Session, wall: Wall, call: Call) {
    this.call = call;
    this.line = boxLine(call.argv, call.options);
    this.#session = session;
    this.#wall = wall;
    this.argv = startOf(session.command, call.argv);
    this.process = this.repeat(this.argv);
    this.process.pid.then((pid) => (this.#pid = pid), () => {});
    this.process.ended.then((ending) => (this.#ending = ending), () => {});
  }

  /** Starts a command with the same input, environment and terminal, for somebody who wants to look at it more closely. */
  repeat(argv: readonly string[]): WallProcess {
    const { input, terminal, env } = this.call.options;
    return this.#wall.spawn(argv, {
      // Waiting has limits, running has none: a container lives for as long as the checks want it.
      timeLimit: Infinity,
      ...(input === undefined ? {} : { input }),
      ...(terminal === undefined ? {} : { terminal }),
      ...(env === undefined ? {} : { env }),
    });
  }

  /** True where the command was waited for and nothing ever ran it. */
  get neverStarted(): boolean {
    return this.#neverSeen;
  }

  /** How it ended; undefined while it runs. */
  get ending(): Ending | undefined {
    return this.#ending;
  }

  /** box's own process: the one the judge started. */
  async box(): Promise<ProcessView> {
    return view(await this.process.pid, 'box');
  }

  /** Waits for the process that runs the command. Throws CheckFailure where there is none, LimitReached where a limit kept it from starting. */
  async command(): Promise<ProcessView> {
    if (this.#command) return this.#command;
    const argv = this.call.asked?.command ?? [];
    const look = (): ProcessView | undefined => findByArgv(argv, pidsOf(homeOf(this.#wall)));
    const still = stillness(homeOf(this.#wall), this.#session.slowness);
    const started = performance.now();
    using watch = new LimitWatch(this.#wall);
    const found = await poll(() => {
      const limit = watch.look();
      if (limit.state === 'over') return limit.limit;
      // In this order: a box that has ended by now had started its command before.
      const ended = this.#ending !== undefined && !this.#detached;
      // Where a limit was met there may be hundreds of processes to look through: not while box may still end by it.
      if (limit.state === 'was' && !ended) return undefined;
      return look() ?? (ended || still() ? 'nothing' : undefined);
    }, this.#session.patience, this.#session.signal);
    if (found === 'pids' || found === 'memory') throw await this.#limitMet(found);
    if (found === undefined || found === 'nothing') throw this.#noCommand(argv, performance.now() - started);
    const command = view(found.pid, 'the command');
    this.#command = command;
    this.#neverSeen = false;
    // It may be a short one. Of what lives longer there will be a picture of its last moment, too: `look`.
    this.#seen = { ...this.#seen, command: snapshot(command) };
    return command;
  }

  /** Sends a signal from the judge. To a command that was never looked for, it is looked for first. */
  async signal(name: NodeJS.Signals, to: 'command' | 'box'): Promise<void> {
    const target = to === 'box' ? undefined : await this.command();
    this.look();
    this.#sent.push({ signal: name, to });
    if (target === undefined) this.process.signal(name);
    else if (target.alive()) process.kill(target.pid, name);
  }

  /** Waits for box to end. Throws LimitReached where it does not in time, or where a limit ended it. */
  async ended(): Promise<Ended> {
    const limit = (this.call.options.timeLimit ?? TIME_LIMIT) * this.#session.slowness;
    using watch = new LimitWatch(this.#wall);
    const ending = await settled(Promise.race([this.process.ended, watch.reached]), limit, undefined, this.#session.signal);
    if (typeof ending === 'string') throw await this.#limitMet(ending);
    if (ending === undefined) {
      this.look();
      const { starved } = this.#wall;
      await this.end();
      const words = `box had not ended after ${limit / 1000} s`;
      throw starved
        ? new LimitReached('memory', `${words}: the sandbox's memory is full of what runs in it, and that barely moves`, this.#saidAsEvidence())
        : new LimitReached('timeout', words, this.#saidAsEvidence());
    }
    if (ending.limit !== undefined) throw new LimitReached(ending.limit, limitWords[ending.limit], this.#saidAsEvidence());
    const status = { evidence: [...this.#waited(), ...this.#saidAsEvidence()] };
    return {
      exit: { name: 'the exit status of box', value: ending.code, ...status },
      signal: { name: 'the signal that ended box', value: ending.signal, ...status },
      stdout: this.#text('standard output', this.process.stdout),
      stderr: this.#text('standard error', this.process.stderr),
      terminal: this.#leftTerminal(),
    };
  }

  /** Kills it and everything it started. */
  async end(): Promise<void> {
    await this.process.kill();
  }

  /** Looks at every process of it that lives, so that there are facts when it has gone. */
  look(): void {
    if (this.#ending !== undefined && !this.#command?.alive()) return;
    const box = this.#boxNow();
    const command = this.#command?.alive() ? snapshot(this.#command) : undefined;
    const children = this.#others().slice(0, MOST_CHILDREN).map(snapshot);
    this.#seen = {
      ...this.#seen,
      ...(box === undefined ? {} : { box }),
      ...(command === undefined ? {} : { command }),
      ...(children.length === 0 ? {} : { children }),
    };
  }

  /** What there is to say where this process of it has gone while a check looked at it; undefined for any other process. */
  gone(pid: number): Findings | undefined {
    const who = pid === this.#command?.pid ? 'the command' : pid === this.#pid ? 'box' : undefined;
    if (who === undefined) return undefined;
    const box = boxNow(this.#ending);
    return {
      expected: `${who} is there while the judge looks at it`,
      observed: who === 'box' && this.#ending !== undefined ? box : `${who} is gone; ${box}`,
      evidence: [...this.#waited(), ...this.#saidAsEvidence()],
    };
  }

  /** What the rules of diagnosis get to know. */
  facts(): RunFacts {
    const { asked } = this.call;
    return {
      argv: this.argv,
      ...(asked === undefined ? {} : { asked }),
      ...(this.#ending === undefined ? {} : { ending: this.#ending }),
      ...(this.#sent.length === 0 ? {} : { sent: this.#sent }),
      ...this.#seen,
      ...(this.#neverSeen ? { commandNeverSeen: true } : {}),
      ...(this.calls === undefined ? {} : { calls: this.calls }),
    };
  }

  /** It was asked to leave its container alone, and says that it has. */
  get #detached(): boolean {
    return this.#ending?.code === 0 && this.call.asked?.flags.some((flag) => flag === '-d' || flag === '--detach') === true;
  }

  #boxNow(): ProcessFacts | undefined {
    const pid = this.#pid;
    if (pid === undefined || this.#ending !== undefined) return undefined;
    return presentOnly(() => snapshot(view(pid, 'box')))[0];
  }

  /** Its processes besides box and the command: what box started, and what is in its cgroup whoever its parent is now. */
  #others(): ProcessView[] {
    const pid = this.#pid;
    const family = pid === undefined ? [] : presentOnly(() => flatten(tree(pid))).flat();
    const housed = pidsOf(this.process.cgroup).filter((other) => !family.some((process) => process.pid === other));
    return [...family, ...housed.flatMap((other) => presentOnly(() => view(other)))]
      .filter((process) => process.pid !== pid && process.pid !== this.#command?.pid);
  }

  #noCommand(argv: readonly string[], waited: number): Error {
    const ending = this.#ending;
    this.#neverSeen = true;
    this.look();
    if (ending?.limit !== undefined) return new LimitReached(ending.limit, limitWords[ending.limit], this.#saidAsEvidence());
    const said = tellingLine(this.process.stderr.toString('utf8'));
    return new CheckFailure({
      expected: `a process runs ${commandLine(argv)}`,
      observed: ending === undefined
        ? `after ${(waited / 1000).toFixed(1)} s none does, and box still runs`
        : `none does: ${boxNow(ending)}${said === '' ? ' and said nothing' : `, and said: ${said}`}`,
      evidence: [...this.#waited(), ...this.#saidAsEvidence()],
    });
  }

  /** How it ended, as evidence; nothing while it runs. */
  #waited(): Evidence[] {
    return this.#ending === undefined ? [] : [{ source: `wait(2) on ${this.line}`, lines: [endingWords(this.#ending)] }];
  }

  /** A limit of the wall was met while box still runs: nothing good can come of it any more. */
  async #limitMet(limit: 'pids' | 'memory'): Promise<LimitReached> {
    await this.end();
    return new LimitReached(limit, limitWords[limit], this.#saidAsEvidence());
  }

  /** The end of what box said on its standard error, if it said anything. */
  #saidAsEvidence(): Evidence[] {
    const lines = telling(this.process.stderr.toString('utf8'));
    return lines.length === 0 ? [] : [{ source: `standard error of ${this.line}`, lines }];
  }

  #leftTerminal(): Fact<TerminalModes | null> {
    const modes = this.process.leftModes;
    const what = modes === null ? 'there was none' : Object.entries(modes).map(([name, on]) => `${name} ${on ? 'on' : 'off'}`).join(', ');
    return fact('how box left its terminal', modes, `tcgetattr(3) after ${this.line}`, [what]);
  }

  #text(stream: 'standard output' | 'standard error', bytes: Buffer): ReturnType<typeof fact<string>> {
    const text = bytes.toString('utf8');
    return fact(`box's ${stream}`, text, `${stream} of ${this.line}`, telling(text));
  }
}

/** The cgroup that holds everything a learner starts in this wall, as the judge's path. */
export function homeOf(wall: Wall): string {
  return `${wall.cgroup}/home`;
}

/** The whole command line that starts box with these arguments. */
export function startOf(command: string | undefined, argv: readonly string[]): string[] {
  if (command === undefined) return ['node', '/work/box/box.ts', ...argv];
  return ['/bin/sh', '-c', `exec ${command} "$@"`, 'box', ...argv];
}
