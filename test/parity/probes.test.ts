/** Each probe against facts that are made up: what it calls good, what bad, and that what is not there is never good. */
import { expect, test } from 'vitest';
import type { CgroupView } from '../../sandbox/observe/cgroup.ts';
import { SystemCallError } from '../../sandbox/observe/errors.ts';
import { fact, type Fact } from '../../sandbox/observe/fact.ts';
import type { ProcessView } from '../../sandbox/observe/process.ts';
import { ask, type Scene } from '../../sandbox/parity/probe.ts';
import { probes } from '../../sandbox/parity/run.ts';

type Values = Record<string, unknown>;

/** A process of which only this is known: `name` or `name argument` to the value; all else cannot be read. */
function process(values: Values): ProcessView {
  return new Proxy({ pid: 7, label: 'it' } as ProcessView, {
    get: (target, name: string) => (name in target ? target[name as 'pid'] : (...args: unknown[]) => read(values, name, args)),
  });
}

function read(values: Values, name: string, args: readonly unknown[]): Fact<unknown> {
  const key = [name, ...args.filter((arg) => typeof arg !== 'object')].join(' ');
  if (!Object.hasOwn(values, key)) throw new SystemCallError('read', key, 'EIO');
  return fact(key, values[key], `/proc/7/${key}`, [JSON.stringify(values[key])]);
}

function scene(command: Values, host: Values = {}, more: Partial<Scene> = {}): Scene {
  return {
    host: process(host), command: process(command), wanted: { hostname: 'wanted', memory: 64 * 1024 ** 2, cpus: 0.5, pids: 64 },
    cgroups: [], began: '/home/leaf', everybody: () => [], ...more,
  };
}

const standing = async (id: string, of: Scene): Promise<string> => {
  const probe = probes.find((one) => one.id === id);
  if (!probe) throw new Error(`no probe ${id}`);
  const { standing: found, value } = await ask(probe, of);
  return `${found} ${value}`.trim();
};

const mount = (at: string, device: string, more: object = {}): object => ({ mountPoint: at, device, root: '/', type: 'tmpfs', options: ['rw'], propagation: { kind: 'private' }, line: `${at} ${device}`, ...more });
const caps = (effective: number, bounding = effective): object => ({ effective: Array(effective).fill('CAP'), bounding: Array(bounding).fill('CAP') });
const cgroup = (values: Values): CgroupView => process(values) as unknown as CgroupView;

test.each(probes.map(({ id }) => id))('%s: what cannot be read is unknown', async (id) => {
  expect(await standing(id, scene({}))).toBe('unknown');
});

const dev = { 'mountOf /dev': mount('/dev', '0:9'), 'file /dev/null': { node: '1:3' } };

test.each<[string, string, Scene]>([
  ['ns-net', 'good own', scene({ 'namespace net': 2 }, { 'namespace net': 1 })],
  ['ns-net', 'bad host’s', scene({ 'namespace net': 1 }, { 'namespace net': 1 })],
  ['ns-user', 'neutral host’s', scene({ 'namespace user': 1 }, { 'namespace user': 1 })],
  ['hostname', 'good own', scene({ hostname: 'wanted' }, { hostname: 'drydock' })],
  ['hostname', 'bad host’s', scene({ hostname: 'drydock' }, { hostname: 'drydock' })],
  ['hostname', 'bad host’s', scene({ hostname: 'wanted' }, { hostname: 'wanted' })],
  ['pid-1', 'good 1', scene({ pids: [90, 9, 1] }, { pids: [80, 1] })],
  ['pid-1', 'neutral 7', scene({ pids: [90, 9, 7] }, { pids: [80, 1] })],
  ['pid-1', 'bad 9', scene({ pids: [90, 9] }, { pids: [80, 1] })],
  ['root', 'good own', scene({ 'file /': { device: '0:9', inode: 2 } }, { 'file /': { device: '8:1', inode: 2 } })],
  ['root', 'bad host’s', scene({ 'file /': { device: '8:1', inode: 2 } }, { 'file /': { device: '8:1', inode: 2 } })],
  ['root', 'unknown', scene({ 'file /': null }, { 'file /': { device: '8:1', inode: 2 } })],
  ['old-root', 'good gone', scene({ namespaceMounts: [mount('/', '0:9')] }, { 'mountAt /': mount('/', '8:1') })],
  ['old-root', 'bad mounted', scene({ namespaceMounts: [mount('/', '0:9'), mount('/old', '8:1')] }, { 'mountAt /': mount('/', '8:1') })],
  ['old-root', 'unknown', scene({ namespaceMounts: [] }, { 'mountAt /': null })],
  ['propagation', 'good cut', scene({ 'namespace mnt': 2, namespaceMounts: [mount('/', '0:9')] }, { 'namespace mnt': 1, namespaceMounts: [mount('/', '8:1', { propagation: { kind: 'shared', shared: 1 } })] })],
  ['propagation', 'bad two-way', scene({ 'namespace mnt': 2, namespaceMounts: [mount('/', '8:1', { propagation: { kind: 'shared', shared: 1 } })] }, { 'namespace mnt': 1, namespaceMounts: [mount('/', '8:1', { propagation: { kind: 'shared', shared: 1 } })] })],
  ['propagation', 'neutral inwards', scene({ 'namespace mnt': 2, namespaceMounts: [mount('/', '8:1', { propagation: { kind: 'slave', master: 1 } })] }, { 'namespace mnt': 1, namespaceMounts: [mount('/', '8:1', { propagation: { kind: 'shared', shared: 1 } })] })],
  ['devices', 'good usual', scene({ ...dev, 'list /dev': ['null', 'pts'] }, { 'mountAt /dev': mount('/dev', '0:1') })],
  ['devices', 'bad 1 more', scene({ ...dev, 'list /dev': ['null', 'kmsg'] }, { 'mountAt /dev': mount('/dev', '0:1') })],
  ['devices', 'bad host’s', scene({ ...dev, 'list /dev': ['null'] }, { 'mountAt /dev': mount('/dev', '0:9') })],
  ['devices', 'bad no null', scene({ ...dev, 'list /dev': ['zero'], 'file /dev/null': null }, { 'mountAt /dev': mount('/dev', '0:1') })],
  ['devices', 'neutral empty', scene({ ...dev, 'list /dev': [] }, { 'mountAt /dev': mount('/dev', '0:1') })],
  ['shm', 'good own', scene({ 'mountAt /dev/shm': mount('/dev/shm', '0:9') }, { 'mountAt /dev/shm': mount('/dev/shm', '0:1') })],
  ['shm', 'bad host’s', scene({ 'mountAt /dev/shm': mount('/dev/shm', '0:1') }, { 'mountAt /dev/shm': mount('/dev/shm', '0:1') })],
  ['shm', 'bad host’s', scene({ 'mountAt /dev/shm': null, 'file /dev/shm': { device: '0:1', inode: 1 } }, { 'mountAt /dev/shm': mount('/dev/shm', '0:1'), 'file /dev/shm': { device: '0:1', inode: 1 } })],
  ['shm', 'neutral none', scene({ 'mountAt /dev/shm': null, 'file /dev/shm': null }, { 'mountAt /dev/shm': mount('/dev/shm', '0:1'), 'file /dev/shm': null })],
  ['sys', 'good ro', scene({ 'mountAt /sys': mount('/sys', '0:9', { options: ['ro'] }) })],
  ['sys', 'bad writable', scene({ 'mountAt /sys': mount('/sys', '0:9') })],
  ['descriptors', 'good none', scene({ descriptors: { 0: 'a', 1: 'b', 2: 'c' } })],
  ['descriptors', 'bad 3 9', scene({ descriptors: { 0: 'a', 3: '/', 9: '/etc' } })],
  ['capabilities', 'bad all 41', scene({ capabilities: caps(41) }, { capabilities: caps(41) })],
  ['capabilities', 'good 22 of 41', scene({ capabilities: caps(22) }, { capabilities: caps(41) })],
  ['bounding', 'bad all 41', scene({ capabilities: caps(0, 41) }, { capabilities: caps(41) })],
  ['no-new-privs', 'bad off', scene({ noNewPrivileges: false })],
  ['seccomp', 'good filter', scene({ seccomp: 2 })],
  ['ids', 'good mapped', scene({ uidMap: [{ inside: 0, outside: 5000, length: 9 }] }, { uidMap: [{ inside: 0, outside: 100, length: 9 }] })],
  ['ids', 'neutral host’s', scene({ uidMap: [{ inside: 0, outside: 100, length: 9 }] }, { uidMap: [{ inside: 0, outside: 100, length: 9 }] })],
  ['ids', 'unknown', scene({ uidMap: [] }, { uidMap: [] })],
  ['network', 'bad host’s', scene({ 'namespace net': 1 }, { 'namespace net': 1 })],
  ['network', 'neutral lo only', scene({ 'namespace net': 2, links: [{}], routes: [] }, { 'namespace net': 1 })],
  ['network', 'good gateway', scene({ 'namespace net': 2, links: [{}, {}], routes: [{ destination: 'default', gateway: '10.0.0.1' }], 'ping 10.0.0.1': true }, { 'namespace net': 1 })],
  ['network', 'bad silent', scene({ 'namespace net': 2, links: [{}, {}], routes: [{ destination: 'default', gateway: '10.0.0.1' }], 'ping 10.0.0.1': false }, { 'namespace net': 1 })],
  ['cgroup', 'bad caller’s', scene({ cgroup: '/home/leaf' })],
  ['cgroup', 'good own', scene({ 'cgroup': '/home/box/a', 'namespace pid': 2 }, { 'namespace pid': 1 }, { cgroups: [cgroup({ processes: [7] })] })],
  ['cgroup', 'unknown', scene({ 'cgroup': '/home/box/a', 'namespace pid': 2 }, { 'namespace pid': 1 }, { cgroups: [cgroup({ processes: null })] })],
  ['memory', 'good 64 MiB', scene({}, {}, { cgroups: [cgroup({ memoryMax: 64 * 1024 ** 2 }), cgroup({ memoryMax: 'max' })] })],
  ['memory', 'bad 32 MiB', scene({}, {}, { cgroups: [cgroup({ memoryMax: 64 * 1024 ** 2 }), cgroup({ memoryMax: 32 * 1024 ** 2 })] })],
  ['memory', 'bad none', scene({}, {}, { cgroups: [cgroup({ memoryMax: 'max' })] })],
  ['cpu', 'good 0.5 CPU', scene({}, {}, { cgroups: [cgroup({ cpuMax: { quota: 50_000, period: 100_000 } })] })],
  ['pids', 'bad none', scene({}, {}, { cgroups: [cgroup({ pidsMax: null })] })],
  ['pids', 'good 64', scene({}, {}, { cgroups: [cgroup({ pidsMax: 64 })] })],
])('%s: %s', async (id, expected, of) => {
  expect(await standing(id, of)).toBe(expected);
});

const places = ['/proc/acpi', '/proc/kcore', '/proc/keys', '/proc/latency_stats', '/proc/sched_debug', '/proc/scsi', '/proc/timer_list', '/sys/firmware'];
const files = (values: Values): Values => ({ ...Object.fromEntries(places.map((place) => [`file ${place}`, null])), mounts: [{ device: '0:4', type: 'proc' }], ...values });
const file = { kind: 'file', size: 0, device: '0:4' };

test.each<[string, Values]>([
  ['good 1 of 1', files({ 'file /proc/keys': { kind: 'character', node: '1:3' } })],
  ['good 1 of 1', files({ 'file /proc/keys': { ...file, device: '0:9' } })],
  ['bad 0 of 1', files({ 'file /proc/keys': file })],
])('masked: %s; what looks empty and is proc’s own is open', async (expected, command) => {
  expect(await standing('masked', scene(command, files({ 'file /proc/keys': file })))).toBe(expected);
});

test('masked: where the host has nothing to be covered, nothing follows', async () => {
  expect(await standing('masked', scene(files({}), files({})))).toBe('unknown');
});

test('proc: a number that is nobody’s in its namespace is somebody else’s', async () => {
  const at = { 'mountAt /proc': mount('/proc', '0:4', { type: 'proc' }), 'namespace pid': 2, pids: [90, 1] };
  const everybody = () => [process({ 'namespace pid': 2, pids: [90, 1] }), process({ 'namespace pid': 1, pids: [91] })];
  expect(await standing('proc', scene({ ...at, 'list /proc': ['1', 'self'] }, { 'namespace pid': 1 }, { everybody }))).toBe('good own');
  expect(await standing('proc', scene({ ...at, 'list /proc': ['1', '91'] }, { 'namespace pid': 1 }, { everybody }))).toBe('bad 1 more');
  expect(await standing('proc', scene({ ...at, 'list /proc': ['1'], 'namespace pid': 1 }, { 'namespace pid': 1 }, { everybody }))).toBe('bad host’s');
});
