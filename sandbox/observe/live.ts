/**
 * The ProcessView of a process that runs here. Each method is one of the readings in read/.
 */
import { GoneError, SystemCallError } from './errors.ts';
import type { ProcessView } from './process.ts';
import { allProcesses, isAlive, presentOnly, startTimeOf } from './procfile.ts';
import * as cgroup from './read/cgroup.ts';
import * as identity from './read/identity.ts';
import * as life from './read/life.ts';
import * as mounts from './read/mounts.ts';
import * as namespaces from './read/namespaces.ts';
import * as network from './read/network.ts';
import * as program from './read/program.ts';
import * as reach from './read/reach.ts';
import { Reader } from './read/reader.ts';

/** A view of the process with this pid, called `label` in facts. Throws GoneError where there is none. */
export function view(pid: number, label = `process ${pid}`): ProcessView {
  const reader = new Reader(pid, label);
  return {
    pid,
    label,
    together: (read) => reader.together(read),
    alive: () => startTimeOf(pid) === reader.startTime && isAlive(pid),
    state: () => identity.state(reader),
    parent: () => identity.parent(reader),
    children: () => reader.steady(() => allProcesses())
      .filter((process) => process.parent === pid)
      .flatMap((process) => presentOnly(() => view(process.pid))),
    companions: () => {
      const own = namespaces.namespace(reader, 'pid').value;
      return reader.steady(() => allProcesses()).flatMap((process) => presentOnly(() => view(process.pid))).filter((other) => isIn(other, own));
    },
    threads: () => life.threads(reader),
    startTime: () => life.startTime(reader),
    argv: () => program.argv(reader),
    environment: () => program.environment(reader),
    exe: () => program.exe(reader),
    cwd: () => program.cwd(reader),
    root: () => program.root(reader),
    descriptor: (n) => program.descriptor(reader, n),
    descriptors: () => program.descriptors(reader),
    openFile: (n) => program.openFile(reader, n),
    windowSize: (n) => program.windowSize(reader, n),
    limits: () => program.limits(reader),
    pids: () => identity.pids(reader),
    sessions: () => identity.sessions(reader),
    processGroups: () => identity.processGroups(reader),
    terminal: () => life.terminal(reader),
    foregroundGroup: () => life.foregroundGroup(reader),
    uids: () => identity.uids(reader),
    gids: () => identity.gids(reader),
    groups: () => identity.groups(reader),
    capabilities: () => identity.capabilities(reader),
    noNewPrivileges: () => identity.noNewPrivileges(reader),
    seccomp: () => identity.seccomp(reader),
    signals: () => identity.signals(reader),
    status: () => identity.status(reader),
    namespace: (kind) => namespaces.namespace(reader, kind),
    namespaceOwner: (kind) => namespaces.namespaceOwner(reader, kind),
    namespaceForChildren: () => namespaces.namespaceForChildren(reader),
    threadNamespaces: (kind) => namespaces.threadNamespaces(reader, kind),
    uidMap: () => namespaces.idMap(reader, 'uid'),
    gidMap: () => namespaces.idMap(reader, 'gid'),
    setgroups: () => namespaces.setgroups(reader),
    hostname: () => namespaces.hostname(reader, 'hostname'),
    domainname: () => namespaces.hostname(reader, 'domainname'),
    mounts: () => mounts.mounts(reader),
    namespaceMounts: () => mounts.namespaceMounts(reader),
    mountAt: (path) => mounts.mountAt(reader, path),
    mountOf: (path) => mounts.mountOf(reader, path),
    propagation: (path) => mounts.propagation(reader, path),
    file: (path, options) => mounts.file(reader, path, options),
    text: (path, options) => mounts.text(reader, path, options),
    list: (path) => mounts.list(reader, path),
    cgroup: () => cgroup.cgroup(reader),
    cgroupInside: () => cgroup.cgroupInside(reader),
    cgroupNamespaceRoot: () => cgroup.cgroupNamespaceRoot(reader),
    interfaces: () => network.interfaces(reader),
    kernelRoutes: () => network.kernelRoutes(reader),
    links: () => network.links(reader),
    addresses: () => network.addresses(reader),
    routes: () => network.routes(reader),
    neighbours: () => network.neighbours(reader),
    echoRequests: () => network.echoRequests(reader),
    ping: (address) => network.ping(reader, address),
    reaches: (to, at, port) => reach.reaches(reader, to, at, port),
    lookUp: (name) => reach.lookUp(reader, name),
    asks: (name, servers) => reach.asks(reader, name, servers),
    listening: () => reach.listening(reader),
    counters: (protocol) => reach.counters(reader, protocol),
    packetFilter: () => reach.packetFilter(reader),
    connections: () => reach.connections(reader),
    networkSetting: (name) => reach.networkSetting(reader, name),
  };
}

/** Whether a process is in this pid namespace. One that may not be looked at is in another: the judge may look at all that is of its walls. */
function isIn(process: ProcessView, namespace: number): boolean {
  try {
    return process.namespace('pid').value === namespace;
  } catch (error) {
    if (error instanceof GoneError || (error instanceof SystemCallError && error.code === 'EACCES')) return false;
    throw error;
  }
}
