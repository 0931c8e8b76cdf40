/** The tracer in the private kernel: programs that make what containers are made of, stopped at each call. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TraceRun, TraceStep } from '../../sandbox/wire/trace.ts';
import { Guest } from '../agent/guest.ts';

let guest: Guest;

beforeAll(async () => {
  guest = await Guest.boot();
}, 300_000);

afterAll(async () => {
  await guest?.[Symbol.asyncDispose]();
});

async function trace(argv: string[], more: { setup?: string; timeLimit?: number; signal?: AbortSignal } = {}): Promise<TraceRun> {
  const { signal, ...rest } = more;
  const value = await guest.client.request({ op: 'trace', box: [], argv, ...rest }, signal === undefined ? {} : { signal });
  if (value.op !== 'trace') throw new Error(`answered with ${value.op}`);
  return value.run;
}

const sh = (script: string): string[] => ['sh', '-c', script];
const perl = (script: string): string[] => ['perl', '-e', script];
const named = (run: TraceRun, name: string): TraceStep[] => run.steps.filter((step) => step.name === name);
const only = (run: TraceRun, name: string): TraceStep => {
  const [step, ...others] = named(run, name);
  expect(others, JSON.stringify(run)).toEqual([]);
  if (step === undefined) throw new Error(`no ${name} in ${JSON.stringify(run)}`);
  return step;
};
const told = (step: TraceStep): string[] => step.changes.map(({ area, what, before, after }) => `${area} ${what}: ${before ?? '-'} -> ${after ?? '-'}`.replace(/\d{6,}/g, 'N'));

describe('what a call changed is seen at its end', () => {
  test('a host name', async () => {
    const run = await trace(sh('hostname hold'));
    expect(told(only(run, 'sethostname'))).toEqual(['names hostname: drydock -> hold']);
    expect(run.ending).toEqual({ code: 0, signal: null });
  });

  test('namespaces, propagation, mounts', async () => {
    const run = await trace(['unshare', '-m', '--propagation', 'unchanged', 'sh', '-c', 'mount --make-rprivate / && mount -t tmpfs x /mnt && umount /mnt']);
    expect(told(only(run, 'unshare'))).toEqual([expect.stringMatching(/^namespaces mnt: mnt:\[N\] -> mnt:\[N\]$/), expect.stringMatching(/^mounts the namespace: - -> new, its \d+ mounts copied from mnt:\[N\]$/)]);
    const [spread, mounted] = named(run, 'mount');
    expect(spread?.changes.length).toBeGreaterThan(10);
    expect(spread?.changes.every(({ before, after }) => /shared:\d+/.test(before ?? '') && /, private$/.test(after ?? ''))).toBe(true);
    expect(told(mounted!)).toEqual(['mounts /mnt: - -> tmpfs x, rw,relatime, private']);
    expect(told(only(run, 'umount2'))).toEqual(['mounts /mnt: tmpfs x, rw,relatime, private -> -']);
  });

  test('a mount that spreads is seen in both namespaces', async () => {
    const run = await trace(['unshare', '-m', '--propagation', 'unchanged', 'mount', '-t', 'tmpfs', 'x', '/mnt']);
    expect(new Set(only(run, 'mount').changes.map(({ where }) => where)).size).toBe(2);
  });

  test('a process that is made in new namespaces, by clone itself', async () => {
    // CLONE_NEWUTS | SIGCHLD
    const run = await trace(perl('my $pid = syscall(56, 0x04000000 | 17, 0, 0, 0, 0); if ($pid == 0) { exec "hostname", "inner" } waitpid $pid, 0;'));
    const clone = only(run, 'clone');
    expect(clone.args.at(-1)).toBe('flags=CLONE_NEWUTS|SIGCHLD');
    expect(told(clone)[0]).toMatch(/^namespaces uts: uts:\[N\] -> uts:\[N\]$/);
    expect(told(only(run, 'sethostname'))).toEqual(['names hostname: drydock -> inner']);
  });

  test('a cgroup: made, limited, entered, left, removed; each write by itself', async () => {
    const run = await trace(sh('cd /sys/fs/cgroup && echo +pids > cgroup.subtree_control; mkdir box && echo 7 > box/pids.max && echo $$ > box/cgroup.procs && echo $$ > shell/cgroup.procs && rmdir box'));
    expect(told(only(run, 'mkdir'))).toContain('cgroups the cgroup: - -> made');
    const writes = named(run, 'write').map(told);
    expect(writes[1]).toEqual(['cgroups pids.max: max -> 7']);
    expect(writes[2]).toEqual(['cgroups processes: - -> sh', 'cgroups processes: sh -> -']);
    expect(told(only(run, 'rmdir'))).toEqual(['cgroups the cgroup: there -> -']);
  });

  test('links, by what ip asked for; what was refused says so', async () => {
    const run = await trace(['unshare', '-n', 'sh', '-c', 'ip link add v0 type veth peer name v1; ip address add 10.1.0.1/24 dev v0; ip link set v0 up; ip link add v0 type bridge']);
    const [added, address, up, refused] = named(run, 'sendmsg');
    expect(added).toMatchObject({ args: [expect.stringContaining('socket:'), 'RTM_NEWLINK'], by: 'ip link add v0 type veth peer name v1' });
    expect(told(added!).toSorted()).toEqual(['links v0: - -> veth, down', 'links v1: - -> veth, down']);
    expect(told(address!)).toEqual(['links v0: veth, down -> veth, down, 10.1.0.1/24']);
    expect(told(up!)[0]).toBe('links v0: veth, down, 10.1.0.1/24 -> veth, up, 10.1.0.1/24');
    expect(refused).toMatchObject({ errno: 'EEXIST', changes: [] });
  });
});

describe('calls that fail', () => {
  test('are explained by the facts of that moment', async () => {
    const step = only(await trace(['unshare', '-m', 'sh', '-c', 'mkdir /tmp/n /tmp/n/old; pivot_root /tmp/n /tmp/n/old']), 'pivot_root');
    expect(step).toMatchObject({ errno: 'EINVAL', result: -1, changes: [], failure: { certain: true } });
    expect(step.failure?.condition).toMatch(/\/tmp\/n\) is not a mount point/);
  });

  test('a file of cgroupfs that cannot be opened', async () => {
    const run = await trace(sh('echo 5 > /sys/fs/cgroup/nowhere/pids.max'));
    expect(run.steps).toMatchObject([{ name: expect.stringMatching(/^open/) as string, errno: 'ENOENT' }]);
  });
});

describe('a program is left as it is', () => {
  test('signals, stops and ends are its own', async () => {
    const run = await trace(sh('trap "hostname got" USR1; kill -USR1 $$; sleep 0.05 & kill -STOP $!; kill -CONT $!; wait $!; exit 9'));
    expect(run.ending).toEqual({ code: 9, signal: null });
    expect(told(only(run, 'sethostname'))).toEqual(['names hostname: drydock -> got']);
    expect((await trace(sh('kill -9 $$'))).ending).toEqual({ code: null, signal: 'SIGKILL' });
  });

  test('threads: the one that calls is the one that is looked at', async () => {
    const run = await trace(['node', '-e', `
      const { open, load, DataType } = require('/work/node_modules/ffi-rs');
      open({ library: 'c', path: 'libc.so.6' });
      load({ library: 'c', funcName: 'unshare', retType: DataType.I32, paramsType: [DataType.I32], paramsValue: [0x04000000] });
      require('child_process').execFileSync('hostname', ['mine']);`]);
    expect(told(only(run, 'unshare'))).toEqual([expect.stringMatching(/^namespaces uts: /)]);
    expect(run.processes.map(({ label }) => label)).toEqual(['node', 'hostname mine']);
    // Node makes some thousand calls to start: none of them is told.
    expect(run.steps.map(({ name }) => name)).toEqual(['unshare', 'execve', 'sethostname']);
  });

  test('execve from another thread than the first', async () => {
    const run = await trace(['node', '-e', `
      const { Worker } = require('worker_threads');
      new Worker(\`
        const { open, load, DataType } = require('/work/node_modules/ffi-rs');
        open({ library: 'c', path: 'libc.so.6' });
        load({ library: 'c', funcName: 'execl', retType: DataType.I32, paramsType: [DataType.String, DataType.String, DataType.String, DataType.U64], paramsValue: ['/usr/bin/hostname', 'hostname', 'threaded', 0] });
      \`, { eval: true });`]);
    expect(told(only(run, 'sethostname'))).toEqual(['names hostname: drydock -> threaded']);
    expect(run.ending).toEqual({ code: 0, signal: null });
  });

  test('processes that call at the same time are kept apart', async () => {
    const run = await trace(sh('for i in 1 2 3 4 5 6; do mkdir -p /tmp/d$i; (mount -t tmpfs t$i /tmp/d$i) & done; wait'));
    const mounts = named(run, 'mount');
    expect(mounts).toHaveLength(6);
    for (const step of mounts) expect(told(step)).toEqual([`mounts ${JSON.parse(step.args[1]!) as string}: - -> tmpfs ${JSON.parse(step.args[0]!) as string}, rw,relatime, shared:N`.replace('shared:N', told(step)[0]!.match(/shared:\d+/)![0])]);
    expect(mounts.every(({ beside }) => beside === undefined)).toBe(true);
  });

  test('two processes of which one waits for the other in a call do not hang', async () => {
    const run = await trace(perl('pipe R, W; if (my $pid = fork) { close W; <R>; waitpid $pid, 0 } else { system "hostname", "x"; close W }'));
    expect(run.ending).toEqual({ code: 0, signal: null });
  });
});

describe('limits and ends', () => {
  test('what comes before it is not seen', async () => {
    const run = await trace(sh('cat /tmp/laid >&2; hostname x'), { setup: 'hostname before; echo laid > /tmp/laid' });
    expect(run.stderr).toBe('laid\n');
    expect(run.steps.map(({ name }) => name)).toEqual(['execve', 'execve', 'sethostname']);
    await expect(trace(sh('true'), { setup: 'echo no >&2; exit 3' })).rejects.toThrow(/status 3: no/);
  });

  test('a run that does not end is ended, and its beginning is told', async () => {
    const run = await trace(sh('hostname x; sleep 100'), { timeLimit: 2_000 });
    expect(run).toMatchObject({ cut: 'time', ending: { limit: 'timeout' } });
    expect(named(run, 'sethostname')).toHaveLength(1);
  });

  test('a run with calls without end is ended', async () => {
    const run = await trace(perl('chdir "/" while 1'));
    expect(run.cut).toBe('calls');
    expect(run.steps.length).toBeLessThanOrEqual(250);
  });

  test('a program that is not there', async () => {
    expect((await trace(['/no/such/program'])).ending.code).toBe(127);
  });

  test('cancelled, it leaves nothing; nor does anything that was traced before', async () => {
    const stop = new AbortController();
    const running = trace(sh('hostname x; sleep 100'), { signal: stop.signal });
    await sleep(1_500);
    stop.abort();
    await expect(running).rejects.toThrow();
    await expect.poll(async () => (await guest.census()).processes.filter((line) => !/init|sh \/usr\/lib\/drydock/.test(line)), { timeout: 20_000 }).toEqual([]);
    const { cgroups } = await guest.census();
    expect(cgroups).toEqual([]);
  });
});
