/** Terminals in a wall, and what is sent to a command while it runs. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FollowUp } from '../../sandbox/launch/protocol.ts';
import { Guest } from './guest.ts';

let guest: Guest;
beforeAll(async () => {
  guest = await Guest.boot();
});
afterAll(async () => {
  await guest?.[Symbol.asyncDispose]();
});

const size = { columns: 77, rows: 22 };

type Started = ReturnType<Guest['start']>;

async function until(run: Started, pattern: RegExp): Promise<void> {
  for (const end = performance.now() + 10_000; !pattern.test(run.said());) {
    if (performance.now() > end) throw new Error(`${pattern} did not come: ${JSON.stringify(run.said())}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function type(run: Started, text: string): void {
  guest.client.send({ op: 'input', target: run.id, base64: Buffer.from(text).toString('base64') } satisfies FollowUp);
}

test('a terminal of the wall’s own, of the size that was asked for, that is the controlling one', async () => {
  const ran = await guest.run('tty; stty size; ls -l $(tty) | cut -d" " -f3,4; ps -o tty= -p $$; echo err >&2; : < /dev/tty && echo controls', { terminal: size });
  expect(ran.ending).toEqual({ code: 0, signal: null });
  expect(ran.stdout).toBe('/dev/pts/0\r\n22 77\r\nroot tty\r\npts/0\r\nerr\r\ncontrols\r\n');
  expect(ran.stderr).toBe('');
});

test('a shell with job control: typing, resizing, Ctrl-C, Ctrl-D', async () => {
  const shell = guest.start(['/bin/bash', '--norc', '-i'], { terminal: size, env: { PS1: '> ', TERM: 'dumb' } });
  await until(shell, /> $/);
  type(shell, 'echo $((6*7))\r');
  await until(shell, /\r\n42\r\n/);
  guest.client.send({ op: 'resize', target: shell.id, terminal: { columns: 120, rows: 40 } });
  type(shell, 'stty size\r');
  await until(shell, /40 120\r\n/);
  type(shell, 'sleep 1000; echo after\r');
  await until(shell, /after\r\n$/);
  await new Promise((resolve) => setTimeout(resolve, 300));
  type(shell, '\x03');
  await until(shell, /\^C\r\n/);
  type(shell, 'sleep 1000 & jobs; kill %1; wait; exit 5\r');
  await until(shell, /Running/);
  const { ending, leftovers } = await shell.ended;
  expect(ending).toEqual({ code: 5, signal: null });
  expect(leftovers).toEqual([]);
  expect(shell.said()).not.toMatch(/no job control|cannot set terminal/);

  const second = guest.start(['/bin/bash', '--norc', '-i'], { terminal: size, env: { PS1: '> ', TERM: 'dumb' } });
  await until(second, /> $/);
  type(second, '\x04');
  expect((await second.ended).ending).toEqual({ code: 0, signal: null });
});

test('a terminal that goes away with its command does not keep what is in the background', async () => {
  const ran = await guest.run(['/bin/bash', '-c', 'sleep 1000 & nohup sleep 1001 > /dev/null 2>&1 & sleep 0.2; echo bye'], { terminal: size });
  expect(ran.stdout).toContain('bye');
  expect(ran.leftovers.map(({ what }) => what)).toContain('sleep 1001');
});

test('what floods a terminal is all read, and a slow reader is waited for', async () => {
  const ran = await guest.run('seq 20000', { terminal: size });
  expect(ran.stdout).toBe(Array.from({ length: 20_000 }, (_, index) => `${index + 1}\r\n`).join(''));
});

test('standard input: bytes, in their order, then its end', async () => {
  const counter = guest.start('wc -c; md5sum < /dev/null | cut -c1-4');
  for (let count = 0; count < 50; count += 1) type(counter, 'x'.repeat(4000));
  guest.client.send({ op: 'inputEnd', target: counter.id });
  expect((await counter.ended).stdout).toBe('200000\nd41d\n');
});

test('signals come from outside', { timeout: 40_000 }, async () => {
  const waiting = guest.start(`trap 'echo got; exit 9' USR1; echo ready; while :; do sleep 0.05; done`);
  await until(waiting, /ready/);
  guest.client.send({ op: 'signal', target: waiting.id, signal: 'SIGUSR1' });
  const { ending, stdout } = await waiting.ended;
  expect(ending).toEqual({ code: 9, signal: null });
  expect(stdout).toBe('ready\ngot\n');
});

test('input for a command that does not read, or is gone, harms nobody', async () => {
  const deaf = guest.start('sleep 1');
  for (let count = 0; count < 40; count += 1) type(deaf, 'y'.repeat(8000));
  expect((await deaf.ended).ending.code).toBe(0);
  type(deaf, 'too late');
  expect((await guest.run('echo fine')).stdout).toBe('fine\n');
});
