/**
 * Which request is whose: the part of the keeper that holds no socket and no process.
 *
 * Every method returns what is to be sent. Invariants: a request admitted is open until exactly one `done` or `failed`
 * has been handed out for it, or its client has gone; ids towards the agent are `CLIENT:ID`.
 */
import type { Event, FromAgent, Reply, Request, ToAgent } from '../wire/messages.ts';
import { followUps } from './protocol.ts';

/** Something to send: to the agent, or to one client. */
export type Outgoing = { to: 'agent'; message: ToAgent } | { to: number; message: FromAgent };

export class Relay {
  /** Open requests by the id the agent knows them by. */
  readonly #open = new Map<string, { client: number; id: string }>();

  /** How many requests wait for their end. */
  get open(): number {
    return this.#open.size;
  }

  /** Whether this client has requests that have not ended. */
  hasOpen(client: number): boolean {
    return [...this.#open.values()].some((request) => request.client === client);
  }

  /** A client's message. */
  fromClient(client: number, message: Request & { id: string }): Outgoing[] {
    const id = `${client}:${message.id}`;
    if (followUps.has(message.op)) {
      const { target } = message as Request & { target: string };
      return [{ to: 'agent', message: { ...message, id, target: `${client}:${target}` } as ToAgent }];
    }
    if (this.#open.has(id)) {
      return [{ to: client, message: { id: message.id, event: 'failed', reason: 'usage', message: `the request ${message.id} is still open` } }];
    }
    this.#open.set(id, { client, id: message.id });
    return [{ to: 'agent', message: { ...message, id } as ToAgent }];
  }

  /** The agent's message; what belongs to nobody (any more) is dropped. */
  fromAgent(message: FromAgent): Outgoing[] {
    const request = this.#open.get(message.id);
    if (!request) return [];
    if (message.event === 'done' || message.event === 'failed') this.#open.delete(message.id);
    return [{ to: request.client, message: { ...message, id: request.id } }];
  }

  /** A client is gone: its requests are cancelled, and their answers will be dropped. */
  clientGone(client: number): Outgoing[] {
    const orphans = [...this.#open].filter(([, request]) => request.client === client).map(([id]) => id);
    for (const id of orphans) this.#open.delete(id);
    return orphans.map((target) => ({ to: 'agent', message: { op: 'cancel', id: `keeper:cancel:${target}`, target } }));
  }

  /** One event for every open request. */
  tellAll(event: Event): Outgoing[] {
    return [...this.#open.values()].map(({ client, id }) => ({ to: client, message: { ...event, id } }));
  }

  /** The kernel is gone, or never came: every open request ends now. */
  failAll(reply: Extract<Reply, { event: 'failed' }>): Outgoing[] {
    const all = [...this.#open.values()];
    this.#open.clear();
    return all.map(({ client, id }) => ({ to: client, message: { ...reply, id } }));
  }

  /** Ends one request before it has been sent: it was cancelled while the kernel still booted. */
  cancelUnsent(id: string): Outgoing[] {
    const request = this.#open.get(id);
    if (!request) return [];
    this.#open.delete(id);
    return [{ to: request.client, message: { id: request.id, event: 'failed', reason: 'cancelled', message: 'cancelled before the kernel was ready' } }];
  }
}
