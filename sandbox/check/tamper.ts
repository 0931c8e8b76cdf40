/** Did anybody reach for the judge? Looked at after every check, before its outcome is believed. */
import fs from 'node:fs';
import type { ProcessFacts } from '../diagnose/scene.ts';
import { view } from '../observe/live.ts';
import { namespaceKinds, type ProcessView } from '../observe/process.ts';
import { isAlive, readProc } from '../observe/procfile.ts';
import { parseStatus } from '../observe/status.ts';
import type { Wall } from '../wall/wall.ts';
import { Tampering } from './failure.ts';

/**
 * Throws Tampering where the judge, or the wall's first process, which is the judge's too, is traced, was ended or was moved.
 *
 * Learner code is root beside that process: it can trace it, make it do things and let go of it before anybody looks. What checks
 * call the host is where that process is, so it must still be where it was `before`.
 */
export function assertUntouched(wall: Wall, before: ProcessFacts): void {
  if (!isAlive(wall.holder)) {
    throw new Tampering('something in the sandbox ended its first process, which belongs to the judge', [
      { source: `/proc/${wall.holder}`, lines: ['gone'] },
    ]);
  }
  for (const [pid, who] of [[process.pid, 'the judge'], [wall.holder, 'the first process of the sandbox, which belongs to the judge,']] as const) {
    const source = `/proc/${pid}/status`;
    const { tracer } = parseStatus(readProc(pid, 'status'), source);
    if (tracer !== 0) throw new Tampering(`${who} is being traced by process ${tracer}${nameOf(tracer)}`, [{ source, lines: [`TracerPid:\t${tracer}`] }]);
  }
  const host = hostView(wall, before);
  for (const kind of namespaceKinds) if (before.namespaces?.[kind] !== undefined) host.namespace(kind);
}

/** The wall's first process as checks see it. Reading a namespace that is not the one it had `before` throws Tampering. */
export function hostView(wall: Wall, before: ProcessFacts): ProcessView {
  const host = view(wall.holder, 'the host');
  const namespace: ProcessView['namespace'] = (kind) => {
    const now = host.namespace(kind);
    const had = before.namespaces?.[kind];
    if (had !== undefined && now.value !== had) throw moved(`/proc/${wall.holder}/ns/${kind}`, `${kind} namespace`, had, now.value);
    return now;
  };
  return { ...host, namespace };
}

function moved(source: string, what: string, before: unknown, now: unknown): Tampering {
  return new Tampering(`the first process of the sandbox, which belongs to the judge, was moved to another ${what}`, [{ source, lines: [`before: ${before}`, `now: ${now}`] }]);
}

function nameOf(pid: number): string {
  try {
    return `, ${fs.readFileSync(`/proc/${pid}/comm`, 'utf8').trim()}`;
  } catch {
    // It has ended meanwhile; its number must do.
    return '';
  }
}
