/**
 * Runs box in a fresh wall under the tracer (sandbox/trace), and gives back what it did, call by call. Clean-up is the wall's:
 * the tracer is killed on every way out, what it traced dies with it, and then the wall goes.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import readline from 'node:readline';
import { atGate } from '../diagnose/trace.ts';
import { SystemCallError } from '../observe/errors.ts';
import { filteredGate } from '../trace/filter.ts';
import { withoutMisses } from '../trace/steps.ts';
import { Wall } from '../wall/wall.ts';
import type { WallProcess } from '../wall/wall.ts';
import type { DoneValue, Ending, Request } from '../wire/messages.ts';
import type { TraceProcess, TraceRun, TraceStep } from '../wire/trace.ts';
import type { Context } from './context.ts';
import { UsageError } from './validate.ts';

type TraceRequest = Extract<Request, { op: 'trace' }>;
type Done = Extract<DoneValue, { op: 'trace' }>;

/** Milliseconds that box may take from the moment at which it is let go on. */
const TIME_LIMIT = 60_000;

/** Milliseconds that the tracer has to start and attach. */
const START_LIMIT = 20_000;

/** Steps that are kept, and bytes of box's output after which it is ended. */
const MOST_STEPS = 250;
const OUTPUT_LIMIT = 256 * 1024;

/** Bytes of what the tracer may say: the answer has to fit into a frame of the line. */
const SAID_LIMIT = 6 * 1024 * 1024;

/** Bytes of box's standard error that are handed on, from its end. */
const KEPT_STDERR = 2_000;

/** How long preparing the wall may take, in milliseconds. */
const SETUP_LIMIT = 20_000;

const TRACER = path.join(import.meta.dirname, '../trace/main.ts');

/** Box, or what is to be run in its place, from its start to its end. */
export async function traceRequest(request: TraceRequest, { world, signal }: Context): Promise<Done> {
  await using wall = await Wall.open({ root: world.wallRoot, disk: world.disk, signal, box: request.box });
  if (request.setup !== undefined) await prepare(wall, request.setup, signal);
  return { op: 'trace', run: await traced(wall, request, signal) };
}

async function prepare(wall: Wall, script: string, signal: AbortSignal): Promise<void> {
  const command = wall.spawn(['/bin/sh', '-c', script], { timeLimit: SETUP_LIMIT });
  using _stop = killOn(signal, command);
  const { code } = await command.ended;
  signal.throwIfAborted();
  if (code !== 0) throw new UsageError(`What the trace needs could not be laid: status ${code}: ${command.stderr.toString('utf8').trim().slice(-300)}`);
}

async function traced(wall: Wall, request: TraceRequest, signal: AbortSignal): Promise<TraceRun> {
  const limit = request.timeLimit ?? TIME_LIMIT;
  const command = wall.spawn(filteredGate(request.argv), { timeLimit: limit + START_LIMIT, outputLimit: OUTPUT_LIMIT, cwd: '/work' });
  command.endInput();
  using _stop = killOn(signal, command);
  const pid = await command.pid;
  await atGate(pid);
  const tracer = spawn(process.execPath, [...process.execArgv, TRACER, String(pid), String(wall.holder), path.join(wall.cgroup, 'home'), String(MOST_STEPS)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const kill = (): void => void tracer.kill('SIGKILL');
  let late = false;
  let clock: NodeJS.Timeout | undefined;
  const begun = (): void => {
    clock = setTimeout(() => {
      late = true;
      kill();
    }, limit);
  };
  signal.addEventListener('abort', kill, { once: true });
  const ended = command.ended.then((ending) => {
    // It follows what box left behind for a moment, unless there is no time for that.
    if (ending.limit !== undefined) kill();
    return ending;
  });
  try {
    const said = await saidBy(tracer, begun);
    await command.kill();
    const ending: Ending = late ? { code: null, signal: null, limit: 'timeout' } : await ended;
    signal.throwIfAborted();
    const cut = said.cut ? 'calls' : ending.limit === 'timeout' ? 'time' : undefined;
    return {
      argv: request.argv, ending, stderr: command.stderr.toString('utf8').slice(-KEPT_STDERR), processes: said.processes, steps: withoutMisses(said.steps),
      ...(cut === undefined ? {} : { cut }),
    };
  } finally {
    clearTimeout(clock);
    signal.removeEventListener('abort', kill);
    kill();
    await command.kill();
  }
}

type Said = { steps: TraceStep[]; processes: TraceProcess[]; cut: boolean };

/** Everything that the tracer says until its end. Throws SystemCallError where it ended by itself without having come to one. */
async function saidBy(tracer: ChildProcess, onBegin: () => void): Promise<Said> {
  const said: Said = { steps: [], processes: [], cut: false };
  let complaint = '';
  let whole = false;
  let bytes = 0;
  tracer.stderr?.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk.toString('utf8')).slice(-2_000);
  });
  const closed = once(tracer, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  if (tracer.stdout === null) throw new TypeError('the tracer has no standard output');
  for await (const line of readline.createInterface({ input: tracer.stdout })) {
    bytes += line.length;
    if (bytes > SAID_LIMIT) {
      said.cut = true;
      tracer.kill('SIGKILL');
      break;
    }
    // A line that was cut off by its death is none.
    const { begun, step, processes, end } = parse(line);
    if (begun === true) onBegin();
    if (step !== undefined) said.steps.push(step);
    said.processes = end?.processes ?? processes ?? said.processes;
    said.cut ||= end?.cut ?? false;
    whole ||= end !== undefined;
  }
  const [code, signal] = await closed;
  if (!whole && signal !== 'SIGKILL') throw new SystemCallError('ptrace', 'the tracer', `status ${code ?? signal}: ${complaint.trim()}`);
  return said;
}

type Line = { begun?: boolean; step?: TraceStep; processes?: TraceProcess[]; end?: { cut: boolean; processes: TraceProcess[] } };

function parse(line: string): Line {
  try {
    return JSON.parse(line) as Line;
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

function killOn(signal: AbortSignal, command: WallProcess): Disposable {
  const kill = (): void => void command.kill().catch(() => {});
  signal.addEventListener('abort', kill, { once: true });
  if (signal.aborted) kill();
  return { [Symbol.dispose]: () => signal.removeEventListener('abort', kill) };
}
