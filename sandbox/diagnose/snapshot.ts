/**
 * Takes the picture of one process for the scene: everything a rule may ask about, read while the process lives. What cannot
 * be read is left out, so a process that ends halfway leaves a smaller picture and no error.
 */
import { GoneError, SystemCallError } from '../observe/errors.ts';
import type { Fact } from '../observe/fact.ts';
import { namespaceKinds } from '../observe/process.ts';
import type { NamespaceKind, ProcessView } from '../observe/process.ts';
import type { Evidence } from '../wire/verdict.ts';
import type { ProcessFacts, ProcessField } from './scene.ts';

/** Kinds of namespace that one thread can leave without the others; the rest belong to the whole process. */
const byThread: readonly NamespaceKind[] = ['cgroup', 'ipc', 'mnt', 'net', 'uts'];

/** The facts of a process as they are now. Throws ParseError only: a text of the kernel that we cannot read is our bug. */
export function snapshot(view: ProcessView): ProcessFacts {
  try {
    return view.together(() => picture(view));
  } catch (error) {
    // Another process has its pid by now, and nobody knows which of the two was read.
    if (error instanceof GoneError) return { pid: view.pid, label: view.label, evidence: {} };
    throw error;
  }
}

function picture(view: ProcessView): ProcessFacts {
  const values: Partial<Record<ProcessField, unknown>> = {};
  const evidence: Partial<Record<ProcessField, readonly Evidence[]>> = {};
  const take = (field: ProcessField, fact: Fact<unknown> | undefined): void => {
    if (fact === undefined) return;
    values[field] = fact.value;
    evidence[field] = fact.evidence;
  };
  const status = attempt(() => view.status());
  take('status', status);
  if (status !== undefined) {
    take('pids', { ...only(status, ['NSpid']), value: status.value.pids });
    take('parent', { ...only(status, ['PPid']), value: status.value.ppid });
    take('state', { ...only(status, ['State']), value: status.value.state });
  }
  take('argv', attempt(() => view.argv()));
  take('exe', attempt(() => view.exe()));
  take('cwd', attempt(() => view.cwd()));
  take('root', attempt(() => view.root()));
  take('fds', attempt(() => view.descriptors()));
  const namespaces = byKind(namespaceKinds, (kind) => view.namespace(kind));
  take('namespaces', namespaces);
  // A process with one thread has nothing to tell about its threads that it has not told already.
  take('threadNamespaces', status?.value.threads === 1 && namespaces !== undefined ? alone(namespaces) : byKind(byThread, (kind) => view.threadNamespaces(kind)));
  take('pidForChildren', attempt(() => view.namespaceForChildren()));
  take('uidMap', attempt(() => view.uidMap()));
  take('gidMap', attempt(() => view.gidMap()));
  take('mounts', attempt(() => view.mounts()));
  take('cgroup', attempt(() => view.cgroup()));
  take('cgroupInside', attempt(() => view.cgroupInside()));
  take('hostname', attempt(() => view.hostname()));
  take('domainname', attempt(() => view.domainname()));
  take('terminal', attempt(() => view.terminal()));
  return { pid: view.pid, label: view.label, ...values, evidence } as ProcessFacts;
}

/** The fact, or undefined where the process, or this part of it, is not there (any more) or not in this kernel. */
function attempt<T>(read: () => Fact<T>): Fact<T> | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof GoneError || error instanceof SystemCallError) return undefined;
    throw error;
  }
}

/** One fact for all of these kinds of namespace that could be read; undefined where none could. */
function byKind<T>(kinds: readonly NamespaceKind[], read: (kind: NamespaceKind) => Fact<T>): Fact<Partial<Record<NamespaceKind, T>>> | undefined {
  const values: Partial<Record<NamespaceKind, T>> = {};
  const evidence: Evidence[] = [];
  for (const kind of kinds) {
    const fact = attempt(() => read(kind));
    if (fact === undefined) continue;
    values[kind] = fact.value;
    evidence.push(...fact.evidence);
  }
  return evidence.length === 0 ? undefined : { name: 'namespaces', value: values, evidence };
}

function alone(namespaces: Fact<Partial<Record<NamespaceKind, number>>>): Fact<Partial<Record<NamespaceKind, number[]>>> {
  return { ...namespaces, value: Object.fromEntries(Object.entries(namespaces.value).map(([kind, inode]) => [kind, [inode]])) };
}

/** The lines of a status fact with these keys. */
function only(status: Fact<unknown>, keys: readonly string[]): Fact<unknown> {
  const evidence = status.evidence.map(({ source, lines }) => ({ source, lines: lines.filter((line) => keys.includes(line.slice(0, line.indexOf(':')))) }));
  return { ...status, evidence };
}
