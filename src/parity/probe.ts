/** Probes one runtime after the other and puts the scorecard together. */
import { SandboxError } from '../check/sandbox.ts';
import type { Sandbox, SandboxImage } from '../check/types.ts';
import type { KernelInfo, ParityRun } from '../check/wire.ts';
import { rivalsIn } from './contenders.ts';
import { type Contender, rivalIds, type Scorecard, type Scored } from './types.ts';

export type ProbeOptions = {
  sandbox: Sandbox;
  image: SandboxImage;
  contenders: readonly Contender[];
  seed: string;
  signal: AbortSignal;
  /** Called before each. */
  onProbe?: (name: string, number: number, all: number) => void;
};

/**
 * The scorecard. A runtime that took the kernel down with it is one of which nothing is known; the others go on in a new one.
 *
 * Rejects when it is aborted, and where there is no kernel to be had at all.
 */
export async function probeAll({ sandbox, image, contenders, seed, signal, onProbe }: ProbeOptions): Promise<Scorecard> {
  const runtimes: Scored[] = [];
  let kernel: KernelInfo | undefined;
  let trouble: unknown;
  for (const [index, contender] of contenders.entries()) {
    const { id, name, box, command, version } = contender;
    onProbe?.(name, index + 1, contenders.length);
    try {
      const answer = await sandbox.parity({ box, seed, ...(command === undefined ? {} : { command }), ...(version === undefined ? {} : { version }) }, { signal });
      kernel ??= answer.kernel;
      runtimes.push({ id, name, ...answer.run });
    } catch (error) {
      if (signal.aborted || !(error instanceof SandboxError) || error.reason === 'usage') throw error;
      trouble ??= error;
      runtimes.push({ id, name, ...nothingKnown(error.message) });
    }
  }
  if (kernel === undefined) throw trouble;
  const present = rivalsIn(image);
  return { seed, kernel, image, runtimes, absent: rivalIds.filter((id) => !present.includes(id)) };
}

function nothingKnown(why: string): ParityRun {
  return { did: '', started: false, why, refused: [], rows: [], durationMs: 0 };
}
