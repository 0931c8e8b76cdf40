/**
 * What the judge adds on a machine's own kernel: `verdict`, measured in a fresh Debian that provisioning has made the workbook's
 * own, as `vagrant up` does. It runs in a private kernel, whose every system call takes longer than a virtual machine's.
 */
import fs from 'node:fs';
import path from 'node:path';
import { makeBundle } from '../sandbox/image/bundle.ts';
import { architecture, release } from '../sandbox/image/machine.ts';
import { cacheDir } from '../sandbox/image/places.ts';
import { silent } from '../sandbox/image/progress.ts';
import { ensureKernel } from '../sandbox/image/setup.ts';
import { FreshMachine } from '../test/image/fresh.ts';
import type { Row } from './measure.ts';

export async function here(): Promise<Row[]> {
  const guest = await ensureKernel(silent);
  const { key } = release();
  const folder = fs.mkdtempSync(path.join(cacheDir(), 'bench-'));
  try {
    const bundle = path.join(folder, 'bundle.tar');
    await makeBundle({ out: bundle, cache: cacheDir(), machine: architecture(), guest, releases: [key], env: process.env }, silent);
    await using machine = await FreshMachine.make(bundle, key, ['bench', 'test/e2e', 'test/image']);
    const made = await machine.provision();
    if (made.code !== 0) throw new Error(`provisioning failed:\n${made.output}`);
    const { output } = await machine.vagrant('drydock --run /opt/drydock/bench/main.ts verdict --json');
    const rows = output.trim().split('\n').at(-1) ?? '';
    if (!rows.startsWith('[')) throw new Error(`the measurement failed:\n${output}`);
    return JSON.parse(rows) as Row[];
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}
