/** The private kernel where no namespaces are to be had: a process group, and a watchdog that ends it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { expect, test, vi } from 'vitest';
import { Corner, echoAgent, until } from './kit.ts';

vi.setConfig({ testTimeout: 120_000 });

const root = path.resolve(import.meta.dirname, '../..');
const KERNEL = /^\/proc\/self\/fd\/\d+ mem=/;

/**
 * Runs a program that boots a kernel, as a user who may make no namespaces: in a user namespace of its own whose limit of
 * further ones is 0. It prints whether the kernel is isolated, and stays until its input ends.
 */
function bootWithoutNamespaces(corner: Corner) {
  const script = `
    const { ensureKernel } = await import(process.env.ROOT + '/sandbox/image/setup.ts');
    const { bootUml } = await import(process.env.ROOT + '/sandbox/launch/uml.ts');
    const { encodeFrame } = await import(process.env.ROOT + '/sandbox/wire/frames.ts');
    const kernel = bootUml(await ensureKernel({ step() {}, note() {} }), { agent: process.env.AGENT });
    kernel.output.once('data', () => console.log(JSON.stringify({ isolated: kernel.isolated, pid: kernel.pid })));
    kernel.input.write(encodeFrame({ id: '1', op: 'hello' }));
    kernel.ended.then((words) => console.log(JSON.stringify({ words })));
    process.stdin.on('end', () => kernel.kill()).resume();
  `;
  const shell = 'echo 0 > /proc/sys/user/max_user_namespaces; exec setpriv --ambient-caps=-all --inh-caps=-all "$@"';
  return spawn('unshare', ['--user', '--map-user=1000', '--map-group=1000', '--keep-caps', 'sh', '-c', shell, 'sh', process.execPath, '--input-type=module', '-e', script], {
    stdio: ['pipe', 'pipe', 'inherit'], env: { ...corner.env, ROOT: root, AGENT: echoAgent },
  });
}

test('it runs, says that it is not isolated, and leaves no folder behind', async () => {
  await using corner = new Corner();
  const before = folders();
  const child = bootWithoutNamespaces(corner);
  const [said] = (await once(child.stdout, 'data')) as [Buffer];
  expect(JSON.parse(String(said))).toMatchObject({ isolated: false });
  child.stdin.end();
  await until('everything to end', () => corner.processes().length === 0);
  expect(folders()).toEqual(before);
});

test('kill -9 on the process that started it, or on the kernel itself, ends its guest, too', async () => {
  await using corner = new Corner();
  const before = folders();
  for (const victim of ['starter', 'kernel'] as const) {
    const child = bootWithoutNamespaces(corner);
    const [said] = (await once(child.stdout, 'data')) as [Buffer];
    const { pid } = JSON.parse(String(said)) as { pid: number };
    expect(corner.processes().filter(({ command }) => KERNEL.test(command)).length).toBeGreaterThan(2);
    process.kill(victim === 'starter' ? child.pid ?? 0 : pid, 'SIGKILL');
    await until(`every process of the kernel to end (${victim})`, () => !corner.processes().some(({ command }) => KERNEL.test(command)));
    child.stdin.end();
    await until('everything to end', () => corner.processes().length === 0);
  }
  expect(folders()).toEqual(before);
});

function folders(): string[] {
  return ['/dev/shm', '/tmp'].flatMap((dir) => fs.readdirSync(dir).filter((name) => /^drydock-\w{6}$/.test(name)).map((name) => `${dir}/${name}`));
}
