/** In the guest: starts the same command with each runtime, in turn, and prints the milliseconds of every run as JSON. */
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { config } from '../../sandbox/foreign/oci-config.ts';
import { parse } from '../../sandbox/foreign/words.ts';

const runs = Number(process.argv[2]);
const [base, bundle] = ['/tmp/base', '/run/bundle'];

for (const name of ['bin', 'dev', 'proc', 'sys']) fs.mkdirSync(`${base}/${name}`, { recursive: true });
fs.copyFileSync('/bin/busybox', `${base}/bin/busybox`);
execFileSync(`${base}/bin/busybox`, ['--install', `${base}/bin`]);
fs.mkdirSync(bundle);
const asked = parse(['run', '--rootfs', base, '--network', 'none', '--', '/bin/true']);
const { PATH = '' } = process.env;
fs.writeFileSync(`${bundle}/config.json`, JSON.stringify(config(asked, { id: 'bench', root: base }, { env: { PATH }, cwd: '/' })));

const commands: Record<string, string[]> = {
  box: ['node', '/work/box/box.ts', 'run', '--network', 'none', '--rootfs', base, '--', '/bin/true'],
  runc: ['runc', '--root', '/run/runc', 'run', '--bundle', bundle, 'bench'],
  crun: ['crun', '--root', '/run/crun', 'run', '--bundle', bundle, 'bench'],
  unshare: ['unshare', '--pid', '--fork', '--mount', '--uts', '--ipc', '--net', '--cgroup', '--root', base, '--', '/bin/true'],
  node: ['node', '-e', '0'],
};
const times: Record<string, number[]> = Object.fromEntries(Object.keys(commands).map((name) => [name, []]));
// The first turn is not counted: it fills the caches.
for (let run = -1; run < runs; run++) {
  for (const [name, [program = '', ...args]] of Object.entries(commands)) {
    const began = performance.now();
    const { status, stderr, error } = spawnSync(program, args, { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' });
    const took = performance.now() - began;
    if (status !== 0) throw new Error(`${name} ended with ${status}: ${error?.message ?? stderr}`);
    if (run >= 0) times[name]?.push(took);
  }
}
console.log(JSON.stringify(times));
