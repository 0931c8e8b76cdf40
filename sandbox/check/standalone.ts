/**
 * A session without a judge: an author runs a check file with the ordinary vitest, as root, inside the private kernel or the VM.
 *
 *     HOME=/tmp DRYDOCK_BOX=/path/to/box vitest run lessons/01-processes/checks.test.ts
 *
 * From the environment: DRYDOCK_BOX, the folder with the box to judge (workspace/box unless said); DRYDOCK_SEED;
 * DRYDOCK_ROOT_DIR and DRYDOCK_DISK as the kernel's init sets them. HOME, because vitest wants to write there.
 */
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { prepareWalls, Wall } from '../wall/wall.ts';
import type { WireFile } from '../wire/messages.ts';
import { pace, type Session } from './session.ts';

/** A session of its own for this lesson. `close` ends its wall. */
export function ownSession(lesson: string): Session {
  const { DRYDOCK_BOX = 'workspace/box', DRYDOCK_ROOT_DIR = '/', DRYDOCK_DISK = '/disk', DRYDOCK_SEED } = process.env;
  const seed = DRYDOCK_SEED ?? randomBytes(5).toString('hex');
  process.stderr.write(`${lesson}: seed ${seed}, box ${path.resolve(DRYDOCK_BOX)}\n`);
  const wall = prepareWalls(DRYDOCK_DISK).then(() => Wall.open({ root: DRYDOCK_ROOT_DIR, disk: DRYDOCK_DISK, box: filesBelow(DRYDOCK_BOX) }));
  // Whoever waits for it gets the error.
  wall.catch(() => {});
  return {
    lesson,
    seed,
    allRules: false,
    wall,
    ...pace,
    signal: new AbortController().signal,
    close: async () => void (await (await wall).close()),
  };
}

function filesBelow(folder: string): WireFile[] {
  return fs.readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.split(path.sep).includes('node_modules'))
    .map((entry) => {
      const file = path.join(entry.parentPath, entry.name);
      return {
        path: path.relative(folder, file),
        base64: fs.readFileSync(file).toString('base64'),
        executable: (fs.statSync(file).mode & 0o111) !== 0,
      };
    });
}
