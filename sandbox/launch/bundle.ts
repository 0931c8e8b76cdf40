/**
 * The command that makes the offline bundle: `npm run bundle` or `drydock bundle`, with `--out FILE` and with `--vm RELEASE` for each
 * release that virtual machines will run ("debian-13"). It serves machines with this machine's processor.
 */
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Exit, UserError } from '../../src/errors.ts';
import { bundleFile, makeBundle } from '../image/bundle.ts';
import { architecture } from '../image/machine.ts';
import { cacheDir } from '../image/places.ts';
import { usualRelease } from '../image/releases.ts';
import { ensureKernel } from '../image/setup.ts';
import { asCommand } from './command.ts';
import { warmUp } from './warm/warm.ts';

process.exitCode = await asCommand(async (progress) => {
  const { values } = parse(process.argv.slice(2));
  const out = path.resolve(values.out ?? bundleFile({ ...process.env, DRYDOCK_BUNDLE: '' }));
  const guest = await ensureKernel(progress);
  await warmUp(guest, progress);
  fs.mkdirSync(path.dirname(out), { recursive: true });
  const releases = values.vm ?? [usualRelease()];
  const made = await makeBundle({ out, cache: cacheDir(), machine: architecture(), guest, releases, mirror: process.env['DRYDOCK_MIRROR'], env: process.env }, progress);
  progress.end();
  process.stdout.write(`${made.sha256}  ${out}\n`);
  progress.note(`${Math.round(made.bytes / 1e6)} MB for ${process.arch}: npm packages, guest, and the packages of a virtual machine on ${releases.join(', ')}.`);
  progress.note('Put it beside package.json of a checkout of this version: npm start and vagrant up take it from there.');
});

function parse(args: string[]) {
  try {
    return parseArgs({ args, options: { out: { type: 'string' }, vm: { type: 'string', multiple: true } } });
  } catch (cause) {
    throw new UserError(`${(cause as Error).message.split('\n')[0]}`, { next: ['npm run bundle -- [--out FILE] [--vm debian-13]…'], exit: Exit.usage, cause });
  }
}
