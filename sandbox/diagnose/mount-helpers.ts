/**
 * Questions that rules ask about mounts and roots. Pure; false, empty or undefined where the facts are missing.
 */
import type { Mount } from '../observe/mountinfo.ts';
import { isBelow, mountAt, mountOf } from '../observe/mounttree.ts';
import type { ProcessFacts, Scene } from './scene.ts';

/** The mount at exactly this path of the process's root. */
export function mountIn(process: ProcessFacts | undefined, path: string): Mount | undefined {
  return process?.mounts === undefined ? undefined : mountAt(process.mounts, path);
}

/** The mount that this path of the process's root lies on. */
export function mountUnder(process: ProcessFacts | undefined, path: string): Mount | undefined {
  return process?.mounts === undefined ? undefined : mountOf(process.mounts, path);
}

/** The same file system and the same directory of it, wherever it is mounted. */
export function sameTree(a: Mount | undefined, b: Mount | undefined): boolean {
  return a !== undefined && b !== undefined && a.device === b.device && a.root === b.root;
}

/** Mounts in the host's namespace that were not there before: what leaked out of a container. */
export function leakedMounts(scene: Scene): Mount[] {
  const { before, after } = scene.wall;
  if (before.mounts === undefined || after.mounts === undefined) return [];
  const ids = new Set(before.mounts.map((mount) => mount.id));
  return after.mounts.filter((mount) => !ids.has(mount.id));
}

/** Mounts of the host's that are gone: what a container took down outside of itself. */
export function lostMounts(scene: Scene): Mount[] {
  const { before, after } = scene.wall;
  if (before.mounts === undefined || after.mounts === undefined) return [];
  const ids = new Set(after.mounts.map((mount) => mount.id));
  return before.mounts.filter((mount) => !ids.has(mount.id));
}

/** Mounts of the command that still pass events to others, or would: shared ones. */
export function sharedMounts(process: ProcessFacts | undefined): Mount[] {
  return (process?.mounts ?? []).filter((mount) => mount.propagation.shared !== undefined);
}

/** Mounts of a process in the same peer group as one of the host's: what is mounted below one appears below the other. */
export function peersOfHost(process: ProcessFacts | undefined, host: ProcessFacts): Mount[] {
  const groups = new Set((host.mounts ?? []).flatMap((mount) => mount.propagation.shared ?? []));
  return sharedMounts(process).filter((mount) => mount.propagation.shared !== undefined && groups.has(mount.propagation.shared));
}

/**
 * Its /proc is the one of the host: the same instance of procfs, which shows the host's pids. Since Linux 5.8 every mount of
 * proc is an instance with a device number of its own, so equal numbers mean that it was inherited or bound.
 */
export function procOfHost(process: ProcessFacts | undefined, host: ProcessFacts): boolean {
  const [own, hosts] = [mountIn(process, '/proc'), mountIn(host, '/proc')];
  return own?.type === 'proc' && hosts?.type === 'proc' && own.device === hosts.device;
}

/** Nothing of type proc is mounted on its /proc. */
export function procMissing(process: ProcessFacts | undefined): boolean {
  return process?.mounts !== undefined && mountIn(process, '/proc')?.type !== 'proc';
}

/** Its root directory is the host's: the same directory of the same file system, not changed by chroot(2) either. */
export function rootOfHost(process: ProcessFacts | undefined, host: ProcessFacts): boolean {
  return process?.root === host.root && sameTree(mountIn(process, '/'), mountIn(host, '/'));
}

/** Mounts below its root that show the host's root directory: the old root that was not detached. */
export function oldRootIn(process: ProcessFacts | undefined, host: ProcessFacts): Mount[] {
  const old = mountIn(host, '/');
  return (process?.mounts ?? []).filter((mount) => mount.mountPoint !== '/' && sameTree(mount, old));
}

/**
 * Its root is a plain directory in somebody else's mount: chroot(2) without a mount namespace's root. The link then names a
 * directory, and no mount is listed for `/`.
 */
export function isChrooted(process: ProcessFacts | undefined): boolean {
  return process?.root !== undefined && process.root !== '/';
}

/** Its current directory lies outside of its root, where `..` leads on. */
export function cwdOutsideRoot(process: ProcessFacts | undefined): boolean {
  return process?.root !== undefined && process.cwd !== undefined && !isBelow(process.cwd, process.root);
}

/** Mounted read-only, by the mount's own option or the file system's. */
export function isReadOnly(mount: Mount): boolean {
  return mount.options.includes('ro') || mount.superOptions.includes('ro');
}

/** The value of a file system's option: `lowerdir`; undefined where it is not given. */
export function superOption(mount: Mount, key: string): string | undefined {
  return mount.superOptions.find((option) => option.startsWith(`${key}=`))?.slice(key.length + 1);
}

/** overlayfs's lower layers, topmost first, as overlayfs lists them: in one option, or (Linux 6.8 and later) in one option each. */
export function overlayLayers(mount: Mount): string[] {
  if (mount.type !== 'overlay') return [];
  const single = mount.superOptions.filter((option) => option.startsWith('lowerdir+=')).map((option) => option.slice('lowerdir+='.length));
  const together = superOption(mount, 'lowerdir');
  // A colon that belongs to a name has a backslash before it.
  return [...single, ...(together === undefined ? [] : together.split(/(?<!\\):/))].map((layer) => layer.replaceAll('\\:', ':'));
}
