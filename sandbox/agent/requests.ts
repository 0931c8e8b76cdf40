/**
 * Takes messages, starts what they ask for, and answers each request exactly once.
 *
 * What a request needs is loaded when the first of its kind comes: the agent answers `hello` before it has read the wall's
 * or the judge's code.
 */
import { constants } from 'node:os';
import { FrameError } from '../wire/frames.ts';
import type { DoneValue, Event, FromAgent, Reply, ToAgent } from '../wire/messages.ts';
import type { WallProcess } from '../wall/wall.ts';
import type { Context } from './context.ts';
import type { Experiments } from './experiment.ts';
import type { Playground } from './playground.ts';
import { asRequest, idOf, UsageError } from './validate.ts';
import type { World } from './world.ts';
import type { Xrays } from './xray/xray.ts';

type FollowUp = Extract<ToAgent, { op: 'input' | 'inputEnd' | 'resize' | 'signal' }>;

type Active = {
  abort: AbortController;
  process: WallProcess | undefined;
  /** What came for the command before it was started: a wall takes a moment to open, and people type ahead. */
  early: FollowUp[];
  over: Promise<void>;
};

/** How many follow-ups may wait for a command to start. */
const MOST_EARLY = 1000;

/** Sends a message; resolves when the line has room for more. */
export type Send = (message: FromAgent) => Promise<void>;

export class Requests {
  readonly #world: World;
  readonly #send: Send;
  readonly #active = new Map<string, Active>();
  #playground: Promise<Playground> | undefined;
  #experiments: Promise<Experiments> | undefined;
  #xrays: Promise<Xrays> | undefined;
  #prepared: Promise<void> | undefined;

  constructor(world: World, send: Send) {
    this.#world = world;
    this.#send = send;
  }

  /** Takes one message, whatever it is. Never throws. */
  take(message: unknown): void {
    const id = idOf(message) ?? '';
    let request: ToAgent;
    try {
      request = asRequest(message);
      if (this.#active.has(id)) throw new UsageError(`There is already a request ${id}.`);
    } catch (error) {
      this.#reply(id, failure(error, false));
      return;
    }
    const active: Active = { abort: new AbortController(), process: undefined, early: [], over: Promise.resolve() };
    this.#active.set(id, active);
    active.over = this.#answer(request, active);
  }

  /** Cancels everything and ends all walls. */
  async close(): Promise<void> {
    const open = [...this.#active.values()];
    for (const { abort } of open) abort.abort();
    await Promise.all(open.map(({ over }) => over));
    await Promise.all([this.#playground, this.#experiments].map(async (place) => (await place)?.close()));
    await (await import('./judge-wall.ts')).closeSpare();
  }

  async #answer(request: ToAgent, active: Active): Promise<void> {
    const { signal } = active.abort;
    const context: Context = {
      world: this.#world,
      signal,
      emit: (event: Event) => this.#send({ ...event, id: request.id }),
      attach: (process) => {
        active.process = process;
        for (const early of active.early.splice(0)) passOn(early, process);
      },
    };
    let reply: Reply;
    try {
      reply = { event: 'done', value: await this.#handle(request, context) };
    } catch (error) {
      reply = failure(error, signal.aborted);
    }
    // An id is free again when its answer is on its way.
    this.#active.delete(request.id);
    this.#reply(request.id, reply);
  }

  #reply(id: string, reply: Reply): void {
    try {
      void this.#send({ ...reply, id });
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      void this.#send({ event: 'failed', reason: 'internal', message: error.message, id });
    }
  }

  async #handle(request: ToAgent, context: Context): Promise<DoneValue> {
    switch (request.op) {
      case 'hello':
        this.#prepare();
        return { op: 'hello', kernel: this.#world.kernel, agent: `node ${process.versions.node}` };
      case 'check': {
        const { judge } = await import('./judge.ts');
        const results = await judge(request, this.#world, (result) => void context.emit({ event: 'check', result }), context.signal);
        return { op: 'check', ...results, ...(request.nonce === undefined ? {} : { nonce: request.nonce }) };
      }
      case 'run': {
        const { runRequest } = await import('./run.ts');
        return await runRequest(request, context, await this.#thePlayground());
      }
      case 'parity': {
        const { parityRequest } = await import('./parity.ts');
        return await parityRequest(request, context);
      }
      case 'experiment':
        return await (await this.#theExperiments()).run(request, context);
      case 'trace':
        return await (await import('./trace.ts')).traceRequest(request, context);
      case 'reset':
        if (request.session === 'playground') await (await this.#playground)?.close();
        else await (await this.#experiments)?.reset(request.session);
        return { op: 'ok' };
      case 'xray': {
        this.#xrays ??= import('./xray/xray.ts').then(({ Xrays }) => new Xrays());
        const place = await (await this.#playground)?.place();
        return { op: 'xray', xray: await (await this.#xrays).look(place, this.#world.kernel, request.of) };
      }
      case 'end': {
        const run = this.#active.get(request.target)?.process;
        const place = await (await this.#playground)?.place();
        if (run !== undefined) await (await import('./xray/end.ts')).endRun(run, place);
        return { op: 'ok' };
      }
      case 'census':
        return await (await import('./census.ts')).census();
      case 'cancel':
        this.#active.get(request.target)?.abort.abort();
        return { op: 'ok' };
      default:
        this.#followUp(request);
        return { op: 'ok' };
    }
  }

  /** Gets ready for what usually comes next, once the first answer is on its way. */
  #prepare(): void {
    this.#prepared ??= import('./prepare.ts').then(({ prepare }) => prepare(this.#world, () => this.#active.size === 0));
    this.#prepared.catch((error: unknown) => process.stderr.write(`prepare: ${String(error)}\n`));
  }

  /** What is for a command that has ended is for nobody: that is no error, the two may have crossed. */
  #followUp(request: FollowUp): void {
    if (request.op === 'signal' && !Object.hasOwn(constants.signals, request.signal)) throw new UsageError(`There is no signal ${JSON.stringify(request.signal)}.`);
    const active = this.#active.get(request.target);
    if (active?.process !== undefined) passOn(request, active.process);
    else if (active !== undefined && active.early.length < MOST_EARLY) active.early.push(request);
  }

  #thePlayground(): Promise<Playground> {
    this.#playground ??= import('./playground.ts').then(({ Playground }) => new Playground());
    return this.#playground;
  }

  #theExperiments(): Promise<Experiments> {
    this.#experiments ??= import('./experiment.ts').then(({ Experiments }) => new Experiments());
    return this.#experiments;
  }
}

function passOn(request: FollowUp, process: WallProcess): void {
  if (request.op === 'input') process.write(Buffer.from(request.base64, 'base64'));
  else if (request.op === 'inputEnd') process.endInput();
  else if (request.op === 'resize') process.resize(request.terminal);
  else process.signal(request.signal as NodeJS.Signals);
}

/** How an error is told: what the caller got wrong, what was cancelled, and the rest, which is ours. */
function failure(error: unknown, cancelled: boolean): Reply {
  if (cancelled) return { event: 'failed', reason: 'cancelled', message: 'The request was cancelled.' };
  const message = error instanceof Error ? error.message : String(error);
  const usage = error instanceof Error && ['UsageError', 'PathError'].includes(error.name);
  if (!usage && error instanceof Error) process.stderr.write(`${error.stack ?? message}\n`);
  return { event: 'failed', reason: usage ? 'usage' : 'internal', message };
}
