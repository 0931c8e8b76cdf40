/** Takes off what a learner has mounted on a folder of the wall. */
import { parseMountinfo } from '../observe/mountinfo.ts';
import { readProc } from '../observe/procfile.ts';
import { DETACH, NO_FOLLOW, unmount } from './calls.ts';
import type { Holder } from './holder.ts';
import { within } from './hop.ts';

/** Unmounts everything at and below `folder`, in the wall's own mount namespace; the folder is no mount of the wall's itself. */
export function uncover(holder: Holder, folder: string): void {
  const mounts = parseMountinfo(readProc(holder.pid, 'mountinfo'));
  const on = mounts.map(({ mountPoint }) => mountPoint).filter((point) => point === folder || point.startsWith(`${folder}/`));
  if (on.length === 0) return;
  // The last one mounted is the one on top.
  within({ mnt: holder.namespaces.mnt }, () => on.reverse().forEach((point) => unmount(point, DETACH | NO_FOLLOW)));
}
