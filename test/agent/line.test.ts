import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { Line, readMessages } from '../../sandbox/agent/line.ts';
import type { Garbage } from '../../sandbox/agent/line.ts';
import { openPipe } from '../../sandbox/wall/wall.ts';
import { encodeFrame, FrameReader, MAX_FRAME } from '../../sandbox/wire/frames.ts';

function frame(body: string): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt32BE(Buffer.byteLength(body));
  return Buffer.concat([head, Buffer.from(body)]);
}

async function read(...chunks: Buffer[]): Promise<{ messages: unknown[]; garbage: Garbage[] }> {
  const messages: unknown[] = [];
  const garbage: Garbage[] = [];
  await readMessages(Readable.from(chunks), { take: (message) => messages.push(message), complain: (complaint) => garbage.push(complaint) });
  return { messages, garbage };
}

test('frames are read however they are cut', async () => {
  const bytes = Buffer.concat([encodeFrame({ id: '1' }), encodeFrame({ id: '2' })]);
  expect((await read(...Array.from(bytes, (byte) => Buffer.of(byte)))).messages).toEqual([{ id: '1' }, { id: '2' }]);
});

test('how much has been read is told in time, and at once', async () => {
  const told: number[] = [];
  const chunks = Array.from({ length: 50 }, () => frame(`"${'x'.repeat(295)}"`));
  await readMessages(Readable.from(chunks), { take: () => {}, complain: () => {}, progress: (bytes) => told.push(bytes) });
  expect(told[0]).toBe(301);
  expect(told.every((bytes, index) => index === 0 || bytes - (told[index - 1] as number) < 1024 + 301)).toBe(true);
  expect(told.at(-1)).toBeGreaterThan(50 * 301 - 1024 - 301);
});

test('what is not JSON is complained of, and what follows it is read', async () => {
  const { messages, garbage } = await read(Buffer.concat([frame('{"id":"1"}'), frame('{nonsense'), frame(''), frame('{"id":"2"}')]), frame('{"id":"3"}'));
  expect(messages).toEqual([{ id: '1' }, { id: '2' }, { id: '3' }]);
  expect(garbage.map(({ fatal }) => fatal)).toEqual([false, false]);
});

test('a length that is too long ends the reading', async () => {
  const head = Buffer.alloc(4);
  head.writeUInt32BE(MAX_FRAME + 1);
  const { messages, garbage } = await read(frame('{"id":"1"}'), head, frame('{"id":"2"}'));
  expect(messages).toEqual([{ id: '1' }]);
  expect(garbage).toEqual([{ message: expect.stringContaining('claims'), fatal: true }]);
});

test('a sender waits while nobody reads, everything arrives in order, and the event loop goes on', async () => {
  // A reader that takes its time, behind a pipe of the usual 64 KiB.
  const [theirs, ours] = openPipe();
  const reader = spawn('sh', ['-c', 'sleep 1; exec cat'], { stdio: [theirs, 'pipe', 'inherit'] });
  fs.closeSync(theirs);
  const line = new Line(ours);
  const received: unknown[] = [];
  const frames = new FrameReader();
  reader.stdout?.on('data', (chunk: Buffer) => received.push(...frames.push(chunk)));
  let ticks = 0;
  const clock = setInterval(() => (ticks += 1), 10);
  const started = performance.now();
  for (let number = 0; number < 40; number += 1) await line.send({ number, filler: 'x'.repeat(30_000) });
  expect(performance.now() - started).toBeGreaterThan(500);
  expect(ticks).toBeGreaterThan(20);
  await line.flushed();
  while (received.length < 40) await new Promise((resolve) => setTimeout(resolve, 10));
  clearInterval(clock);
  fs.closeSync(ours);
  expect(received).toEqual(Array.from({ length: 40 }, (_, number) => ({ number, filler: 'x'.repeat(30_000) })));
});

test('a line that nobody holds any more says so', async () => {
  const [theirs, ours] = openPipe();
  fs.closeSync(theirs);
  const line = new Line(ours);
  await line.send({ a: 1 });
  await line.broken;
  await line.flushed();
  fs.closeSync(ours);
});
