/**
 * What the isolation probes found of one runtime: the answer to a `parity` request.
 *
 * Which probes there are, and what each is about in words, is in src/parity/words.ts; a test holds the two together.
 */
import type { Evidence } from './verdict.ts';

/**
 * `good`: kept apart, held or covered. `bad`: shared, open or without effect. `neutral`: there is something to be said, but not
 * which is better. `unknown`: it could not be read; never counted as anything else.
 */
export const standings = ['good', 'bad', 'neutral', 'unknown'] as const;
export type Standing = (typeof standings)[number];

/** One probe's answer: a word or two (`own`, `22 of 41`), and where that was read. */
export type ParityRow = { id: string; standing: Standing; value: string; evidence: Evidence[] };

/** Everything about one runtime. */
export type ParityRun = {
  /** The command that was looked at, as it is typed. */
  did: string;
  /** True where the command ran. If not, `why` says why, and every row is unknown. */
  started: boolean;
  why?: string;
  /** The first line of what it says of its version, where it was asked. */
  version?: string;
  /** What it would not do when it was asked to, with its own words. */
  refused: { flags: string; why: string }[];
  rows: ParityRow[];
  durationMs: number;
};
