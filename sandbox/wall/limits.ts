/** What learner code may use up, per wall and per process. */

export type WallLimits = {
  /** memory.max of the wall, in bytes; swap is 0. */
  memory: number;
  /** pids.max of the wall: processes and threads. */
  pids: number;
  /** cpu.max of the wall: processors, 0.5 being half of one. */
  cpus: number;
  /** The size of the wall's own file system, in bytes. */
  disk: number;
  /** The size of each of its /tmp, /run and /dev/shm, in bytes. What is in them counts as memory, too. */
  scratch: number;
  /** Bytes of output of one process after which it is ended. */
  output: number;
  /** Milliseconds of wall clock after which one process is ended. */
  time: number;
};

const MiB = 1024 * 1024;

/** The limits of a wall that asks for no others: four node processes and what they start have room. */
export const defaultLimits: WallLimits = {
  memory: 128 * MiB,
  pids: 256,
  cpus: 1,
  disk: 64 * MiB,
  scratch: 32 * MiB,
  output: 8 * MiB,
  time: 60_000,
};

/** Bytes of each stream that a WallProcess keeps for its caller; the rest is only counted and handed on. */
export const KEPT_OUTPUT = 1 * MiB;

/** How long after a process's end its last output is waited for, in milliseconds. */
export const DRAIN_TIME = 1_000;
