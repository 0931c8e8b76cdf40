/**
 * The wall's first process and, with it, the wall's namespaces.
 *
 *     sh (joins the cgroup) → nsenter (user namespace, root of it) → unshare (all others, forks) → sh = PID 1 → cat
 *
 * PID 1 mounts what only the wall's root can mount, waits until the judge has turned the tree into `/`, and becomes
 * cat(1) on a pipe that the judge holds. It ignores SIGCHLD, so the kernel reaps orphans by itself (see NOTES in wait(2)).
 * When the pipe ends, the judge being gone, PID 1 ends and the kernel kills everything in its pid namespace.
 */
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import { errnoOf, SystemCallError } from '../observe/errors.ts';
import { isAlive } from '../observe/procfile.ts';
import { O_CLOEXEC, pipe, setHostName } from './calls.ts';
import { Child } from './child.ts';
import type { WallCgroup } from './cgroup.ts';
import { wallEnvironment } from './environment.ts';
import { inPrivateMounts, within } from './hop.ts';
import type { HopKind } from './hop.ts';
import { becomeRoot, layTree, tablePath, treeRoot } from './mountTree.ts';
import type { TreePlace } from './mountTree.ts';

/** $1: where to join the cgroup. The rest: nsenter's arguments. */
const ENTER = 'echo 0 >"$1" && shift && exec /usr/bin/nsenter "$@"';

/** $1: the table of what to mount. */
const FIRST_PROCESS = 'mount -n -a -T "$1" && echo mounted && read go && exec env --ignore-signal=CHLD cat >/dev/null 2>&1';

/** The wall's host name. */
const HOST_NAME = 'drydock';

/** IFF_UP and IFF_LOOPBACK, as /sys/class/net/lo/flags has them. */
const LOOPBACK_UP = '0x9';

/** Every namespace of the wall by kind, as descriptors of the judge's. */
export type WallNamespaces = Record<HopKind | 'user', number>;

export class Holder {
  /** The wall's PID 1, in the judge's pid namespace. */
  readonly pid: number;
  readonly namespaces: WallNamespaces;
  /** Descriptors of directories of the wall as it was when it was new, whatever is mounted there later. */
  readonly places: Readonly<Record<'root' | 'pts' | 'tmp' | 'run' | 'shm', number>>;
  readonly #starter: Starter;

  private constructor(pid: number, namespaces: WallNamespaces, places: Holder['places'], starter: Starter) {
    this.pid = pid;
    this.namespaces = namespaces;
    this.places = places;
    this.#starter = starter;
  }

  /**
   * Starts PID 1 in new namespaces below the user namespace `user`, with the tree at `place` as its root. Takes over `user`.
   * `laid` is called in the judge's private mount namespace when the tree stands.
   */
  static async start(options: { user: number; place: TreePlace; scratch: number; cgroup: WallCgroup; laid: () => void }): Promise<Holder> {
    const { user, place, cgroup } = options;
    const root = treeRoot(place);
    const starter = inPrivateMounts(() => {
      layTree(place, options.scratch);
      options.laid();
      return new Starter(['/bin/sh', '-c', ENTER, 'sh', `${cgroup.home}/cgroup.procs`, `--user=/proc/${process.pid}/fd/${user}`, '--',
        '/usr/bin/unshare', '--pid', '--fork', '--mount', '--uts', '--net', '--ipc', '--cgroup', '--propagation', 'unchanged', '--',
        '/bin/sh', '-c', FIRST_PROCESS, 'sh', tablePath(place),
      ]);
    });
    try {
      await starter.mounted();
      // Its parent is unshare(1), which waits for it.
      const pid = firstChild(starter.child.pid);
      for (const each of [pid, starter.child.pid]) {
        cgroup.keepProcess(each);
        // The learner's processes go first when memory is short; see proc_pid_oom_score_adj(5).
        fs.writeFileSync(`/proc/${each}/oom_score_adj`, '-1000');
      }
      const namespaces = openNamespaces(pid, user);
      within({ mnt: namespaces.mnt, uts: namespaces.uts }, () => {
        becomeRoot(root);
        setHostName(HOST_NAME);
      });
      const holder = new Holder(pid, namespaces, openPlaces(pid), starter);
      fs.writeFileSync(`/proc/${pid}/root/sys/class/net/lo/flags`, LOOPBACK_UP);
      starter.lifeline.write('\n');
      return holder;
    } catch (error) {
      starter.child.kill('SIGKILL');
      starter.close();
      throw error;
    }
  }

  /** Whether it still runs. */
  get alive(): boolean {
    return isAlive(this.pid);
  }

  /** Lets go of everything: PID 1 has been killed, its namespaces end with the last descriptor. */
  async release(): Promise<void> {
    this.#starter.close();
    await this.#starter.child.exited;
    for (const descriptor of [...Object.values(this.namespaces), ...Object.values(this.places)]) fs.closeSync(descriptor);
  }
}

/** The commands that lead up to PID 1: their pipes, and what they have to say. */
class Starter {
  readonly child: Child;
  /** PID 1 reads it, and ends with it. */
  readonly lifeline: net.Socket;
  readonly #said: net.Socket;
  readonly #complained: net.Socket;
  #complaint = '';

  constructor(argv: readonly string[]) {
    const [stdin, stdout, stderr] = [pipe(), pipe(), pipe()];
    try {
      this.child = new Child({ path: '/bin/sh', argv, env: wallEnvironment, stdio: [stdin[0], stdout[1], stderr[1]] });
    } catch (error) {
      for (const end of [stdin[1], stdout[0], stderr[0]]) fs.closeSync(end);
      throw error;
    } finally {
      for (const end of [stdin[0], stdout[1], stderr[1]]) fs.closeSync(end);
    }
    this.lifeline = new net.Socket({ fd: stdin[1], readable: false, writable: true }).on('error', () => {});
    this.#said = new net.Socket({ fd: stdout[0], readable: true, writable: false }).on('error', () => {});
    this.#complained = new net.Socket({ fd: stderr[0], readable: true, writable: false }).on('error', () => {});
    this.#complained.on('data', (chunk: Buffer) => {
      this.#complaint = (this.#complaint + chunk.toString()).slice(-2000);
    });
  }

  /** Waits for PID 1 to say that it has mounted everything. */
  async mounted(): Promise<void> {
    const failed = this.child.exited.then(() => {
      throw new Error(`the wall's first process ended: ${this.#complaint.trim() || 'it said nothing'}`);
    });
    failed.catch(() => {});
    await Promise.race([once(this.#said, 'data'), failed]);
  }

  close(): void {
    for (const stream of [this.lifeline, this.#said, this.#complained]) stream.destroy();
  }
}

/** The only child of a process. */
function firstChild(pid: number): number {
  const path = `/proc/${pid}/task/${pid}/children`;
  const child = Number(fs.readFileSync(path, 'utf8').trim().split(' ')[0]);
  if (!(child > 0)) throw new SystemCallError('read', path, 'ESRCH');
  return child;
}

function openNamespaces(pid: number, user: number): WallNamespaces {
  const open = (kind: HopKind): number => openFile(`/proc/${pid}/ns/${kind}`, fs.constants.O_RDONLY);
  return { user, mnt: open('mnt'), pid: open('pid'), net: open('net'), uts: open('uts'), ipc: open('ipc'), cgroup: open('cgroup') };
}

function openPlaces(pid: number): Holder['places'] {
  const open = (path: string): number => openFile(`/proc/${pid}/root${path}`, fs.constants.O_RDONLY | fs.constants.O_DIRECTORY);
  return { root: open('/'), pts: open('/dev/pts'), tmp: open('/tmp'), run: open('/run'), shm: open('/dev/shm') };
}

function openFile(path: string, flags: number): number {
  try {
    return fs.openSync(path, flags | O_CLOEXEC);
  } catch (cause) {
    throw new SystemCallError('open', path, errnoOf(cause) ?? 'EIO', { cause });
  }
}
