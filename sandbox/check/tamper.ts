/** Did anybody reach for the judge? Looked at after every check, before its outcome is believed. */
import fs from 'node:fs';
import { isAlive, readProc } from '../observe/procfile.ts';
import { parseStatus } from '../observe/status.ts';
import type { Wall } from '../wall/wall.ts';
import { Tampering } from './failure.ts';

/** Throws Tampering where the judge, or the wall's first process, which is the judge's too, is traced or was ended. */
export function assertUntouched(wall: Wall): void {
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
}

function nameOf(pid: number): string {
  try {
    return `, ${fs.readFileSync(`/proc/${pid}/comm`, 'utf8').trim()}`;
  } catch {
    // It has ended meanwhile; its number must do.
    return '';
  }
}
