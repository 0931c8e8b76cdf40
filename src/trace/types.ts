/** Two runs side by side: what drydock.trace/1 says, and what the screens show. Plain data. */
import type { KernelInfo, TraceRun } from '../check/wire.ts';

export const SCHEMA = 'drydock.trace/1';

/**
 * How a call of mine and one of the reference's go together.
 *
 * - `same`: the same call, as far as it matters
 * - `differs`: the same call in another way
 * - `fails`: refused here, and there not, or never made
 * - `missing`: only the reference makes it; `extra`: only I do
 * - `moved`: both make it, at another place (a line each)
 */
export type RowKind = 'same' | 'differs' | 'fails' | 'missing' | 'extra' | 'moved';

/** Places in the steps of the two runs, from 0; null where one has none. */
export type Row = { kind: RowKind; mine: number | null; reference: number | null };

/** The first difference that matters, explained. */
export type Difference = {
  /** Which row. */
  row: number;
  /** What is different, one sentence. */
  title: string;
  /** What the call is for, what it changed, why it failed: a paragraph each. */
  why: string[];
  /** Where to look next. */
  look: string;
};

export type Comparison = { rows: Row[]; difference: Difference | null };

/** `reference` and what follows from it are null where only my own run was asked for. */
export type TraceDocument = {
  schema: typeof SCHEMA;
  lesson: string;
  /** What was run: `box run --hostname hold -- true`. */
  command: string;
  kernel: KernelInfo | null;
  mine: TraceRun;
  reference: TraceRun | null;
  rows: Row[] | null;
  difference: Difference | null;
};
