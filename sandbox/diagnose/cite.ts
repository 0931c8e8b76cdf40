/**
 * Evidence for rules: the lines of a process's facts that show the mistake. Pure.
 */
import type { Mount } from '../observe/mountinfo.ts';
import type { NamespaceKind } from '../observe/namespaces.ts';
import type { Evidence } from '../wire/verdict.ts';
import type { ProcessFacts, ProcessField } from './scene.ts';

/** What was read for one field; only the lines that `matters` keeps, where given. Empty where nothing was read. */
export function cite(process: ProcessFacts | undefined, field: ProcessField, matters: (line: string) => boolean = () => true): Evidence[] {
  return (process?.evidence[field] ?? [])
    .map(({ source, lines }) => ({ source, lines: lines.filter(matters) }))
    .filter(({ lines }) => lines.length > 0);
}

/** The mountinfo lines of these mounts. */
export function citeMounts(process: ProcessFacts | undefined, mounts: readonly Mount[]): Evidence[] {
  const lines = new Set(mounts.map((mount) => mount.line));
  return cite(process, 'mounts', (line) => lines.has(line));
}

/** The /proc/PID/ns link of one kind, one for each process: shown side by side they say "the same" or "another". */
export function citeNamespaces(kind: NamespaceKind, ...processes: readonly (ProcessFacts | undefined)[]): Evidence[] {
  return processes.flatMap((process) => cite(process, 'namespaces').filter(({ source }) => source.endsWith(`/ns/${kind}`)));
}

/** Lines of /proc/PID/status by their keys. */
export function citeStatus(process: ProcessFacts | undefined, ...keys: readonly string[]): Evidence[] {
  return cite(process, 'status', (line) => keys.includes(line.slice(0, line.indexOf(':'))));
}
