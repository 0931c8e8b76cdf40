/** What this machine may not have or not allow, observed in the private kernel: ip, host names, cgroups with controllers. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Guest } from '../agent/guest.ts';
import { inGuest, judgesFiles } from './guest.ts';

/** Everything is looked at in one go; a test each holds what was seen. */
const SCRIPT = `
  import { spawn } from 'node:child_process';
  import fs from 'node:fs';
  import { setTimeout as sleep } from 'node:timers/promises';
  import { view } from './sandbox/observe/live.ts';
  import { findByArgv, flatten, pidsOf, tree } from './sandbox/observe/scan.ts';
  import { cgroupView } from './sandbox/observe/cgroup.ts';
  import { cgroupMountPoint, cgroupTree, flattenCgroups } from './sandbox/observe/cgrouptree.ts';

  const start = async (argv, last) => {
    const child = spawn(argv[0], argv.slice(1), { stdio: 'ignore' });
    for (;;) {
      const found = findByArgv(last, flatten(tree(child.pid)).map((process) => process.pid));
      if (found) return { child, found };
      await sleep(10);
    }
  };

  const names = async () => {
    const before = fs.readFileSync('/proc/sys/kernel/hostname', 'utf8');
    const { child, found } = await start(['unshare', '-u', 'sh', '-c', 'hostname inner-name; domainname nis; exec sleep 1000'], ['sleep', '1000']);
    const names = [found.hostname(), found.domainname()];
    const link = fs.readlinkSync('/proc/thread-self/ns/uts') === fs.readlinkSync('/proc/self/ns/uts');
    child.kill('SIGKILL');
    return { names, same: before === fs.readFileSync('/proc/sys/kernel/hostname', 'utf8'), link };
  };
  const network = async () => {
    const setUp = 'ip link add v0 type veth peer name v1; ip addr add 10.5.0.1/24 dev v0; ip link set v0 up; ip link set v1 up; ip link set lo up; ip route add default via 10.5.0.2; ip neigh add 10.5.0.9 lladdr 02:00:00:00:00:09 dev v0; exec sleep 1001';
    const { child, found } = await start(['unshare', '-n', 'sh', '-c', setUp], ['sleep', '1001']);
    const all = { links: found.links(), addresses: found.addresses(), routes: found.routes(), neighbours: found.neighbours(), kernel: found.kernelRoutes(), interfaces: found.interfaces() };
    const pings = { answered: await found.ping('10.5.0.1'), not: await found.ping('10.5.0.7'), requests: found.echoRequests() };
    const mine = Object.keys(view(process.pid).interfaces().value);
    const here = view(process.pid);
    const reach = {
      own: await found.reaches({ address: '10.5.0.1', port: 700 }, found, 700), other: await found.reaches({ address: '10.5.0.1', port: 701 }, found, 700),
      apart: await found.reaches({ address: '127.0.0.1', port: 700 }, here, 700), listening: found.listening().value.length,
      asked: await found.asks('some.example', [{ address: '10.5.0.1', at: found }]), deaf: await found.asks('some.example', [{ address: '10.5.0.1', at: here }]).catch((error) => error.code),
      name: await found.lookUp('localhost'), nobody: await found.lookUp('nobody-here'), forward: found.networkSetting('ipv4/ip_forward'), filter: found.packetFilter().value,
    };
    child.kill('SIGKILL');
    return { ...all, ...pings, mine, reach };
  };
  const cgroup = async () => {
    const top = cgroupMountPoint();
    const dir = top + '/outer/inner';
    const bare = cgroupView(top + '/outer');
    fs.mkdirSync(top + '/outer');
    const without = bare.memoryMax();
    fs.writeFileSync(top + '/cgroup.subtree_control', '+memory +pids');
    fs.writeFileSync(top + '/outer/cgroup.subtree_control', '+memory +pids');
    fs.mkdirSync(dir);
    fs.writeFileSync(dir + '/memory.max', '16M');
    fs.writeFileSync(dir + '/pids.max', '9');
    const { child, found } = await start(['sh', '-c', 'echo 0 > ' + dir + '/cgroup.procs && mkdir ' + dir + '/leaf && exec unshare -C sh -c "echo 0 > ' + dir + '/leaf/cgroup.procs; exec sleep 1002"'], ['sleep', '1002']);
    const cgroup = cgroupView(dir);
    fs.writeFileSync(dir + '/cgroup.freeze', '1');
    while (cgroup.events().value.frozen !== 1) await sleep(5);
    const seen = {
      without, max: cgroup.memoryMax().value, pids: cgroup.pidsMax().value, current: cgroup.pidsCurrent().value, freeze: cgroup.freeze().value, populated: cgroup.events().value.populated,
      events: Object.keys(cgroup.memoryEvents().value), controllers: cgroup.controllers().value, own: cgroup.processes().value.length, below: pidsOf(dir).length, cpu: Object.keys(cgroup.cpuStat().value),
      outside: found.cgroup().value, inside: found.cgroupInside().value, root: found.cgroupNamespaceRoot().value,
      tree: flattenCgroups(cgroupTree(top + '/outer')).map((node) => [node.name, node.processes.length, node.memoryMax, node.pidsMax, node.frozen]),
  };
    fs.writeFileSync(dir + '/cgroup.kill', '1');
    child.kill('SIGKILL');
    return seen;
  };
  const mounts = async () => {
    const here = () => [fs.readlinkSync('/proc/thread-self/ns/mnt'), process.cwd(), fs.existsSync('/mnt/inside')];
    const before = here();
    const script = 'mount -t tmpfs hidden /mnt && mkdir /mnt/inside && mkdir -p /tmp/jail && mount --rbind / /tmp/jail && exec chroot /tmp/jail sleep 1003';
    const { child, found } = await start(['unshare', '-m', 'sh', '-c', script], ['sleep', '1003']);
    const own = found.mounts().value.length;
    const all = found.namespaceMounts();
    child.kill('SIGKILL');
    return { before, after: here(), own, all: all.value.length, points: all.value.map((mount) => mount.mountPoint), evidence: all.evidence };
  };
  export default async () => ({ names: await names(), network: await network(), cgroup: await cgroup(), mounts: await mounts() });
`;

let guest: Guest;
let seen: Record<'names' | 'network' | 'cgroup' | 'mounts', unknown>;
beforeAll(async () => {
  guest = await Guest.boot();
  seen = await inGuest(guest, SCRIPT, judgesFiles('observe')) as typeof seen;
}, 400_000);
afterAll(async () => {
  await guest?.[Symbol.asyncDispose]();
});

test('names of a UTS namespace, read there, and the judge comes back', () => {
  const value = seen.names;
  expect(value).toMatchObject({ names: [{ value: 'inner-name', evidence: [{ source: expect.stringMatching(/^nsenter -t \d+ -u cat/), lines: ['inner-name'] }] }, { value: 'nis' }], same: true, link: true });
});

test('links, addresses, routes and neighbours of another network namespace', () => {
  const value = seen.network as Record<string, { value: unknown; evidence: unknown }>;
  expect(value['links']?.value).toEqual(expect.arrayContaining([expect.objectContaining({ name: 'v0', kind: 'veth', peerName: 'v1', flags: expect.arrayContaining(['UP']) })]));
  expect(value['addresses']?.value).toEqual(expect.arrayContaining([expect.objectContaining({ interface: 'v0', address: '10.5.0.1', prefix: 24 })]));
  expect(value['routes']?.value).toEqual(expect.arrayContaining([expect.objectContaining({ destination: 'default', gateway: '10.5.0.2', interface: 'v0' })]));
  expect(value['neighbours']?.value).toEqual(expect.arrayContaining([expect.objectContaining({ address: '10.5.0.9', hardware: '02:00:00:00:00:09', states: ['PERMANENT'] })]));
  expect(value['kernel']?.value).toEqual(expect.arrayContaining([expect.objectContaining({ destination: '0.0.0.0', gateway: '10.5.0.2' })]));
  expect(value['routes']?.evidence).toEqual([{ source: expect.stringMatching(/^nsenter -t \d+ -n ip -j route$/), lines: expect.arrayContaining([expect.stringContaining('10.5.0.2')]) }]);
  expect(Object.keys(value['interfaces']?.value as object)).toEqual(expect.arrayContaining(['v0', 'v1', 'lo']));
  expect(value['mine']).not.toContain('v0');
});

test('who answers a ping from there, and how many requests have come', () => {
  expect(seen.network).toMatchObject({
    answered: { value: true, evidence: [{ source: expect.stringMatching(/^nsenter -t \d+ -n ping -c 1 10\.5\.0\.1$/), lines: expect.arrayContaining([expect.stringContaining('1 received')]) }] },
    not: { value: false, evidence: [{ lines: expect.arrayContaining([expect.stringContaining('0 received')]) }] },
    requests: { value: 1, evidence: [{ lines: [expect.stringContaining('InEchos'), expect.any(String)] }] },
  });
});

test('who reaches whom from there, with sockets of the judge', () => {
  expect(seen.network).toMatchObject({
    reach: {
      own: { value: '10.5.0.1', evidence: [{ lines: ['connected'] }, { lines: ['connection received from 10.5.0.1'] }] }, other: { value: 'refused' }, apart: { value: 'refused' }, listening: 0,
      // The wall's own resolv.conf names nobody.
      asked: { value: false }, deaf: 'EADDRNOTAVAIL', name: { value: '127.0.0.1' }, nobody: { value: null }, forward: { value: 0 }, filter: [],
    },
  });
});

test('a cgroup with its limits, and the root of a cgroup namespace', () => {
  const value = seen.cgroup;
  expect(value).toMatchObject({
    without: { value: null, evidence: [{ lines: ['ENOENT: not there'] }] }, max: 16 * 1024 * 1024, pids: 9, current: 1, freeze: true, populated: 1, own: 0, below: 1,
    events: expect.arrayContaining(['oom_kill', 'max']), controllers: expect.arrayContaining(['memory', 'pids']), cpu: expect.arrayContaining(['usage_usec']),
    outside: '/outer/inner/leaf', inside: '/leaf', root: '/outer/inner',
    tree: [['outer', 0, 'max', 'max', false], ['inner', 0, 16 * 1024 * 1024, 9, true], ['leaf', 1, null, null, true]],
  });
});

test('the mounts that a chroot hides from a process, and the judge comes back from its mount namespace', () => {
  const value = seen.mounts as { before: unknown; after: unknown; own: number; all: number; points: string[]; evidence: { source: string }[] };
  expect(value.after).toEqual(value.before);
  expect(value.all).toBeGreaterThan(value.own);
  expect(value.points).toEqual(expect.arrayContaining(['/', '/mnt', '/tmp/jail', '/tmp/jail/mnt']));
  expect(value.evidence[0]?.source).toMatch(/\/proc\/\d+\/ns\/mnt$/);
});
