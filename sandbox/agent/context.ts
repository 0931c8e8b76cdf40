/** What a request's handler works with: how to say something before the end, and how to learn that it was cancelled. */
import type { WallProcess } from '../wall/wall.ts';
import type { Event } from '../wire/messages.ts';
import type { World } from './world.ts';

export type Context = {
  world: World;
  signal: AbortSignal;
  /** Sends an event; resolves when the line has room for more. */
  emit: (event: Event) => Promise<void>;
  /** Names the command that input, resize and signal requests are for. */
  attach: (process: WallProcess) => void;
};

/** Sends output as it comes; what produces it waits while the line is full. */
export function emitOutput(context: Context, stream: 'stdout' | 'stderr', bytes: Buffer): Promise<void> {
  return context.emit({ event: 'output', stream, base64: bytes.toString('base64') });
}
