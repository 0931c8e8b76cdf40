/**
 * One lesson being judged: its plan, its containers, and what has come of its checks so far.
 *
 * Checks run one after the other; `stage` is the one that runs.
 */
import type { ProcessFacts } from '../diagnose/scene.ts';
import { snapshot } from '../diagnose/snapshot.ts';
import { view } from '../observe/live.ts';
import type { Wall as JudgesWall, WallProcess } from '../wall/wall.ts';
import type { CheckResult } from '../wire/verdict.ts';
import type { Box, CheckContext, LessonContext } from './api.ts';
import { claim } from './claims.ts';
import type { Examined } from './conclude.ts';
import { SharedContainer } from './container.ts';
import { Host } from './host.ts';
import { poll } from './patience.ts';
import { Plan } from './plan.ts';
import type { PlannedCheck } from './plan.ts';
import { runArguments } from './shell.ts';
import { Stage } from './stage.ts';
import { tokens } from './token.ts';
import { BoxUse } from './use.ts';
import type { Call } from './use.ts';
import type { Session } from './session.ts';

/** How long `until` waits unless the check says otherwise, in milliseconds. */
const UNTIL = 2_000;

export class Run {
  readonly session: Session;
  readonly plan = new Plan();
  /** Ids of the checks that have ended, with their results. */
  readonly results = new Map<string, CheckResult>();
  /** The checks that failed, with all that is known about them. */
  readonly failures: Examined[] = [];
  /** Files that checks laid in the wall, by their absolute path there. */
  readonly fixtures = new Map<string, { content: string; mode: number }>();
  readonly #uses: BoxUse[] = [];
  readonly #undo: (() => Promise<void>)[] = [];
  #wall: JudgesWall | undefined;
  #before: ProcessFacts | undefined;
  #stage: Stage | undefined;

  constructor(session: Session) {
    this.session = session;
  }

  /** Waits for the wall. */
  async begin(): Promise<void> {
    this.#wall = await this.session.wall;
    this.#before = this.session.before ?? snapshot(view(this.#wall.holder, 'the host'));
  }

  /** The wall's first process as it was before the first check: containers are shared between checks. */
  get before(): ProcessFacts {
    if (!this.#before) throw new Error('a check runs before its lesson has begun');
    return this.#before;
  }

  get wall(): JudgesWall {
    if (!this.#wall) throw new Error('the wall is used outside of a check');
    return this.#wall;
  }

  get stage(): Stage {
    if (!this.#stage) throw new Error('box is started outside of a check');
    return this.#stage;
  }

  /** Enters a new stage until it is disposed of. */
  enter(): Stage & Disposable {
    const stage = Object.assign(new Stage(), {
      [Symbol.dispose]: () => {
        this.#stage = undefined;
      },
    });
    this.#stage = stage;
    return stage;
  }

  /** Starts box in the current stage. */
  start(call: Call): BoxUse {
    const use = new BoxUse(this.session, this.wall, call);
    this.#uses.push(use);
    this.stage.use(use);
    return use;
  }

  /** True once box was started, whatever became of it. */
  get hasRunBox(): boolean {
    return this.#uses.length > 0;
  }

  /** A command of the judge's that shall end with the lesson. */
  goesOn(command: WallProcess): void {
    this.atEnd(() => command.kill());
  }

  /** What the judge does when the lesson is over, the last first. */
  atEnd(undo: () => Promise<void>): void {
    this.#undo.unshift(undo);
  }

  /** The `box run` that was given this name, where there was one. */
  containerNamed(name: string): BoxUse | undefined {
    return this.#uses.find(({ call: { asked } }) => asked?.name === undefined && asked?.flags[asked.flags.indexOf('--name') + 1] === name);
  }

  /** Ends every container that still runs, and takes away what the judge has laid. What one has left that has ended by itself is for the leak check. */
  async end(): Promise<void> {
    await Promise.all(this.#uses.filter((use) => use.ending === undefined).map((use) => use.end()));
    for (const undo of this.#undo.splice(0)) await undo();
  }

  /** What the lesson's author works with. `add` gets every check as it is defined. */
  context(add: (check: PlannedCheck) => void): LessonContext {
    return {
      box: this.#box(),
      wall: new Host(this),
      // The lesson is part of the seed: two lessons of one seed share no token.
      token: tokens(`${this.session.seed}/${this.session.lesson}`),
      check: (id, title, options, body) => add(this.plan.add(id, title, options, body)),
    };
  }

  /** What a check's body works with. */
  checkContext(stage: Stage): CheckContext {
    return {
      that: (fact) => claim(fact, () => {
        stage.claims += 1;
      }),
      note: (key, fact) => {
        stage.notes[key] = fact;
      },
      until: async (read, holds, ms = UNTIL) => {
        let last = await read();
        await poll(async () => {
          if (holds(last.value)) return true;
          last = await read();
          return holds(last.value) ? true : undefined;
        }, ms * this.session.slowness, this.session.signal);
        return last;
      },
    };
  }

  #box(): Box {
    const once = async (call: Call): Promise<Awaited<ReturnType<BoxUse['ended']>>> => {
      const use = this.start(call);
      // Nobody will type: whoever reads gets the end at once.
      if (call.options.input === undefined) use.process.endInput();
      return await use.ended();
    };
    return {
      container: (options) => new SharedContainer(this, options),
      exec: (name, options) => new SharedContainer(this, options, name),
      run: (options) => once({ argv: runArguments(options), asked: { flags: options.flags ?? [], command: options.command }, options }),
      call: (argv, options = {}) => once({ argv, options }),
    };
  }
}
