/**
 * What this machine has of what a kernel needs: facts for `drydock doctor`. Nothing is fetched, made or booted.
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { findCommand, release } from '../image/machine.ts';
import { cacheDir } from '../image/places.ts';
import { findKernel, ROOM_BYTES } from '../image/setup.ts';
import { kindOf, type KernelChoice, type KernelKind } from './choose.ts';
import { findBwrap } from './uml.ts';

/** Why a process without root rights may not make namespaces here. */
export type NamespaceObstacle =
  /** Ubuntu since 23.10: /proc/sys/kernel/apparmor_restrict_unprivileged_userns is 1. */
  | 'apparmor'
  /** Debian's /proc/sys/kernel/unprivileged_userns_clone is 0. */
  | 'unprivileged_userns_clone'
  /** /proc/sys/user/max_user_namespaces is 0; see namespaces(7). */
  | 'max_user_namespaces'
  /** None of these: a container's seccomp filter, most likely. */
  | 'unknown';

export type MachineFacts = {
  platform: NodeJS.Platform;
  arch: string;
  /** The distribution's name, as in os-release(5). */
  system: string;
  /** Which kernel `--kernel` would choose. */
  kind: KernelKind;
  root: boolean;
  /** Commands of apt and dpkg that are not there. */
  missingCommands: string[];
  cache: { folder: string; writable: boolean; freeBytes: number | null; neededBytes: number };
  /** The set-up that a kernel would be booted from; null before the first. */
  kernel: { id: string; image: string } | null;
  /** Whether pid, mount and network namespaces can be made without root rights. Asked of unshare(1) and of bwrap. */
  namespaces: { possible: true } | { possible: false; obstacle: NamespaceObstacle };
  /** Whether root is to be had for `here`: being it, or a sudo that asks nothing. */
  sudo: boolean;
};

/** Looks around. Takes some tens of milliseconds. */
export function probeMachine(choice: KernelChoice, env: Record<string, string | undefined> = process.env): MachineFacts {
  const linux = process.platform === 'linux';
  const root = process.getuid?.() === 0;
  const kernel = linux ? findKernel(env) ?? null : null;
  const canNamespace = linux && (kernel?.kernel ? findBwrap(kernel) !== undefined : tryUnshare(root));
  return {
    platform: process.platform,
    arch: process.arch,
    system: linux ? release().name : process.platform,
    kind: kindOf(choice),
    root,
    missingCommands: ['apt-get', 'apt-cache', 'apt-config', 'dpkg-deb', 'tar', 'flock'].filter((name) => !findCommand(name, env)),
    cache: cacheFacts(cacheDir(env)),
    kernel: kernel && { id: kernel.id, image: kernel.image },
    namespaces: canNamespace ? { possible: true } : { possible: false, obstacle: obstacle() },
    sudo: root || (linux && spawnSync('sudo', ['--non-interactive', 'true'], { stdio: 'ignore', timeout: 5000 }).status === 0),
  };
}

/** The cache need not be there yet: then the folder above it that is decides. */
function cacheFacts(folder: string): MachineFacts['cache'] {
  let at = folder;
  while (!fs.existsSync(at) && at !== path.dirname(at)) at = path.dirname(at);
  let writable = true;
  let freeBytes: number | null = null;
  try {
    fs.accessSync(at, fs.constants.W_OK);
  } catch {
    writable = false;
  }
  try {
    const { bavail, bsize } = fs.statfsSync(at);
    freeBytes = bavail * bsize;
  } catch {
    // Some network file systems do not tell.
  }
  return { folder, writable, freeBytes, neededBytes: ROOM_BYTES };
}

/** Making a mount namespace needs the rights that AppArmor takes away in a user namespace, so both are asked for. */
function tryUnshare(root: boolean): boolean {
  const flags = [...(root ? [] : ['--user', '--map-root-user']), '--mount', '--pid', '--net', '--fork'];
  return spawnSync('unshare', [...flags, 'true'], { stdio: 'ignore', timeout: 5000 }).status === 0;
}

function obstacle(): NamespaceObstacle {
  if (sysctl('user/max_user_namespaces') === '0') return 'max_user_namespaces';
  if (sysctl('kernel/unprivileged_userns_clone') === '0') return 'unprivileged_userns_clone';
  if (sysctl('kernel/apparmor_restrict_unprivileged_userns') === '1') return 'apparmor';
  return 'unknown';
}

function sysctl(name: string): string | null {
  try {
    return fs.readFileSync(`/proc/sys/${name}`, 'utf8').trim();
  } catch {
    return null;
  }
}
