/**
 * The keeper: one process per workspace that owns the kernel and lends it to whoever connects to its socket.
 *
 *   flock --no-fork --nonblock LOCK node keeper.ts SOCKET KIND IMAGE [AGENT]
 *
 * The lock makes sure that there is one; it is this process's as long as it lives. How it ends:
 * - a client that dies (no `bye`, or requests still open) and was the last one: the kernel and the keeper end at once;
 * - nobody has asked for anything for ten minutes (DRYDOCK_IDLE_MS): the kernel ends, and the keeper if nobody is connected;
 * - `stop`, SIGTERM, SIGINT: at once. And if it is killed, the kernel's namespaces go with it (see uml.ts).
 */
import fs from 'node:fs';
import { flushCompileCache } from 'node:module';
import net from 'node:net';
import { encodeFrame, FrameReader } from '../wire/frames.ts';
import { startKernel, type KernelKind } from './choose.ts';
import type { ImageName } from '../image/packages.ts';
import { findKernel } from '../image/setup.ts';
import { Life } from './life.ts';
import { cappedLog } from './log.ts';
import type { FromKeeper, ToKeeper } from './protocol.ts';
import { Relay, type Outgoing } from './relay.ts';
import { sourcesFingerprint } from './sources.ts';
import { isWarm, warmUp } from './warm/warm.ts';

const [socketPath = '', kind = 'uml', image = 'guest', agent] = process.argv.slice(2) as [string?, KernelKind?, ImageName?, string?];
const idleAfter = Number(process.env['DRYDOCK_IDLE_MS'] ?? 10 * 60_000);
const giveUpAfter = Number(process.env['DRYDOCK_HANG_S'] ?? 25);
/** A client that does not read what it asked for is dropped when this much waits for it, in bytes. */
const MOST_UNREAD = 64 * 1024 * 1024;

type Client = { socket: net.Socket; leaves: boolean };

// Ours alone: what we start compiles nothing here.
delete process.env['NODE_COMPILE_CACHE'];

const log = cappedLog(`${socketPath.replace(/\.sock$/, '')}.log`);
const clients = new Map<number, Client>();
const relay = new Relay();
const sources = sourcesFingerprint();
let newest = 0;
let idle: NodeJS.Timeout | undefined;

const life = new Life({
  kind,
  boot: (progress) => startKernel(kind, image, progress, agent),
  onState(state) {
    if (state.at !== 'setting-up') log(JSON.stringify(state));
    for (const client of clients.values()) tell(client, { event: 'state', state });
    if (state.at === 'lost') deliver(relay.failAll({ event: 'failed', reason: 'kernel', message: `the kernel was lost: ${state.why}` }));
    if (state.at === 'ready') {
      flushCompileCache(); // By now everything is imported, and a keeper may be killed.
      warmWhenIdle();
    }
    if (state.at === 'impossible') deliver(relay.failAll({ event: 'failed', reason: 'kernel', message: state.message }));
    armIdle();
  },
  onNews(text) {
    log(text);
    for (const client of clients.values()) tell(client, { event: 'news', text });
    deliver(relay.tellAll({ event: 'note', text }));
  },
  onMessage(message) {
    deliver(relay.fromAgent(message));
    armIdle();
  },
  isAwaited: () => relay.open > 0,
  askAfter: Math.min(5, Math.ceil(giveUpAfter / 2)),
  giveUpAfter,
});

function accept(socket: net.Socket): void {
  const number = ++newest;
  const client: Client = { socket, leaves: false };
  const reader = new FrameReader();
  clients.set(number, client);
  tell(client, { event: 'keeper', pid: process.pid, sources, state: life.state });
  socket.on('data', (chunk) => {
    try {
      for (const message of reader.push(chunk) as Generator<ToKeeper>) obey(number, client, message);
    } catch (error) {
      log(`client ${number}: ${(error as Error).message}`);
      socket.destroy();
    }
  });
  socket.on('error', () => {}); // `close` follows.
  socket.on('close', () => gone(number, client));
}

function obey(number: number, client: Client, message: ToKeeper): void {
  switch (message.op) {
    case 'bye':
      client.leaves = true;
      return void client.socket.end();
    case 'stop':
      return void shutDown('a client asked for it');
    case 'retire':
      if (clients.size === 1 && relay.open === 0) return void shutDown('its sources have changed');
      return tell(client, { event: 'stays' });
    case 'cancel': {
      // What has not reached the agent is taken back here; the agent would not know it.
      const target = `${number}:${message.target}`;
      if (life.unsend(target)) return deliver(relay.cancelUnsent(target));
      break;
    }
  }
  if (message.op === 'cancel' && life.state.at !== 'ready') return;
  deliver(relay.fromClient(number, message), client.socket);
  armIdle();
}

/** A client's connection is closed. */
function gone(number: number, client: Client): void {
  const crashed = !client.leaves || relay.hasOpen(number);
  clients.delete(number);
  const cancels = relay.clientGone(number);
  if (clients.size === 0 && (crashed || life.state.at !== 'ready')) return void shutDown(crashed ? 'its last client died' : 'nobody needs it');
  for (const cancel of cancels) {
    if (cancel.to !== 'agent' || cancel.message.op !== 'cancel') continue;
    if (!life.unsend(cancel.message.target) && life.state.at === 'ready') life.send(cancel.message);
  }
  armIdle();
}

/** Sends; a client that fills the kernel's line is not read from until it has room again. */
function deliver(outgoing: readonly Outgoing[], from?: net.Socket): void {
  for (const { to, message } of outgoing) {
    if (to !== 'agent') {
      const client = clients.get(to);
      if (client) tell(client, message);
    } else if (!life.send(message) && from) {
      from.pause();
      life.drained(() => from.resume());
    }
  }
}

function tell(client: Client, message: FromKeeper): void {
  client.socket.write(encodeFrame(message));
  if (client.socket.writableLength > MOST_UNREAD) client.socket.destroy();
}

/** The idle time begins anew with everything that is asked or answered, and stands still while something runs. */
function armIdle(): void {
  clearTimeout(idle);
  if (relay.open > 0 || life.state.at === 'booting' || life.state.at === 'setting-up') return;
  idle = setTimeout(() => {
    if (clients.size === 0) void shutDown('nobody has asked for anything for a while');
    else void life.end();
  }, idleAfter);
}

let warming = false;

/** A cache of ours has not been warmed yet: that is done, once, in a moment when nothing is asked for. */
function warmWhenIdle(): void {
  const files = findKernel(process.env, image);
  if (warming || kind !== 'uml' || agent !== undefined || !files || isWarm(files, { exactly: false })) return;
  setTimeout(() => {
    if (relay.open > 0) return warmWhenIdle();
    warming = true;
    void warmUp(files, { step: () => {}, note: log });
  }, 5000).unref();
}

let ending = false;

async function shutDown(why: string): Promise<void> {
  if (ending) return;
  ending = true;
  log(`ends: ${why}`);
  server.close();
  fs.rmSync(socketPath, { force: true });
  await life.end();
  process.exit(0); // A set-up may be under way; its commands end with this process.
}

const server = net.createServer(accept);
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => void shutDown(signal));
process.on('uncaughtException', (error) => {
  log(error.stack ?? String(error));
  process.exit(1);
});
fs.rmSync(socketPath, { force: true }); // Left by a keeper that was killed: we hold the lock, so it is nobody's.
server.listen(socketPath, () => log(`keeper ${process.pid} of a ${kind} kernel`));
armIdle();
