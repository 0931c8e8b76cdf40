/** Ends a run from outside, gently first: it is the container that is killed, and box, which waits for it, that cleans up. */
import { setTimeout as sleep } from 'node:timers/promises';
import { errnoOf } from '../../observe/errors.ts';
import type { WallProcess } from '../../wall/wall.ts';
import type { Place } from './place.ts';
import { startedBy } from './xray.ts';

/** How long a runtime may take to clean up, in milliseconds. */
const PATIENCE = 2_000;

/** Resolves when nothing of the run is left. `place`: the wall it runs in, where that still stands. */
export async function endRun(run: WallProcess, place: Place | undefined): Promise<void> {
  for (const first of place === undefined ? [] : startedBy(place, await run.pid)) {
    try {
      process.kill(first, 'SIGKILL');
    } catch (error) {
      if (errnoOf(error) !== 'ESRCH') throw error;
    }
  }
  await Promise.race([run.ended.catch(() => undefined), sleep(PATIENCE)]);
  await run.kill();
}
