/** Experiments: the sessions of pages, each with a wall and a shell that keeps its state from one experiment to the next. */
import { Wall } from '../wall/wall.ts';
import type { DoneValue, Ending, Request } from '../wire/messages.ts';
import { emitOutput } from './context.ts';
import type { Context } from './context.ts';
import { lateLimit } from './run.ts';
import { ExperimentShell } from './shell.ts';

type ExperimentRequest = Extract<Request, { op: 'experiment' }>;
type ExperimentResult = Extract<DoneValue, { op: 'experiment' }>;

/** Milliseconds that an experiment may take unless it says otherwise. */
const TIME_LIMIT = 15_000;

/** Bytes of output after which an experiment is ended: more than a page can show. */
const OUTPUT_LIMIT = 64 * 1024;

/** Sessions kept at a time: the page one reads, and the one before. */
const MOST_SESSIONS = 2;

const RESET = 'This page\'s shell was ended and starts anew: its variables and background jobs are gone.';

type Session = { wall: Promise<Wall>; shell: ExperimentShell | undefined; turn: Promise<unknown> };

export class Experiments {
  readonly #sessions = new Map<string, Session>();

  /** Runs one experiment after those of the same session that came before it. */
  async run(request: ExperimentRequest, context: Context): Promise<ExperimentResult> {
    const session = await this.#session(request, context);
    const result = session.turn.then(() => this.#runNow(session, request, context));
    session.turn = result.catch(() => {});
    return await result;
  }

  /** Ends a session and everything in it. */
  async reset(name: string): Promise<void> {
    const session = this.#sessions.get(name);
    if (session === undefined) return;
    this.#sessions.delete(name);
    session.shell?.close();
    await (await session.wall.catch(() => undefined))?.close();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#sessions.keys()].map((name) => this.reset(name)));
  }

  async #runNow(session: Session, request: ExperimentRequest, context: Context): Promise<ExperimentResult> {
    context.signal.throwIfAborted();
    if (this.#sessions.get(request.session) !== session) {
      // It was reset while this one waited for its turn.
      return await this.run(request, context);
    }
    const wall = await session.wall;
    if (context.signal.aborted) {
      await this.reset(request.session);
      context.signal.throwIfAborted();
    }
    const shell = (session.shell ??= new ExperimentShell(wall));
    const before = wall.meter();
    const { output, stopped, end } = await runScript(shell, request, context);
    const late = lateLimit(before, wall.meter());
    if (end === null) session.shell = undefined;
    if (stopped !== undefined || late.limit === 'pids' || !wall.alive) {
      await this.reset(request.session);
      context.signal.throwIfAborted();
      await context.emit({ event: 'note', text: RESET });
    }
    const ended: Ending = end === null ? await shell.process.ended : { code: end.status, signal: null };
    const { limit, ...plain } = ended;
    const met = late.limit ?? stopped ?? limit;
    return { op: 'experiment', output, ending: met === undefined ? plain : { ...plain, limit: met as NonNullable<Ending['limit']> } };
  }

  async #session(request: ExperimentRequest, { world, signal }: Context): Promise<Session> {
    const known = this.#sessions.get(request.session);
    if (known !== undefined) {
      // The one used last is at the end of the map.
      this.#sessions.delete(request.session);
      this.#sessions.set(request.session, known);
      return known;
    }
    // Cancelled before it began, it has no session that would have to end.
    signal.throwIfAborted();
    const oldest = [...this.#sessions.keys()].slice(0, Math.max(this.#sessions.size - MOST_SESSIONS + 1, 0));
    const wall = Wall.open({ root: world.wallRoot, disk: world.disk, box: request.box });
    const session: Session = { wall, shell: undefined, turn: Promise.resolve() };
    this.#sessions.set(request.session, session);
    wall.catch(() => this.#sessions.delete(request.session));
    for (const name of oldest) await this.reset(name);
    if (signal.aborted) await this.reset(request.session);
    signal.throwIfAborted();
    return session;
  }
}

type Stopped = 'timeout' | 'output' | 'cancelled' | undefined;

/** Runs a script; ends its shell, and all that is in its cgroup, when it takes too long or says too much. */
async function runScript(shell: ExperimentShell, request: ExperimentRequest, context: Context): Promise<{ output: string; stopped: Stopped; end: Awaited<ReturnType<ExperimentShell['run']>> }> {
  let stopped: Stopped;
  let room = OUTPUT_LIMIT;
  const chunks: Buffer[] = [];
  const stop = (why: Exclude<Stopped, undefined>): void => {
    stopped ??= why;
    shell.process.kill().catch(() => {});
  };
  const clock = setTimeout(() => stop('timeout'), request.timeLimit ?? TIME_LIMIT);
  const cancel = (): void => stop('cancelled');
  context.signal.addEventListener('abort', cancel, { once: true });
  try {
    const end = await shell.run(request.script, (bytes) => {
      const part = bytes.subarray(0, Math.max(room, 0));
      room -= bytes.length;
      if (room < 0) stop('output');
      if (part.length === 0) return undefined;
      chunks.push(part);
      return emitOutput(context, 'stdout', part);
    });
    return { output: Buffer.concat(chunks).toString('utf8'), stopped, end };
  } finally {
    clearTimeout(clock);
    context.signal.removeEventListener('abort', cancel);
  }
}
