/**
 * The serial line of a private kernel, opened when the guest says that it is.
 *
 * A terminal begins cooked: it echoes, edits and answers to control characters, and a frame that arrived before the
 * guest's init had made it raw would be garbled now and then. So init writes one byte when it has (see image/init); until
 * then what is to be sent waits here. That byte is taken away.
 */
import { PassThrough, Transform, type Readable, type Writable } from 'node:stream';

/** The two halves as frames go through them. */
export function openSerial(toGuest: Writable, fromGuest: Readable): { input: Writable; output: Readable } {
  const input = new PassThrough();
  let open = false;
  const output = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      if (open) return done(null, chunk);
      open = true;
      input.pipe(toGuest);
      done(null, chunk.subarray(1));
    },
  });
  toGuest.on('error', () => input.destroy()); // A kernel that is gone breaks the pipe; its `ended` tells.
  input.on('error', () => {});
  fromGuest.on('error', () => {});
  fromGuest.pipe(output);
  return { input, output };
}
