/**
 * Runs a script of the judge's own modules in the private kernel: as root of a wall, with everything that this machine may
 * lack (ip, strace, delegated cgroups, an older kernel). The script prints one line of JSON.
 */
import fs from 'node:fs';
import path from 'node:path';
import type { WireFile } from '../../sandbox/wire/messages.ts';
import type { Guest } from '../agent/guest.ts';

const top = path.resolve(import.meta.dirname, '../..');

/**
 * These rooms of the sandbox, and the one package that they need besides ffi-rs, to be laid below /work/box/judge in the wall.
 * The kernel's line is slow: take no more than the script imports.
 */
export function judgesFiles(...rooms: readonly string[]): WireFile[] {
  const parts = [...rooms.map((room) => `sandbox/${room}`), 'node_modules/valibot/package.json'];
  const laid = (file: string, from = file): WireFile => ({ path: `judge/${file}`, base64: fs.readFileSync(path.join(top, from)).toString('base64') });
  return [...parts.flatMap((part) => filesBelow(part)).map((file) => laid(file)), laid('node_modules/valibot/dist/index.mjs', 'node_modules/valibot/dist/index.min.mjs')];
}

/** The value that `script` (a module whose default export is an async function) gives in a fresh wall. */
export async function inGuest(guest: Guest, script: string, files: WireFile[], timeLimit = 60_000): Promise<unknown> {
  const main = `import script from './script.ts';\nconsole.log('\\n' + JSON.stringify(await script()));\n`;
  const box = [...files, ...Object.entries({ 'judge/script.ts': script, 'judge/main.ts': main, 'judge/package.json': '{"type":"module"}' })
    .map(([name, text]) => ({ path: name, base64: Buffer.from(text).toString('base64') }))];
  const { ending, stdout, stderr } = await guest.run(['node', '/work/box/judge/main.ts'], { box, timeLimit });
  if (ending.code !== 0) throw new Error(`the script ended with ${JSON.stringify(ending)}:\n${stdout}\n${stderr}`);
  return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
}

function filesBelow(part: string): string[] {
  if (!fs.statSync(path.join(top, part)).isDirectory()) return [part];
  return fs.readdirSync(path.join(top, part), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => path.relative(top, path.join(entry.parentPath, entry.name)));
}
