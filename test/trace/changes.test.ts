/** What is different between two pictures; links from rtnetlink's bytes; the filter as the kernel runs it. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseMountinfo } from '../../sandbox/observe/mountinfo.ts';
import { callNames } from '../../sandbox/trace/calls.ts';
import { changesBetween } from '../../sandbox/trace/changes.ts';
import { filterProgram } from '../../sandbox/trace/filter.ts';
import { parseLinks } from '../../sandbox/trace/links.ts';
import { routeTexts } from '../../sandbox/trace/world.ts';
import type { ProcessState, World } from '../../sandbox/trace/world.ts';

const process = (more: Partial<ProcessState> = {}): ProcessState => ({ pid: 7, parent: 1, namespaces: { mnt: 'mnt:[1]', uts: 'uts:[1]' }, root: '/', cwd: '/', cgroup: '/a', ...more });
const world = (more: Partial<World> = {}): World => ({ processes: [process()], mounts: { 'mnt:[1]': table }, links: {}, routes: {}, names: { 'uts:[1]': { hostname: 'h', domainname: '(none)' } }, cgroups: [], ...more });
const table = parseMountinfo('20 1 8:1 / / rw,relatime shared:1 - ext4 /dev/a rw\n21 20 0:5 / /proc rw,nosuid shared:2 - proc proc rw\n');
const label = (pid: number): string => `p${pid}`;
const told = (before: World, after: World): string[] => changesBetween(before, after, label).map(({ area, where, what, before: was, after: is }) => `${area} ${where} ${what}: ${was} -> ${is}`);

describe('changes', () => {
  test('none', () => {
    expect(changesBetween(world(), world(), label)).toEqual([]);
  });

  test('a new mount namespace is a copy: that is one line', () => {
    const after = world({ processes: [process({ namespaces: { mnt: 'mnt:[2]', uts: 'uts:[1]' } })], mounts: { 'mnt:[1]': table, 'mnt:[2]': table.map((mount) => ({ ...mount, id: mount.id + 100 })) } });
    expect(told(world(), after)).toEqual(['namespaces p7 mnt: mnt:[1] -> mnt:[2]', 'mounts mnt:[2] the namespace: null -> new, its 2 mounts copied from mnt:[1]']);
  });

  test('a new process is compared with who started it', () => {
    const child = process({ pid: 8, parent: 7, namespaces: { mnt: 'mnt:[1]', uts: 'uts:[2]' } });
    expect(told(world(), world({ processes: [process(), child] }))).toEqual(['namespaces p8 uts: uts:[1] -> uts:[2]']);
  });

  test('mounts: new, changed, moved, gone', () => {
    const [root, proc] = table;
    const after = world({ mounts: { 'mnt:[1]': [{ ...root!, propagation: { kind: 'private' } }, { ...proc!, mountPoint: '/old/proc' }, { ...proc!, id: 30 }] } });
    expect(told(world(), after)).toEqual([
      'mounts mnt:[1] /: ext4 /dev/a, rw,relatime, shared:1 -> ext4 /dev/a, rw,relatime, private',
      'mounts mnt:[1] /old/proc: at /proc: proc, rw,nosuid, shared:2 -> proc, rw,nosuid, shared:2',
      'mounts mnt:[1] /proc: null -> proc, rw,nosuid, shared:2',
    ]);
    expect(told(world(), world({ mounts: { 'mnt:[1]': [root!] } }))).toEqual(['mounts mnt:[1] /proc: proc, rw,nosuid, shared:2 -> null']);
  });

  test('cgroups: made, written to, entered, removed', () => {
    const cgroup = (path: string, processes: number[], memory: string) => ({ path, processes, settings: { 'memory.max': memory } });
    const before = world({ cgroups: [cgroup('/', [7], 'max'), cgroup('/x', [], 'max'), cgroup('/y', [], 'max')] });
    const after = world({ cgroups: [cgroup('/', [], 'max'), cgroup('/x', [7], '64'), cgroup('/z', [], 'max')] });
    expect(told(before, after)).toEqual([
      'cgroups / processes: p7 -> null', 'cgroups /x memory.max: max -> 64', 'cgroups /x processes: null -> p7', 'cgroups /z the cgroup: null -> made', 'cgroups /y the cgroup: there -> null',
    ]);
  });

  test('a process that ends or is born meanwhile is no change of a cgroup', () => {
    const cgroup = (processes: number[]) => world({ cgroups: [{ path: '/', processes, settings: {} }] });
    expect(told(cgroup([7, 8]), cgroup([7, 9]))).toEqual([]);
  });

  test('links and routes', () => {
    const veth = { index: 2, name: 'v0', kind: 'veth', up: false, addresses: [] };
    const bridge = { index: 3, name: 'b0', kind: 'bridge', up: true, addresses: ['10.0.0.1/24'] };
    const before = world({ links: { 'net:[1]': [veth, bridge] }, routes: { 'net:[1]': {} } });
    const after = world({ links: { 'net:[1]': [{ ...veth, name: 'eth0', up: true, master: 3 }, bridge] }, routes: { 'net:[1]': { 'default route': 'via 10.0.0.1, eth0' } } });
    expect(told(before, after)).toEqual(['links net:[1] eth0: v0: veth, down -> veth, up, port of b0', 'links net:[1] default route: null -> via 10.0.0.1, eth0']);
  });

  test('names', () => {
    expect(told(world(), world({ names: { 'uts:[1]': { hostname: 'x', domainname: '(none)' } } }))).toEqual(['names uts:[1] hostname: h -> x']);
  });
});

test('routes of /proc/PID/net/route', () => {
  const heading = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n';
  expect(routeTexts(`${heading}eth0\t00000000\t0100C80A\t0003\t0\t0\t0\t00000000\t0\t0\t0\neth0\t0000C80A\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0\n`)).toEqual({
    'default route': 'via 10.200.0.1, eth0', 'route to 10.200.0.0/16': 'by eth0',
  });
});

describe('links', () => {
  const attribute = (type: number, value: Buffer): Buffer => {
    const bytes = Buffer.alloc((4 + value.length + 3) & ~3);
    bytes.writeUInt16LE(4 + value.length, 0);
    bytes.writeUInt16LE(type, 2);
    value.copy(bytes, 4);
    return bytes;
  };
  const message = (type: number, body: Buffer): Buffer => {
    const head = Buffer.alloc(16);
    head.writeUInt32LE(16 + body.length, 0);
    head.writeUInt16LE(type, 4);
    return Buffer.concat([head, body]);
  };

  test('name, kind, state, bridge, addresses', () => {
    const info = Buffer.alloc(16);
    info.writeInt32LE(5, 4);
    info.writeUInt32LE(1, 8);
    const link = message(16, Buffer.concat([info, attribute(3, Buffer.from('eth0\0')), attribute(10, Buffer.from([9, 0, 0, 0])), attribute(18, attribute(1, Buffer.from('veth\0')))]));
    const address = message(20, Buffer.concat([Buffer.from([2, 16, 0, 0, 5, 0, 0, 0]), attribute(1, Buffer.from([10, 200, 0, 2])), attribute(2, Buffer.from([10, 200, 0, 2]))]));
    expect(parseLinks([Buffer.concat([link, message(3, Buffer.alloc(4))])], [address])).toEqual([{ index: 5, name: 'eth0', kind: 'veth', up: true, master: 9, addresses: ['10.200.0.2/16'] }]);
  });

  test('any bytes are read without an error', () => {
    fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 80 })), (datagrams) => {
      expect(Array.isArray(parseLinks(datagrams.map((bytes) => Buffer.from(bytes)), datagrams.map((bytes) => Buffer.from(bytes))))).toBe(true);
    }));
  });
});

describe.each([['x64', 0xc000003e], ['arm64', 0xc00000b7]])('the filter of %s', (machine, architecture) => {
  /** Runs classic BPF as the kernel does, on struct seccomp_data. */
  function answer(number: number, arch: number): number {
    const program = filterProgram(machine);
    let accumulator = 0;
    for (let at = 0; at < program.length / 8; at += 1) {
      const [code, ifTrue, ifFalse, value] = [program.readUInt16LE(8 * at), program.readUInt8(8 * at + 2), program.readUInt8(8 * at + 3), program.readUInt32LE(8 * at + 4)];
      if (code === 0x06) return value;
      if (code === 0x20) accumulator = value === 0 ? number : arch;
      else at += accumulator === value ? ifTrue : ifFalse;
    }
    throw new Error('the program has no end');
  }

  test('tells of the watched calls and of no other', () => {
    const watched = callNames(machine);
    for (let number = 0; number < 500; number += 1) expect(answer(number, architecture), String(number)).toBe(watched.has(number) ? 0x7ff00000 : 0x7fff0000);
  });

  test('lets programs for another machine alone', () => {
    for (const number of callNames(machine).keys()) expect(answer(number, 0x40000003)).toBe(0x7fff0000);
  });
});

test('a machine that is not known has no filter', () => {
  expect(filterProgram('mips')).toHaveLength(0);
});
