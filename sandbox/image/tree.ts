/**
 * Unpacks .debs into a directory tree, without root and without their maintainer scripts.
 */
import fs from 'node:fs';
import path from 'node:path';
import { spawn } from 'node:child_process';
import { tied } from './command.ts';
import type { Architecture } from './machine.ts';

/** What nobody needs inside: documentation, translations, character set converters, systemd's units. */
const leftOut = [
  './usr/share/doc/*', './usr/share/man/*', './usr/share/info/*', './usr/share/locale/*', './usr/share/i18n/*', './usr/share/lintian/*',
  './usr/share/bug/*', './usr/share/bash-completion/*', './usr/share/doc-base/*', './usr/share/menu/*', './usr/share/common-licenses/*',
  './usr/lib/*/gconv/*', './lib/systemd/*', './usr/lib/systemd/*', './etc/init.d/*', './etc/cron*', './etc/default/*', './var/lib/dpkg/*',
];

/**
 * Makes the skeleton of a usr-merged Debian root. The links have to be there first: packages still ship files under
 * /bin and /lib, and these must land in /usr.
 */
export function makeSkeleton(root: string, architecture: Architecture): void {
  const lib64 = path.dirname(architecture.loader) === 'lib64' ? ['lib64'] : [];
  for (const name of ['bin', 'sbin', 'lib', ...lib64]) {
    fs.mkdirSync(path.join(root, 'usr', name), { recursive: true });
    fs.symlinkSync(`usr/${name}`, path.join(root, name));
  }
  for (const dir of ['dev', 'proc', 'sys', 'run', 'tmp', 'mnt', 'home', 'root', 'opt', 'srv', 'media', 'etc', 'var/lib', 'var/log', 'var/tmp']) {
    fs.mkdirSync(path.join(root, dir), { recursive: true });
  }
  fs.symlinkSync('/run', path.join(root, 'var/run'));
  fs.chmodSync(path.join(root, 'tmp'), 0o1777);
  fs.chmodSync(path.join(root, 'var/tmp'), 0o1777);
  fs.chmodSync(path.join(root, 'root'), 0o700);
}

/** Unpacks one .deb into `root`, keeping modes (setuid too) but no owners. */
export async function unpackDeb(deb: string, root: string): Promise<void> {
  using archive = spawnHeld('dpkg-deb', ['--fsys-tarfile', deb], ['ignore', 'pipe', 'pipe']);
  using tar = spawnHeld('tar', [
    '--extract', '--preserve-permissions', '--no-same-owner', '--keep-directory-symlink', '--directory', root,
    ...leftOut.map((pattern) => `--exclude=${pattern}`),
  ], ['pipe', 'ignore', 'pipe']);
  const said: Buffer[] = [];
  for (const { child } of [archive, tar]) child.stderr?.on('data', (chunk: Buffer) => said.push(chunk));
  tar.child.stdin?.on('error', () => {}); // tar's own status tells why it stopped reading.
  archive.child.stdout?.pipe(tar.child.stdin!);
  for (const [name, status] of [['dpkg-deb', await archive.status], ['tar', await tar.status]] as const) {
    if (status !== '0') throw new Error(`${name} ${path.basename(deb)}: ended with ${status}: ${Buffer.concat(said).toString().trim()}`);
  }
}

type Held = Disposable & { child: ReturnType<typeof spawn>; status: Promise<string> };

function spawnHeld(command: string, args: string[], stdio: ('pipe' | 'ignore')[]): Held {
  const [program, ...programArgs] = tied([command, ...args]);
  const child = spawn(program, programArgs, { stdio });
  const status = new Promise<string>((resolve) => {
    child.once('error', (cause) => resolve(cause.message));
    child.once('close', (code, signal) => resolve(signal ?? String(code)));
  });
  return { child, status, [Symbol.dispose]: () => void child.kill('SIGKILL') };
}
