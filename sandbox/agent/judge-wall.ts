/**
 * Walls for checks. Opening one is a third of what a verdict waits for besides box itself, so one is kept ready; it has
 * never seen a learner, and gets the box when it is taken.
 */
import type { ProcessFacts } from '../diagnose/scene.ts';
import { snapshot } from '../diagnose/snapshot.ts';
import { view } from '../observe/live.ts';
import { Wall } from '../wall/wall.ts';
import type { WireFile } from '../wire/messages.ts';
import type { World } from './world.ts';

/** A wall, and a picture of its first process from before anything ran there. */
export type FreshWall = { readonly wall: Wall; readonly before: ProcessFacts };

let spare: Promise<FreshWall> | undefined;
let closed = false;

/** A fresh wall with this box. Rejects like Wall.open. */
export async function takeWall(world: World, box: readonly WireFile[], signal: AbortSignal): Promise<FreshWall> {
  signal.throwIfAborted();
  const fresh = (await useSpare()) ?? (await open(world));
  try {
    signal.throwIfAborted();
    await fresh.wall.layBox(box);
    return fresh;
  } catch (error) {
    await fresh.wall.close();
    throw error;
  }
}

/** Opens a wall for the next check, if there is none. Never rejects: the next check will say what is wrong. */
export async function prepareWall(world: World): Promise<void> {
  if (closed) return;
  spare ??= open(world);
  const promised = spare;
  await promised.catch(() => {
    if (spare === promised) spare = undefined;
  });
}

/** Ends the wall that is kept ready. */
export async function dropWall(): Promise<void> {
  await (await useSpare())?.wall.close();
}

/** Ends it, and keeps none from now on: the agent ends. */
export async function closeSpare(): Promise<void> {
  closed = true;
  await dropWall();
}

async function open(world: World): Promise<FreshWall> {
  const wall = await Wall.open({ root: world.wallRoot, disk: world.disk });
  return { wall, before: snapshot(view(wall.holder, 'the host')) };
}

/** Takes the spare wall, if one is there and still whole. */
async function useSpare(): Promise<FreshWall | undefined> {
  const promised = spare;
  // At once, before anybody else can take the same one.
  spare = undefined;
  const taken = await promised?.catch(() => undefined);
  if (taken === undefined || taken.wall.alive) return taken;
  await taken.wall.close();
  return undefined;
}
