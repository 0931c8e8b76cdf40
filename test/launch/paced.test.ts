import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Paced } from '../../sandbox/launch/paced.ts';

test('nothing is held back before the other side has said that it reads', () => {
  const output = new PassThrough({ highWaterMark: 1e6 });
  const paced = new Paced(output, () => {});
  expect(paced.write(Buffer.alloc(100_000))).toBe(true);
  expect(output.readableLength).toBe(100_000);
});

test('never more than 3 KiB is on the way, nothing is lost, and the order holds', () => {
  fc.assert(fc.property(fc.array(fc.nat(9000), { minLength: 1 }), fc.nat(3000), (sizes, step) => {
    const output = new PassThrough({ highWaterMark: 1e9 });
    let drained = 0;
    const paced = new Paced(output, () => (drained += 1));
    paced.read(0);
    let number = 0;
    const all = sizes.map((size) => Buffer.from(Array.from({ length: size }, () => number++ & 0xff)));
    const taken: Buffer[] = [];
    for (const bytes of all) paced.write(bytes);
    for (let read = 0; read < number;) {
      expect(output.readableLength).toBeLessThanOrEqual(3072);
      const part = output.read(Math.min(output.readableLength, step + 1)) as Buffer;
      read += part.length;
      taken.push(part);
      paced.read(read);
    }
    expect(Buffer.concat(taken).equals(Buffer.concat(all))).toBe(true);
    if (number > 3072) expect(drained).toBeGreaterThan(0);
    expect(paced.write(Buffer.from('x'))).toBe(true);
  }), { numRuns: 100 });
});
