import { describe, expect, test } from 'vitest';
import { cite, citeMounts, citeNamespaces, citeStatus } from '../../sandbox/diagnose/cite.ts';
import * as ask from '../../sandbox/diagnose/helpers.ts';
import * as about from '../../sandbox/diagnose/mount-helpers.ts';
import type { ProcessFacts } from '../../sandbox/diagnose/scene.ts';
import { parseMountinfo } from '../../sandbox/observe/mountinfo.ts';
import { mounts, processFacts, scene, status } from './facts.ts';

const host = processFacts(1, { namespaces: { uts: 1, mnt: 2, pid: 3 }, pids: [100], hostname: 'wall', cgroup: '/w', root: '/', cwd: '/', mounts: mounts('20 1 / rw shared:1', '21 20 /proc rw - proc') });
const inside = processFacts(412, { namespaces: { uts: 8, mnt: 9, pid: 3 }, pids: [412, 1], hostname: 'wall' });
const unknown = processFacts(413);
const stage = (command: ProcessFacts | undefined, box?: ProcessFacts) => scene([{ ...(command ? { command } : {}), ...(box ? { box } : {}) }], { wall: { before: host, after: host } });

describe('namespaces', () => {
  test.each([
    ['the same', host, host, 'uts', true, false], ['another', inside, host, 'uts', false, true], ['unknown', unknown, host, 'uts', false, false], ['nobody', undefined, host, 'uts', false, false],
  ] as const)('%s', (_, a, b, kind, shared, apart) => {
    expect(ask.shareNamespace(a, b, kind)).toBe(shared);
    expect(ask.separated(a, b, kind)).toBe(apart);
  });

  test('of the scene', () => {
    expect(ask.sameNamespace(stage(inside), 'pid')).toBe(true);
    expect(ask.sameNamespace(stage(inside), 'uts')).toBe(false);
    expect(ask.sameNamespace(stage(unknown), 'uts')).toBe(false);
    expect(ask.sameNamespace(stage(undefined), 'uts')).toBe(false);
    expect(ask.boxMoved(stage(undefined, inside), 'uts')).toBe(true);
    expect(ask.boxMoved(stage(undefined, host), 'uts')).toBe(false);
  });

  test('of threads', () => {
    const stray = processFacts(5, { namespaces: { uts: 1 }, threadNamespaces: { uts: [1, 1, 8] } });
    expect(ask.threadsDiffer(stray, 'uts')).toBe(true);
    expect(ask.threadsDiffer(stray, 'mnt')).toBe(false);
    expect(ask.wrongThreadMoved(stage(undefined, stray), 'uts')).toBe(true);
    expect(ask.wrongThreadMoved(stage(undefined, processFacts(5, { namespaces: { uts: 8 }, threadNamespaces: { uts: [8, 1] } })), 'uts')).toBe(false);
    expect(ask.childrenGoElsewhere(processFacts(5, { namespaces: { pid: 3 }, pidForChildren: null }))).toBe(true);
    expect(ask.childrenGoElsewhere(processFacts(5, { namespaces: { pid: 3 }, pidForChildren: 3 }))).toBe(false);
    expect(ask.childrenGoElsewhere(unknown)).toBe(false);
  });

  test('of pids', () => {
    expect([ask.pidDepth(inside, host), ask.pidDepth(host, host), ask.pidDepth(unknown, host)]).toEqual([1, 0, undefined]);
    expect([ask.isFirstProcess(inside, host), ask.isFirstProcess(host, host), ask.isFirstProcess(unknown, host)]).toEqual([true, false, false]);
    expect(ask.isFirstProcess(processFacts(5, { pids: [5, 7] }), host)).toBe(false);
  });
});

test('names', () => {
  const renamed = scene([], { wall: { before: host, after: { ...host, hostname: 'box' } } });
  expect([ask.hostRenamed(renamed), ask.hostRenamed(stage(inside)), ask.hostRenamed(scene())]).toEqual([true, false, false]);
  expect(ask.hostDomainRenamed(renamed)).toBe(false);
  expect([ask.hostnameKept(stage(inside)), ask.hostnameKept(stage(unknown))]).toEqual([true, false]);
});

test('runs and their flags', () => {
  const run = { argv: ['box'], asked: { flags: ['--hostname', 'h', '--memory=64m', '--read-only'], command: ['true'] } };
  expect(['--hostname', '--memory', '--read-only', '--cpus'].map((flag) => ask.flagValue(run, flag))).toEqual(['h', '64m', undefined, undefined]);
  expect(ask.runsWith(scene([run]), '--read-only')).toHaveLength(1);
  expect(ask.noted(scene([], { notes: { key: { name: 'n', value: 5, evidence: [] } } }), 'key')).toBe(5);
  expect(ask.noted(scene(), 'key')).toBeUndefined();
});

test('signals, descriptors, ends', () => {
  const deaf = processFacts(5, { status: status({ SigCgt: '0000000000004000', SigIgn: '0000000000000002' }), fds: { 0: '/dev/null', 1: 'pipe:[7]' } });
  expect([ask.catches(deaf, 'SIGTERM'), ask.ignores(deaf, 'SIGINT'), ask.leavesToDefault(deaf, 'SIGHUP'), ask.leavesToDefault(unknown, 'SIGHUP')]).toEqual([true, true, true, false]);
  const box = processFacts(6, { fds: { 0: 'pipe:[3]', 1: 'pipe:[7]' } });
  expect([0, 1, 2].map((n) => [ask.sameDescriptor(deaf, box, n), ask.otherDescriptor(deaf, box, n)])).toEqual([[false, true], [true, false], [false, false]]);
  expect(ask.otherDescriptor(unknown, box, 1)).toBe(false);
  expect(ask.gaveUp({ argv: [], ending: { code: 125, signal: null } })).toBe(true);
  expect(ask.gaveUp({ argv: [], ending: { code: 125, signal: null }, command: inside })).toBe(false);
  expect(ask.endedWith({ argv: [], ending: { code: 137, signal: null, limit: 'memory' } }, 137)).toBe(false);
  const call = { call: 'chroot("/x")', name: 'chroot', errno: 'EPERM', condition: '', advice: '', certain: true, evidence: [] };
  expect([ask.failedCall(scene([{ calls: [call] }]), 'chroot'), ask.failedCall(scene([{ calls: [call] }]), 'chroot', 'ENOENT')]).toEqual([call, undefined]);
  expect(ask.zombies({ argv: [], children: [processFacts(9, { state: 'Z' }), processFacts(8, { state: 'S' })] }).map((it) => it.pid)).toEqual([9]);
  expect([ask.sameCgroup(host, processFacts(5, { cgroup: '/w' })), ask.sameCgroup(unknown, unknown), ask.seesRootCgroup(processFacts(5, { cgroupInside: '/' }))]).toEqual([true, false, true]);
});

describe('mounts', () => {
  const command = processFacts(412, { root: '/', cwd: '/', mounts: mounts('40 1 / rw master:1', '41 40 /proc rw - proc', '42 40 /tmp rw shared:1', '43 40 /ro ro') });

  test('of one process', () => {
    expect([about.mountIn(command, '/proc')?.type, about.mountIn(command, '/etc'), about.mountUnder(command, '/tmp/x')?.id, about.mountIn(unknown, '/')]).toEqual(['proc', undefined, 42, undefined]);
    expect(about.sharedMounts(command).map((mount) => mount.mountPoint)).toEqual(['/tmp']);
    expect(about.peersOfHost(command, host).map((mount) => mount.mountPoint)).toEqual(['/tmp']);
    expect((command.mounts ?? []).filter(about.isReadOnly).map((mount) => mount.mountPoint)).toEqual(['/ro']);
    expect([about.procMissing(command), about.procMissing(unknown), about.procMissing(processFacts(5, { mounts: mounts('20 1 /') }))]).toEqual([false, false, true]);
  });

  test('against the host\'s', () => {
    expect([about.procOfHost(command, host), about.procOfHost(host, host), about.procOfHost(unknown, host)]).toEqual([false, true, false]);
    expect([about.rootOfHost(host, host), about.rootOfHost(command, host), about.rootOfHost(unknown, host)]).toEqual([true, false, false]);
    const kept = processFacts(5, { mounts: [...mounts('40 1 /'), ...(host.mounts ?? []).map((mount) => ({ ...mount, mountPoint: `/old${mount.mountPoint}` }))] });
    expect(about.oldRootIn(kept, host).map((mount) => mount.mountPoint)).toEqual(['/old/']);
    expect(about.oldRootIn(command, host)).toEqual([]);
  });

  test('before and after', () => {
    const after = { ...host, mounts: [...(host.mounts ?? []).slice(0, 1), ...mounts('50 20 /leak')] };
    const it = scene([], { wall: { before: host, after } });
    expect(about.leakedMounts(it).map((mount) => mount.mountPoint)).toEqual(['/leak']);
    expect(about.lostMounts(it).map((mount) => mount.mountPoint)).toEqual(['/proc']);
    expect(about.leakedMounts(scene([], { wall: { before: host, after: unknown } }))).toEqual([]);
  });

  test('and roots', () => {
    const jailed = processFacts(5, { root: '/srv/jail', cwd: '/srv/jailbreak' });
    expect([about.isChrooted(jailed), about.isChrooted(host), about.isChrooted(unknown)]).toEqual([true, false, false]);
    expect([about.cwdOutsideRoot(jailed), about.cwdOutsideRoot(processFacts(5, { root: '/srv', cwd: '/srv/x' })), about.cwdOutsideRoot(unknown)]).toEqual([true, false, false]);
  });

  test.each([
    ['lowerdir=/b:/a,upperdir=/u', ['/b', '/a']], ['lowerdir=/with\\134:colon:/a', ['/with:colon', '/a']], ['lowerdir+=/b,lowerdir+=/a', ['/b', '/a']], ['upperdir=/u', []],
  ])('layers of %s', (options, layers) => {
    const [mount] = parseMountinfo(`36 35 0:5 / /x rw - overlay overlay rw,${options}\n`);
    expect(mount && about.overlayLayers(mount)).toEqual(layers);
  });
});

test('evidence is only what was read, and only the lines that matter', () => {
  const evidence = {
    namespaces: [{ source: '/proc/412/ns/uts', lines: ['uts:[8]'] }, { source: '/proc/412/ns/pid', lines: ['pid:[3]'] }],
    status: [{ source: '/proc/412/status', lines: ['Pid:\t412', 'NSpid:\t412\t1'] }],
    mounts: [{ source: '/proc/412/mountinfo', lines: (host.mounts ?? []).map((mount) => mount.line) }],
  };
  const process = processFacts(412, { evidence });
  expect(citeNamespaces('uts', process, undefined, unknown)).toEqual([{ source: '/proc/412/ns/uts', lines: ['uts:[8]'] }]);
  expect(citeStatus(process, 'NSpid')).toEqual([{ source: '/proc/412/status', lines: ['NSpid:\t412\t1'] }]);
  expect(citeMounts(process, (host.mounts ?? []).slice(1))).toEqual([{ source: '/proc/412/mountinfo', lines: [host.mounts?.[1]?.line] }]);
  expect(cite(process, 'status', () => false)).toEqual([]);
  expect(cite(process, 'cwd')).toEqual([]);
});
