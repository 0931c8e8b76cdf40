/** Folders that last as long as something is done in them; what a killed process left of them is swept by the next. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const prefix = 'drydock-grade-';

/** Makes a folder of our own in the temporary folder. Its name tells whose it is. */
export function makeScratch(): string {
  return fs.mkdtempSync(path.join(os.tmpdir(), `${prefix}${process.pid}-`));
}

export function removeScratch(folder: string): void {
  fs.rmSync(folder, { recursive: true, force: true });
}

/** Removes the folders of processes that are gone. Never throws: they may be somebody else's. */
export function sweepScratch(): void {
  for (const name of fs.readdirSync(os.tmpdir())) {
    const pid = name.startsWith(prefix) ? /^(\d+)-/.exec(name.slice(prefix.length))?.[1] : undefined;
    if (pid === undefined || isRunning(Number(pid))) continue;
    try {
      const folder = path.join(os.tmpdir(), name);
      if (fs.lstatSync(folder).uid === process.getuid?.()) removeScratch(folder);
    } catch {
      // Gone meanwhile, or not ours.
    }
  }
}

/** kill(2): signal 0 only asks whether the process exists. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === 'EPERM';
  }
}
