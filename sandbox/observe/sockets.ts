/**
 * Sockets of the judge's own in the network namespace of another process: who reaches whom, and from which address it looks.
 *
 * A socket belongs to the namespace in which its maker was at that moment, for ever. So it takes no process in there: the
 * thread goes in, has the socket made, and is back before anything else runs. Node makes it at once where it has no name to look
 * up, or is given a look-up that answers at once.
 */
import { createSocket } from 'node:dgram';
import type { Socket as Datagrams } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { errnoOf, SystemCallError } from './errors.ts';
import { insideNamespace } from './setns.ts';

/** `::ffff:10.0.0.1`, as a socket of both families has it, in dotted form. */
const dotted = (address: string | undefined): string => (address ?? '').replace(/^::ffff:/, '');

/** Somebody who waits at a port for certain bytes. */
export interface Listener extends Disposable {
  /** The address from which they came; resolves when they have. */
  readonly heard: Promise<string>;
}

/** Listens for TCP on all addresses of the network namespace of a process. Throws GoneError, SystemCallError where the port is taken. */
export async function listenInside(pid: number, port: number, wanted: Buffer): Promise<Listener> {
  let tell!: (address: string) => void;
  const heard = new Promise<string>((resolve) => (tell = resolve));
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    let got = Buffer.alloc(0);
    socket.on('error', () => {});
    socket.on('data', (bytes: Buffer) => {
      got = Buffer.concat([got, bytes]);
      if (got.includes(wanted)) tell(dotted(socket.remoteAddress));
      // Whoever sends for ever is not remembered for ever.
      got = got.subarray(-wanted.length);
    });
  });
  insideNamespace(pid, 'net', () => server.listen(port));
  await ready(server, `port ${port}`);
  const close = (): void => {
    server.close();
    // A socket that stays keeps its namespace, and that its cables. One that says goodbye stays until it is answered, and by then
    // there may be nobody left to answer, and no way there: hence a reset.
    for (const socket of open) socket.resetAndDestroy();
  };
  return { heard, [Symbol.dispose]: close };
}

/** Listens for datagrams in which these bytes are, on one address of the network namespace of a process. Throws as listenInside does. */
export async function hearInside(pid: number, address: string, port: number, wanted: Buffer): Promise<Listener> {
  let tell!: (address: string) => void;
  const heard = new Promise<string>((resolve) => (tell = resolve));
  const socket = await datagramsInside(pid, address, port);
  socket.on('message', (bytes, from) => {
    if (bytes.includes(wanted)) tell(from.address);
  });
  return { heard, [Symbol.dispose]: () => void socket.close() };
}

/** How an attempt to connect went: `sent`, or why not. */
export type Attempt = 'sent' | 'refused' | 'unreachable' | 'cut off' | 'no answer';

/** Connects from the network namespace of a process, sends these bytes, and waits for the other side to end. Throws GoneError. */
export async function sendInside(pid: number, address: string, port: number, bytes: Buffer, ms: number): Promise<Attempt> {
  const socket = insideNamespace(pid, 'net', () => connect({ host: 'there', port, lookup: (_host, _options, done) => done(null, address, 4), autoSelectFamily: false }));
  return await new Promise((resolve) => {
    let connected = false;
    const end = (how: Attempt): void => {
      resolve(how);
      if (connected && !socket.destroyed) socket.resetAndDestroy();
      else socket.destroy();
    };
    socket.setTimeout(ms, () => end(connected ? 'sent' : 'no answer'));
    socket.once('connect', () => {
      connected = true;
      socket.end(bytes);
    });
    socket.once('error', (error) => end(connected ? 'cut off' : attemptOf(errnoOf(error))));
    socket.once('close', () => end('sent'));
    socket.resume();
  });
}

/** Sends a question from the network namespace of a process and waits for the answer; null where none comes. Throws GoneError. */
export async function askInside(pid: number, address: string, port: number, question: Buffer, ms: number): Promise<Buffer | null> {
  const socket = await datagramsInside(pid, '0.0.0.0', 0);
  return await new Promise<Buffer | null>((resolve) => {
    const timer = setTimeout(() => resolve(null), ms);
    socket.once('error', () => resolve(null));
    socket.once('message', (bytes) => resolve(bytes));
    // Connected, it hears of a port at which nobody is.
    socket.connect(port, address, () => socket.send(question));
    socket.once('close', () => clearTimeout(timer));
  }).finally(() => socket.close());
}

async function datagramsInside(pid: number, address: string, port: number): Promise<Datagrams> {
  const socket = createSocket({ type: 'udp4', lookup: (host, _options, done) => done(null, host, 4) });
  const bound = ready(socket, `${address}:${port}`);
  insideNamespace(pid, 'net', () => socket.bind(port, address));
  await bound;
  return socket;
}

async function ready(emitter: Server | Datagrams, call: string): Promise<void> {
  try {
    await once(emitter, 'listening');
  } catch (cause) {
    throw new SystemCallError('bind', call, errnoOf(cause) ?? 'EIO', { cause });
  }
}

function attemptOf(errno: string | undefined): Attempt {
  if (errno === 'ECONNREFUSED') return 'refused';
  return errno === 'EHOSTUNREACH' || errno === 'ENETUNREACH' || errno === 'EINVAL' ? 'unreachable' : 'no answer';
}
