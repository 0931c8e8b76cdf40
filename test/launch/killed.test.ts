/** kill -9 on each process of ours: nothing may go on running, and who is left must be told. */
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { expect, test, vi } from 'vitest';
import type { Request } from '../../sandbox/wire/messages.ts';
import { Corner, BWRAP, echoAgent, KEEPER, KERNEL, until } from './kit.ts';

vi.setConfig({ testTimeout: 120_000 }); // A kernel boots in a second or two; on a busy machine in ten.

const sleep: Extract<Request, { op: 'run' }> = { op: 'run', wall: 'fresh', argv: ['sleep', '60000'] };

test.each([
  ['the keeper', KEEPER],
  ['bubblewrap, outside its namespaces', BWRAP],
  ["the kernel's main process", KERNEL],
])('%s', async (_, pattern) => {
  await using corner = new Corner();
  const client = corner.client();
  await client.start();
  const before = corner.processes().filter(({ command }) => !KEEPER.test(command)).map(({ pid }) => pid);
  const open = client.request(sleep).catch((error: { reason: string }) => error.reason);
  process.kill(corner.find(pattern).pid, 'SIGKILL');
  expect(await open).toBe('kernel');
  await until('every process of that kernel to be gone', () => corner.processes().every(({ pid }) => !before.includes(pid)));

  // Whoever is left goes on with a new kernel.
  expect(await client.request({ op: 'census' })).toMatchObject({ processes: [] });
  await client.close();
});

test('a guest process does not outlive the kernel, even while it is computing', async () => {
  await using corner = new Corner();
  const client = corner.client();
  await client.start();
  const open = client.request({ op: 'run', wall: 'fresh', argv: ['hang'] }).catch((error: { reason: string }) => error.reason);
  const kernel = corner.find(KERNEL);
  const guests = await until('guest processes', () => {
    const found = corner.processes().filter(({ parent }) => parent === kernel.pid);
    return found.length > 2 ? found : undefined;
  });
  process.kill(kernel.pid, 'SIGKILL');
  expect(await open).toBe('kernel');
  await until('the guest processes to be gone', () => guests.every(({ pid }) => !corner.processes().some((seen) => seen.pid === pid)));
});

test('the last client: keeper and kernel end at once', async () => {
  await using corner = new Corner();
  const child = clientProcess(corner);
  await until('its request to run', () => fs.existsSync(path.join(corner.dir, 'ready')), 30_000);
  expect(corner.processes().some(({ command }) => KERNEL.test(command))).toBe(true);
  child.kill('SIGKILL');
  await until('everything to end', () => corner.processes().length === 0);
});

test('one of two clients: the other does not notice, its request goes on', async () => {
  await using corner = new Corner();
  const client = corner.client();
  await client.start();
  const child = clientProcess(corner);
  await until('its request to run', () => fs.existsSync(path.join(corner.dir, 'ready')), 30_000);
  const open = client.request({ op: 'run', wall: 'fresh', argv: ['sleep', '500'] });
  child.kill('SIGKILL');
  await open;
  await until('the dead one to be forgotten', async () => ((await client.request({ op: 'census' })) as { processes: string[] }).processes.length === 0);
  expect(client.state.at).toBe('ready');
});

/** A client in a process of its own, which asks for something that takes long and writes `ready` when it runs. */
function clientProcess(corner: Corner) {
  const script = `
    import fs from 'node:fs';
    const { Client } = await import(process.env.CLIENT);
    const client = new Client({ workspace: process.env.WORKSPACE, kernel: 'uml', agent: process.env.AGENT });
    await client.start();
    client.request({ op: 'run', wall: 'fresh', argv: ['sleep', '60000'] }).catch(() => {});
    await client.request({ op: 'census' });
    fs.writeFileSync(process.env.READY, '');
  `;
  return spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: 'inherit',
    env: {
      ...corner.env, CLIENT: path.resolve(import.meta.dirname, '../../sandbox/launch/client.ts'), WORKSPACE: corner.workspace, AGENT: echoAgent,
      READY: path.join(corner.dir, 'ready'),
    },
  });
}
