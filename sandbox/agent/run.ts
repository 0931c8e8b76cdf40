/** A command in a wall: one that is made for it, or the playground. */
import { presentOnly } from '../observe/procfile.ts';
import { Wall } from '../wall/wall.ts';
import type { Meter, WallProcess } from '../wall/wall.ts';
import type { DoneValue, Ending, Request } from '../wire/messages.ts';
import { emitOutput } from './context.ts';
import type { Context } from './context.ts';
import type { Playground } from './playground.ts';
import { pidInWall, statusOf } from './xray/place.ts';

type RunRequest = Extract<Request, { op: 'run' }>;
type RunResult = Extract<DoneValue, { op: 'run' }>;

/** Runs the command to its end. What it leaves behind is named; in a fresh wall it is gone by then. */
export async function runRequest(request: RunRequest, context: Context, playground: Playground): Promise<RunResult> {
  if (request.wall === 'playground') {
    const { wall, earlier } = await playground.enter(request.box, context);
    const ending = await runIn(wall, request, context);
    return { op: 'run', ending, leftovers: await wall.leftovers({ since: earlier }) };
  }
  const { world: { wallRoot, disk }, signal } = context;
  const { box, limits } = request;
  await using wall = await Wall.open({ root: wallRoot, disk, signal, ...(box === undefined ? {} : { box }), ...(limits === undefined ? {} : { limits }) });
  const before = wall.meter();
  const ending = await runIn(wall, request, context);
  const leftovers = await wall.leftovers();
  // A command may be over while what it started in the background is still meeting a limit.
  const after = wall.meter();
  await wall.close();
  return { op: 'run', ending: { ...ending, ...lateLimit(before, after) }, leftovers };
}

async function runIn(wall: Wall, request: RunRequest, context: Context): Promise<Ending> {
  const { signal } = context;
  signal.throwIfAborted();
  const command = wall.spawn(request.argv, {
    timeLimit: request.timeLimit ?? Infinity,
    outputLimit: request.outputLimit ?? Infinity,
    ...(request.cwd === undefined ? {} : { cwd: request.cwd }),
    ...(request.env === undefined ? {} : { env: request.env }),
    ...(request.terminal === undefined ? {} : { terminal: request.terminal }),
  });
  command.onOutput((stream, bytes) => emitOutput(context, stream, bytes));
  context.attach(command);
  tellStart(command, context).catch(() => {});
  const stop = (): void => void command.kill().catch(() => {});
  signal.addEventListener('abort', stop, { once: true });
  const ending = await command.ended;
  signal.removeEventListener('abort', stop);
  signal.throwIfAborted();
  return ending;
}

/** Says that the command runs, and as what; nothing where it is over by then. */
async function tellStart(command: WallProcess, { emit }: Context): Promise<void> {
  const pid = await command.pid;
  const inWall = presentOnly(() => pidInWall(statusOf(pid)))[0];
  if (inWall !== undefined) await emit({ event: 'started', pid: inWall });
}

/** The limit that was met between two readings, processes first: a shortage of them makes all else fail. */
export function lateLimit(before: Meter, after: Meter): Pick<Ending, 'limit'> {
  if (after.pids > before.pids) return { limit: 'pids' };
  return after.memory > before.memory ? { limit: 'memory' } : {};
}
