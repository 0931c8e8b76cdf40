/** Steps and runs for tests, as the tracer tells them. */
import type { Change, TraceRun, TraceStep } from '../../src/check/wire.ts';

/** `mount("none", "/", NULL, MS_PRIVATE, NULL)` as a step of process 1, or of the one that `more` names. */
export function stepOf(call: string, more: Partial<TraceStep> = {}): TraceStep {
  const name = call.slice(0, call.indexOf('('));
  const args = (call.slice(name.length + 1, call.lastIndexOf(')')).match(/"(?:[^"\\]|\\.)*"|\[[^\]]*\]|\d+<[^>]*>|[^,\s][^,]*/g) ?? []).map((arg) => arg.trim());
  return { process: 1, name, args, text: call, result: more.errno === undefined ? 0 : -1, changes: [], ...more };
}

export function runOf(calls: readonly (string | TraceStep)[], more: Partial<TraceRun> = {}): TraceRun {
  return {
    argv: ['node', '/work/box/box.ts', 'run', '--', 'true'], ending: { code: 0, signal: null }, stderr: '',
    processes: [{ id: 1, parent: null, label: 'box.ts run' }, { id: 2, parent: 1, label: 'box.ts stage' }],
    steps: calls.map((call) => (typeof call === 'string' ? stepOf(call) : call)), ...more,
  };
}

export function change(area: Change['area'], what: string, before: string | null, after: string | null, where = 'mnt:[2]'): Change {
  return { area, where, what, before, after };
}

/** Lesson 5's reference, in short. */
export const reference = [
  'unshare(CLONE_NEWUTS|CLONE_NEWIPC|CLONE_NEWPID)',
  'sethostname("hold", 4)',
  'execve("/usr/bin/node", ["node", "/work/box/box.ts", "stage"], 0x7f /* environment */)',
  'unshare(CLONE_NEWNS)',
  'mount("none", "/", NULL, MS_REC|MS_PRIVATE, NULL)',
  'mount("proc", "/tmp/image/proc", "proc", MS_NOSUID|MS_NODEV|MS_NOEXEC, NULL)',
  'mount("/tmp/image", "/tmp/image", NULL, MS_BIND|MS_REC, NULL)',
  'chdir("/tmp/image")',
  'pivot_root(".", ".")',
  'umount2(".", MNT_DETACH)',
  'execve("/bin/true", ["true"], 0x7f /* environment */)',
];
