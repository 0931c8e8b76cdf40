/**
 * A wall's own file system: an ext4 of a fixed size on a loop device, so that a full disk is the learner's only.
 *
 * Its backing file is unlinked as soon as the loop device holds it, and the device lets go with the last mount
 * (LO_FLAGS_AUTOCLEAR, see loop(4)): nothing of it can outlive the wall, even if the judge is killed.
 */
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { SystemCallError, errnoOf } from '../observe/errors.ts';
import { ioctl, nextData, O_CLOEXEC } from './calls.ts';
import { WALL_ID } from './ids.ts';
import { loadModules } from './modules.ts';

const run = promisify(execFile);

/** Requests of loop(4). */
const LOOP_CTL_GET_FREE = 0x4c82;
const LOOP_CONFIGURE = 0x4c0a;
const LO_FLAGS_AUTOCLEAR = 4;

/** struct loop_config of linux/loop.h: fd, block size, struct loop_info64 (232 bytes), reserved words. */
const CONFIG = { size: 304, fd: 0, info: 8, flags: 8 + 52 } as const;

/** The pieces of an empty file system's image that are not holes. */
type Template = { size: number; pieces: { at: number; bytes: Buffer }[] };

const templates = new Map<number, Promise<Template>>();

/** A loop device with an empty ext4, whose root the wall's root owns. Dispose it once it is mounted, or not needed. */
export class WallDisk implements Disposable {
  /** The block device's path: `/dev/loop0`. */
  readonly device: string;
  readonly #descriptor: number;

  private constructor(device: string, descriptor: number) {
    this.device = device;
    this.#descriptor = descriptor;
  }

  /** Makes one of `size` bytes; its backing file lies in `folder` for a moment. */
  static async make(folder: string, name: string, size: number): Promise<WallDisk> {
    const template = await templateOf(folder, size);
    const file = path.join(folder, `${name}.ext4`);
    const backing = fs.openSync(file, 'wx+', 0o600);
    try {
      fs.unlinkSync(file);
      fs.ftruncateSync(backing, size);
      for (const { at, bytes } of template.pieces) fs.writeSync(backing, bytes, 0, bytes.length, at);
      return new WallDisk(...attach(backing));
    } finally {
      fs.closeSync(backing);
    }
  }

  [Symbol.dispose](): void {
    fs.closeSync(this.#descriptor);
  }
}

/** Makes what every disk of this size starts from, ahead of need. */
export async function prepareDisks(folder: string, size: number): Promise<void> {
  await templateOf(folder, size);
}

/** mke2fs(8) is run once per size; afterwards the few blocks it wrote are simply written again. */
function templateOf(folder: string, size: number): Promise<Template> {
  let template = templates.get(size);
  if (template === undefined) {
    template = makeTemplate(folder, size);
    templates.set(size, template);
    template.catch(() => templates.delete(size));
  }
  return template;
}

async function makeTemplate(folder: string, size: number): Promise<Template> {
  await loadModules();
  const file = path.join(folder, `template-${process.pid}-${size}.ext4`);
  try {
    fs.closeSync(fs.openSync(file, 'wx'));
    fs.truncateSync(file, size);
    // No journal: what a wall writes never outlives it. No blocks kept back: they would only be kept back from the learner.
    await run('/usr/sbin/mke2fs', [
      '-q', '-F', '-t', 'ext4', '-b', '4096', '-m', '0', '-O', '^has_journal,^resize_inode', '-E', `nodiscard,root_owner=${WALL_ID}:${WALL_ID}`, file,
    ]);
    return { size, pieces: dataPieces(file) };
  } finally {
    fs.rmSync(file, { force: true });
  }
}

function dataPieces(file: string): Template['pieces'] {
  const pieces: Template['pieces'] = [];
  const descriptor = fs.openSync(file, 'r');
  try {
    for (let data = nextData(descriptor, 0); data !== undefined; data = nextData(descriptor, data.end)) {
      const bytes = Buffer.alloc(data.end - data.start);
      fs.readSync(descriptor, bytes, 0, bytes.length, data.start);
      pieces.push({ at: data.start, bytes });
    }
  } finally {
    fs.closeSync(descriptor);
  }
  return pieces;
}

/** Puts an open file behind a free loop device: its path, and a descriptor that keeps it until it is mounted. */
function attach(backing: number): [string, number] {
  const control = fs.openSync('/dev/loop-control', fs.constants.O_RDWR | O_CLOEXEC);
  try {
    for (let tries = 0; ; tries += 1) {
      const device = `/dev/loop${ioctl(control, LOOP_CTL_GET_FREE, 0)}`;
      const loop = fs.openSync(device, fs.constants.O_RDWR | O_CLOEXEC);
      try {
        const config = Buffer.alloc(CONFIG.size);
        config.writeUInt32LE(backing, CONFIG.fd);
        config.writeUInt32LE(LO_FLAGS_AUTOCLEAR, CONFIG.flags);
        ioctl(loop, LOOP_CONFIGURE, config);
        return [device, loop];
      } catch (error) {
        fs.closeSync(loop);
        // Somebody else took that device between the two requests.
        if (!(error instanceof SystemCallError && error.code === 'EBUSY') || tries === 20) throw error;
      }
    }
  } catch (cause) {
    if (cause instanceof SystemCallError) throw cause;
    throw new SystemCallError('open', '/dev/loop', errnoOf(cause) ?? 'EIO', { cause });
  } finally {
    fs.closeSync(control);
  }
}
