/** Keeps what others write to standard error (warnings of Node, of a library) off the screen until it is down again. */

const MOST = 64 * 1024;

/** Holds writes to `stream` back; disposing writes them out in order. */
export function holdBack(stream: NodeJS.WritableStream): Disposable {
  const { write } = stream;
  let held = '';
  stream.write = ((chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
    if (held.length < MOST) held += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8');
    const done = rest.findLast((one) => typeof one === 'function');
    if (done) queueMicrotask(done as () => void);
    return true;
  }) as typeof write;
  return {
    [Symbol.dispose]() {
      stream.write = write;
      if (held !== '') stream.write(held);
    },
  };
}
