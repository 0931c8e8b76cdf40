/** util-linux: unshare(1) for the namespaces and the new /proc, hostname(1), and mount(8) where a root has to be made. */
import { status } from './child.ts';
import { BoxError } from './error.ts';
import { layersOf, Place, requireCommand } from './place.ts';
import { reaper } from './reaper.ts';
import type { Asked } from './words.ts';

/** $1: the host name, or nothing. */
const NAME_IT = '[ -z "$1" ] || hostname -- "$1" || { echo "box: no host name" >&2; exit 125; }; shift; exec "$@"';

export async function run(asked: Asked): Promise<number> {
  const { command, hostname = '', network, limits, terminal } = asked;
  if (Object.keys(limits).length > 0) throw new BoxError(125, 'unshare has no part in control groups');
  if (terminal) throw new BoxError(125, 'unshare makes no terminals');
  if (network === 'bridge') throw new BoxError(125, 'unshare makes no networks, only a namespace for one');
  const env = { ...process.env, ...asked.env };
  using place = new Place(asked);
  requireCommand(asked, env);
  const another = layersOf(asked).length > 0;
  // Awaited here: the place is given back at the end of this function.
  return await status([
    'unshare', '--uts', '--ipc', ...(network === 'none' ? ['--net'] : []), '--', 'sh', '-c', NAME_IT, 'box', hostname,
    ...(another ? place.inPlace([]) : []),
    // Not with --fork: until util-linux 2.39 it loses the status of a command that SIGKILL has ended.
    'unshare', '--pid', '--', ...reaper(),
    'unshare', '--mount-proc', ...(another ? ['--root', place.root] : []), '--', ...command,
  ], env);
}
