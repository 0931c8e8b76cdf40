/** `here`, for real, with the judge's own agent: inside a private kernel, which is a machine of which root is to be had. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, test, vi } from 'vitest';
import { kindOf } from '../../sandbox/launch/choose.ts';
import { requireControllers } from '../../sandbox/launch/here.ts';
import type { Event, Request } from '../../sandbox/wire/messages.ts';
import { Corner } from './kit.ts';

vi.setConfig({ testTimeout: 180_000 });

const inside = 'test/launch/fixtures/here-inside.ts';
const run = (...argv: string[]): Extract<Request, { op: 'run' }> => ({ op: 'run', wall: 'fresh', argv });

test('the agent answers from its namespaces, and a wall shows the guest image as its root', async () => {
  await using corner = new Corner();
  const client = corner.client({ agent: inside });
  await client.start();
  expect(client.state).toMatchObject({ at: 'ready', kernel: { kind: 'here', image: expect.stringMatching(/^sha256:/) } });
  let output = '';
  const onEvent = (event: Event) => {
    if (event.event === 'output') output += Buffer.from(event.base64, 'base64').toString();
  };
  const value = await client.request(run('sh', '-c', 'id -u; node --version; stat -c %U:%t /; ls /work; hostname'), { onEvent });
  expect(value).toMatchObject({ op: 'run', ending: { code: 0, signal: null }, leftovers: [] });
  expect(output).toMatch(/^0\nv24\.\d+\.\d+\n/);
  expect(output).toContain('node_modules');
});

test.each(['the process that started it', 'its agent'])('kill -9 on %s leaves no process and no mount', async (victim) => {
  await using corner = new Corner();
  const client = corner.client();
  const script = `
    node /judge/test/launch/fixtures/here-victim.ts & starter=$!
    for i in $(seq 300); do [ -e /run/victim-ready ] && break; sleep 0.2; done
    here() { grep -lz ^DRYDOCK_KERNEL=here /proc/[0-9]*/environ 2>/dev/null | wc -l; }
    echo before $(here)
    if [ "${victim}" = "its agent" ]; then kill -9 $(pgrep -f '^/usr/local/bin/node .*/echo-agent.ts'); else kill -9 $starter; fi
    for i in $(seq 50); do [ $(here) = 0 ] && break; sleep 0.1; done
    echo after $(here) $(grep -c drydock-here /proc/mounts) $(ls /tmp/drydock-0 | grep -c leash) $(losetup -a | wc -l)
    kill -9 $starter 2>/dev/null
  `;
  let output = '';
  const onEvent = (event: Event) => {
    if (event.event === 'output') output += Buffer.from(event.base64, 'base64').toString();
  };
  await client.request(run('sh', script), { onEvent });
  expect(output).toMatch(/^before [1-9]/);
  expect(output).toMatch(/^after 0 0 0 0$/m);
});

test('a cgroup v2 tree without the controllers, or none at all, is refused in a sentence', () => {
  const tree = fs.mkdtempSync(path.join(os.tmpdir(), 'drydock-tree-'));
  try {
    expect(() => requireControllers(tree)).toThrow(`There is no cgroup v2 tree at ${tree}`);
    fs.writeFileSync(path.join(tree, 'cgroup.controllers'), 'cpuset io pids\n');
    expect(() => requireControllers(tree)).toThrow(`The cgroup v2 tree at ${tree} lacks cpu, memory, `);
    fs.writeFileSync(path.join(tree, 'cgroup.controllers'), 'cpuset cpu io memory hugetlb pids\n');
    requireControllers(tree);
  } finally {
    fs.rmSync(tree, { recursive: true });
  }
});

test('`auto` is `here` only where the machine was provisioned for it', () => {
  const marker = path.join(import.meta.dirname, 'kit.ts');
  expect(kindOf('auto', marker)).toBe('here');
  expect(kindOf('auto', `${marker}.not`)).toBe('uml');
  expect(kindOf('uml', marker)).toBe('uml');
  expect(kindOf('here', `${marker}.not`)).toBe('here');
  expect(fs.existsSync(marker)).toBe(true);
});
