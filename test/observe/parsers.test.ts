/** Every parser of kernel text: what it reads, and that it answers anything else with a ParseError and nothing worse. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { capabilityName, knownCapabilities } from '../../sandbox/observe/capabilities.ts';
import { parseAmount, parseCpuMax, parseFlatKeyed, parseLimit, parsePids, parseSwitch, parseWords } from '../../sandbox/observe/cgroupfile.ts';
import { parseCgroupLines, unifiedOf } from '../../sandbox/observe/cgroupline.ts';
import { ParseError } from '../../sandbox/observe/errors.ts';
import { idInside, idOutside, isIdentity, parseIdMap } from '../../sandbox/observe/idmap.ts';
import { parseAddresses, parseLinks, parseNeighbours, parseRoutes } from '../../sandbox/observe/iproute.ts';
import { parseLimits } from '../../sandbox/observe/limits.ts';
import { parseMountinfo } from '../../sandbox/observe/mountinfo.ts';
import { parseNamespaceLink } from '../../sandbox/observe/namespaces.ts';
import { defaultGateway, parseListening, parseNetDev, parseNetRoute, parseNetSnmp } from '../../sandbox/observe/netfiles.ts';
import { namespaceRoot } from '../../sandbox/observe/read/cgroup.ts';
import { signalName, signalNumber } from '../../sandbox/observe/signals.ts';
import { parseStat } from '../../sandbox/observe/stat.ts';
import { parseStatus } from '../../sandbox/observe/status.ts';
import { linesOf, unescapeOctal } from '../../sandbox/observe/text.ts';

const parsers: [string, (text: string) => unknown][] = [
  ['mountinfo', (text) => parseMountinfo(text)],
  ['status', (text) => parseStatus(text)],
  ['stat', (text) => parseStat(text)],
  ['uid_map', (text) => parseIdMap(text)],
  ['limits', (text) => parseLimits(text)],
  ['cgroup', (text) => parseCgroupLines(text)],
  ['a namespace link', (text) => parseNamespaceLink(text, 'ns/uts')],
  ['net/dev', (text) => parseNetDev(text)],
  ['net/route', (text) => parseNetRoute(text)],
  ['net/snmp', (text) => parseNetSnmp(text, 'Icmp')],
  ['memory.max', (text) => parseLimit(text, 'memory.max')],
  ['memory.current', (text) => parseAmount(text, 'memory.current')],
  ['cgroup.events', (text) => parseFlatKeyed(text, 'cgroup.events')],
  ['cgroup.procs', (text) => parsePids(text, 'cgroup.procs')],
  ['cpu.max', (text) => parseCpuMax(text, 'cpu.max')],
  ['cgroup.freeze', (text) => parseSwitch(text, 'cgroup.freeze')],
  ['ip link', (text) => parseLinks(text)],
  ['ip addr', (text) => parseAddresses(text)],
  ['ip route', (text) => parseRoutes(text)],
  ['ip neigh', (text) => parseNeighbours(text)],
];

describe('arbitrary text', () => {
  // Text that is nearly right finds more than noise does.
  const shards = ['\n', ' ', '\t', ':', '-', '0', '1', '4294967295', 'max', 'Pid', 'Uid', 'State', 'Name', '0::/', '(', ')', '[', ']', '{}', '"dst"', '36 35 0:5 / / rw - a b c', 'Iface', 'Limit', '|', 'R', 'f', 'constructor', '__proto__', 'é'];
  const text = fc.oneof(fc.string(), fc.array(fc.constantFrom(...shards), { maxLength: 30 }).map((parts) => parts.join('')), fc.json());
  test.each(parsers)('%s is read or refused by name', (_, parse) => {
    fc.assert(fc.property(text, (input) => {
      try {
        parse(input);
      } catch (error) {
        expect(error).toBeInstanceOf(ParseError);
        expect((error as ParseError).message).toContain(`${(error as ParseError).source}: `);
      }
    }));
  });
});

describe('status', () => {
  const sample = [
    'Name:\tsle\\\\ep\\n(x)', 'Umask:\t0022', 'State:\tS (sleeping)', 'Tgid:\t412', 'Ngid:\t0', 'Pid:\t412', 'PPid:\t400', 'TracerPid:\t0',
    'Uid:\t100000\t100000\t100000\t100000', 'Gid:\t100000\t100001\t100002\t100003', 'FDSize:\t64', 'Groups:\t4 24 ', 'NStgid:\t412\t1',
    'NSpid:\t412\t7\t1', 'NSpgid:\t400\t0\t0', 'NSsid:\t400\t0\t0', 'VmRSS:\t    1728 kB', 'Threads:\t11', 'SigQ:\t2/96365',
    'SigPnd:\t0000000000000000', 'ShdPnd:\t0000000000000100', 'SigBlk:\t0000000000000001', 'SigIgn:\t0000000001001000', 'SigCgt:\t0000000180004002',
    'CapInh:\t0000000000000000', 'CapPrm:\t000001ffffffffff', 'CapEff:\t0000000000200000', 'CapBnd:\t000001ffffffffff', 'CapAmb:\t0000000000000000',
    'NoNewPrivs:\t1', 'Seccomp:\t2', 'Brand_new:\tfield',
  ];

  test('is read as proc(5) describes it', () => {
    expect(parseStatus(`${sample.join('\n')}\n`)).toMatchObject({
      name: 'sle\\ep\n(x)', state: 'S', pid: 412, ppid: 400, tracer: 0, groups: [4, 24], pids: [412, 7, 1], threads: 11, umask: 0o22, residentKb: 1728,
      gids: { real: 100000, effective: 100001, saved: 100002, filesystem: 100003 },
      signals: { pending: ['SIGKILL'], blocked: ['SIGHUP'], ignored: ['SIGPIPE', 'SIGXFSZ'], caught: ['SIGINT', 'SIGTERM', 'SIG32', 'SIG33'] },
      capabilities: { inheritable: [], effective: ['CAP_SYS_ADMIN'] },
      noNewPrivileges: true, seccomp: 2, fields: { Brand_new: 'field' },
    });
    expect(parseStatus(sample.join('\n')).capabilities.permitted).toHaveLength(knownCapabilities);
  });

  test('of an older kernel lacks what came later, and is read all the same', () => {
    const old = sample.filter((line) => !/^(NS|NoNewPrivs|Seccomp|CapAmb|Umask)/.test(line)).join('\n');
    const status = parseStatus(old);
    expect(status).toMatchObject({ pids: [412], processGroups: [], capabilities: { ambient: [] } });
    expect(status).not.toHaveProperty('noNewPrivileges');
    expect(status).not.toHaveProperty('umask');
  });

  test.each(['Pid', 'PPid', 'State', 'Uid', 'Threads', 'Tgid'])('without %s is refused', (key) => {
    expect(() => parseStatus(sample.filter((line) => !line.startsWith(`${key}:`)).join('\n'), '/proc/412/status')).toThrow(ParseError);
  });

  test.each([['SigCgt:\txyz'], ['Uid:\t1\t2\t3'], ['NSpid:\t1\tx'], ['no colon']])('with %j is refused', (line) => {
    const key = line.split(':')[0] ?? '';
    expect(() => parseStatus([...sample.filter((other) => !other.startsWith(`${key}:`)), line].join('\n'))).toThrow(ParseError);
  });

  test('a program that calls itself like a field does not become one', () => {
    expect(parseStatus(['Name:\tx\\nPid:\\t1', ...sample.slice(1)].join('\n')).pid).toBe(412);
  });
});

test('stat takes everything up to the last parenthesis for the name', () => {
  const name = 'a) S 1 (b';
  const text = `412 (${name}) R 400 401 402 34816 405 4194304 1 2 3 4 5 6 7 8 20 0 11 0 328198 99 1\n`;
  expect(parseStat(text)).toEqual({
    pid: 412, name, state: 'R', parent: 400, processGroup: 401, session: 402, terminal: 34816, foreground: 405, exiting: false, threads: 11, ticks: 11, startTime: 328198,
  });
  expect(parseStat(text.replace('4194304', String(4194304 + 4))).exiting).toBe(true);
});

test('the name of a process may be anything, in stat and in status', () => {
  const states = fc.constantFrom('R', 'S', 'Z');
  fc.assert(fc.property(fc.string({ maxLength: 15 }), fc.nat(), states, (name, pid, state) => {
    const stat = parseStat(`${pid} (${name}) ${state} 1 2 3 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 77\n`);
    expect(stat).toMatchObject({ pid, name, state, foreground: -1, startTime: 77 });
    const escaped = name.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
    const status = parseStatus(`Name:\t${escaped}\nState:\t${state} (x)\nTgid:\t1\nPid:\t1\nPPid:\t0\nTracerPid:\t0\nUid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\nGroups:\t\nThreads:\t1\n`);
    expect(status.name).toBe(name);
  }));
});

describe('ids', () => {
  const map = parseIdMap('         0     100000      65536\n     70000       1000          1\n');
  test.each([[0, 100000], [65535, 165535], [70000, 1000]])('%i inside is %i outside', (inside, outside) => {
    expect(idOutside(map, inside)).toBe(outside);
    expect(idInside(map, outside)).toBe(inside);
  });
  test.each([[65536], [70001]])('%i is not mapped', (inside) => {
    expect(idOutside(map, inside)).toBeUndefined();
  });
  test('the first user namespace maps everything to itself', () => {
    expect(isIdentity(parseIdMap('         0          0 4294967295\n'))).toBe(true);
    expect(isIdentity(map)).toBe(false);
    expect(parseIdMap('')).toEqual([]);
  });
  test('outside and back is where one was', () => {
    fc.assert(fc.property(fc.nat(200_000), (id) => {
      const inside = idInside(map, id);
      if (inside !== undefined) expect(idOutside(map, inside)).toBe(id);
    }));
  });
});

test('limits', () => {
  const text = [
    'Limit                     Soft Limit           Hard Limit           Units     ',
    'Max open files            1024                 1048576              files     ',
    'Max core file size        unlimited            unlimited            bytes     ',
    'Max nice priority         0                    0                    ', '',
  ].join('\n');
  expect({ ...parseLimits(text) }).toEqual({
    'Max open files': { soft: 1024, hard: 1048576, unit: 'files' },
    'Max core file size': { soft: null, hard: null, unit: 'bytes' },
    'Max nice priority': { soft: 0, hard: 0, unit: '' },
  });
});

describe('cgroup memberships', () => {
  test('of both versions, of one outside of the namespace, and of a removed cgroup', () => {
    const read = parseCgroupLines('9:name=systemd:/a\n4:cpu,cpuacct:/b\n0::/../x:y (deleted)\n');
    expect(read.map(({ hierarchy, controllers, path, deleted }) => [hierarchy, controllers, path, deleted])).toEqual([
      [9, ['name=systemd'], '/a', false], [4, ['cpu', 'cpuacct'], '/b', false], [0, [], '/../x:y', true],
    ]);
    expect(unifiedOf(read)?.path).toBe('/../x:y');
    expect(unifiedOf(read.slice(0, 2))).toBeUndefined();
  });

  test('any path comes back as it was', () => {
    const path = fc.string().map((text) => `/${text.replaceAll('\n', '')}`).filter((text) => !text.endsWith(' (deleted)'));
    fc.assert(fc.property(path, (text) => {
      expect(parseCgroupLines(`0::${text}\n`)).toMatchObject([{ hierarchy: 0, path: text, deleted: false }]);
    }));
  });

  test.each([
    ['/drydock/w/home/shell', '/shell', '/drydock/w/home'], ['/drydock/w/home', '/', '/drydock/w/home'], ['/a', '/a', '/'],
    ['/drydock/w/keep', '/../keep', null], ['/a/b', '/c', null], ['/', '/', '/'],
  ])('%s seen as %s: the namespace begins at %s', (outside, inside, root) => {
    expect(namespaceRoot(outside, inside)).toBe(root);
  });
});

test('files of a cgroup', () => {
  expect(parseLimit('max\n', 'x')).toBe('max');
  expect(parseLimit('67108864\n', 'x')).toBe(67108864);
  expect(parseAmount('18446744073709551615\n', 'x')).toBeGreaterThan(1e19);
  expect({ ...parseFlatKeyed('populated 1\nfrozen 0\n', 'x') }).toEqual({ populated: 1, frozen: 0 });
  expect(parseCpuMax('max 100000\n', 'x')).toEqual({ quota: 'max', period: 100000 });
  expect(parseCpuMax('5000 100000\n', 'x')).toEqual({ quota: 5000, period: 100000 });
  expect(parsePids('1\n0\n412\n', 'x')).toEqual([1, 0, 412]);
  expect(parseWords('cpu io memory\n')).toEqual(['cpu', 'io', 'memory']);
  expect(parseWords('\n')).toEqual([]);
  expect([parseSwitch('1\n', 'x'), parseSwitch('0\n', 'x')]).toEqual([true, false]);
});

describe('networks without a process', () => {
  test('net/dev, with a name that touches its counter', () => {
    const text = 'Inter-|   Receive  |  Transmit\n face |bytes packets|bytes packets\n    lo:  10 1 0 0 0 0 0 0 20 2 0 0 0 0 0 0\nveth12345678901:99 9 0 8 0 0 0 0 77 7 0 6 0 0 0 0\n';
    expect(parseNetDev(text)).toMatchObject({
      lo: { receivedBytes: 10, receivedPackets: 1, sentBytes: 20, sentPackets: 2 },
      veth12345678901: { receivedBytes: 99, receivedDropped: 8, sentBytes: 77, sentDropped: 6 },
    });
  });

  test('net/route, and the default gateway in it', () => {
    const text = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\neth0\t00000000\t010200C0\t0003\t0\t0\t100\t00000000\t0\t0\t0   \neth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0  \n';
    const routes = parseNetRoute(text);
    expect(routes).toEqual([
      { interface: 'eth0', destination: '0.0.0.0', gateway: '192.0.2.1', mask: '0.0.0.0', flags: 3, metric: 100 },
      { interface: 'eth0', destination: '192.0.2.0', gateway: '0.0.0.0', mask: '255.255.255.0', flags: 1, metric: 0 },
    ]);
    expect(defaultGateway(routes)).toBe('192.0.2.1');
    expect(defaultGateway(parseNetRoute(''))).toBeUndefined();
  });
});

describe('net/snmp', () => {
  const text = 'Ip: Forwarding DefaultTTL\nIp: 2 64\nIcmp: InMsgs InEchos\nIcmp: 7 3\nIcmpMsg: InType8\nIcmpMsg: 3\nTcp: RtoMin MaxConn\nTcp: 200 -1\n';

  test('the counters of one protocol, and of no other whose name begins alike', () => {
    expect({ ...parseNetSnmp(text, 'Icmp') }).toEqual({ InMsgs: 7, InEchos: 3 });
    expect(parseNetSnmp(text, 'Tcp')['MaxConn']).toBe(-1);
    expect({ ...parseNetSnmp(text, 'Udp') }).toEqual({});
  });

  test('a value too few is an error', () => {
    expect(() => parseNetSnmp('Icmp: InMsgs InEchos\nIcmp: 7\n', 'Icmp')).toThrow(ParseError);
  });
});

describe('net/tcp', () => {
  const row = (index: number, local: string, state: string): string => `   ${index}: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000     0        0 11 1 0000 100 0 0 10 0`;

  test('who listens, and where', () => {
    const text = ['  sl  local_address rem_address   st', row(0, '0100007F:1F90', '0A'), row(1, '00000000:0050', '0A'), row(2, '0100007F:1F90', '01')].join('\n');
    expect(parseListening(text)).toMatchObject([{ address: '127.0.0.1', port: 8080 }, { address: '0.0.0.0', port: 80 }]);
    expect(parseListening(`heading\n${row(0, `${'0'.repeat(32)}:0016`, '0A')}\n${row(1, `${'0'.repeat(24)}01000000:0019`, '0A')}`)).toMatchObject([{ address: '::', port: 22 }]);
  });
});

describe('ip -j', () => {
  test('links: a veth whose other end is elsewhere, and one whose is here', () => {
    const json = JSON.stringify([
      { ifindex: 1, ifname: 'lo', flags: ['LOOPBACK', 'UP'], mtu: 65536, operstate: 'UNKNOWN', link_type: 'loopback', address: '00:00:00:00:00:00', qdisc: 'noqueue' },
      { ifindex: 5, link_index: 6, ifname: 'eth0', flags: [], mtu: 1500, operstate: 'DOWN', link_type: 'ether', link_netnsid: 0, linkinfo: { info_kind: 'veth' }, link: null },
      { ifindex: 7, ifname: 'v0', link: 'v1', flags: [], mtu: 1500, master: 'box0' },
      {},
    ]);
    const [lo, eth0, v0, ...rest] = parseLinks(json);
    expect(rest).toEqual([]);
    expect(lo).toMatchObject({ index: 1, name: 'lo', flags: ['LOOPBACK', 'UP'], state: 'UNKNOWN' });
    expect(lo?.line).not.toContain('qdisc');
    expect(eth0).toMatchObject({ peerIndex: 6, peerNamespace: 0, kind: 'veth' });
    expect(eth0).not.toHaveProperty('peerName');
    expect(v0).toMatchObject({ peerName: 'v1', master: 'box0', state: 'UNKNOWN' });
  });

  test('addresses of all interfaces in one list', () => {
    const json = JSON.stringify([{ ifname: 'eth0', addr_info: [{ family: 'inet', local: '10.0.0.2', prefixlen: 24, broadcast: '10.0.0.255', scope: 'global' }, {}] }, { ifname: 'lo' }]);
    expect(parseAddresses(json)).toMatchObject([{ interface: 'eth0', family: 'inet', address: '10.0.0.2', prefix: 24, scope: 'global', broadcast: '10.0.0.255' }]);
  });

  test('routes and neighbours', () => {
    expect(parseRoutes('[{"dst":"default","gateway":"10.0.0.1","dev":"eth0","flags":[]},{"dst":"10.9.0.0/16","type":"blackhole","flags":["linkdown"]}]')).toMatchObject([
      { destination: 'default', gateway: '10.0.0.1', interface: 'eth0', type: 'unicast' },
      { destination: '10.9.0.0/16', type: 'blackhole', flags: ['linkdown'] },
    ]);
    expect(parseNeighbours('[{"dst":"10.0.0.1","dev":"eth0","state":["FAILED"]}]')).toMatchObject([{ address: '10.0.0.1', interface: 'eth0', states: ['FAILED'] }]);
  });

  test.each(['', '[]', '[ ]\n', '[{},{}]'])('an empty list may look like %j', (json) => {
    expect(parseRoutes(json)).toEqual([]);
  });

  test.each(['{', '{"dst":"x"}', '[{"dst":5}]', '[1]'])('%j is refused', (json) => {
    expect(() => parseRoutes(json)).toThrow(ParseError);
  });
});

describe('names', () => {
  test.each([['SIGTERM', 15], ['KILL', 9], ['SIGABRT', 6], ['SIG34', 34], ['SIGNONSENSE', undefined], ['SIG99', undefined]])('%s is %s', (name, number) => {
    expect(signalNumber(name)).toBe(number);
  });
  test('every signal has a name that leads back to it', () => {
    for (let number = 1; number <= 64; number += 1) expect(signalNumber(signalName(number))).toBe(number);
  });
  test.each([[0, 'CAP_CHOWN'], [21, 'CAP_SYS_ADMIN'], [27, 'CAP_MKNOD'], [40, 'CAP_CHECKPOINT_RESTORE'], [55, 'CAP_55']])('capability %i is %s', (bit, name) => {
    expect(capabilityName(bit)).toBe(name);
  });
  test('namespace links', () => {
    expect(parseNamespaceLink('pid:[4026531836]', 'x')).toBe(4026531836);
    expect(parseNamespaceLink('pid_for_children:[7]', 'x')).toBe(7);
  });
});

test('octal escapes: the kernel\'s are undone, anything else stays', () => {
  expect(unescapeOctal('a\\040b\\011\\134040\\999\\7')).toBe('a b\t\\040\\999\\7');
  expect(linesOf('a\u2028b\n\nc')).toEqual(['a\u2028b', '', 'c']);
});
