/**
 * A room without a network, for real: a bundle is made; a checkout beside it sets itself up and judges; and the machine's
 * provisioning makes a fresh Debian the workbook's own, from the bundle alone, in a private kernel, which has no network at all.
 */
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { architecture, release } from '../../sandbox/image/machine.ts';
import { makeBundle } from '../../sandbox/image/bundle.ts';
import { cacheDir } from '../../sandbox/image/places.ts';
import { silent } from '../../sandbox/image/progress.ts';
import { ensureKernel, findKernel } from '../../sandbox/image/setup.ts';
import { FreshMachine } from './fresh.ts';

vi.setConfig({ testTimeout: 900_000, hookTimeout: 600_000 });

const root = path.resolve(import.meta.dirname, '../..');
const own = release().key;
let dir = '';
let bundle = '';

beforeAll(async () => {
  // In the cache: that disk has room, and what root starts as nobody may go there.
  const guest = await ensureKernel(silent);
  dir = fs.mkdtempSync(path.join(cacheDir(), 'test offline-'));
  fs.chmodSync(dir, 0o755);
  bundle = path.join(dir, 'bundle.tar');
  await makeBundle({ out: bundle, cache: cacheDir(), machine: architecture(), guest, releases: [own], env: process.env }, silent);
});
afterAll(() => fs.rmSync(dir, { recursive: true, force: true }));

type Ran = { code: number; stdout: string; stderr: string };

/** A checkout with nothing installed, where npm and apt reach nobody. `bundled`: the file that it takes for its bundle. */
function checkout(name: string, bundled: string): { at: string; run: (...args: string[]) => Promise<Ran> } {
  const at = path.join(dir, name);
  fs.mkdirSync(at);
  for (const entry of ['bin', 'src', 'sandbox', 'lessons', 'package.json', 'package-lock.json']) fs.cpSync(path.join(root, entry), path.join(at, entry), { recursive: true });
  const env = {
    PATH: (process.env['PATH'] ?? '').split(':').filter((folder) => !folder.startsWith(root)).join(':'), HOME: at, DRYDOCK_CACHE: path.join(at, 'cache'), DRYDOCK_BUNDLE: bundled, DRYDOCK_IDLE_MS: '2000',
    npm_config_registry: 'http://127.0.0.1:9/', npm_config_cache: path.join(at, 'npm'), npm_config_fetch_retries: '0', DRYDOCK_MIRROR: 'http://127.0.0.1:9/debian', http_proxy: 'http://127.0.0.1:9',
  };
  const run = (...args: string[]) => new Promise<Ran>((resolve) => {
    execFile(process.execPath, [path.join(at, 'bin/drydock.mjs'), ...args], { env, cwd: at, maxBuffer: 1e8 }, (error, stdout, stderr) => resolve({ code: error ? Number(error.code) : 0, stdout, stderr }));
  });
  return { at, run };
}

test('with a bundle, a checkout sets itself up without a network, and judges: the same guest, by its hash', async () => {
  const { at, run } = checkout('with', bundle);
  const made = await run('setup');
  expect(made).toMatchObject({ code: 0 });
  expect(made.stderr).toMatch(/npm packages: \d+ taken from the bundle\n/);
  expect(made.stderr).toContain(`The private kernel is ready, taken from ${bundle}.`);
  expect(findKernel({ DRYDOCK_CACHE: path.join(at, 'cache'), DRYDOCK_ROOT: at })?.id).toBe(findKernel()?.id);
  expect(fs.readdirSync(path.join(at, 'cache')).filter((name) => !/^(setup\.lock|image-\w+\.ext4|tools-\w+|ready-\w+\.json|warm-\w+)$/.test(name))).toEqual([]);
  expect(await run('setup')).toMatchObject({ code: 0, stderr: '' });

  expect(await run('course', 'lay', '01', path.join(at, 'ws'))).toMatchObject({ code: 0 });
  const judged = await run('check', '01', '--workspace', path.join(at, 'ws'), '--json');
  expect(judged, judged.stdout).toMatchObject({ code: 0 });
  expect(JSON.parse(judged.stdout)).toMatchObject({ passed: true, kernel: { kind: 'uml', image: findKernel()?.id } });
});

test('a bundle that was damaged on its way is said, exit 3, and leaves nothing; one of another version is left alone', async () => {
  const broken = path.join(dir, 'broken.tar');
  fs.copyFileSync(bundle, broken);
  const file = fs.openSync(broken, 'r+');
  fs.writeSync(file, Buffer.alloc(4096, 7), 0, 4096, 20_000_000); // somewhere in the npm packages
  fs.closeSync(file);
  const bad = checkout('damaged', broken);
  expect(await bad.run('setup')).toMatchObject({ code: 3, stderr: expect.stringContaining(`drydock: The bundle ${broken} is damaged.\n  → copy it once more`) as string });
  expect(fs.readdirSync(bad.at).sort()).toEqual(['bin', 'lessons', 'package-lock.json', 'package.json', 'sandbox', 'src']);
  fs.rmSync(broken);

  const other = checkout('other', bundle);
  fs.appendFileSync(path.join(other.at, 'package-lock.json'), '\n');
  const { code, stderr } = await other.run('setup');
  expect(code).toBe(3);
  expect(stderr).toContain(`${bundle} is of another version of Drydock, or for another processor: it is not used.`);
  expect(stderr).toContain('there is no network');
});

/** What provisioning is allowed to say where there is nothing to do. */
const nothingToDo = ['drydock: preparing the kernel', 'drydock: bringing the workbook to /opt/drydock', 'drydock: ready'];

test('provisioning makes a fresh machine the workbook’s own, and changes nothing the second time', async () => {
  await using machine = await FreshMachine.make(bundle, own);
  const first = await machine.provision();
  expect(first, first.output).toMatchObject({ code: 0 });
  expect(first.output).toMatch(/drydock: installing .*iptables.*sudo/);
  expect(first.output).toContain('drydock: taking the npm packages from the bundle');
  expect(first.output).not.toMatch(/not there|cannot swap|asking this machine|Failed|Unable/);

  const state = 'cd / && find etc usr/local opt workspace var/cache/drydock var/lib/dpkg/status -printf "%p %y %u %m %s %l\\n" | sort | sha256sum; cat $(find /etc /usr/local -type f | sort) | sha256sum; cat /proc/swaps';
  const before = await machine.root(state);
  const second = await machine.provision();
  expect(second.code).toBe(0);
  expect(second.output.trim().split('\n')).toEqual(nothingToDo);
  expect(await machine.root(state)).toEqual(before);

  const doctor = await machine.vagrant('drydock doctor --workspace /tmp/ws');
  expect(doctor, doctor.output).toMatchObject({ code: 0 });
  expect(doctor.output).toContain('ok       Root rights       to be had');
  expect(doctor.output).toMatch(/ok {7}It answers {8}Linux \S+ \(here\)/);
  const judged = await machine.vagrant('drydock course lay 01 /tmp/ws >/dev/null && drydock check 01 --json --workspace /tmp/ws 2>/dev/null');
  expect(judged, judged.output).toMatchObject({ code: 0 });
  expect(JSON.parse(judged.output)).toMatchObject({ lesson: '01-processes', passed: true, kernel: { kind: 'here', image: findKernel()?.id } });

  // The editor on the host finds the types beside the learner's files, and the tutor opens for people only.
  expect((await machine.vagrant('cd /workspace/node_modules && ls ffi-rs/*.d.ts @types/node/package.json undici-types/package.json')).code).toBe(0);
  expect((await machine.vagrant('bash --login -c "echo plain"')).output).toBe('plain\n');

  // A share that shows an owner whom this machine does not know: what the tutor writes is that owner's on the host, too.
  await machine.root('chown -R 4321:4321 /workspace && chmod 755 /workspace');
  const third = await machine.provision();
  expect(third.output).toContain('drydock: making an account for the owner of /workspace, user 4321 of the host');
  const started = await machine.vagrant('drydock start 1 && stat -c %u /workspace /workspace/box /workspace/box/box.ts');
  expect(started, started.output).toMatchObject({ code: 0, output: expect.stringMatching(/4321\n4321\n4321\n$/) as string });
});
