/** A box for people who trust Perl more than Node: this file reads the words, box.pl does the work. */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { Words } from './words.ts';

const words = Words.read(process.argv.slice(2));
if (words instanceof Error) {
  console.error(`box: ${words.message}`);
  process.exit(125);
}
const [name, root] = ['--hostname', '--rootfs'].map((flag) => words.flags.get(flag)?.[0] ?? '');
const { status } = spawnSync('perl', [path.join(import.meta.dirname, 'box.pl'), name!, root!, ...words.command], {
  stdio: 'inherit',
  env: words.environment,
});
process.exit(status ?? 125);
