/** bubblewrap: all of it is its command line. */
import fs from 'node:fs';
import path from 'node:path';
import { status } from './child.ts';
import { BoxError } from './error.ts';
import { layersOf, Place, requireCommand } from './place.ts';
import type { Asked } from './words.ts';

export async function run(asked: Asked): Promise<number> {
  const { command, hostname, network, limits, terminal } = asked;
  if (Object.keys(limits).length > 0) throw new BoxError(125, 'bubblewrap sets no limits');
  if (terminal) throw new BoxError(125, 'bubblewrap makes no terminals');
  if (network === 'bridge') throw new BoxError(125, 'bubblewrap makes no networks, only a namespace for one');
  const env = { ...process.env, ...asked.env };
  using place = new Place(asked);
  requireCommand(asked, env);
  const another = layersOf(asked).length > 0;
  const root = another ? [...ownRoot(place), '--chdir', '/'] : ['--dev-bind', '/', '/'];
  // It exits with 1 if it fails itself; but only of a command that has run does it say how that ended.
  const report = path.join(place.folder, 'status');
  const descriptor = fs.openSync(report, 'w');
  const argv = [
    'bwrap', '--die-with-parent', '--unshare-pid', '--as-pid-1', '--unshare-uts', '--unshare-ipc', '--unshare-cgroup', ...(network === 'none' ? ['--unshare-net'] : []),
    ...(hostname === undefined ? [] : ['--hostname', hostname]), ...root, '--proc', '/proc', '--json-status-fd', '3', '--', ...command,
  ];
  const code = await status(another ? place.inPlace(argv) : argv, env, [descriptor]);
  if (!fs.readFileSync(report, 'utf8').includes('"exit-code"')) throw new BoxError(125, 'bubblewrap could not start it');
  return code;
}

/** What it puts into a root directory. */
function ownRoot(place: Place): string[] {
  return ['--bind', place.root, '/', '--dev', '/dev', '--perms', '1777', '--tmpfs', '/dev/shm', '--ro-bind', '/sys', '/sys'];
}
