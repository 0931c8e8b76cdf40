/** A scorecard: the same isolation probes, asked of several runtimes in one kernel. */
import type { SandboxImage } from '../check/types.ts';
import type { KernelInfo, ParityRun, WireFile } from '../check/wire.ts';

export const rivalIds = ['unshare', 'bubblewrap', 'runc', 'crun'] as const;
export type RivalId = (typeof rivalIds)[number];
export type RuntimeId = 'box' | RivalId;

/** A runtime that is to be probed: its files, and how it is started as box. */
export type Contender = { id: RuntimeId; name: string; box: WireFile[]; command?: string; version?: string[] };

export type Scored = { id: RuntimeId; name: string } & ParityRun;

export type Scorecard = {
  /** The random names and numbers were made from this. */
  seed: string;
  kernel: KernelInfo;
  image: SandboxImage;
  runtimes: Scored[];
  /** Rivals that this image does not have. */
  absent: RivalId[];
};
