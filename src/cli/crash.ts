/** A crash leaves a report that can be sent to us: what was run, where, and the whole chain of causes. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { inspect } from 'node:util';
import type { World } from './command.ts';

/** Writes a report and returns its path; null where none can be written anywhere. Never throws. */
export function writeCrashReport(error: unknown, argv: readonly string[], world: Pick<World, 'env' | 'now' | 'cwd'>): string | null {
  const at = new Date(world.now()).toISOString();
  const text = [
    `Drydock crashed at ${at}.`,
    '',
    `command   drydock ${argv.join(' ')}`,
    `folder    ${world.cwd}`,
    `node      ${process.version} ${process.platform} ${process.arch}`,
    `system    ${os.release()}`,
    '',
    inspect(error, { depth: 6 }),
    '',
  ].join('\n');
  const name = `crash-${at.replaceAll(':', '-').replace('Z', '')}-${process.pid}.txt`;
  for (const folder of reportFolders(world.env)) {
    try {
      fs.mkdirSync(folder, { recursive: true });
      const file = path.join(folder, name);
      fs.writeFileSync(file, text, { flag: 'wx', mode: 0o600 });
      return file;
    } catch {
      // The next folder.
    }
  }
  return null;
}

function reportFolders(env: World['env']): string[] {
  const cache = env['DRYDOCK_CACHE'] || path.join(env['XDG_CACHE_HOME'] || path.join(os.homedir(), '.cache'), 'drydock');
  return [path.join(cache, 'crashes'), os.tmpdir()];
}
