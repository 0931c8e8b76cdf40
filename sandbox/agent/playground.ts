/** The wall that lasts: `shell`, `box` and what else one tries share it. Made when it is first entered. */
import { SystemCallError } from '../observe/errors.ts';
import { Wall } from '../wall/wall.ts';
import type { WireFile } from '../wire/messages.ts';
import type { Leftover } from '../wire/verdict.ts';
import type { Context } from './context.ts';
import { lastFixtures } from './fixtures.ts';
import type { Fixture } from './fixtures.ts';
import type { Place } from './xray/place.ts';

export class Playground {
  #wall: Promise<Wall> | undefined;
  /** Which files of checks lie in which wall. */
  #laid: { wall: Wall; fixtures: readonly Fixture[] } | undefined;
  /** One at a time may open it or change its files. */
  #turn: Promise<unknown> = Promise.resolve();

  /** The wall, with these box files if any are given, and what was lying in it before. */
  enter(box: readonly WireFile[] | undefined, context: Context): Promise<{ wall: Wall; earlier: Leftover[] }> {
    return this.#inTurn(async () => {
      context.signal.throwIfAborted();
      const wall = await this.#open(context);
      if (box !== undefined) await wall.layBox(box);
      await this.#layFixtures(wall, context);
      return { wall, earlier: await wall.leftovers({ settle: 0 }) };
    });
  }

  /** Where it is, for whoever looks in from outside; undefined where there is none, which then stays so. */
  async place(): Promise<Place | undefined> {
    const wall = await this.#wall?.catch(() => undefined);
    return wall?.alive ? { holder: wall.holder, home: `${wall.cgroup}/home` } : undefined;
  }

  /** Ends it and everything in it. */
  close(): Promise<void> {
    return this.#inTurn(async () => {
      const wall = this.#wall;
      this.#wall = undefined;
      await (await wall?.catch(() => undefined))?.close();
    });
  }

  /** Lays what the last check had, once: what is then done to it here is the learner's business. */
  async #layFixtures(wall: Wall, { emit }: Context): Promise<void> {
    const fixtures = lastFixtures();
    if (this.#laid?.wall === wall && this.#laid.fixtures === fixtures) return;
    this.#laid = { wall, fixtures };
    try {
      for (const { path, content, mode } of fixtures) await wall.writeFile(path, content, mode);
    } catch (error) {
      if (!(error instanceof SystemCallError)) throw error;
      await emit({ event: 'note', text: `The files of the last check could not all be laid here: ${error.message}` });
    }
  }

  async #open({ world, emit }: Context): Promise<Wall> {
    const old = await this.#wall?.catch(() => undefined);
    if (old?.alive) return old;
    if (old !== undefined) {
      await old.close();
      await emit({ event: 'note', text: 'The playground had come to its end; this is a new one.' });
    }
    // Not with the request's signal: others may be waiting for the same wall.
    this.#wall = Wall.open({ root: world.wallRoot, disk: world.disk });
    return await this.#wall;
  }

  #inTurn<T>(step: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(step);
    this.#turn = result.catch(() => {});
    return result;
  }
}
