/**
 * One runtime under the probes: a wall of its own, one container in it that sleeps, and what the kernel shows of it; then
 * its end, and one more container that tries to kill everybody.
 */
import type { Token } from '../check/api.ts';
import { CheckFailure, LimitReached } from '../check/failure.ts';
import { poll } from '../check/patience.ts';
import { commandLine } from '../check/shell.ts';
import type { Session } from '../check/session.ts';
import { tokens } from '../check/token.ts';
import { BoxUse, homeOf } from '../check/use.ts';
import { cgroupMountPoint, cgroupsAbove } from '../observe/cgrouptree.ts';
import { fact } from '../observe/fact.ts';
import { view } from '../observe/live.ts';
import { presentOnly } from '../observe/procfile.ts';
import { pidsOf } from '../observe/scan.ts';
import type { Wall } from '../wall/wall.ts';
import type { ParityRow, ParityRun } from '../wire/parity.ts';
import { fileProbes } from './files.ts';
import { limitProbes } from './limits.ts';
import { namespaceProbes } from './namespaces.ts';
import { ask, bad, good, row, type Scene, unread, type Wanted } from './probe.ts';
import { said, takenOf } from './trial.ts';

/** Probes of the running container, in the order in which they are asked. */
export const probes = [...namespaceProbes, ...fileProbes, ...limitProbes];

/** What is found out by ending it, and by a second container. */
export const lastProbes = ['status', 'leftovers', 'kill'] as const;

export const probeIds: readonly string[] = [...probes.map(({ id }) => id), ...lastProbes];

const MiB = 1024 ** 2;

/** A root file system with nothing but a shell and sleep(1) in it. */
const LAY = 'mkdir -p "$0" && cd "$0" && mkdir bin dev proc sys tmp && cp /bin/busybox bin/sleep && ln bin/sleep bin/sh';

/** Kills everybody it can name but itself, and says with its status that it did. The other one is there so that there is somebody. */
const KILL_ALL = (status: number) => `sleep 99 & kill -9 -1; exit ${status}`;

/** What has been found of one runtime so far. */
type Found = Pick<ParityRun, 'did' | 'started' | 'refused' | 'rows'> & { why?: string };

/** Runs all of it in a fresh wall. Rejects where the wall itself fails, or when the session's signal is aborted. */
export async function probeRuntime(session: Session, wall: Wall): Promise<Found> {
  const token = tokens(`${session.seed}/parity`);
  const wanted: Wanted = { hostname: token.word(), memory: 64 * MiB, cpus: 0.5, pids: 64 };
  const dir = `/tmp/${token.word()}`;
  await run(wall, ['sh', '-c', LAY, dir]);
  const { flags, refused } = await takenOf(session, wall, [
    { flags: ['--hostname', wanted.hostname] }, { flags: ['--rootfs', dir] },
    { flags: ['--memory', `${wanted.memory / MiB}m`] }, { flags: ['--cpus', String(wanted.cpus)] }, { flags: ['--pids-limit', String(wanted.pids)] },
    { flags: ['--network', 'bridge'], instead: 'network' }, { flags: ['--network', 'none'], instead: 'network' },
  ]);
  const command = ['sleep', token.seconds()];
  const did = commandLine(['box', 'run', ...flags, '--', ...command]);
  const use = new BoxUse(session, wall, { argv: ['run', ...flags, '--', ...command], asked: { flags, command }, options: {} });
  try {
    const rows = await askAll(use, wall, wanted);
    if (typeof rows === 'string') return { did, started: false, why: rows, refused, rows: probeIds.map((id) => unread(id, rows)) };
    const status = await endOf(use);
    // All that the wall did not have when it was opened: what was tried before has been left by the same runtime.
    const left = await wall.leftovers();
    const leftovers = left.length === 0
      ? good('nothing', fact('what is left', left, 'processes, mounts, cgroups, links and /run/box of the host', ['as before']))
      : bad(`${left.length} left`, fact('what is left', left, 'after its end', left.map(({ kind, what }) => `${kind} ${what}`)));
    // The base of the second container is the same; it needs no limits.
    const plain = flags.slice(0, flags.indexOf('--memory') < 0 ? flags.length : flags.indexOf('--memory'));
    return { did, started: true, refused, rows: [...rows, status, row('leftovers', leftovers), await kill(session, wall, plain, token)] };
  } finally {
    await use.end();
  }
}

/** The running container's rows; a sentence where it did not start. */
async function askAll(use: BoxUse, wall: Wall, wanted: Wanted): Promise<ParityRow[] | string> {
  try {
    const command = await use.command();
    const home = homeOf(wall);
    const scene: Scene = {
      host: view(wall.holder, 'the host'), command, wanted,
      cgroups: cgroupsAbove(command.cgroup().value, home),
      began: use.process.cgroup.slice(cgroupMountPoint().length),
      everybody: () => pidsOf(home).flatMap((pid) => presentOnly(() => view(pid))),
    };
    const rows: ParityRow[] = [];
    for (const probe of probes) rows.push(await ask(probe, scene));
    return rows;
  } catch (error) {
    if (error instanceof CheckFailure || error instanceof LimitReached) return use.ending === undefined ? error.message : said(use);
    throw error;
  }
}

/** Kills the command from outside and sees what the runtime makes of it. */
async function endOf(use: BoxUse): Promise<ParityRow> {
  try {
    await use.signal('SIGKILL', 'command');
    const { exit } = await use.ended();
    return row('status', exit.value === 137 ? good('137', exit) : bad(String(exit.value ?? 'a signal'), exit));
  } catch (error) {
    if (error instanceof LimitReached) return row('status', bad('hangs', fact('its end', error.message, 'wait(2)', [error.message])));
    return unread('status', error instanceof Error ? error.message : String(error));
  }
}

/** Somebody on the host sleeps while a container kills all it can: is the sleeper still there? */
async function kill(session: Session, wall: Wall, flags: readonly string[], token: Token): Promise<ParityRow> {
  const seconds = token.seconds();
  const sleeper = wall.spawn(['sleep', seconds], { timeLimit: Infinity });
  const status = token.int(20, 90);
  let use: BoxUse | undefined;
  try {
    // Not before the sleeper is there: a box that hides nobody from its command may be that quick.
    const pid = await sleeper.pid;
    const canary = view(pid, 'a process of the host');
    use = new BoxUse(session, wall, { argv: ['run', ...flags, '--', 'sh', '-c', KILL_ALL(status)], options: {} });
    use.process.endInput();
    const { exit } = await use.ended();
    // A signal that is sent is not yet death: a machine with much to do takes its time.
    const tried = exit.value === status;
    const died = await poll(() => (canary.alive() ? undefined : true), (tried ? 300 : 2_000) * session.slowness, session.signal) ?? false;
    const alive = fact('whether it lives', !died, `/proc/${pid}`, [died ? `sleep ${seconds} is gone` : `sleep ${seconds} still runs`]);
    if (died) return row('kill', bad('killed', alive, exit));
    // It has to have tried, or nothing follows from it.
    return tried ? row('kill', good('spared', alive, exit)) : unread('kill', `it ended with ${exit.value}, so it may not have tried: ${said(use)}`);
  } catch (error) {
    return unread('kill', error instanceof Error ? error.message : String(error));
  } finally {
    await Promise.all([use?.end(), sleeper.kill()]);
  }
}

async function run(wall: Wall, argv: readonly string[]): Promise<void> {
  const started = wall.spawn(argv, { timeLimit: 20_000 });
  started.endInput();
  const { code } = await started.ended;
  if (code !== 0) throw new Error(`${commandLine(argv)}: status ${code}: ${started.stderr.toString('utf8').trim()}`);
}
