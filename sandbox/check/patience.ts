/** Waiting on conditions: never for a time, always until something holds, a limit passes or nobody waits any more. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Cancelled } from './failure.ts';

/** The pause between two looks at a condition of the kernel, in milliseconds. */
const POLL = 10;

/** At least this many times as long as a look took is the pause after it: what is waited for needs the processor, too. */
const SHARE = 5;

/** No pause is longer, in milliseconds. */
const LONGEST = 100;

/** The value of `promise`, or `late` after `ms` milliseconds. Throws Cancelled when `signal` is aborted first. */
export async function settled<T, L>(promise: Promise<T>, ms: number, late: L, signal: AbortSignal): Promise<T | L> {
  if (signal.aborted) throw new Cancelled();
  const over = new AbortController();
  const timer = sleep(ms, late, { signal: over.signal });
  const cancelled = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Cancelled()), { once: true, signal: over.signal });
  });
  try {
    return await Promise.race([promise, timer, cancelled]);
  } finally {
    timer.catch(() => {});
    over.abort();
  }
}

/** Calls `look` until it gives something other than undefined, at most for `ms` milliseconds. Throws Cancelled. */
export async function poll<T>(look: () => T | undefined | Promise<T | undefined>, ms: number, signal: AbortSignal): Promise<T | undefined> {
  const deadline = performance.now() + ms;
  for (;;) {
    if (signal.aborted) throw new Cancelled();
    const began = performance.now();
    const seen = await look();
    const now = performance.now();
    if (seen !== undefined || now >= deadline) return seen;
    await sleep(Math.min(Math.max(POLL, SHARE * (now - began)), LONGEST));
  }
}
