/** Probes: which namespaces are the container's own, and what it can see and name of other processes. */
import { derive, fact } from '../observe/fact.ts';
import type { NamespaceKind } from '../observe/process.ts';
import { presentOnly } from '../observe/procfile.ts';
import { bad, good, HOSTS, neutral, type Probe } from './probe.ts';

/** One kind of namespace. Sharing the user namespace is what every runtime does that was not told otherwise. */
const namespace = (kind: NamespaceKind): Probe => ({
  id: `ns-${kind}`,
  ask: ({ host, command }) => {
    const [theirs, hosts] = [command.namespace(kind), host.namespace(kind)];
    if (theirs.value !== hosts.value) return good('own', theirs, hosts);
    return (kind === 'user' ? neutral : bad)(HOSTS, theirs, hosts);
  },
});

const hostname: Probe = {
  id: 'hostname',
  ask: ({ host, command, wanted }) => {
    const [theirs, hosts] = [command.hostname(), host.hostname()];
    return theirs.value === wanted.hostname && hosts.value !== wanted.hostname ? good('own', theirs, hosts) : bad(HOSTS, theirs, hosts);
  },
};

const firstProcess: Probe = {
  id: 'pid-1',
  ask: ({ host, command }) => {
    const [pids, hosts] = [command.pids(), host.pids()];
    const last = pids.value.at(-1) ?? 0;
    if (pids.value.length <= hosts.value.length) return bad(String(last), pids, hosts);
    // Behind an init of its own it is not the first, and that is as good.
    return last === 1 ? good('1', pids) : neutral(String(last), pids);
  },
};

/** Every number in its /proc has to be a process of its own pid namespace. */
const proc: Probe = {
  id: 'proc',
  ask: ({ host, command, everybody }) => {
    const [mount, names, mine, hosts] = [command.mountAt('/proc'), command.list('/proc'), command.namespace('pid'), host.namespace('pid')];
    if (mount.value?.type !== 'proc' || names.value === null) return neutral('none', mount);
    const shown = names.value.filter((name) => /^\d+$/.test(name)).map(Number);
    const numbers = fact('the processes in its /proc', shown, names.evidence[0]?.source ?? '/proc', [shown.join(' ')]);
    if (mine.value === hosts.value) return bad(HOSTS, numbers, mine, hosts);
    const own = everybody().flatMap((process) => presentOnly(() => (process.namespace('pid').value === mine.value ? [process.pids().value.at(-1)] : []))).flat();
    const foreign = shown.filter((pid) => !own.includes(pid));
    if (foreign.length > 0) return bad(`${foreign.length} more`, numbers, derive('its own', own, command.pids()));
    return good('own', numbers);
  },
};

export const namespaceProbes: readonly Probe[] = [
  ...(['pid', 'mnt', 'uts', 'ipc', 'net', 'cgroup', 'user'] as const).map(namespace), hostname, firstProcess, proc,
];
