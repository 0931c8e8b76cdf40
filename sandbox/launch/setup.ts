/**
 * The set-up as a command: `node sandbox/launch/setup.ts` makes everything there that the private kernel needs, and warms it;
 * `… foreign` also the image with real runtimes in it, which only tests need; `… lock` writes the lock of packages anew from this machine's sources.
 */
import fs from 'node:fs';
import { resolvePackages } from '../image/fetch.ts';
import { lockFile, lockKey, readLock } from '../image/lock.ts';
import { architecture, release, requireDebian } from '../image/machine.ts';
import { cacheDir, makeDir } from '../image/places.ts';
import type { Progress } from '../image/progress.ts';
import { ensureKernel } from '../image/setup.ts';
import { kindOf } from './choose.ts';
import { asCommand } from './command.ts';
import { warmUp } from './warm/warm.ts';

const command = process.argv[2];

process.exitCode = await asCommand(async (progress) => {
  if (command === 'lock') return writeLock(progress);
  // In the workbook's own machine the private kernel is never booted.
  const files = await ensureKernel(progress);
  if (kindOf('auto') === 'uml') await warmUp(files, progress);
  if (command === 'foreign') await ensureKernel(progress, process.env, 'foreign');
});

async function writeLock(progress: Progress): Promise<void> {
  requireDebian();
  const machine = architecture();
  makeDir(cacheDir());
  const resolved = await resolvePackages({ cache: cacheDir(), architecture: machine, mirror: process.env['DRYDOCK_MIRROR'] }, progress);
  const lock = readLock();
  lock.releases[lockKey(release().key, machine.deb)] = resolved;
  fs.writeFileSync(lockFile, `${JSON.stringify(lock, null, 1)}\n`);
  progress.note(`${lockFile}: ${resolved.guest.length} packages for the guest, ${resolved.foreign.length} more for the foreign one, ${resolved.machine.length} for the machine, ${resolved.tools.length} tools, ${resolved.kernel.length} kernel`);
}
