/**
 * `npm run test:vagrant`: a whole `vagrant up` of this checkout, for real, with libvirt and QEMU without KVM, from a box that is built on
 * the spot. The machine has nothing but Vagrant and the checkout, and an offline bundle; the learner's files stay on this side.
 *
 * Needs root and Debian's packages (it says which); takes 10 to 20 minutes on two processors. With --lessons every lesson's
 * solution is judged in there; with --bundle FILE no bundle is made. Everything that was said is in the
 * file given by --log (else test-vagrant.log).
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { findCommand } from '../../sandbox/image/machine.ts';
import { cacheDir } from '../../sandbox/image/places.ts';
import { Terminal } from '../e2e/terminal.ts';
import { Libvirt } from './libvirt.ts';

const { values: asked } = parseArgs({ options: { lessons: { type: 'boolean' }, log: { type: 'string' }, bundle: { type: 'string' } } });
const root = path.resolve(import.meta.dirname, '../..');
const log = path.resolve(asked.log ?? path.join(root, 'test-vagrant.log'));
const needed = {
  vagrant: 'vagrant', ruby: 'vagrant', mmdebstrap: 'mmdebstrap', mke2fs: 'e2fsprogs', 'qemu-img': 'qemu-utils', 'qemu-system-x86_64': 'qemu-system-x86', libvirtd: 'libvirt-daemon-system', virsh: 'libvirt-clients',
  dnsmasq: 'dnsmasq-base', rsync: 'rsync', iptables: 'iptables',
};
const missing = Object.entries(needed).filter(([command]) => !findCommand(command)).map(([, name]) => name);
if (process.getuid?.() !== 0 || missing.length > 0) {
  process.stderr.write(`drydock: A whole vagrant up is tested as root, with Debian's packages.\n  → apt-get install --no-install-recommends vagrant-libvirt libvirt-daemon-driver-qemu ${[...new Set(missing)].join(' ')}\n`);
  process.exit(3);
}

fs.writeFileSync(log, '');
function say(text: string): void {
  process.stdout.write(text);
  fs.appendFileSync(log, text);
}

/** What has gone wrong so far. */
const faults: string[] = [];
function claim(what: string, holds: boolean): void {
  say(`${holds ? 'ok      ' : 'NOT OK  '}${what}\n`);
  if (!holds) faults.push(what);
}

const project = path.join(os.tmpdir(), `drydock-vagrant-${process.pid}`, 'drydock');
const env: Record<string, string> = {
  ...(process.env as Record<string, string>), VAGRANT_HOME: path.join(path.dirname(project), 'home'), VAGRANT_DEFAULT_PROVIDER: 'libvirt', VAGRANT_NO_COLOR: '1', VAGRANT_CHECKPOINT_DISABLE: '1',
  DRYDOCK_VM_PATIENCE: '1800',
};

/** Runs a command of ours in the project, and gives what it has said. It may take `minutes`. */
async function run(argv: string[], { minutes = 5, quiet = false } = {}): Promise<{ code: number | null; output: string }> {
  const began = performance.now();
  const [command = '', ...args] = argv;
  const child = spawn('timeout', ['--kill-after=30', String(minutes * 60), command, ...args], { cwd: project, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  if (!quiet) say(`\n$ ${argv.join(' ')}\n`);
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (!quiet) say(chunk.toString().replaceAll(/\r(?!\n)/g, '\n'));
    });
  }
  const [code] = (await once(child, 'close')) as [number | null];
  if (!quiet) say(`[${code ?? 'killed'}, ${((performance.now() - began) / 1000).toFixed(1)} s]\n`);
  return { code, output };
}
const ssh = (line: string, minutes = 10) => run(['vagrant', 'ssh', '-c', line], { minutes });

/** The checkout as git has it, with what is not committed yet: a clone of somebody who has only Vagrant. */
function layProject(): void {
  fs.mkdirSync(project, { recursive: true });
  const { stdout } = spawnSync('git', ['-C', root, 'ls-files', '-z', '--cached', '--others', '--exclude-standard'], { encoding: 'utf8', maxBuffer: 1e8 });
  for (const name of stdout.split('\0').filter((file) => file && fs.existsSync(path.join(root, file)))) fs.cpSync(path.join(root, name), path.join(project, name));
}

async function getBox(): Promise<string> {
  const folder = path.join(cacheDir(), 'vagrant-box-trixie');
  const box = path.join(folder, 'drydock-test.box');
  const stale = !fs.existsSync(box) || fs.statSync(box).mtimeMs < fs.statSync(path.join(import.meta.dirname, 'box.sh')).mtimeMs;
  if (stale) await run([path.join(import.meta.dirname, 'box.sh'), 'trixie', folder], { minutes: 15 });
  return box;
}

/** Seconds from a save on this side until the tutor's own watch has noticed it on the other. */
async function timeSaves(times: number): Promise<number[]> {
  const script = 'import("/opt/drydock/src/tui/effects/watch.ts").then(({ watchBox }) => { console.log("looking"); setInterval(() => {}, 1000);'
    + ' watchBox({ folder: "/workspace/box", onSave: () => { try { console.log("saw", require("fs").readFileSync("/workspace/box/seen", "utf8")); } catch {} } }); });';
  const child = spawn('vagrant', ['ssh', '-c', `/opt/drydock/node_modules/.bin/node -e '${script}'`], { cwd: project, env, stdio: ['ignore', 'pipe', 'ignore'] });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const heard = async (text: string) => {
    const deadline = Date.now() + 60_000;
    while (!said.includes(text)) {
      if (Date.now() > deadline) throw new Error(`the guest does not say ${text}: ${said}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  const found: number[] = [];
  try {
    await heard('looking');
    for (let turn = 1; turn <= times; turn++) {
      await new Promise((resolve) => setTimeout(resolve, 1500 + turn * 137));
      const began = performance.now();
      fs.writeFileSync(path.join(project, 'workspace/box/seen'), `turn ${'x'.repeat(turn)}.`);
      await heard(`turn ${'x'.repeat(turn)}.`);
      found.push((performance.now() - began) / 1000);
    }
  } finally {
    child.kill();
    fs.rmSync(path.join(project, 'workspace/box/seen'), { force: true });
  }
  return found;
}

/** `vagrant ssh` as a person sees it: the tutor; q; a shell; exit. */
async function seeTheTutor(): Promise<void> {
  await using terminal = new Terminal([findCommand('vagrant') ?? 'vagrant', 'ssh'], { cwd: project, env, columns: 100, rows: 30 });
  await terminal.shows(/Asking the kernel for another name[^]*q quit/, 180_000); // lesson 02 is the current one
  say(`\n${terminal.text()}\n`);
  terminal.press('q');
  // Emulated, the kernel that the tutor has begun to start takes its time to be there, and then to go.
  await terminal.shows(/This is a shell in the machine/, 300_000);
  terminal.type('echo $((6 * 7)) in a shell; exit\r');
  await terminal.ended;
  claim('vagrant ssh opens the tutor; q leaves it for a shell', /42 in a shell/.test(terminal.raw));
}

async function useTheMachine(): Promise<void> {
  const plain = await ssh('echo plain');
  claim('a command by ssh gets no tutor', plain.code === 0 && /^plain\r?\n/m.test(plain.output) && !plain.output.includes('Drydock is'));
  claim('drydock doctor is content', (await ssh('uname -r; drydock doctor')).code === 0);
  await ssh('drydock start 1');
  const box = path.join(project, 'workspace/box');
  claim('the starter that the tutor lays is on this side', fs.existsSync(path.join(box, 'box.ts')));
  claim('so are the types of what box imports', fs.existsSync(path.join(project, 'workspace/node_modules/ffi-rs/package.json')));
  claim('the starter does not pass', (await ssh('drydock check 1')).code === 1);
  fs.cpSync(path.join(root, 'lessons/01-processes/solution'), box, { recursive: true });
  claim('lesson 01, saved on this side, passes on the other', (await ssh('drydock check 1')).code === 0);
  await ssh('drydock start 2');
  claim('lesson 02 imports ffi-rs, and its types are found on this side', (await run([path.join(root, 'node_modules/.bin/tsc'), '-p', box])).code === 0);
  const saves = await timeSaves(8);
  say(`seconds from a save on this side until the tutor's watch has noticed it on the other: ${saves.map((time) => time.toFixed(2)).join(' ')}\n`);
  claim('a save is noticed on the other side within a second', saves.length === 8 && Math.max(...saves) < 1);
  await seeTheTutor();
  // How long a verdict takes is said, not claimed: nothing is as slow as an emulated processor.
  await ssh('drydock --run /opt/drydock/bench/main.ts verdict', 15);
  if (asked.lessons) {
    for (const lesson of fs.readdirSync(path.join(root, 'lessons')).filter((name) => /^\d\d-/.test(name))) {
      const check = `rm -rf /tmp/ws; drydock course lay ${lesson} /tmp/ws >/dev/null && time drydock check ${lesson} --workspace /tmp/ws`;
      let { code } = await ssh(check);
      if (code === 4) {
        // V8 has been seen to find its own pages in disorder on an emulated processor, and to abort. That is no verdict.
        say('The judge was lost; once more.\n');
        ({ code } = await ssh(check));
      }
      claim(`${lesson}: its solution passes in the machine`, code === 0);
    }
  }
  const again = await run(['vagrant', 'provision'], { minutes: 15 });
  claim('provisioning once more has nothing to do', again.code === 0 && !/installing|taking|making/.test(again.output));
}

layProject();
await using libvirt = await Libvirt.start();
try {
  const box = await getBox();
  const bundle = path.join(project, `drydock-bundle-${process.arch}.tar`);
  if (asked.bundle) fs.copyFileSync(asked.bundle, bundle);
  else await run([process.execPath, path.join(root, 'bin/drydock.mjs'), 'bundle', '--out', bundle, '--vm', 'debian-13'], { minutes: 30 });
  const catalog = path.join(path.dirname(project), 'catalog.json');
  fs.writeFileSync(catalog, JSON.stringify({ name: 'cloud-image/debian-13', versions: [{ version: '1.0.0', providers: [{ name: 'libvirt', url: `file://${box}` }] }] }));
  claim('the box is taken', (await run(['vagrant', 'box', 'add', '--provider', 'libvirt', catalog])).code === 0);
  claim('the Vagrantfile is valid for libvirt', (await run(['vagrant', 'validate'])).code === 0);
  let up = await run(['vagrant', 'up'], { minutes: 120 });
  if (up.code !== 0 && !up.output.includes('drydock: ')) {
    say('The emulated machine did not boot; once more.\n');
    await run(['vagrant', 'destroy', '-f']);
    up = await run(['vagrant', 'up'], { minutes: 120 });
  }
  claim('vagrant up', up.code === 0);
  claim('it needed no network: everything came from the bundle', /npm packages from the bundle/.test(up.output) && /taken from/.test(up.output) && !/asking this machine/.test(up.output));
  if (up.code === 0) await useTheMachine();
} catch (error) {
  claim(error instanceof Error ? error.message : String(error), false);
} finally {
  await run(['vagrant', 'destroy', '-f']);
  claim('box and progress survive vagrant destroy', fs.existsSync(path.join(project, 'workspace/box/box.ts')) && fs.existsSync(path.join(project, 'workspace/progress.json')));
  libvirt.removeVolumes();
  fs.rmSync(path.dirname(project), { recursive: true, force: true });
}
say(faults.length === 0 ? `\nEverything holds. The transcript is ${log}\n` : `\n${faults.length} did not hold: ${faults.join('; ')}. The transcript is ${log}\n`);
process.exitCode = faults.length === 0 ? 0 : 1;
