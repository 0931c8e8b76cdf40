/** X-rays for tests: one as a kernel had it, and any that a schema allows. */
import fc from 'fast-check';
import type { Xray, XrayDetail, XrayInterface, XrayMount, XrayProcess } from '../../src/check/wire.ts';

const kernel = { kind: 'uml', release: '6.1.0-test', image: 'sha256:0' } as const;

export const noContainer: Xray = { schema: 'drydock.xray/1', kernel, at: 1000, containers: [], left: 0, container: null };

const own = ['cgroup', 'ipc', 'mnt', 'net', 'pid', 'uts'];
const namespace = (kind: XrayDetail['namespaces'][number]['kind'], index: number): XrayDetail['namespaces'][number] => ({
  kind, flag: kind === 'mnt' ? 'CLONE_NEWNS' : `CLONE_NEW${kind.toUpperCase()}`, host: kind === 'time' ? null : 4026532100 + index,
  inside: kind === 'time' ? null : 4026532100 + index + (own.includes(kind) ? 50 : 0), hostSource: `/proc/1/ns/${kind}`, source: `/proc/12/ns/${kind}`,
});

const zero = { bytes: 0, packets: 0, dropped: 0 };
export const wire = (name: string, more: Partial<XrayInterface> = {}): XrayInterface => ({
  index: 1, name, kind: null, up: true, state: 'UNKNOWN', addresses: [], master: null, peer: null, received: zero, sent: zero, ...more,
});

export const mount = (point: string, more: Partial<XrayMount> = {}): XrayMount => ({
  depth: 1, point, root: '/', type: 'tmpfs', from: 'tmpfs', options: ['rw', 'relatime'], propagation: 'private', events: 'none', covered: false, ...more,
});

export const running = (pid: number, more: Partial<XrayProcess> = {}): XrayProcess => ({
  pid, inside: pid, parent: 1, depth: 0, member: true, state: 'S', name: 'sleep', command: 'sleep 1000', residentKb: 1700, threads: 1, source: `/proc/${pid}/status`, ...more,
});

export const detail: XrayDetail = {
  id: 'pid:[4026532154]', name: 'web', pid: 12, inside: 1, command: 'sleep 1000', isolated: true,
  namespaces: (['cgroup', 'ipc', 'mnt', 'net', 'pid', 'time', 'user', 'uts'] as const).map(namespace),
  hostname: { host: 'drydock', inside: 'web', source: 'nsenter -t 12 -u cat /proc/sys/kernel/hostname' },
  idMap: { lines: ['0 100000 65536'], source: '/proc/12/uid_map' },
  processes: [
    running(4, { member: false, name: 'node', command: 'node box.ts run --name web -- sleep 1000' }), running(12, { inside: 1, depth: 1, parent: 4 }),
    running(20, { inside: 9, depth: 2, parent: 12, state: 'Z', command: '', residentKb: null }), running(21, { inside: 10, depth: 2, parent: 12 }),
  ],
  processesLeft: 0,
  capabilities: {
    known: 3, effective: ['CAP_CHOWN'], permitted: ['CAP_CHOWN', 'CAP_KILL', 'CAP_BPF'], bounding: ['CAP_CHOWN', 'CAP_KILL'], inheritable: [], ambient: [],
    uid: 0, gid: null, noNewPrivileges: true, seccomp: 2, source: '/proc/12/status',
  },
  mounts: {
    source: '/proc/12/mountinfo', rootIsMount: true, left: 0,
    list: [
      mount('/', { depth: 0, type: 'overlay' }), mount('/proc', { type: 'proc', covered: true }), mount('/proc', { type: 'proc', depth: 2 }),
      mount('/mnt', { propagation: 'shared:1', events: 'both' }), mount('/mnt/a', { depth: 2, propagation: 'master:1', events: 'from-host', root: '/there' }),
    ],
    overlays: [{ point: '/', lower: ['/top', '/middle', '/base'], upper: '/up', work: '/work', options: ['rw', 'userxattr'] }],
  },
  cgroup: {
    path: '/box/web', inside: '/', own: true, source: '/proc/12/cgroup',
    files: [
      { name: 'memory.max', text: '67108864', source: '/sys/fs/cgroup/box/web/memory.max' },
      { name: 'memory.events', text: 'low 0\noom_kill 1', source: '/sys/fs/cgroup/box/web/memory.events' },
      { name: 'cpu.max', text: null, source: '/sys/fs/cgroup/box/web/cpu.max' },
    ],
  },
  network: {
    own: true,
    host: {
      interfaces: [
        wire('lo', { addresses: ['127.0.0.1/8'] }), wire('box0', { kind: 'bridge', addresses: ['10.200.0.1/16'] }),
        wire('veth9', { kind: 'veth', master: 'box0', peer: { side: 'elsewhere', name: 'if2' } }),
        wire('veth12', { kind: 'veth', master: 'box0', peer: { side: 'container', name: 'eth0' }, received: { bytes: 2048, packets: 3, dropped: 1 } }),
      ],
      left: 0, source: 'nsenter -t 1 -n ip -d addr', counters: '/proc/1/net/dev',
    },
    container: {
      interfaces: [wire('lo', { up: false }), wire('eth0', { kind: 'veth', peer: { side: 'host', name: 'veth12' }, addresses: ['fe80::1/64', '10.200.0.12/16'] })],
      left: 0, source: 'nsenter -t 12 -n ip -d addr', counters: '/proc/12/net/dev',
    },
    routes: [{ to: 'default', via: '10.200.0.1', through: 'eth0' }, { to: '10.200.0.0/16', via: null, through: 'eth0' }],
    routesSource: '/proc/12/net/route',
  },
  gauges: {
    memory: { value: 16 * 1024 * 1024, limit: 64 * 1024 * 1024, source: '/sys/fs/cgroup/box/web/memory.current' },
    cpu: { value: 5000, limit: 0.5, source: '/sys/fs/cgroup/box/web/cpu.stat' },
    pids: { value: 3, limit: null, source: '/sys/fs/cgroup/box/web/pids.current' },
  },
  troubles: [],
};

/** As if the sandbox had been looked into at that moment. */
export function xrayOf(container: XrayDetail | null = detail, at = 1000, others: Xray['containers'] = []): Xray {
  const listed = container ? [{ id: container.id, name: container.name, pid: container.pid, inside: container.inside, command: container.command }] : [];
  return { schema: 'drydock.xray/1', kernel, at, containers: [...others, ...listed], left: 0, container };
}

/** Names as learner code can make them: escapes, wide letters, bidi controls, newlines, nothing at all. */
const anyText = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 90 }), fc.constantFrom('', ' ', '\u001B[2J\u001B]0;x\u0007', 'a\nb\r\nc', '::error::x', '漢字'.repeat(60), '\u202Eevil', '🙂'.repeat(30), '\ud800'),
);
const anyCount = fc.oneof(fc.nat(), fc.constantFrom(0, 1, 2 ** 40, 2 ** 62));
const anyKnown = fc.option(anyCount);
const gauge = fc.record({ value: anyKnown, limit: fc.option(fc.oneof(fc.constantFrom(0, 0.5, 1), anyCount)), source: anyText });
const traffic = fc.record({ bytes: anyCount, packets: anyCount, dropped: anyCount });
const anyWire = fc.record({
  index: fc.nat(), name: fc.oneof(fc.constantFrom('a', 'b', 'c'), anyText), kind: fc.option(fc.constantFrom('veth', 'bridge', 'dummy')), up: fc.boolean(),
  state: fc.constantFrom('UP', 'DOWN', 'UNKNOWN'), addresses: fc.array(anyText, { maxLength: 3 }), master: fc.option(fc.constantFrom('a', 'b')),
  peer: fc.option(fc.record({ side: fc.constantFrom('host' as const, 'container' as const, 'elsewhere' as const), name: fc.constantFrom('a', 'b', 'c') })), received: traffic, sent: traffic,
});
const side = fc.record({ interfaces: fc.array(anyWire, { maxLength: 5 }), left: fc.nat(3), source: anyText, counters: anyText });
const names = fc.array(fc.constantFrom('CAP_CHOWN', 'CAP_KILL', 'CAP_BPF'), { maxLength: 3 });

export const anyDetail: fc.Arbitrary<XrayDetail> = fc.record({
  id: fc.constantFrom('pid:[1]', 'uts:[2]'), name: anyText, pid: fc.nat(), inside: fc.nat(), command: anyText, isolated: fc.boolean(),
  namespaces: fc.constant(detail.namespaces), hostname: fc.record({ host: anyText, inside: anyText, source: anyText }),
  idMap: fc.record({ lines: fc.array(anyText, { maxLength: 3 }), source: anyText }),
  processes: fc.array(fc.record({
    pid: fc.nat(), inside: fc.nat(), parent: fc.nat(), depth: fc.nat(9), member: fc.boolean(), state: fc.constantFrom('S', 'Z', '?'), name: anyText, command: anyText,
    residentKb: anyKnown, threads: fc.nat(), source: anyText,
  }), { maxLength: 6 }),
  processesLeft: fc.nat(2),
  capabilities: fc.option(fc.record({
    known: fc.constantFrom(3, 41), effective: names, permitted: names, inheritable: names, bounding: names, ambient: names, uid: fc.option(fc.nat()), gid: fc.option(fc.nat()),
    noNewPrivileges: fc.option(fc.boolean()), seccomp: fc.option(fc.nat(4)), source: anyText,
  })),
  mounts: fc.option(fc.record({
    source: anyText, rootIsMount: fc.boolean(), left: fc.nat(2),
    list: fc.array(fc.record({
      depth: fc.nat(8), point: anyText, root: anyText, type: anyText, from: anyText, options: fc.array(anyText, { maxLength: 4 }), propagation: anyText,
      events: fc.constantFrom('none' as const, 'both' as const, 'from-host' as const), covered: fc.boolean(),
    }), { maxLength: 8 }),
    overlays: fc.array(fc.record({ point: anyText, lower: fc.array(anyText, { maxLength: 3 }), upper: fc.option(anyText), work: fc.option(anyText), options: fc.array(anyText, { maxLength: 3 }) }), { maxLength: 2 }),
  })),
  cgroup: fc.option(fc.record({
    path: anyText, inside: fc.option(anyText), own: fc.boolean(), source: anyText, files: fc.array(fc.record({ name: anyText, text: fc.option(anyText), source: anyText }), { maxLength: 4 }),
  })),
  network: fc.option(fc.record({
    own: fc.boolean(), host: side, container: side, routes: fc.array(fc.record({ to: anyText, via: fc.option(anyText), through: anyText }), { maxLength: 3 }), routesSource: anyText,
  })),
  gauges: fc.record({ memory: gauge, cpu: gauge, pids: gauge }),
  troubles: fc.array(fc.record({ part: fc.constantFrom('mounts', 'network'), why: anyText }), { maxLength: 2 }),
});
