/** Work that the first request of a kind would otherwise wait for, done while there is nothing else to do. */
import { setTimeout as sleep } from 'node:timers/promises';
import { prepareWalls } from '../wall/wall.ts';
import type { World } from './world.ts';

/** How long nothing must have been asked before vitest, which takes the processor for a while, is loaded; milliseconds. */
const QUIET = 400;

/** Makes the first wall quick to open at once, and loads vitest when `idle` has been true for a while. */
export async function prepare(world: World, idle: () => boolean): Promise<void> {
  await prepareWalls(world.disk);
  for (let quiet = 0; quiet < QUIET; quiet = idle() ? quiet + 50 : 0) await sleep(50, undefined, { ref: false });
  const { warmJudge } = await import('./judge.ts');
  await warmJudge(world);
}
