/** Probes: control groups and what they hold, the network, and what the command may do. */
import type { CgroupView } from '../observe/cgroup.ts';
import type { CgroupLimit } from '../observe/cgroupfile.ts';
import type { Fact } from '../observe/fact.ts';
import { idOutside } from '../observe/idmap.ts';
import { presentOnly } from '../observe/procfile.ts';
import { view } from '../observe/live.ts';
import { type Answer, bad, good, HOSTS, neutral, type Probe, type Scene, unknown } from './probe.ts';

const MiB = 1024 ** 2;

const ownCgroup: Probe = {
  id: 'cgroup',
  ask: ({ command, host, began, cgroups }) => {
    const [theirs, home] = [command.cgroup(), cgroups[0]];
    if (theirs.value === began || home === undefined) return bad('caller’s', theirs);
    const inside = home.processes();
    if (inside.value === null) return unknown('', theirs, inside);
    const [mine, hosts] = [command.namespace('pid').value, host.namespace('pid').value];
    const others = inside.value.filter((pid) => pid !== command.pid && presentOnly(() => view(pid).namespace('pid').value).some((inode) => inode !== mine || inode === hosts));
    return others.length > 0 ? bad('shared', theirs, inside) : good('own', theirs, inside);
  },
};

/** A limit as it counts: the tightest from the command's own cgroup upwards. What is not what was asked for is no limit of ours. */
const limit = (id: string, wanted: (scene: Scene) => number, read: (cgroup: CgroupView) => Fact<CgroupLimit | null>, show: (value: number) => string, exact: number): Probe => ({
  id,
  ask: (scene) => {
    const facts = scene.cgroups.map(read);
    const found = facts.filter(({ value }) => typeof value === 'number') as Fact<number>[];
    if (found.length === 0) return bad('none', ...(facts.length > 0 ? facts : [scene.command.cgroup()]));
    const tightest = found.reduce((least, one) => (one.value < least.value ? one : least));
    return (Math.abs(tightest.value - wanted(scene)) <= exact ? good : bad)(show(tightest.value), tightest);
  },
});

/** cpu.max as a share of one processor. */
function share(cgroup: CgroupView): Fact<CgroupLimit | null> {
  const max = cgroup.cpuMax();
  return { ...max, value: max.value === null ? null : max.value.quota === 'max' ? 'max' : max.value.quota / max.value.period };
}

const network: Probe = {
  id: 'network',
  ask: async ({ host, command }) => {
    const [mine, hosts] = [command.namespace('net'), host.namespace('net')];
    if (mine.value === hosts.value) return bad(HOSTS, mine, hosts);
    const [links, routes] = [command.links(), command.routes()];
    const gateway = routes.value.find(({ destination }) => destination === 'default')?.gateway;
    if (gateway === undefined) return neutral(links.value.length > 1 ? 'no route' : 'lo only', links, routes);
    const answer = await command.ping(gateway);
    return answer.value ? good('gateway', routes, answer) : bad('silent', routes, answer);
  },
};

const ids: Probe = {
  id: 'ids',
  ask: ({ host, command }) => {
    const [theirs, hosts] = [command.uidMap(), host.uidMap()];
    const [root, hostsRoot] = [idOutside(theirs.value, 0), idOutside(hosts.value, 0)];
    if (root === undefined || hostsRoot === undefined) return unknown('', theirs, hosts);
    return root === hostsRoot ? neutral(HOSTS, theirs, hosts) : good('mapped', theirs, hosts);
  },
};

const capabilities = (id: string, set: 'effective' | 'bounding'): Probe => ({
  id,
  ask: ({ host, command }) => {
    const [theirs, all] = [command.capabilities(), host.capabilities().value.bounding.length];
    const has = theirs.value[set].length;
    const line = { ...theirs, evidence: theirs.evidence.map(({ source, lines }) => ({ source, lines: lines.filter((each) => each.startsWith(set === 'effective' ? 'CapEff' : 'CapBnd')) })) };
    if (all === 0) return unknown('', line);
    return has >= all ? bad(`all ${has}`, line) : good(has === 0 ? 'none' : `${has} of ${all}`, line);
  },
});

const noNewPrivileges: Probe = {
  id: 'no-new-privs',
  ask: ({ command }) => {
    const on = command.noNewPrivileges();
    return on.value ? good('on', on) : bad('off', on);
  },
};

const seccomp: Probe = {
  id: 'seccomp',
  ask: ({ command }): Answer => {
    const mode = command.seccomp();
    return mode.value === 0 ? bad('off', mode) : good(mode.value === 1 ? 'strict' : 'filter', mode);
  },
};

export const limitProbes: readonly Probe[] = [
  ownCgroup,
  limit('memory', ({ wanted }) => wanted.memory, (cgroup) => cgroup.memoryMax(), (bytes) => `${Math.round(bytes / MiB)} MiB`, 4096),
  limit('cpu', ({ wanted }) => wanted.cpus, share, (cpus) => `${cpus} CPU`, 0.001),
  limit('pids', ({ wanted }) => wanted.pids, (cgroup) => cgroup.pidsMax(), String, 0),
  network, ids, capabilities('capabilities', 'effective'), capabilities('bounding', 'bounding'), noNewPrivileges, seccomp,
];
