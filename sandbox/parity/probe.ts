/**
 * What a probe is: one question about a running container, answered by facts that are read from outside.
 *
 * Every probe is asked in the same way of every runtime. What cannot be read is `unknown`, whatever the reason: to have seen
 * nothing is not to have seen that all is well.
 */
import type { CgroupView } from '../observe/cgroup.ts';
import { GoneError, ParseError, SystemCallError } from '../observe/errors.ts';
import type { Fact } from '../observe/fact.ts';
import type { ProcessView } from '../observe/process.ts';
import type { ParityRow, Standing } from '../wire/parity.ts';
import type { Evidence } from '../wire/verdict.ts';

/** What a container was asked for. `memory` in bytes, `cpus` in processors. */
export type Wanted = { hostname: string; memory: number; cpus: number; pids: number };

/** A container, and the machine around it. */
export type Scene = {
  /** The wall's first process: "the host". */
  readonly host: ProcessView;
  /** The process that runs the command. */
  readonly command: ProcessView;
  readonly wanted: Wanted;
  /** The command's cgroup and those above it, innermost first, without the delegated one. */
  readonly cgroups: readonly CgroupView[];
  /** The cgroup in which the runtime was started, in the form of `command.cgroup()`. */
  readonly began: string;
  /** Every process in the wall. */
  readonly everybody: () => ProcessView[];
};

/** An answer, and the facts that it follows from. */
export type Answer = { standing: Standing; value: string; from: readonly Fact<unknown>[] };

export type Probe = { readonly id: string; readonly ask: (scene: Scene) => Answer | Promise<Answer> };

export const good = (value: string, ...from: readonly Fact<unknown>[]): Answer => ({ standing: 'good', value, from });
export const bad = (value: string, ...from: readonly Fact<unknown>[]): Answer => ({ standing: 'bad', value, from });
export const neutral = (value: string, ...from: readonly Fact<unknown>[]): Answer => ({ standing: 'neutral', value, from });
export const unknown = (value: string, ...from: readonly Fact<unknown>[]): Answer => ({ standing: 'unknown', value, from });

/** How the host's own is called wherever it is found in a container. */
export const HOSTS = 'host’s';

/** Lines of one source, and characters of one line, that an answer carries: whoever made them may not be trusted. */
const MOST_LINES = 8;
const LONGEST = 240;

/** Asks one question. Never throws for what the kernel would not show. */
export async function ask(probe: Probe, scene: Scene): Promise<ParityRow> {
  try {
    return row(probe.id, await probe.ask(scene));
  } catch (error) {
    if (error instanceof GoneError || error instanceof SystemCallError || error instanceof ParseError) return unread(probe.id, error.message);
    throw error;
  }
}

/** An answer as it is sent. */
export function row(id: string, { standing, value, from }: Answer): ParityRow {
  return { id, standing, value, evidence: from.flatMap(({ evidence }) => evidence.map(shortened)) };
}

/** The answer that there is none. */
export function unread(id: string, why: string): ParityRow {
  return { id, standing: 'unknown', value: '', evidence: [{ source: 'not read', lines: [cut(why)] }] };
}

function shortened({ source, lines }: Evidence): Evidence {
  const shown = lines.slice(0, MOST_LINES).map(cut);
  return { source: cut(source), lines: lines.length > MOST_LINES ? [...shown, `… ${lines.length - MOST_LINES} more`] : shown };
}

function cut(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
