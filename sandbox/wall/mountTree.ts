/**
 * What a wall shows as `/`. Two steps, as the kernel asks for two kinds of rights (mount_namespaces(7)):
 *
 * 1. `layTree`, as the judge, in a private copy of its mount namespace: everything that comes from outside of the wall. When
 *    the wall's own mount namespace is made from that, these mounts become locked: the learner cannot uncover what they hide.
 * 2. `innerTable`, inside, as the wall's root: proc, sysfs, cgroup2, devpts and tmpfs belong to the wall's namespaces. proc and
 *    sysfs are granted only while a full one is in view, so the judge's root goes afterwards (`becomeRoot`).
 */
import fs from 'node:fs';
import path from 'node:path';
import { changeDirectory, DETACH, mount, Mount, pivotRoot, unmount } from './calls.ts';
import { TTY_GROUP, WALL_ID } from './ids.ts';

/** Device nodes of the wall's /dev. They are bound: mknod(2) is refused to the root of a user namespace. */
const DEVICES = ['null', 'zero', 'full', 'random', 'urandom', 'tty'];

/** Links of /dev that programs expect. */
const LINKS: Record<string, string> = {
  fd: '/proc/self/fd', stdin: '/proc/self/fd/0', stdout: '/proc/self/fd/1', stderr: '/proc/self/fd/2', ptmx: 'pts/ptmx',
};

/** The judge's folders in the image, covered where they are: no lesson, check or tool of the judge's is to be seen. */
const HIDDEN = ['judge', 'disk', 'usr/lib/drydock'];

/** What a wall can write, beside tmpfs: a folder of its disk, and where that is to be seen. */
const WRITABLE: Record<string, string> = { work: 'work', box: 'var/lib/box', fixtures: 'fixtures', home: 'root' };

/** So that `box` is a command in the wall, as the lessons and a failed check's command line have it. */
const BOX_COMMAND = '#!/bin/sh\nexec node /work/box/box.ts "$@"\n';

/** Where the pieces of a wall's tree are while it is laid, in the judge's view. */
export type TreePlace = {
  /** An empty directory of the judge's, to be covered. */
  base: string;
  /** The root of the image. */
  image: string;
  /** The block device with the wall's own file system. */
  device: string;
};

/** The directory that becomes `/`. */
export function treeRoot(place: TreePlace): string {
  return path.join(place.base, 'root');
}

/** The wall's own file system, while the tree is laid. */
export function treeDisk(place: TreePlace): string {
  return path.join(place.base, 'disk');
}

/** The table for step 2, which the wall's root reads. */
export function tablePath(place: TreePlace): string {
  return path.join(place.base, 'fstab');
}

/** Step 1, with the table for step 2. Call it in a private mount namespace of the judge's. */
export function layTree(place: TreePlace, scratch: number): void {
  const root = treeRoot(place);
  mount('tmpfs', place.base, 'tmpfs', 0, 'size=64k,mode=755');
  fs.mkdirSync(root);
  fs.writeFileSync(tablePath(place), innerTable(root, scratch), { mode: 0o644 });
  layDisk(place);
  // Not recursive: what the judge has mounted on its root is not of the image.
  mount(place.image, root, null, Mount.bind);
  for (const [folder, target] of Object.entries(WRITABLE)) mount(path.join(treeDisk(place), folder), path.join(root, target), null, Mount.bind);
  bindReadOnly(path.join(place.image, 'work/node_modules'), path.join(root, 'work/node_modules'));
  for (const name of HIDDEN) {
    const target = path.join(root, name);
    if (fs.existsSync(target)) mount('tmpfs', target, 'tmpfs', Mount.readOnly, 'size=4k,mode=000');
  }
  layDevices(path.join(root, 'dev'));
}

function layDisk(place: TreePlace): void {
  const disk = treeDisk(place);
  fs.mkdirSync(disk);
  mount(place.device, disk, 'ext4', 0);
  for (const name of [...Object.keys(WRITABLE), 'work/box', 'work/node_modules', 'home/bin']) makeOwned(path.join(disk, name));
  fs.writeFileSync(path.join(disk, 'home/bin/box'), BOX_COMMAND, { mode: 0o755 });
  fs.chownSync(path.join(disk, 'home/bin/box'), WALL_ID, WALL_ID);
}

function makeOwned(folder: string): void {
  fs.mkdirSync(folder);
  fs.chownSync(folder, WALL_ID, WALL_ID);
}

function bindReadOnly(source: string, target: string): void {
  mount(source, target, null, Mount.bind);
  // mount(2): the flags of a bind mount take effect in a second call only.
  mount(null, target, null, Mount.bind | Mount.remount | Mount.readOnly);
}

function layDevices(dev: string): void {
  mount('tmpfs', dev, 'tmpfs', Mount.noSuid | Mount.noExec, `size=1m,mode=755,uid=${WALL_ID},gid=${WALL_ID}`);
  for (const name of DEVICES) {
    const node = path.join(dev, name);
    fs.closeSync(fs.openSync(node, 'w'));
    mount(path.join('/dev', name), node, null, Mount.bind);
  }
  for (const [name, target] of Object.entries(LINKS)) {
    fs.symlinkSync(target, path.join(dev, name));
    fs.lchownSync(path.join(dev, name), WALL_ID, WALL_ID);
  }
  for (const name of ['pts', 'shm']) makeOwned(path.join(dev, name));
}

/** Step 2, as lines of an fstab(5) for `mount -a`; `scratch` is the size of each tmpfs in bytes. */
export function innerTable(root: string, scratch: number): string {
  const quiet = 'nosuid,nodev,noexec';
  const rows: [source: string, target: string, type: string, options: string][] = [
    ['proc', '/proc', 'proc', quiet],
    ['sysfs', '/sys', 'sysfs', quiet],
    ['cgroup2', '/sys/fs/cgroup', 'cgroup2', quiet],
    ['devpts', '/dev/pts', 'devpts', `newinstance,nosuid,noexec,mode=620,gid=${TTY_GROUP},ptmxmode=666`],
    ['tmpfs', '/dev/shm', 'tmpfs', `nosuid,nodev,mode=1777,size=${scratch}`],
    ['tmpfs', '/tmp', 'tmpfs', `mode=1777,size=${scratch}`],
    ['tmpfs', '/run', 'tmpfs', `mode=755,size=${scratch}`],
  ];
  return rows.map(([source, target, type, options]) => `${escape(source)} ${escape(root + target)} ${type} ${options} 0 0\n`).join('');
}

/** fstab(5): white space in a field is written in octal. */
function escape(field: string): string {
  return field.replace(/[\s\\#]/g, (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`);
}

/**
 * Step 3, in the wall's mount namespace: the tree becomes `/`, for its processes too, the judge's root goes, and `/` is
 * shared as on a machine that systemd has started, which is what lesson 04 is about.
 */
export function becomeRoot(root: string): void {
  // pivot_root(2) wants a mount that is not locked: the tree, bound over itself. What is mounted in it stays locked.
  mount(root, root, null, Mount.bind | Mount.recursive);
  changeDirectory(root);
  // pivot_root(2), "pivot_root(".", ".")": the old root ends up on top of the new one, and is then taken off.
  pivotRoot('.', '.');
  unmount('.', DETACH);
  mount(null, '/', null, Mount.recursive | Mount.shared);
}
