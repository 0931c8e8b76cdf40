/**
 * The client's side of a workspace's kernel: finds or starts the keeper, asks, and tells how the kernel is.
 *
 * Nothing is started before the first request. A connection that is lost fails what is open, and is made anew by the
 * next request.
 */
import { UserError, Exit } from '../../src/errors.ts';
import type { ImageName } from '../image/packages.ts';
import type { DoneValue, Event, Reply, Request } from '../wire/messages.ts';
import { kindOf, type KernelChoice } from './choose.ts';
import { type Connection, openConnection, type Where } from './connection.ts';
import type { FollowUp, FromKeeper, KernelState } from './protocol.ts';

export type { KernelState, KernelChoice };

/** Why a request has no result. `kernel`: it was lost or could not be had; asking again may help. */
export class RequestError extends Error {
  override name = 'RequestError';
  readonly reason: Extract<Reply, { event: 'failed' }>['reason'];

  constructor(reason: RequestError['reason'], message: string) {
    super(message);
    this.reason = reason;
  }
}

export type ConnectOptions = {
  /** The workspace's folder: one kernel for each. */
  workspace: string;
  kernel: KernelChoice;
  /** Which root its guest has; the lessons' own unless said. */
  image?: ImageName;
  env?: Record<string, string | undefined>;
  /** What to run instead of the judge's agent: a path in the checkout. For tests. */
  agent?: string;
};
export type RequestOptions = { onEvent?: (event: Event) => void; signal?: AbortSignal };

type Pending = { resolve(value: DoneValue): void; reject(error: Error): void; onEvent: ((event: Event) => void) | undefined };

/** A client of this workspace's kernel. Connects when it first has to. */
export async function connect(options: ConnectOptions): Promise<Client> {
  return new Client(options);
}

export class Client {
  readonly #options: ConnectOptions;
  readonly #listeners = new Set<(state: KernelState, news?: string) => void>();
  readonly #pending = new Map<string, Pending>();
  #state: KernelState = { at: 'idle' };
  #connection: Promise<Connection> | undefined;
  /** The keeper's process, as it says in its greeting. */
  #keeper: number | undefined;
  #next = 1;

  constructor(options: ConnectOptions) {
    this.#options = options;
  }

  get state(): KernelState {
    return this.#state;
  }

  /** Calls back on every change of state and on every line of news; returns how to stop. */
  onState(listener: (state: KernelState, news?: string) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Boots the kernel if it is not there, and resolves when it is ready. */
  async start(): Promise<void> {
    await this.request({ op: 'hello' });
  }

  /**
   * Asks for something; resolves with its result. Rejects with RequestError, or with UserError where this machine
   * cannot run the kernel. Aborting cancels it in the kernel; the promise rejects when it has ended there.
   */
  request(message: Exclude<Request, FollowUp>, options: RequestOptions = {}): Promise<DoneValue> {
    return this.begin(message, options).ended;
  }

  /** Like `request`, for what takes follow-ups: they name the request by its id. */
  begin(message: Exclude<Request, FollowUp>, options: RequestOptions = {}): { id: string; ended: Promise<DoneValue> } {
    const id = String(this.#next++);
    const { signal } = options;
    const ended = new Promise<DoneValue>((resolve, reject) => {
      if (signal?.aborted) return reject(new RequestError('cancelled', 'cancelled before it began'));
      this.#pending.set(id, { resolve, reject, onEvent: options.onEvent });
      this.#connect().then((connection) => connection.send({ ...message, id }), (error: Error) => this.#settle(id)?.reject(error));
    });
    const cancel = () => this.send({ op: 'cancel', target: id });
    signal?.addEventListener('abort', cancel, { once: true });
    const forget = () => signal?.removeEventListener('abort', cancel);
    ended.then(forget, forget);
    return { id, ended };
  }

  /** Sends a follow-up to an open request; one that has ended ignores it. */
  send(message: FollowUp): void {
    if (!this.#pending.has(message.target)) return;
    void this.#connection?.then((connection) => connection.send({ ...message, id: `f${this.#next++}` }), () => {});
  }

  /** Leaves in order. What is open is cancelled first. */
  async close(): Promise<void> {
    const connection = await this.#connection?.catch(() => undefined);
    if (!connection) return;
    for (const target of this.#pending.keys()) this.send({ op: 'cancel', target });
    await Promise.race([this.#allSettled(), connection.closed, pause(2000)]);
    connection.send({ op: 'bye' });
    await Promise.race([connection.closed, pause(1000)]);
    connection.destroy();
  }

  /** Ends the workspace's kernel, whoever uses it. Starts nothing where there is none. */
  async stop(): Promise<void> {
    const connection = (await this.#connection?.catch(() => undefined)) ?? (await openConnection({ ...this.#where(), spawn: false }, () => {}));
    if (!connection) return;
    connection.send({ op: 'stop' });
    const stopped = await Promise.race([connection.closed.then(() => true), pause(5000).then(() => false)]);
    if (!stopped && this.#keeper !== undefined) endProcess(this.#keeper); // The kernel's namespaces go with it.
    connection.destroy();
  }

  #where(): Omit<Where, 'spawn'> {
    const { workspace, kernel, image = 'guest', env = process.env, agent } = this.#options;
    return { workspace, kind: kindOf(kernel), image, env, agent };
  }

  #connect(): Promise<Connection> {
    this.#connection ??= this.#open();
    return this.#connection;
  }

  async #open(): Promise<Connection> {
    try {
      const connection = await openConnection({ ...this.#where(), spawn: true }, (message) => this.#receive(message));
      if (!connection) throw new Error('no keeper');
      void connection.closed.then(() => this.#lost());
      return connection;
    } catch (error) {
      this.#connection = undefined;
      throw error;
    }
  }

  #receive(message: FromKeeper): void {
    if (message.event === 'keeper') this.#keeper = message.pid;
    if (message.event === 'keeper' || message.event === 'state') this.#set(message.state);
    else if (message.event === 'news') this.#announce(message.text);
    else if (message.event === 'done') this.#settle(message.id)?.resolve(message.value);
    else if (message.event === 'failed') this.#settle(message.id)?.reject(this.#why(message));
    else if (message.event !== 'stays') this.#pending.get(message.id)?.onEvent?.(message);
  }

  #why(reply: Extract<Reply, { event: 'failed' }>): Error {
    if (reply.reason === 'kernel' && this.#state.at === 'impossible') {
      return new UserError(this.#state.message, { next: this.#state.next, exit: Exit.cannotRun });
    }
    return new RequestError(reply.reason, reply.message);
  }

  #settle(id: string): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    return pending;
  }

  #lost(): void {
    this.#connection = undefined;
    const why = 'the process that keeps the kernel has ended';
    const open = [...this.#pending.values()];
    this.#pending.clear();
    if (open.length > 0) this.#set({ at: 'lost', why });
    else if (this.#state.at !== 'impossible') this.#set({ at: 'idle' });
    for (const pending of open) pending.reject(new RequestError('kernel', why));
  }

  async #allSettled(): Promise<void> {
    while (this.#pending.size > 0) await pause(10);
  }

  #set(state: KernelState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener(state);
  }

  #announce(news: string): void {
    for (const listener of this.#listeners) listener(this.#state, news);
  }
}

function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
