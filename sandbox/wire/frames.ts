/**
 * Frames: how JSON messages travel between a client, the keeper and the agent.
 *
 * A frame is a four-byte big-endian length followed by that many bytes of UTF-8 JSON. It is the same on the unix
 * socket (client to keeper) and on the kernel's serial line or the agent's pipe (keeper to agent).
 */

/** The longest frame either side accepts, in bytes: enough for a learner's whole workspace, too little to hurt. */
export const MAX_FRAME = 16 * 1024 * 1024;

/** A peer sent something that is not a frame; the connection is of no further use. */
export class FrameError extends Error {
  override name = 'FrameError';
}

/** One message as bytes: length, then JSON. Throws FrameError where the message is longer than MAX_FRAME. */
export function encodeFrame(message: unknown): Buffer {
  const body = Buffer.from(JSON.stringify(message), 'utf8');
  if (body.length > MAX_FRAME) throw new FrameError(`a message of ${body.length} bytes is longer than a frame may be`);
  const frame = Buffer.allocUnsafe(4 + body.length);
  frame.writeUInt32BE(body.length, 0);
  body.copy(frame, 4);
  return frame;
}

/**
 * Cuts a byte stream into messages. Feed it chunks as they come; it yields every message that is complete.
 *
 * Throws FrameError on a length over MAX_FRAME or on a body that is not JSON: the stream has lost its step.
 */
export class FrameReader {
  #pending: Buffer[] = [];
  #bytes = 0;

  *push(chunk: Buffer): Generator<unknown> {
    this.#pending.push(chunk);
    this.#bytes += chunk.length;
    for (;;) {
      if (this.#bytes < 4) return;
      const head = this.#joinAtLeast(4);
      const length = head.readUInt32BE(0);
      if (length > MAX_FRAME) throw new FrameError(`a frame claims ${length} bytes`);
      if (this.#bytes < 4 + length) return;
      const whole = this.#joinAtLeast(4 + length);
      const body = whole.subarray(4, 4 + length);
      this.#pending = whole.length > 4 + length ? [whole.subarray(4 + length)] : [];
      this.#bytes -= 4 + length;
      yield parse(body);
    }
  }

  /** The first pending buffer, made at least `size` bytes long by joining only when it has to be. */
  #joinAtLeast(size: number): Buffer {
    const first = this.#pending[0];
    if (first && first.length >= size) return first;
    const joined = Buffer.concat(this.#pending);
    this.#pending = [joined];
    return joined;
  }
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (cause) {
    throw new FrameError('a frame is not JSON', { cause });
  }
}
