/** Facts made by hand, for rules and the doctor: only what a test speaks of. */
import type { IdRange } from '../../sandbox/observe/idmap.ts';
import type { FileFacts } from '../../sandbox/observe/inside.ts';
import { parseMountinfo } from '../../sandbox/observe/mountinfo.ts';
import type { Mount } from '../../sandbox/observe/mountinfo.ts';
import { parseStatus } from '../../sandbox/observe/status.ts';
import type { ProcessStatus } from '../../sandbox/observe/status.ts';
import type { CallFacts, PathFacts } from '../../sandbox/diagnose/doctor/facts.ts';
import type { ProcessFacts, RunFacts, Scene } from '../../sandbox/diagnose/scene.ts';
import type { Call } from '../../sandbox/diagnose/strace.ts';
import { readTrace } from '../../sandbox/diagnose/strace.ts';

export const processFacts = (pid: number, facts: Partial<ProcessFacts> = {}): ProcessFacts => ({ pid, label: `process ${pid}`, evidence: {}, ...facts });

export const scene = (runs: readonly Partial<RunFacts>[] = [], more: Partial<Scene> = {}): Scene => ({
  lesson: '05-root', check: 'a-check', wall: { before: processFacts(1), after: processFacts(1) },
  runs: runs.map((run) => ({ argv: ['box'], ...run })), notes: {}, ...more,
});

/** `ID PARENT PATH [OPTIONS [OPTIONAL]] [- TYPE]`, a line each. */
export function mounts(...lines: readonly string[]): Mount[] {
  return parseMountinfo(lines.map((line) => {
    const [left = '', type = 'tmpfs'] = line.split(' - ');
    const [id, parent, point, options = 'rw', ...optional] = left.split(' ');
    return [id, parent, `0:${id}`, '/', point, options, ...optional, '-', type, 'none', 'rw'].join(' ') + '\n';
  }).join(''));
}

/** A status with these lines instead of the ordinary ones. */
export function status(lines: Record<string, string> = {}): ProcessStatus {
  const ordinary = {
    Name: 'box', State: 'R (running)', Tgid: '412', Pid: '412', PPid: '1', TracerPid: '0', Uid: '100000 100000 100000 100000', Gid: '100000 100000 100000 100000', Groups: '', Threads: '1', CapEff: '000001ffffffffff',
    SigCgt: '0', SigIgn: '0', SigBlk: '0',
  };
  return parseStatus(Object.entries({ ...ordinary, ...lines }).map(([key, value]) => `${key}:\t${value}\n`).join(''));
}

export const firstNamespace: IdRange[] = [{ inside: 0, outside: 0, length: 4294967295 }];
export const wallNamespace: IdRange[] = [{ inside: 0, outside: 100000, length: 65536 }];

/** The call of one line of strace. */
export function call(line: string): Call {
  const [event] = readTrace(`412 ${line}`);
  if (event?.kind !== 'call') throw new Error(`no call: ${line}`);
  return event.call;
}

/** A path that leads to something on the mount with this id. */
export function there(path: string, mount: number, more: Partial<FileFacts> = {}): PathFacts {
  return { file: { kind: 'directory', mode: 0o755, uid: 0, gid: 0, size: 0, links: 1, inode: 7, device: '0:7', path, mount, ...more } };
}

export const missing = (part: string): PathFacts => ({ file: null, missing: part });

/** A caller that is root of the wall's user namespace, unless said otherwise. */
export function facts(caller: Partial<ProcessFacts> = {}, more: Partial<CallFacts> = {}): CallFacts {
  const user = 5;
  return {
    caller: processFacts(412, {
      status: status(), uidMap: wallNamespace, gidMap: wallNamespace, root: '/', cwd: '/work', mounts: mounts('20 1 /'), fds: {},
      namespaces: { user, mnt: 6, pid: 7, uts: 8, net: 9, ipc: 10, cgroup: 11 },
      owners: { mnt: user, pid: user, uts: user, net: user, ipc: user, cgroup: user }, pidForChildren: 7, ...caller,
    }),
    paths: {}, ...more,
  };
}
