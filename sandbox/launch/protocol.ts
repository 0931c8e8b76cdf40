/**
 * What a client and the keeper say to each other, besides the requests and answers that are the agent's (wire/messages.ts).
 */
import type { FromAgent, Request } from '../wire/messages.ts';
import type { KernelInfo } from '../wire/verdict.ts';

/** Where the kernel is on its way. `lost` is followed by `booting` when the next request comes. */
export type KernelState =
  | { at: 'idle' }
  | { at: 'setting-up'; what: string; done?: number; total?: number }
  | { at: 'booting'; kind: KernelInfo['kind'] }
  | { at: 'ready'; kernel: KernelInfo; isolated: boolean }
  | { at: 'lost'; why: string }
  | { at: 'impossible'; message: string; next: string[] };

/** From a client. A request carries the client's own id; ids need only be unique within one client. */
export type ToKeeper =
  | (Request & { id: string })
  /** I leave in order. A connection that ends without it has crashed. */
  | { op: 'bye' }
  /** End the kernel and yourself, whoever uses it. */
  | { op: 'stop' }
  /** End if nobody else is here and nothing runs: your sources are not the ones I see. */
  | { op: 'retire' };

/** From the keeper. The greeting comes first, and only then may a client believe that it is connected. */
export type FromKeeper =
  | FromAgent
  | { event: 'keeper'; pid: number; sources: string; state: KernelState }
  | { event: 'state'; state: KernelState }
  | { event: 'news'; text: string }
  /** The answer to `retire` where the keeper stays. */
  | { event: 'stays' };

/** Follow-ups speak about another request (`target`); the keeper passes them on and does not count them as work. */
export const followUps: ReadonlySet<string> = new Set(['cancel', 'input', 'inputEnd', 'end', 'resize', 'signal']);

export type FollowUp = Extract<Request, { target: string }>;
