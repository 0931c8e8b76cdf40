/** The shared kernel, for real: a private kernel with a small agent in place of the judge's. */
import { randomBytes } from 'node:crypto';
import { expect, test, vi } from 'vitest';
import { RequestError, type KernelState } from '../../sandbox/launch/client.ts';
import type { Event, Request } from '../../sandbox/wire/messages.ts';
import { Corner, KEEPER, KERNEL, until } from './kit.ts';

vi.setConfig({ testTimeout: 120_000 }); // A kernel boots in a second or two; on a busy machine in ten.

const run = (...argv: string[]): Extract<Request, { op: 'run' }> => ({ op: 'run', wall: 'fresh', argv });

test('nothing is started before something is asked for', async () => {
  await using corner = new Corner();
  const client = corner.client();
  expect(client.state).toEqual({ at: 'idle' });
  expect(corner.processes()).toEqual([]);
  await client.close();
});

test('a kernel boots, answers, and carries bytes both ways unchanged', async () => {
  await using corner = new Corner();
  const client = corner.client();
  const states: KernelState[] = [];
  client.onState((state) => states.push(state));
  await client.start();
  expect(states.map(({ at }) => at)).toContain('booting');
  expect(client.state).toMatchObject({ at: 'ready', isolated: true, kernel: { kind: 'uml', image: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) } });

  const bytes = randomBytes(500_000).toString('base64');
  const events: Event[] = [];
  await client.request(run('echo', bytes), { onEvent: (event) => events.push(event) });
  expect(events).toHaveLength(1);
  expect(events[0]).toMatchObject({ event: 'output', base64: bytes });

  // A line that had to wait for its reader still listens afterwards.
  expect(await census(client)).toEqual([]);
});

test('two clients that start at once share one kernel, and their answers are not mixed up', async () => {
  await using corner = new Corner();
  const clients = [corner.client(), corner.client(), corner.client()];
  const heard = await Promise.all(clients.map(async (client, index) => {
    const texts: string[] = [];
    const each = Array.from({ length: 20 }, (_, n) => Buffer.from(`${index}.${n}`).toString('base64'));
    await Promise.all(each.map((text) => client.request(run('echo', text), {
      onEvent: (event) => event.event === 'output' && texts.push(Buffer.from(event.base64, 'base64').toString()),
    })));
    return texts;
  }));
  for (const [index, texts] of heard.entries()) expect(texts).toEqual(Array.from({ length: 20 }, (_, n) => `${index}.${n}`));
  expect(corner.processes().filter(({ command }) => KEEPER.test(command))).toHaveLength(1);
  expect(corner.processes().filter(({ command, parent }) => KERNEL.test(command) && !KERNEL.test(commandOf(corner, parent)))).toHaveLength(1);
});

test.each([[1, 'is started once more'], [2, 'is given up']])('a keeper that is killed %i times before it listens %s', async (times) => {
  await using corner = new Corner();
  const starting = corner.client().start();
  starting.catch(() => {});
  const dead = new Set<number>();
  await until('its ends', () => {
    for (const { pid, command } of corner.processes()) {
      if (dead.size === times || dead.has(pid) || !KEEPER.test(command)) continue;
      dead.add(pid);
      process.kill(pid, 'SIGKILL');
    }
    return dead.size === times;
  });
  if (times === 1) await starting;
  else await expect(starting).rejects.toThrow('the kernel\'s keeper could not be started (ended with SIGKILL)');
});

test('an aborted request is cancelled in the kernel; one that still waits for the boot is never sent', async () => {
  await using corner = new Corner();
  const client = corner.client();
  const early = new AbortController();
  const waiting = client.request(run('sleep', '60000'), { signal: early.signal });
  await until('a kernel that boots', () => client.state.at === 'booting');
  early.abort();
  await expect(waiting).rejects.toMatchObject({ reason: 'cancelled', message: 'cancelled before the kernel was ready' });

  await client.start();
  const late = new AbortController();
  const sleeping = client.request(run('sleep', '60000'), { signal: late.signal });
  await until('the request to run', async () => (await census(client)).length === 1);
  late.abort();
  await expect(sleeping).rejects.toMatchObject({ reason: 'cancelled', message: 'cancelled' });
  expect(await census(client)).toEqual([]);
});

test('what a client had asked for is cancelled when it is gone; the others are not troubled', async () => {
  await using corner = new Corner();
  const stays = corner.client();
  const goes = corner.client();
  await stays.start();
  const sleeping = goes.request(run('sleep', '60000')).catch((error: RequestError) => error.reason);
  await until('the request to run', async () => (await census(stays)).length === 1);
  await goes.close();
  expect(await sleeping).toBe('cancelled');
  expect(await census(stays)).toEqual([]);
});

test.each([
  ['the agent exits', run('exit', '3'), /the agent ended with 3/],
  ['the kernel panics', run('panic'), /panic|SIGKILL|ended with/],
])('when %s, what is open fails, one line says so, and the next request has a new kernel', async (_, trouble, why) => {
  await using corner = new Corner();
  const client = corner.client();
  const news: string[] = [];
  client.onState((_state, text) => text !== undefined && news.push(text));
  await client.start();
  const other = client.request(run('sleep', '60000')).catch((error: RequestError) => error);
  const failed = await client.request(trouble).catch((error: RequestError) => error);
  expect(failed).toMatchObject({ reason: 'kernel', message: expect.stringMatching(why) });
  expect(await other).toMatchObject({ reason: 'kernel' });
  expect(client.state.at).toBe('lost');
  expect(await census(client)).toEqual([]);
  expect(news).toEqual(['The kernel was lost; a new one is starting.']);
});

test('a kernel that hangs is given up and replaced', async () => {
  await using corner = new Corner({ DRYDOCK_HANG_S: '3' });
  const client = corner.client();
  await client.start();
  const failed = await client.request(run('hang')).catch((error: RequestError) => error);
  expect(failed).toMatchObject({ reason: 'kernel', message: 'the kernel was lost: it did not answer for 3 s' });
  expect(await census(client)).toEqual([]);
});

test('an idle kernel ends, and the keeper with the last client; work is not idle', async () => {
  await using corner = new Corner({ DRYDOCK_IDLE_MS: '700' });
  const client = corner.client();
  await client.start();
  await client.request(run('sleep', '1500'));
  expect(client.state.at).toBe('ready');
  await until('the kernel to end', () => client.state.at === 'idle');
  expect(corner.processes().map(({ command }) => command)).toEqual([expect.stringMatching(KEEPER)]);
  expect(await census(client)).toEqual([]); // It boots again when it is needed,
  await client.close(); // stays when a client leaves in order,
  expect(corner.processes().some(({ command }) => KERNEL.test(command))).toBe(true);
  await until('everything to end', () => corner.processes().length === 0); // and goes when nobody comes.
});

test('stop ends the kernel for everybody, and starts none where there is none', async () => {
  await using corner = new Corner();
  await corner.client().stop();
  expect(corner.processes()).toEqual([]);
  const client = corner.client();
  await client.start();
  const open = client.request(run('sleep', '60000')).catch((error: RequestError) => error.reason);
  await corner.client().stop();
  expect(await open).toBe('kernel');
  await until('everything to end', () => corner.processes().length === 0);
});

async function census(client: { request(message: { op: 'census' }): Promise<unknown> }): Promise<string[]> {
  return ((await client.request({ op: 'census' })) as { processes: string[] }).processes;
}

function commandOf(corner: Corner, pid: number): string {
  return corner.processes().find((process) => process.pid === pid)?.command ?? '';
}
