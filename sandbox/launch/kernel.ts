/** A kernel with an agent in it, however it was come by. */
import type { Readable, Writable } from 'node:stream';

/** How large a private kernel may get: guest memory, and what its disks may take of this machine's memory, in MiB. */
export type Size = { memory: number; disk: number };

/** A kernel that has been started. Frames go to `input` and come from `output`. */
export interface Kernel {
  readonly kind: 'uml' | 'here';
  /** Whether everything of it is in a pid namespace that ends with it. Without, it serves only one's own code. */
  readonly isolated: boolean;
  /** The process on this machine that stands for the kernel. */
  readonly pid: number;
  readonly input: Writable;
  readonly output: Readable;
  /** What the kernel says on its console, the agent's complaints among it. */
  readonly console: Readable;
  /** Resolves, never rejects, once nothing of it runs any more: with the last things it said and how it ended. */
  readonly ended: Promise<string>;
  /** Ends it now. Only says so; `ended` tells when. */
  kill(): void;
}

/** Keeps the last `limit` characters that a stream said. */
export function lastWords(stream: Readable, limit = 4000): () => string {
  let said = '';
  stream.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-limit);
  });
  return () => said;
}
