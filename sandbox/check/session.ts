/**
 * The run that is being judged: which lesson, in which wall, from which seed.
 *
 * The judge enters a session, then lets vitest run the lesson's check file in the same thread; the check API finds the
 * session here. There is one at a time.
 */
import type { ProcessFacts } from '../diagnose/scene.ts';
import type { Wall } from '../wall/wall.ts';
import type { Run } from './run.ts';

/**
 * For every kernel that learners have: a private one, and a virtual machine's, are several times as slow as this one may be. Who waits here
 * for nothing is told earlier, where nothing moves any more (still.ts).
 */
export const pace = { patience: 25_000, slowness: 2 } as const;

export type Session = {
  /** `03-pid`: the lesson whose check file this must be. */
  readonly lesson: string;
  readonly seed: string;
  /** How box is started, as a line of shell; the default is `node /work/box/box.ts`. */
  readonly command?: string;
  /** Report every rule of diagnosis that fired, whatever the check's status. */
  readonly allRules: boolean;
  /** Judge nothing after the first check that fails. */
  readonly firstFailure?: boolean;
  /** The wall, which may still be on its way when the check file is read. */
  readonly wall: Promise<Wall>;
  /** Its first process as it was before anything ran there, where somebody has looked. */
  readonly before?: ProcessFacts;
  /** How long to wait for something that must appear, in milliseconds. */
  readonly patience: number;
  /** Every time limit is multiplied by this: 1 on a kernel at full speed. */
  readonly slowness: number;
  /** Aborted when nobody waits for the verdict any more. */
  readonly signal: AbortSignal;
  /** Called with the run of every lesson that the check file defines. */
  readonly onRun?: (run: Run) => void;
  /** Called when the lesson is over, where the session has something of its own to end. */
  readonly close?: () => Promise<void>;
};

let current: Session | undefined;

/** Makes `session` the current one until it is disposed of. Throws if there is one already. */
export function enterSession(session: Session): Disposable {
  if (current) throw new Error(`a run of ${current.lesson} is being judged already`);
  current = session;
  return {
    [Symbol.dispose]() {
      current = undefined;
    },
  };
}

/** The current session; undefined where a check file is run without a judge around it. */
export function currentSession(): Session | undefined {
  return current;
}
