/** libvirt for a test, on a machine that may have no systemd: its daemons, started and ended by us; the machine is left as it was. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const CONFIG = '/etc/libvirt/qemu.conf';
/** Runs QEMU as root, in no cgroup, without namespaces or labels: whatever a container lacks. */
const ours = '\n# drydock test\ncgroup_controllers = []\nsecurity_driver = "none"\nuser = "root"\ngroup = "root"\nnamespaces = []\nremember_owner = 0\n';

export class Libvirt implements AsyncDisposable {
  readonly #daemons: ChildProcess[];
  readonly #undo: (() => void)[];

  private constructor(daemons: ChildProcess[], undo: (() => void)[]) {
    this.#daemons = daemons;
    this.#undo = undo;
  }

  /** Starts it, and waits until it answers. */
  static async start(): Promise<Libvirt> {
    if (virsh('version').status === 0) return new Libvirt([], []); // The machine's own is running, and is taken as it is.
    const work = fs.mkdtempSync(path.join(os.tmpdir(), 'libvirt-'));
    const before = fs.existsSync(CONFIG) ? fs.readFileSync(CONFIG) : null;
    const forward = fs.readFileSync('/proc/sys/net/ipv4/ip_forward');
    const own = before?.toString().split('\n').some((line) => line.startsWith('cgroup_controllers'));
    if (!own) fs.appendFileSync(CONFIG, ours);
    const config = path.join(work, 'libvirtd.conf');
    fs.writeFileSync(config, 'auth_unix_ro = "none"\nauth_unix_rw = "none"\n');
    fs.mkdirSync('/run/libvirt', { recursive: true });
    const output = fs.openSync(path.join(work, 'log'), 'a');
    const start = (command: string, ...args: string[]) => spawn(command, args, { stdio: ['ignore', output, output] });
    const libvirt = new Libvirt([start('virtlogd'), start('libvirtd', '--config', config)], [
      () => fs.writeFileSync('/proc/sys/net/ipv4/ip_forward', forward),
      removeRules,
      () => !own && (before ? fs.writeFileSync(CONFIG, before) : fs.rmSync(CONFIG)),
      () => fs.rmSync(work, { recursive: true }),
    ]);
    for (let turn = 0; virsh('version').status !== 0; turn++) {
      if (turn === 60) throw new Error(`libvirtd does not answer: ${fs.readFileSync(path.join(work, 'log'), 'utf8')}`);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    return libvirt;
  }

  /** Takes away the images that vagrant-libvirt keeps for boxes and for machines that are gone. */
  removeVolumes(): void {
    const names = virsh('vol-list', 'default').stdout.split('\n').map((line) => line.trim().split(/\s+/)[0] ?? '');
    for (const name of names.filter((one) => /^cloud-image-VAGRANTSLASH-debian-13|^drydock_default/.test(one))) virsh('vol-delete', '--pool', 'default', name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#daemons.length === 0) return;
    virsh('net-destroy', 'vagrant-libvirt');
    virsh('net-undefine', 'vagrant-libvirt');
    for (const daemon of [...this.#daemons].reverse()) {
      if (daemon.exitCode !== null) continue;
      const ended = once(daemon, 'close');
      daemon.kill();
      await ended;
    }
    for (const undo of this.#undo) undo();
  }
}

function virsh(...args: string[]): { status: number | null; stdout: string } {
  return spawnSync('virsh', ['-q', '-c', 'qemu:///system', ...args], { encoding: 'utf8' });
}

/** libvirt's chains stay when it ends: the jumps into them, then they themselves. */
function removeRules(): void {
  for (const command of ['iptables', 'ip6tables']) {
    for (const table of ['filter', 'nat', 'mangle']) {
      const rules = (spawnSync(command, ['-t', table, '-S'], { encoding: 'utf8' }).stdout || '').split('\n');
      const change = (...args: string[]) => spawnSync(command, ['-t', table, ...args]);
      for (const rule of rules.filter((line) => /^-A .*-j LIBVIRT/.test(line))) change('-D', ...rule.split(' ').slice(1));
      const chains = rules.filter((line) => line.startsWith('-N LIBVIRT')).map((line) => line.slice(3));
      for (const chain of chains) change('-F', chain);
      for (const chain of chains) change('-X', chain);
    }
  }
}
