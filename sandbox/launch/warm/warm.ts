/**
 * Warms the kernel: keeps what Node compiled of the judge's modules in a guest, for the guests to come.
 *
 * Every guest begins with an empty memory. Without this, the agent spends most of its start on stripping types and
 * compiling the same sources again (measured in the guest: 1.7 s against 0.6 s). Node's compile cache finds modules by
 * path and checks their content (node:module, enableCompileCache), so entries of sources that have changed do no harm;
 * it must be made in a guest, where the paths are those of a guest.
 */
import fs from 'node:fs';
import path from 'node:path';
import { runCommand } from '../../image/command.ts';
import type { Progress } from '../../image/progress.ts';
import type { KernelFiles } from '../../image/setup.ts';
import { FrameReader } from '../../wire/frames.ts';
import type { FromAgent } from '../../wire/messages.ts';
import { sourcesFingerprint } from '../sources.ts';
import { bootUml } from '../uml.ts';

/** How long the guest may take, in milliseconds. */
const LIMIT = 120_000;

/** Whether there is a cache, of these sources where that matters. */
export function isWarm(files: KernelFiles, options: { exactly: boolean }): boolean {
  const made = path.join(files.warm, 'sources');
  return fs.existsSync(made) && (!options.exactly || fs.readFileSync(made, 'utf8') === sourcesFingerprint());
}

/** Boots a guest that fills the cache, and keeps it. Does nothing where it is of these sources already. Failing, it only says so. */
export async function warmUp(files: KernelFiles, progress: Progress): Promise<void> {
  if (!files.kernel || isWarm(files, { exactly: true })) return;
  progress.step({ what: 'starting the kernel once, to keep what it compiles' });
  const part = `${files.warm}.${process.pid}`;
  try {
    fs.mkdirSync(part, { recursive: true });
    fs.writeFileSync(path.join(part, 'archive'), await compiledInside(files));
    await runCommand(['tar', '--extract', '--gzip', '--directory', part, '--file', path.join(part, 'archive')]);
    fs.rmSync(path.join(part, 'archive'));
    fs.writeFileSync(path.join(part, 'sources'), sourcesFingerprint());
    fs.rmSync(files.warm, { recursive: true, force: true });
    fs.renameSync(part, files.warm);
    progress.step({ what: 'starting the kernel once, to keep what it compiles', done: 1, total: 1 });
  } catch (error) {
    progress.note(`The kernel could not be warmed, so it will start more slowly: ${(error as Error).message.split('\n')[0]}`);
  } finally {
    fs.rmSync(part, { recursive: true, force: true });
  }
}

async function compiledInside(files: KernelFiles): Promise<Buffer> {
  const kernel = bootUml(files, { agent: 'sandbox/launch/warm/inside.ts', more: ['lessons/01-processes'] });
  const late = setTimeout(() => kernel.kill(), LIMIT);
  try {
    return await new Promise<Buffer>((resolve, reject) => {
      const reader = new FrameReader();
      kernel.output.on('data', (chunk: Buffer) => {
        for (const message of reader.push(chunk) as Generator<FromAgent>) {
          if (message.id === 'warm' && message.event === 'output') resolve(Buffer.from(message.base64, 'base64'));
        }
      });
      void kernel.ended.then((words) => reject(new Error(words)));
    });
  } finally {
    clearTimeout(late);
    kernel.kill();
    await kernel.ended;
  }
}
