/** What the X-ray has seen of one container so far: figures over time, for plots and rates. A pure reducer. */
import type { Xray } from '../../check/wire.ts';

/** The figures of one moment. Null where they are not known (yet). */
export type Sample = {
  /** Milliseconds, on the kernel's side. */
  at: number;
  /** Bytes. */
  memory: number | null;
  /** Processors used since the sample before: 0.5 is half of one. */
  cpu: number | null;
  /** Processes and threads. */
  pids: number | null;
  /** Bytes a second since the sample before, over all interfaces but loopback. */
  received: number | null;
  sent: number | null;
};

export type History = {
  /** The container that it is about. */
  of: string | undefined;
  samples: readonly Sample[];
  /** Counters of the last sample: the next one's rates count from here. */
  last: Counters | undefined;
};

type Counters = { at: number; memorySource: string; cpu: number | null; cpuSource: string; received: number | null; sent: number | null };

/** Samples that are kept: at one a second, more than any terminal is wide. */
export const MOST_SAMPLES = 400;

export const noHistory: History = { of: undefined, samples: [], last: undefined };

/**
 * With one more sample. Another container begins a new history, and so do figures from another file: once a process has joined its
 * own cgroup, what was counted before is not comparable. A moment that is not later is not counted.
 */
export function remember(history: History, xray: Xray): History {
  const { container } = xray;
  if (!container) return history;
  const from = container.gauges.memory.source;
  const same = history.of === container.id && (history.last?.memorySource ?? from) === from;
  const before = same ? history : { ...noHistory, of: container.id };
  if (before.last && xray.at <= before.last.at) return before;
  const counters = countersOf(xray.at, container);
  const sample: Sample = {
    at: xray.at,
    memory: container.gauges.memory.value,
    // Microseconds in milliseconds.
    cpu: before.last?.cpuSource === counters.cpuSource ? rate(before.last, counters, 'cpu', 1000) : null,
    pids: container.gauges.pids.value,
    received: rate(before.last, counters, 'received', 1 / 1000),
    sent: rate(before.last, counters, 'sent', 1 / 1000),
  };
  return { of: before.of, samples: [...before.samples, sample].slice(-MOST_SAMPLES), last: counters };
}

function countersOf(at: number, container: NonNullable<Xray['container']>): Counters {
  const { gauges, network } = container;
  const wires = network?.own ? network.container.interfaces.filter(({ name }) => name !== 'lo') : undefined;
  const sum = (pick: 'received' | 'sent'): number | null => wires?.reduce((total, wire) => total + wire[pick].bytes, 0) ?? null;
  return { at, memorySource: gauges.memory.source, cpu: gauges.cpu.value, cpuSource: gauges.cpu.source, received: sum('received'), sent: sum('sent') };
}

/** How much it grew in so many milliseconds, in `per` of them; a counter that fell (a process ended) grew by nothing. */
function rate(before: Counters | undefined, now: Counters, what: 'cpu' | 'received' | 'sent', per: number): number | null {
  const [from, to] = [before?.[what] ?? null, now[what]];
  if (!before || from === null || to === null) return null;
  return Math.max(0, to - from) / ((now.at - before.at) * per);
}
