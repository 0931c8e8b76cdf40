import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { openSerial } from '../../sandbox/launch/serial.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('nothing is sent before the guest has said that its line is raw; its one byte is taken away', async () => {
  const toGuest = new PassThrough();
  const fromGuest = new PassThrough();
  const { input, output } = openSerial(toGuest, fromGuest);
  let sent = '';
  let received = '';
  toGuest.on('data', (chunk: Buffer) => (sent += chunk.toString()));
  output.on('data', (chunk: Buffer) => (received += chunk.toString()));
  input.write('first ');
  await turn();
  expect(sent).toBe('');
  fromGuest.write('\nanswer');
  await turn();
  input.write('second');
  fromGuest.write('\nmore');
  await turn();
  expect(sent).toBe('first second');
  expect(received).toBe('answer\nmore');
});
