/** Takes the npm packages from an offline bundle (`npm run bundle`) that lies beside package.json, where there is no network. */
import { createHash } from 'node:crypto';
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { note, SetupError } from './say.mjs';

/** The bundle's part with the packages. */
const MEMBER = 'node_modules.tar.gz';

/** Where a checkout's bundle lies, as sandbox/image/bundle.ts has it. @param {string} root */
function bundleFile(root) {
  return process.env['DRYDOCK_BUNDLE'] || path.join(root, `drydock-bundle-${process.arch}.tar`);
}

/**
 * The SHA-256 that the packages in the bundle must have; null where there is no bundle, or one of another version or processor.
 * @param {string} root
 */
export function bundledPackages(root) {
  const file = bundleFile(root);
  if (process.platform !== 'linux' || !fs.existsSync(file)) return null;
  try {
    const manifest = JSON.parse(execFileSync('tar', ['-x', '-O', '--occurrence=1', '-f', file, 'bundle.json'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
    const lock = createHash('sha256').update(fs.readFileSync(path.join(root, 'package-lock.json'))).digest('hex');
    if (manifest.arch === process.arch && manifest.npmLock === lock) return String(manifest.members[MEMBER].sha256);
  } catch {
    throw damaged(file);
  }
  note(`${file} is of another version of Drydock, or for another processor: it is not used.`);
  return null;
}

/** Unpacks them as `root`/node_modules, whole or not at all. @param {string} root @param {string} sha256 */
export async function unpackPackages(root, sha256) {
  const file = bundleFile(root);
  const fresh = path.join(root, `.npm-set-up.${process.pid}.new`);
  fs.rmSync(fresh, { recursive: true, force: true });
  fs.mkdirSync(fresh);
  try {
    const reader = spawn('tar', ['-x', '-O', '-f', file, MEMBER], { stdio: ['ignore', 'pipe', 'ignore'] });
    const writer = spawn('tar', ['-x', '-z', '-C', fresh], { stdio: ['pipe', 'ignore', 'pipe'] });
    let said = '';
    writer.stderr.on('data', (chunk) => (said += chunk));
    const hash = createHash('sha256');
    reader.stdout.on('data', (chunk) => hash.update(chunk));
    const [code] = await Promise.all([
      new Promise((resolve) => writer.once('close', resolve)),
      pipeline(reader.stdout, writer.stdin).catch(() => {}), // tar's status tells.
    ]);
    if (/No space left/.test(said)) throw new SetupError('The disk is full: the npm packages need about 300 MB.', ['free some space, then run the command again']);
    if (code !== 0 || hash.digest('hex') !== sha256) throw damaged(file);
    fs.rmSync(path.join(root, 'node_modules'), { recursive: true, force: true });
    fs.renameSync(path.join(fresh, 'node_modules'), path.join(root, 'node_modules'));
  } finally {
    fs.rmSync(fresh, { recursive: true, force: true });
  }
}

/** @param {string} file */
function damaged(file) {
  return new SetupError(`The bundle ${file} is damaged.`, ['copy it once more, and compare its SHA-256 with the one of whoever made it', 'or take it away, and run the command again with a network']);
}
