/** Puts a wall together: user namespace, disk, tree, first process. */
import fs from 'node:fs';
import path from 'node:path';
import { errnoOf, SystemCallError } from '../observe/errors.ts';
import { O_CLOEXEC, O_PATH } from './calls.ts';
import type { WallCgroup } from './cgroup.ts';
import { WallDisk } from './disk.ts';
import { Holder } from './holder.ts';
import type { WallLimits } from './limits.ts';
import { treeDisk } from './mountTree.ts';
import type { TreePlace } from './mountTree.ts';
import { takeUserNamespace } from './userNamespace.ts';

/** The wall's own folders as descriptors: /work and /work/box as they are on its disk, whatever is mounted there later. */
export type WallFolders = { readonly work: number; readonly box: number };

export type Built = { readonly holder: Holder; readonly folders: WallFolders };

/**
 * Builds a wall in `cgroup`. `image` and `disk` are as WallOptions has them. On an error what was started is left to
 * whoever kills the cgroup; all else is undone.
 */
export async function buildWall(options: { name: string; limits: WallLimits; cgroup: WallCgroup; image: string; disk: string }): Promise<Built> {
  const { name, limits, cgroup, image, disk } = options;
  const base = path.join(disk, name);
  let folders: WallFolders | undefined;
  const user = await takeUserNamespace();
  try {
    using device = await WallDisk.make(disk, name, limits.disk);
    fs.mkdirSync(base, { mode: 0o700 });
    const place: TreePlace = { base, image, device: device.device };
    const holder = await Holder.start({
      user, place, scratch: limits.scratch, cgroup,
      laid: () => {
        folders = openFolders(treeDisk(place));
      },
    });
    if (folders === undefined) throw new Error('the tree was not laid');
    return { holder, folders };
  } catch (error) {
    for (const descriptor of [user, ...Object.values(folders ?? {})]) fs.closeSync(descriptor);
    throw error;
  } finally {
    removeFolder(base);
  }
}

function openFolders(disk: string): WallFolders {
  const open = (folder: string): number => fs.openSync(path.join(disk, folder), O_PATH | fs.constants.O_DIRECTORY | O_CLOEXEC);
  return { work: open('work'), box: open('work/box') };
}

/** The mount point is empty for the judge: what was mounted on it is in the wall's namespace only. */
function removeFolder(folder: string): void {
  try {
    fs.rmdirSync(folder);
  } catch (cause) {
    if (errnoOf(cause) !== 'ENOENT') throw new SystemCallError('rmdir', folder, errnoOf(cause) ?? 'EIO', { cause });
  }
}
