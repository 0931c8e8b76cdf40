/** Everything that runs in a wall, with the namespaces it is in. What goes away meanwhile is not in the answer. */
import { namespaceKinds, parseNamespaceLink } from '../../observe/namespaces.ts';
import type { NamespaceSet, Resident } from '../../observe/containers.ts';
import { allProcesses, readProc, readProcLink } from '../../observe/procfile.ts';
import { pidsOf } from '../../observe/scan.ts';
import type { ProcessStat } from '../../observe/stat.ts';
import { SystemCallError } from '../../observe/errors.ts';
import { present } from './place.ts';
import type { Place } from './place.ts';

export type WallResident = Resident & { readonly stat: ProcessStat };

/** The namespaces of a process (its main thread's), as far as this kernel has them. Throws GoneError. */
export function namespacesOf(pid: number): NamespaceSet {
  const found: Partial<Record<(typeof namespaceKinds)[number], number>> = {};
  for (const kind of namespaceKinds) {
    try {
      found[kind] = parseNamespaceLink(readProcLink(pid, `ns/${kind}`), `/proc/${pid}/ns/${kind}`);
    } catch (error) {
      if (!(error instanceof SystemCallError && error.code === 'ENOENT')) throw error;
    }
  }
  return found;
}

/** The processes in the wall's delegated cgroup, and the zombies that they have not waited for, which are in none. */
export function residentsOf(place: Place): WallResident[] {
  const inside = new Set(pidsOf(place.home));
  return allProcesses()
    .filter((stat) => inside.has(stat.pid) || (stat.state === 'Z' && inside.has(stat.parent)))
    .map((stat) => ({ pid: stat.pid, parent: stat.parent, startTime: stat.startTime, stat, namespaces: present(() => namespacesOf(stat.pid))[0] ?? {} }));
}

/** The argument vector of a process; empty for a zombie, or where it is gone. */
export function argvOf(pid: number): string[] {
  const text = present(() => readProc(pid, 'cmdline'))[0] ?? '';
  return text.replace(/\0+$/, '').split('\0').filter((word, index, all) => all.length > 1 || word !== '');
}
