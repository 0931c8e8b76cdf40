/**
 * The version 2 cgroup a process is in, from outside and as it sees it itself; see cgroup_namespaces(7).
 */
import { parseCgroupLines, unifiedOf } from '../cgroupline.ts';
import { SystemCallError } from '../errors.ts';
import { derive, fact } from '../fact.ts';
import type { Fact } from '../fact.ts';
import { readProc } from '../procfile.ts';
import { insideNamespace } from '../setns.ts';
import type { Reader } from './reader.ts';

export function cgroup(reader: Reader): Fact<string> {
  return membership(reader, reader.text('cgroup'), 'cgroup', reader.path('cgroup'));
}

/** /proc/PID/cgroup is relative to the *reader's* cgroup namespace, so the judge reads it from inside the process's. */
export function cgroupInside(reader: Reader): Fact<string> {
  const text = reader.steady(() => insideNamespace(reader.pid, 'cgroup', () => readProc(reader.pid, 'cgroup')));
  return membership(reader, text, 'cgroup as it sees it', `nsenter -t ${reader.pid} -C cat ${reader.path('cgroup')}`);
}

/** What is left of the outside path when the inside path is cut off its end. */
export function cgroupNamespaceRoot(reader: Reader): Fact<string | null> {
  const outside = cgroup(reader);
  const inside = cgroupInside(reader);
  return derive(reader.name("cgroup namespace's root"), namespaceRoot(outside.value, inside.value), outside, inside);
}

/**
 * The root of a cgroup namespace from one cgroup's path seen from outside and from inside of it; null where the cgroup lies
 * outside of the namespace (its inside path then climbs with `/..`), or where it moved between the two readings.
 */
export function namespaceRoot(outside: string, inside: string): string | null {
  if (inside === '/..' || inside.startsWith('/../')) return null;
  if (inside === '/') return outside;
  if (outside === inside) return '/';
  return outside.endsWith(inside) ? outside.slice(0, -inside.length) : null;
}

function membership(reader: Reader, text: string, what: string, source: string): Fact<string> {
  const unified = unifiedOf(parseCgroupLines(text, source));
  if (unified === undefined) throw new SystemCallError('read', `${source}, 0::`, 'no version 2 hierarchy on this machine');
  return fact(reader.name(what), unified.path, source, [unified.line]);
}
