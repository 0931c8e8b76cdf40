/** The X-ray in the private kernel: what it says of real containers of the reference and of named mistakes, and what it survives. */
import { setTimeout as sleep } from 'node:timers/promises';
import path from 'node:path';
import * as v from 'valibot';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { XraySchema } from '../../sandbox/wire/xray.ts';
import type { Xray, XrayDetail } from '../../sandbox/wire/xray.ts';
import type { WireFile } from '../../sandbox/wire/messages.ts';
import { mistakeTree, solutionTree } from '../../src/lesson/lay/trees.ts';
import { loadCourse } from '../../src/lesson/load.ts';
import { typicalRun } from '../../src/lesson/typical.ts';
import { layoutSections } from '../../src/tui/xray/sections.ts';
import { noHistory, remember } from '../../src/tui/xray/history.ts';
import { Guest } from './guest.ts';

const course = loadCourse(path.resolve(import.meta.dirname, '../..'));
const last = course.lessons.find(({ id }) => id === '09-networks')!;

let guest: Guest;
beforeAll(async () => {
  guest = await Guest.boot();
});
afterEach(() => guest.reset('playground'));
afterAll(() => guest[Symbol.asyncDispose]());

const look = async (of?: string): Promise<Xray> => {
  const value = await guest.client.request({ op: 'xray', ...(of === undefined ? {} : { of }) });
  if (value.op !== 'xray') throw new Error(`an X-ray was asked for, and a ${value.op} came`);
  return v.parse(XraySchema, value.xray);
};

function boxOf(lesson: string, mistake?: string): WireFile[] {
  const found = course.lessons.find(({ id }) => id === lesson)!;
  const tree = mistake === undefined ? solutionTree(course, found) : mistakeTree(course, found, mistake);
  return [...tree].map(([file, { bytes }]) => ({ path: file, base64: bytes.toString('base64') }));
}

type Started = { pid: number; id: string; ended: Promise<unknown>; said: () => string };

/** Starts a command in the playground; resolves when it has a pid there. */
async function start(argv: string[], box?: WireFile[]): Promise<Started> {
  const pid = Promise.withResolvers<number>();
  let said = '';
  const { id, ended } = guest.client.begin({ op: 'run', wall: 'playground', argv, cwd: '/work', outputLimit: 65536, ...(box === undefined ? {} : { box }) }, {
    onEvent: (event) => {
      if (event.event === 'started') pid.resolve(event.pid);
      if (event.event === 'output') said += Buffer.from(event.base64, 'base64').toString();
    },
  });
  ended.then(() => pid.resolve(0), pid.reject);
  return { pid: await pid.promise, id, ended, said: () => said };
}

/** The container as soon as it is as it should be. */
async function until(wanted: (container: XrayDetail) => boolean, of?: string): Promise<XrayDetail> {
  for (const deadline = performance.now() + 20_000; performance.now() < deadline; await sleep(100)) {
    const { container } = await look(of);
    if (container && wanted(container)) return container;
  }
  throw new Error(`no such container: ${JSON.stringify(await look(of))}`);
}

/** That it runs exactly this, the last thing that happens in these containers. */
const runs = (command: string) => (container: XrayDetail): boolean => container.processes.some((process) => process.member && process.command === command);
const kinds = ({ namespaces }: XrayDetail): string[] => namespaces.filter(({ host, inside }) => host !== inside).map(({ kind }) => kind);

test('a playground that nobody has entered is empty, and stays unmade', async () => {
  expect(await look()).toMatchObject({ schema: 'drydock.xray/1', containers: [], container: null });
  // The agent makes the first wall's disk ready by itself; that ends.
  await expect.poll(() => guest.census(), { timeout: 20_000 }).toMatchObject({ processes: [], cgroups: [] });
});

test('a container of the reference: every part, each with a file that can be read in the sandbox’s own shell', async () => {
  const flags = ['--name', 'web', '--hostname', 'inner', '--memory', '32m', '--cpus', '0.5', '--network', 'bridge'];
  const { pid, id, ended } = await start(['box', 'run', ...flags, '--', 'sleep', '1000'], boxOf('09-networks'));
  const found = await until(runs('sleep 1000'));
  expect(found).toMatchObject({ name: 'web', inside: 1, command: 'sleep 1000', isolated: true, troubles: [], hostname: { host: 'drydock', inside: 'inner' } });
  expect(kinds(found)).toEqual(['cgroup', 'ipc', 'mnt', 'net', 'pid', 'uts']);
  expect(found.processes.map(({ pid, inside, member, depth }) => [pid, inside, member, depth])).toEqual([[pid, pid, false, 0], [found.pid, 1, true, 1]]);
  expect(found.capabilities).toMatchObject({ uid: 0, gid: 0 });
  expect(found.mounts).toMatchObject({ rootIsMount: true, list: expect.arrayContaining([expect.objectContaining({ point: '/proc', type: 'proc', propagation: 'private' })]) });
  expect(found.cgroup).toMatchObject({ own: true, inside: '/', files: expect.arrayContaining([{ name: 'memory.max', text: String(32 * 1024 * 1024), source: `/sys/fs/cgroup${found.cgroup?.path}/memory.max` }]) });
  expect(found.cgroup?.files.find(({ name }) => name === 'cgroup.procs')?.text).toBe(String(found.pid));
  expect(found.gauges).toMatchObject({ memory: { limit: 32 * 1024 * 1024 }, cpu: { limit: 0.5 }, pids: { value: 1 } });
  expect(found.network?.own).toBe(true);
  const eth = found.network!.container.interfaces.find(({ name }) => name !== 'lo')!;
  const veth = found.network!.host.interfaces.find(({ name }) => name === eth.peer?.name)!;
  expect(veth).toMatchObject({ kind: 'veth', peer: { side: 'container', name: eth.name }, up: true });
  expect(found.network!.host.interfaces.find(({ name }) => name === veth.master)).toMatchObject({ kind: 'bridge' });
  expect(found.network!.routes).toContainEqual({ to: 'default', via: expect.stringMatching(/^10\./), through: eth.name });

  // The shell there agrees, and finds every file under the name it was given.
  const { stdout: links } = await guest.run(`readlink /proc/1/ns/uts /proc/${found.pid}/ns/uts`, { wall: 'playground' });
  const uts = found.namespaces.find(({ kind }) => kind === 'uts')!;
  expect(links).toBe(`uts:[${uts.host}]\nuts:[${uts.inside}]\n`);
  const files = [...new Set(JSON.stringify(found).match(/\/(?:proc\/\d+|sys\/fs\/cgroup)\/[a-zA-Z0-9_./]+/g))].filter((file) => !file.includes('/ns/time'));
  expect(files.length).toBeGreaterThan(25);
  const { stdout: missing } = await guest.run(['sh', '-c', 'for file; do test -e "$file" || test -h "$file" || echo "$file"; done', 'sh', ...files], { wall: 'playground' });
  expect(missing).toBe('');
  const commands = [found.hostname.source, found.network!.container.source];
  const { ending } = await guest.run(commands.join(' && '), { wall: 'playground' });
  expect(ending.code).toBe(0);

  // By any of its names.
  for (const of of ['web', 'inner', found.id, String(found.pid), String(pid), path.basename(found.cgroup!.path)]) expect((await look(of)).container?.id, of).toBe(found.id);
  expect((await look('nothing')).container).toBeNull();
  expect((await look('4000000')).container).toBeNull();
  // A process that is no container is shown, too: the shell's own.
  expect((await look('1')).container).toBeNull();

  // Ended from outside, box cleans up after itself.
  guest.client.send({ op: 'end', target: id });
  await ended;
  expect((await look()).containers).toEqual([]);
  const { stdout: left } = await guest.run('ls -d /sys/fs/cgroup/box/*/; ip -br link | grep -c veth', { wall: 'playground' });
  expect(left).toBe('0\n');
});

test('several: the newest, unless one is named; what is no container is none', async () => {
  await start(['sleep', '1111']);
  await start(['box', 'run', '--hostname', 'one', '--', 'sleep', '1001'], boxOf('04-mounts'));
  await until(runs('sleep 1001'), 'one');
  await start(['box', 'run', '--hostname', 'two', '--', 'sleep', '1002']);
  const two = await until(runs('sleep 1002'), 'two');
  const { containers, container } = await look();
  expect(containers.map(({ name }) => name)).toEqual(['one', 'two']);
  expect(container?.id).toBe(two.id);
  expect(two.mounts?.list.every(({ events }) => events === 'none')).toBe(true);
  expect((await look('one')).container?.command).toBe('sleep 1001');
});

test('processor time grows where work is done, and memory is counted, with a cgroup of its own and without', async () => {
  const busy = ['sh', '-c', 'while :; do :; done'];
  for (const lesson of ['04-mounts', '09-networks']) {
    const { id, ended } = await start(['box', 'run', '--', ...busy], boxOf(lesson));
    const first = await until(({ inside, command }) => inside === 1 && command.includes('while'));
    const began = await look();
    await sleep(1500);
    const again = await look();
    expect(again.container?.id).toBe(first.id);
    const history = [began, again].reduce(remember, noHistory);
    // All of a processor, of which this machine may have little to spare; a command that waits uses none at all.
    expect(history.samples[1]?.cpu).toBeGreaterThan(0.03);
    expect(history.samples[1]?.memory).toBeGreaterThan(0);
    expect(first.cgroup?.own).toBe(lesson === '09-networks');
    guest.client.send({ op: 'end', target: id });
    await ended;
  }
});

test('names that learner code makes up are taken as they are, and cut; a thousand of something is counted', async () => {
  // perl calls mount(2) and sethostname(2) itself: mount(8) three hundred times takes its time.
  const script = String.raw`
    my $name = "\e]0;x\aA"; syscall(170, $name, length $name);
    for my $n ("a\e[2Jb\nc", 1 .. 320) { my ($source, $to, $type) = ("s", "/tmp/$n", "tmpfs"); mkdir $to; syscall(165, $source, $to, $type, 0, 0) == 0 or die "$to: $!" }
    for (1 .. 40) { fork or exec "sleep", "1003" }
    exec "sleep", "1004"`;
  await start(['unshare', '-u', '-m', '-p', '--fork', '--mount-proc', 'perl', '-e', script]);
  const found = await until(runs('sleep 1004'));
  expect(found.mounts?.list).toHaveLength(300);
  expect(found.mounts?.left).toBeGreaterThan(20);
  expect(found.processes.length).toBeGreaterThan(20);
  expect(found.hostname.inside).toContain('\u001B');
  for (const { lines } of layoutSections(found, noHistory, 76)) expect(lines.flat().some(({ text }) => text.includes('\u001B'))).toBe(false);
});

test('what ends while it is looked at is no trouble', async () => {
  await start(['sh', '-c', 'for i in $(seq 60); do unshare -u -p --fork sh -c "sleep 0.05 & sleep 0.1" & sleep 0.05; done']);
  for (let looks = 0; looks < 40; looks++) await look();
  expect((await look()).schema).toBe('drydock.xray/1');
});

/** The mistakes that make the strangest containers. */
test.each([
  ['01-processes', undefined, []],
  ['02-syscalls', undefined, ['ipc', 'uts']],
  ['02-syscalls', 'wrong-thread', []],
  ['03-pid', 'no-pid-namespace', ['ipc', 'mnt', 'uts']],
  ['03-pid', 'nobody-moved-in', undefined],
  ['03-pid', 'proc-over-the-host', undefined],
  ['05-root', 'chroot-only', undefined],
  ['05-root', 'old-root-kept', undefined],
  ['07-layers', 'mounted-on-the-host', undefined],
  ['08-cgroups', 'no-cgroup-namespace', undefined],
  ['08-cgroups', 'not-joined', undefined],
  ['09-networks', 'cable-not-moved', undefined],
  ['09-networks', 'none-is-host', undefined],
] as const)('%s with the mistake %s', async (lesson, mistake, own) => {
  const { argv } = typicalRun(course, lesson)!;
  const { pid, id, ended, said } = await start(argv, boxOf(lesson, mistake));
  const container = await until((one) => one.processes.some((process) => process.member && process.command.startsWith('sleep 1000')), String(pid))
    .catch((error: unknown) => {
      throw new Error(`box said: ${said()}`, { cause: error });
    });
  expect(container.troubles).toEqual([]);
  if (own !== undefined) expect(kinds(container)).toEqual(own);
  if (mistake === 'chroot-only') expect(container.mounts?.rootIsMount).toBe(false);
  if (lesson === '07-layers') expect(container.mounts?.overlays).toMatchObject([{ point: '/', lower: ['/fixtures/xray'], upper: expect.stringContaining('/var/lib/box/') }]);
  if (mistake === 'not-joined') expect(container.cgroup?.own).toBe(false);
  for (const width of [36, 76]) for (const { lines } of layoutSections(container, noHistory, width)) expect(lines.length).toBeGreaterThan(0);
  guest.client.send({ op: 'end', target: id });
  await ended;
  expect((await look()).containers).toEqual([]);
});

test('the lesson’s own container has what the lesson has taught', () => {
  expect(typicalRun(course, '01-processes')?.shown).toBe('run -- sh');
  expect(typicalRun(course, '06-dev')?.shown).toBe('run --hostname xray --rootfs /fixtures/xray -- sh');
  expect(typicalRun(course, last.id)?.shown).toContain('--network bridge');
  expect(typicalRun({ ...course, containers: [] }, last.id)).toBeUndefined();
});
