/**
 * Makes the guest's root out of unpacked packages: what their maintainer scripts would have set up, the pinned Node,
 * the npm packages of judge and box, and files of our own.
 */
import fs from 'node:fs';
import path from 'node:path';
import type { Architecture } from './machine.ts';
import type { Installed } from './npm.ts';
import { copyPackages } from './npm.ts';

/** Folders and files that are ours; they replace what packages brought. */
const filesDir = path.join(import.meta.dirname, 'files');

/** What update-alternatives would choose: link → target. */
const alternatives: Record<string, string> = {
  'usr/bin/awk': 'mawk',
  'usr/bin/nawk': 'mawk',
  'usr/bin/nc': 'nc.openbsd',
  'usr/bin/pager': 'less',
  'usr/bin/sh': 'dash',
  'usr/bin/vi': 'busybox',
  'usr/bin/which': 'which.debianutils',
  'etc/mtab': '../proc/self/mounts',
};

/**
 * iptables talks to the kernel in one of two languages. The private kernel has only the older one for IPv4 (no
 * CONFIG_NF_TABLES_IPV4), so that is what the plain names mean.
 */
for (const family of ['iptables', 'ip6tables']) {
  for (const suffix of ['', '-save', '-restore']) alternatives[`usr/sbin/${family}${suffix}`] = `${family}-legacy${suffix}`;
}

/** Files that base-files, base-passwd and libc-bin copy into place when they are installed: from → to. */
const templates: Record<string, string> = {
  'usr/share/base-passwd/passwd.master': 'etc/passwd',
  'usr/share/base-passwd/group.master': 'etc/group',
  'usr/share/base-files/profile': 'etc/profile',
  'usr/share/base-files/dot.bashrc': 'root/.bashrc',
  'usr/share/base-files/dot.profile': 'root/.profile',
};

export type GuestParts = { architecture: Architecture; checkout: string; judge: readonly Installed[]; box: readonly Installed[] };

/** Completes the tree `root`, into which the guest's packages have been unpacked. */
export function completeGuest(root: string, parts: GuestParts): void {
  for (const [from, to] of Object.entries(templates)) fs.copyFileSync(path.join(root, from), path.join(root, to));
  for (const [link, target] of Object.entries(alternatives)) {
    const at = path.join(root, link);
    if (!fs.existsSync(path.resolve(path.dirname(at), target)) && !target.startsWith('..')) continue;
    fs.rmSync(at, { force: true });
    fs.symlinkSync(target, at);
  }
  fs.cpSync(filesDir, root, { recursive: true });
  for (const dir of ['disk', 'judge', 'judge/node_modules', 'work/box', 'var/lib/box', 'fixtures']) {
    fs.mkdirSync(path.join(root, dir), { recursive: true });
  }
  // 'root:*' of base-passwd means "no password fits"; the guest's root needs none, it is never asked for.
  fs.writeFileSync(path.join(root, 'etc/shadow'), '', { mode: 0o640 });

  installExecutable(path.join(import.meta.dirname, 'init'), path.join(root, 'usr/lib/drydock/init'));
  installExecutable(pinnedNode(parts.checkout, parts.architecture), path.join(root, 'usr/local/bin/node'));
  copyPackages(parts.judge, path.join(root, 'usr/lib/drydock/node_modules'));
  copyPackages(parts.box, path.join(root, 'work/node_modules'));
  dropSetuid(root);
}

/**
 * All files will belong to the walls' root, and setuid would turn the kernel's own root, who runs mount(8), into that
 * one. In a wall everybody is root already.
 */
function dropSetuid(dir: string): void {
  for (const entry of fs.readdirSync(dir, { withFileTypes: true })) {
    const file = path.join(dir, entry.name);
    if (entry.isDirectory()) dropSetuid(file);
    else if (entry.isFile() && (fs.statSync(file).mode & 0o6000) !== 0) fs.chmodSync(file, fs.statSync(file).mode & 0o777);
  }
}

/** The pinned Node of the npm lock, as a file on this machine. */
export function pinnedNode(checkout: string, architecture: Architecture): string {
  return path.join(checkout, 'node_modules', architecture.node, 'bin/node');
}

function installExecutable(from: string, to: string): void {
  fs.mkdirSync(path.dirname(to), { recursive: true });
  fs.copyFileSync(from, to);
  fs.chmodSync(to, 0o755);
}
