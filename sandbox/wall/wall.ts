/**
 * The inner wall: namespaces, ids, cgroup, disk and clean-up around learner code, so that one run cannot spoil the next, nor
 * reach the judge.
 *
 * Invariants:
 * - Everything that runs in a wall is in its cgroup, from before it runs its first instruction there.
 * - The judge acts on the learner's tree with the rights of the wall's root only.
 * - Nothing of a wall outlives `close`, nor the judge itself.
 */
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { cgroupView } from '../observe/cgroup.ts';
import { GoneError, SystemCallError } from '../observe/errors.ts';
import { allProcesses } from '../observe/procfile.ts';
import type { WireFile } from '../wire/messages.ts';
import type { Leftover } from '../wire/verdict.ts';
import { buildWall } from './build.ts';
import type { Built, WallFolders } from './build.ts';
import { removeDirectory, sweepCgroups, WallCgroup } from './cgroup.ts';
import { descendantsOf } from './descendants.ts';
import { prepareDisks } from './disk.ts';
import { clearFolder, layFiles, writeInside } from './files.ts';
import type { Holder } from './holder.ts';
import { compareInventories, leftoverKey, takeInventory } from './inventory.ts';
import type { Inventory } from './inventory.ts';
import { defaultLimits } from './limits.ts';
import type { WallLimits } from './limits.ts';
import { isStarved, readMeter } from './meter.ts';
import type { Meter } from './meter.ts';
import { Running } from './process.ts';
import type { SpawnOptions, WallProcess } from './process.ts';
import { uncover } from './uncover.ts';
import { typeCache } from './typeCache.ts';
import { prepareUserNamespace } from './userNamespace.ts';

export { pipe as openPipe } from './calls.ts';
export { userNamespaceSettled as wallsPrepared } from './userNamespace.ts';
export { CGROUP_ROOT, cgroupsFrom, isLeaf } from './cgroup.ts';
export type { Meter } from './meter.ts';
export type { SpawnOptions, WallProcess } from './process.ts';
export type { WallLimits } from './limits.ts';

export type WallOptions = {
  /** Root of the image to show: `/` in the private kernel. */
  root: string;
  /** A writable folder of the judge's, for the backing file of the wall's disk. */
  disk: string;
  limits?: Partial<WallLimits>;
  /** Files for /work/box. */
  box?: readonly WireFile[];
  signal?: AbortSignal;
};

/** Where the learner's box is in a wall. */
const BOX = '/work/box';

/** What ends by itself shortly after a command (a pid namespace) is given this long, in milliseconds. */
const SETTLE = 500;

/**
 * And network namespaces, which the kernel takes apart in the background, several together (net_namespace.c, cleanup_net): with
 * connections tracked in them it takes a second, and until then their cables are there.
 */
const SETTLE_LINKS = 4_000;

/** Makes the next wall of the usual size quick to open, and removes what a judge that was killed had to leave. */
export async function prepareWalls(disk: string): Promise<void> {
  sweepCgroups();
  prepareUserNamespace();
  await prepareDisks(disk, defaultLimits.disk);
}

export class Wall implements AsyncDisposable {
  readonly name: string;
  readonly limits: WallLimits;
  readonly #holder: Holder;
  readonly #cgroup: WallCgroup;
  readonly #folders: WallFolders;
  #commands: Running[] = [];
  readonly #orphaned = new Set<string>();
  #baseline: Inventory | undefined;
  #closing: Promise<Leftover[]> | undefined;

  private constructor(name: string, limits: WallLimits, cgroup: WallCgroup, { holder, folders }: Built) {
    this.name = name;
    this.limits = limits;
    this.#cgroup = cgroup;
    this.#holder = holder;
    this.#folders = folders;
  }

  /** Makes a wall. Throws SystemCallError where the kernel refuses something, PathError for an impossible box file. */
  static async open(options: WallOptions): Promise<Wall> {
    options.signal?.throwIfAborted();
    const limits = { ...defaultLimits, ...options.limits };
    const name = `wall-${process.pid}-${randomBytes(4).toString('hex')}`;
    const cgroup = WallCgroup.make(name, limits);
    let wall: Wall | undefined;
    try {
      wall = new Wall(name, limits, cgroup, await buildWall({ name, limits, cgroup, image: options.root, disk: options.disk }));
      if (options.box !== undefined) await wall.layBox(options.box);
      options.signal?.throwIfAborted();
      wall.#baseline = wall.#inventory();
      return wall;
    } catch (error) {
      if (wall === undefined) {
        await cgroup.kill();
        cgroup.remove();
      } else {
        await wall.close();
      }
      throw error;
    }
  }

  /** The wall's PID 1, in the judge's pid namespace. */
  get holder(): number {
    return this.#holder.pid;
  }

  /** False once its first process has ended, and with it everything in the wall. */
  get alive(): boolean {
    return this.#closing === undefined && this.#holder.alive;
  }

  /** The wall's cgroup, as the judge's path. */
  get cgroup(): string {
    return this.#cgroup.path;
  }

  /** A path of the wall as the judge can open it. Links in it lead where the *judge's* root says: not for the learner's files. */
  outside(path: string): string {
    return `/proc/${this.#holder.pid}/root/${path.replace(/^\/+/, '')}`;
  }

  /** Makes /work/box hold exactly these files, owned by the wall's root. What is mounted there is taken off. */
  async layBox(files: readonly WireFile[]): Promise<void> {
    uncover(this.#holder, BOX);
    if (!clearFolder(this.#folders.box)) await this.#clearBoxInside();
    layFiles(this.#folders.box, files);
    for (const { path, content } of typeCache(BOX, files)) this.#layCached(path, content);
  }

  /** Writes a file that the wall's root owns; parents are made, what was there is replaced, no link leads out of the wall. */
  async writeFile(path: string, content: string | Buffer, mode = 0o644): Promise<void> {
    writeInside(this.#holder.places.root, path, content, mode);
  }

  /** Starts a command as the wall's root, in a cgroup of its own within the wall. Throws SystemCallError where it cannot be started. */
  spawn(argv: readonly string[], options: SpawnOptions = {}): WallProcess {
    if (this.#closing !== undefined) throw new Error(`${this.name} is closed`);
    this.#commands = this.#commands.filter((command) => !command.release());
    const { places, namespaces } = this.#holder;
    const leaf = this.#cgroup.makeLeaf();
    try {
      const storage = [this.#folders.work, places.tmp, places.run, places.shm];
      const command = new Running({ namespaces, cgroup: this.cgroup, leaf, devpts: places.pts, limits: this.limits, storage, orphaned: this.#orphaned }, argv, options);
      this.#commands.push(command);
      return command;
    } catch (error) {
      removeDirectory(leaf);
      throw error;
    }
  }

  /** What the kernel has counted against the wall's limits so far. */
  meter(): Meter {
    return readMeter(this.cgroup);
  }

  /** Whether it crawls for want of memory, though nothing was refused. */
  get starved(): boolean {
    return isStarved(this.cgroup);
  }

  /**
   * What is there now and was not when the wall was opened, nor among `since`; commands that still run, and what they have
   * started, are not counted. What is about to end by itself is given `settle` milliseconds.
   */
  async leftovers({ since = [], settle = SETTLE }: { since?: readonly Leftover[]; settle?: number } = {}): Promise<Leftover[]> {
    const known = new Set(since.map(leftoverKey));
    const began = performance.now();
    for (;;) {
      const found = this.#leftoversNow().filter((leftover) => !known.has(leftoverKey(leftover)));
      const patience = settle > 0 && found.every(({ kind }) => kind === 'link') ? Math.max(settle, SETTLE_LINKS) : settle;
      if (found.length === 0 || performance.now() - began >= patience) return found;
      await sleep(20);
    }
  }

  /** Ends everything in the wall and removes it; returns what `leftovers` said just before. Can be called again. */
  close(): Promise<Leftover[]> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #leftoversNow(): Leftover[] {
    const place = { holder: this.#holder.pid, home: this.#cgroup.home };
    return this.#baseline === undefined ? [] : compareInventories(place, this.#baseline, this.#inventory());
  }

  #inventory(): Inventory {
    const running = this.#commands.filter((command) => command.running);
    const all = running.length > 0 ? allProcesses() : [];
    const spared = running.flatMap(({ child, cgroup }) => [
      child, ...descendantsOf(child, all).map(({ pid }) => pid),
      ...(cgroupView(cgroup).processes().value ?? []),
    ]);
    const mine = new Set([...this.#orphaned, ...this.#commands.map((command) => command.cgroup)]);
    return takeInventory({ holder: this.#holder.pid, home: this.#cgroup.home }, mine, new Set(spared));
  }

  async #close(): Promise<Leftover[]> {
    const left = await this.#lastLook();
    await this.#cgroup.kill();
    for (const command of this.#commands) {
      await command.ended.catch(() => {});
      command.close();
    }
    await this.#holder.release();
    for (const descriptor of Object.values(this.#folders)) fs.closeSync(descriptor);
    for (let tries = 0; ; tries += 1) {
      this.#cgroup.remove();
      if (!this.#cgroup.exists()) break;
      // A process that has just been reaped may hold its cgroup a moment longer.
      if (tries === 100) throw new SystemCallError('rmdir', this.cgroup, 'EBUSY');
      await sleep(10);
    }
    prepareUserNamespace();
    return left;
  }

  async #lastLook(): Promise<Leftover[]> {
    try {
      return await this.leftovers();
    } catch (error) {
      // PID 1 was ended from outside (out of memory, at worst): its namespaces have gone with everything in them.
      if (error instanceof GoneError) return [];
      throw error;
    }
  }

  /** A cache that cannot be written (the learner has filled the disk, or made it something else) is done without. */
  #layCached(path: string, content: Buffer): void {
    try {
      writeInside(this.#holder.places.root, path, content, 0o600);
    } catch (error) {
      if (!(error instanceof SystemCallError)) throw error;
    }
  }

  /** The learner has left something in the box that only root can remove: so the wall's root does. */
  async #clearBoxInside(): Promise<void> {
    const script = 'chown 0:0 "$0" && chmod 755 "$0" && find "$0" -xdev -mindepth 1 -delete';
    const remove = this.spawn(['/bin/sh', '-c', script, BOX], { timeLimit: 10_000 });
    const { code } = await remove.ended;
    if (code !== 0) throw new SystemCallError('unlink', `everything in ${BOX}`, `status ${code}: ${remove.stderr.toString().trim()}`);
  }
}
