/** A connection to the keeper of a workspace, which is started if there is none. */
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { Exit, UserError } from '../../src/errors.ts';
import { architecture, findCommand, vagrantWay } from '../image/machine.ts';
import { cacheDir, checkoutRoot, runDir, shortName } from '../image/places.ts';
import { pinnedNode } from '../image/guest.ts';
import type { ImageName } from '../image/packages.ts';
import { encodeFrame, FrameReader } from '../wire/frames.ts';
import type { FromKeeper, ToKeeper } from './protocol.ts';
import { sourcesFingerprint } from './sources.ts';

export type Where = {
  workspace: string;
  kind: 'uml' | 'here';
  /** Which root its guest has. */
  image: ImageName;
  env: Record<string, string | undefined>;
  /** What to run instead of the judge's agent, if anything. */
  agent: string | undefined;
  /** Whether to start a keeper where there is none. */
  spawn: boolean;
};

/** How long a keeper may take from its start to its greeting, in milliseconds. */
const START_LIMIT = 20_000;
/** The status with which flock says that somebody else holds the lock. */
const LOCK_IS_HELD = 75;

export class Connection {
  /** Resolves when the keeper is gone or has let us go. */
  readonly closed: Promise<void>;
  readonly #socket: net.Socket;

  constructor(socket: net.Socket) {
    this.#socket = socket;
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()));
  }

  send(message: ToKeeper): void {
    this.#socket.write(encodeFrame(message));
  }

  destroy(): void {
    this.#socket.destroy();
  }
}

/** Connects; `onMessage` gets everything from the greeting on. Without `spawn`, undefined where no keeper is running. */
export async function openConnection(where: Where, onMessage: (message: FromKeeper) => void): Promise<Connection | undefined> {
  const base = path.join(runDir(where.env), shortName(path.resolve(where.workspace), where.kind, where.image));
  const deadline = Date.now() + START_LIMIT;
  const starting: Starting = { exit: undefined, spawned: false, crashed: false };
  for (;;) {
    const greeted = await greet(`${base}.sock`, checkoutRoot(where.env), onMessage);
    if (greeted && (greeted.current || !where.spawn || !(await retire(greeted)))) return greeted.connection;
    if (!where.spawn) return undefined;
    if (!greeted && !starting.spawned) startKeeper(base, where, starting);
    if (starting.exit !== undefined) throw new Error(`the kernel's keeper could not be started (${starting.exit}); see ${base}.err`);
    if (Date.now() > deadline) throw new Error(`the kernel's keeper did not answer within ${START_LIMIT / 1000} s; see ${base}.log`);
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
}

/** How far a keeper's start is: why it has ended, whether one is on its way, and whether one was ended by a signal before. */
type Starting = { exit: string | undefined; spawned: boolean; crashed: boolean };

type Greeted = { connection: Connection; current: boolean; waitFor(event: FromKeeper['event']): Promise<void> };

/** Connects to a keeper that is there and waits for its greeting. Undefined where nobody listens or it is just ending. */
async function greet(socketPath: string, root: string, onMessage: (message: FromKeeper) => void): Promise<Greeted | undefined> {
  const socket = net.connect(socketPath);
  const connection = new Connection(socket);
  const waiting = new Map<string, () => void>();
  let sources = '';
  const waitFor = (event: FromKeeper['event']) => new Promise<void>((resolve) => waiting.set(event, resolve));
  const reader = new FrameReader();
  socket.on('error', () => {}); // `closed` follows.
  socket.on('data', (chunk) => {
    try {
      for (const message of reader.push(chunk) as Generator<FromKeeper>) {
        if (message.event === 'keeper') sources = message.sources;
        onMessage(message);
        waiting.get(message.event)?.();
      }
    } catch {
      socket.destroy(); // Not frames: not a keeper of ours. The requests fail as with any lost connection.
    }
  });
  const arrived = await Promise.race([waitFor('keeper').then(() => true), connection.closed.then(() => false)]);
  return arrived ? { connection, current: sources === sourcesFingerprint(root), waitFor } : undefined;
}

/** Asks a keeper whose sources are not ours any more to end. Returns whether it does; it stays while others use it. */
async function retire({ connection, waitFor }: Greeted): Promise<boolean> {
  const stays = waitFor('stays').then(() => false);
  connection.send({ op: 'retire' });
  return Promise.race([stays, connection.closed.then(() => true)]);
}

/**
 * Starts a keeper that outlives us. If another client does the same at the same time, one of the two finds the lock
 * taken and ends; both clients then find the other's socket. From Node's compile cache it starts sooner and needs 10 to 25 MB less:
 * what strips types from TypeScript is not loaded (node:module, enableCompileCache). A Node that crashes is started once more, and
 * then from the sources alone.
 */
function startKeeper(base: string, where: Where, starting: Starting): void {
  const flock = findCommand('flock', where.env);
  if (!flock) throw new UserError('The command flock (util-linux) is missing.', { next: vagrantWay, exit: Exit.cannotRun });
  const root = checkoutRoot(where.env);
  const env = { ...where.env, DRYDOCK_ROOT: root, ...(starting.crashed ? {} : { NODE_COMPILE_CACHE: path.join(cacheDir(where.env), 'node-cache') }) };
  const complaints = fs.openSync(`${base}.err`, starting.crashed ? 'a' : 'w', 0o600);
  const child = spawn(flock, [
    '--nonblock', '--no-fork', '--conflict-exit-code', String(LOCK_IS_HELD), `${base}.lock`,
    pinnedNode(root, architecture()), '--disable-warning=ExperimentalWarning', path.join(root, 'sandbox/launch/keeper.ts'), `${base}.sock`, where.kind, where.image, ...(where.agent === undefined ? [] : [where.agent]),
  ], { cwd: '/', detached: true, stdio: ['ignore', 'ignore', complaints], env });
  fs.closeSync(complaints);
  starting.spawned = true;
  child.once('error', (cause) => (starting.exit = cause.message));
  child.once('exit', (code, signal) => {
    const again = signal !== null && !starting.crashed;
    starting.crashed ||= again;
    if (code === LOCK_IS_HELD || code === 0 || again) starting.spawned = false; // Its holder listens soon, or is just ending: then we try again.
    else starting.exit = `ended with ${signal ?? code}`;
  });
  child.unref();
}
