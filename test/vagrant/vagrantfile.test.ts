/** The Vagrantfile, for every provider and every kind of host: evaluated for real by Vagrant where it is installed, and by a strict stand-in. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { findCommand } from '../../sandbox/image/machine.ts';
import { findRuby, runRuby } from './ruby.ts';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

const root = path.resolve(import.meta.dirname, '../..');
const standIn = path.join(import.meta.dirname, 'stand-in.rb');
let dir = '';
let file = '';
let ruby: string[] = [];

beforeAll(async () => {
  ruby = await findRuby();
  dir = fs.mkdtempSync(path.join(os.tmpdir(), 'vagrantfile-'));
  file = path.join(dir, 'Vagrantfile');
  fs.copyFileSync(path.join(root, 'Vagrantfile'), file);
  fs.cpSync(path.join(root, 'sandbox/image/provision.sh'), path.join(dir, 'sandbox/image/provision.sh'));
});
afterAll(() => fs.rmSync(dir, { recursive: true, force: true }));

type Folder = { host: string; type?: string; rsync__exclude?: string[]; smb_host?: string; mount_options?: string[] };
type Evaluated = {
  box: string; architecture: string | null; folders: Record<string, Folder>; networks: Record<string, unknown>[]; settings: Record<string, unknown>;
  provisioners: Record<string, unknown>[]; providers: string[];
};
type Host = { os?: string; cpu?: string; vagrant?: string; rsync?: boolean; silicon?: boolean };

function evaluate(provider: string, { os: system = 'linux-gnu', cpu = 'x86_64', vagrant = '2.4.9', rsync = true, silicon = false }: Host = {}, env: Record<string, string> = {}, by = ruby): Evaluated {
  return JSON.parse(runRuby(by, [standIn, file, provider, system, cpu, vagrant, rsync ? 'yes' : 'no', silicon ? '1' : '0'], env)) as Evaluated;
}

const mac: Host = { os: 'darwin23.0', cpu: 'x86_64', silicon: true };
const windows: Host = { os: 'mingw32', rsync: false };

const providers: [string, Host, { box: string; settings: Record<string, unknown>; workspace: Folder }][] = [
  ['virtualbox', {}, { box: 'bento/debian-13', settings: { memory: 2048, cpus: 2 }, workspace: { host: 'workspace' } }],
  ['virtualbox', windows, { box: 'bento/debian-13', settings: { memory: 2048, cpus: 2 }, workspace: { host: 'workspace' } }],
  ['vmware_desktop', mac, { box: 'bento/debian-13', settings: { vmx: { memsize: '2048', numvcpus: '2' } }, workspace: { host: 'workspace' } }],
  ['parallels', mac, { box: 'bento/debian-13', settings: { memory: 2048, cpus: 2 }, workspace: { host: 'workspace' } }],
  ['libvirt', {}, { box: 'cloud-image/debian-13', settings: { memory: 2048, cpus: 2, memorybacking: ['access', { mode: 'shared' }] }, workspace: { host: 'workspace', type: 'virtiofs' } }],
  ['qemu', mac, { box: 'cloud-image/debian-13', settings: { memory: '2048M', smp: '2', ssh_auto_correct: true }, workspace: { host: 'workspace', type: 'smb', smb_host: '10.0.2.2', mount_options: ['actimeo=0'] } }],
  ['qemu', { os: 'darwin23.0' }, {
    box: 'cloud-image/debian-13', settings: { memory: '2048M', smp: '2', ssh_auto_correct: true, arch: 'x86_64', machine: 'q35,accel=hvf:tcg', cpu: 'max', net_device: 'virtio-net-pci' },
    workspace: { host: 'workspace', type: 'smb', smb_host: '10.0.2.2', mount_options: ['actimeo=0'] },
  }],
  ['utm', mac, { box: 'bento/ubuntu-24.04', settings: { memory: 2048, cpus: 2 }, workspace: { host: 'workspace' } }],
  ['hyperv', windows, { box: 'generic/debian12', settings: { memory: 2048, maxmemory: 2048, cpus: 2 }, workspace: { host: 'workspace', type: 'smb', mount_options: ['actimeo=0'] } }],
];

describe.each(providers)('%s', (provider, host, wanted) => {
  test(`on ${host.os ?? 'linux-gnu'}: its box, its size, a folder for workspace/ that goes both ways`, () => {
    const made = evaluate(provider, host);
    expect(made.box).toBe(wanted.box);
    expect(made.settings).toEqual(wanted.settings);
    expect(made.folders['/workspace']).toEqual(wanted.workspace);
    expect(made.folders['/workspace']?.type).not.toBe('rsync');
    expect(made.provisioners).toEqual([{ kind: 'shell', path: 'sandbox/image/provision.sh', keep_color: true, run: 'always' }]);
    expect(fs.existsSync(path.join(root, 'sandbox/image/provision.sh'))).toBe(true);
  });
});

test('every provider of the file is looked at here', () => {
  expect(evaluate('virtualbox').providers.sort()).toEqual([...new Set(providers.map(([name]) => name))].sort());
});

test('memory, cores, box, processor and port are the environment’s to say', () => {
  const env = { DRYDOCK_VM_MEMORY: '4096', DRYDOCK_VM_CPUS: '4', DRYDOCK_VM_BOX: 'my/own', DRYDOCK_VM_ARCH: 'arm64', DRYDOCK_VM_PORT: '2277' };
  for (const provider of new Set(providers.map(([name]) => name))) {
    const { box, architecture, settings, networks } = evaluate(provider, {}, env);
    expect({ box, architecture }).toEqual({ box: 'my/own', architecture: 'arm64' });
    expect(JSON.stringify(settings)).toMatch(/4096.*4/);
    if (provider === 'qemu') expect(settings).toMatchObject({ ssh_port: 2277 });
    else if (provider !== 'libvirt' && provider !== 'hyperv') expect(networks).toEqual([{ kind: 'forwarded_port', id: 'ssh', guest: 22, host: 2277, host_ip: '127.0.0.1', auto_correct: true }]);
  }
  expect(evaluate('virtualbox').networks).toEqual([]);
});

test.each([['DRYDOCK_VM_MEMORY', '2 GB'], ['DRYDOCK_VM_CPUS', '0'], ['DRYDOCK_VM_PORT', '-1']])('%s=%s is refused in a sentence', (name, value) => {
  expect(() => evaluate('virtualbox', {}, { [name]: value })).toThrow(`${name} must be a whole number, not "${value}".`);
});

test('the program goes one way where rsync is, without what is the host’s own; on Windows the folder is shared', () => {
  const linux = evaluate('virtualbox').folders['/vagrant'];
  expect(linux).toMatchObject({ host: '.', type: 'rsync' });
  expect(linux?.rsync__exclude).toEqual(['/.git/', '/.vagrant/', '/dist/', '/workspace/', '/*.log', '/drydock-bundle-arm64.tar']);
  expect(evaluate('parallels', mac).folders['/vagrant']?.rsync__exclude?.slice(-2)).toEqual(['/drydock-bundle-x64.tar', '/node_modules/']);
  for (const rsync of [true, false]) expect(evaluate('virtualbox', { ...windows, rsync }).folders['/vagrant']).toEqual({ host: '.' });
  expect(evaluate('hyperv', windows).folders['/vagrant']).toMatchObject({ type: 'smb' });
});

test('libvirt takes another folder type, and then shares no memory', () => {
  const { folders, settings } = evaluate('libvirt', {}, { DRYDOCK_VM_FOLDER: '9p' });
  expect(folders['/workspace']).toMatchObject({ type: '9p' });
  expect(settings).not.toHaveProperty('memorybacking');
});

test('an older Vagrant will do, an old one will not; workspace/ is made', () => {
  fs.rmSync(path.join(dir, 'workspace'), { recursive: true });
  expect(evaluate('virtualbox', { vagrant: '2.3.4' }, { DRYDOCK_VM_ARCH: 'amd64' }).architecture).toBeNull();
  expect(fs.existsSync(path.join(dir, 'workspace'))).toBe(true);
  expect(() => evaluate('virtualbox', { vagrant: '2.2.19' })).toThrow('needs Vagrant >= 2.3.4');
});

test('the stand-in is strict: a setting that a provider does not have is an error', () => {
  const wrong = path.join(dir, 'wrong');
  fs.writeFileSync(wrong, fs.readFileSync(file, 'utf8').replace('vb.memory = MEMORY', 'vb.memroy = MEMORY'));
  expect(() => runRuby(ruby, [standIn, wrong, 'virtualbox', 'linux-gnu', 'x86_64', '2.4.9', 'yes', '0'])).toThrow('virtualbox has no setting memroy');
});

const vagrant = findCommand('vagrant');

test(`the file is valid: ${vagrant ? 'Vagrant says so, and names what is not' : 'by a Ruby of our own, for Vagrant is not installed here'}`, async () => {
  if (!vagrant) {
    const own = await findRuby(false);
    for (const [provider, host, wanted] of providers) expect(evaluate(provider, host, {}, own).box).toBe(wanted.box);
    return;
  }
  // All that Vagrant asks VirtualBox for here is its version.
  fs.mkdirSync(path.join(dir, 'bin'));
  fs.writeFileSync(path.join(dir, 'bin/VBoxManage'), '#!/bin/sh\necho 7.0.20r163906\n', { mode: 0o755 });
  const validate = (provider: string, ...more: string[]) => spawnSync(vagrant, ['validate', ...more], {
    cwd: dir, encoding: 'utf8',
    env: { ...process.env, PATH: `${dir}/bin:${process.env['PATH']}`, VAGRANT_HOME: path.join(dir, 'home'), VAGRANT_DEFAULT_PROVIDER: provider, VAGRANT_CHECKPOINT_DISABLE: '1' },
  });
  expect(validate('virtualbox')).toMatchObject({ status: 0, stdout: expect.stringContaining('validated successfully') as string });
  expect(validate('virtualbox', '--ignore-provider')).toMatchObject({ status: 0 }); // runs every provider's block
  fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace('vb.memory = MEMORY', 'vb.memroy = MEMORY'));
  expect(validate('virtualbox')).toMatchObject({ status: 1, stderr: expect.stringContaining('memroy') as string });
});
