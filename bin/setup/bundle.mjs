/**
 * The tutor and its commands as one bundle: views are TSX, which Node does not read, and an ink program starts in half
 * the time when bundled.
 *
 * A bundle lies in a folder named after its sources' names, sizes and times; a change makes another one.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createHash } from 'node:crypto';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { note, SetupError, step, wipe } from './say.mjs';

/** What the bundle is made from. */
const sources = ['src', 'sandbox/wire', 'sandbox/launch', 'sandbox/image', 'sandbox/diagnose', 'package-lock.json', 'bin/setup/rolldown.mjs'];
/** How many bundles are kept: one may still be running. */
const KEPT = 3;

/** The bundle's entry, built if it is not there. @param {string} root @param {string} node @param {string} cache */
export async function ensureBundle(root, node, cache) {
  const name = fingerprint(root);
  const homes = [path.join(root, 'dist'), path.join(cache, `bundle-${createHash('sha256').update(root).digest('hex').slice(0, 12)}`)];
  for (const home of homes) {
    const entry = path.join(home, name, 'main.js');
    if (fs.existsSync(entry)) return entry;
  }
  return build(root, node, homes, name);
}

/** The cache, as sandbox/image/places.ts has it: where bundles go if the checkout cannot be written to. */
export function cacheDir() {
  const { DRYDOCK_CACHE, XDG_CACHE_HOME } = process.env;
  if (DRYDOCK_CACHE) return path.resolve(DRYDOCK_CACHE);
  return XDG_CACHE_HOME && XDG_CACHE_HOME.startsWith('/') ? path.join(XDG_CACHE_HOME, 'drydock') : path.join(os.homedir(), '.cache', 'drydock');
}

/** @param {string} root */
function fingerprint(root) {
  const hash = createHash('sha256');
  for (const source of sources) addTo(hash, path.join(root, source));
  return hash.digest('hex').slice(0, 16);
}

/** @param {import('node:crypto').Hash} hash @param {string} file */
function addTo(hash, file) {
  const stat = fs.statSync(file, { throwIfNoEntry: false });
  if (!stat) return;
  if (stat.isDirectory()) {
    for (const name of fs.readdirSync(file).sort()) addTo(hash, path.join(file, name));
  } else hash.update(`${file} ${stat.size} ${stat.mtimeMs}\n`);
}

/** @param {string} root @param {string} node @param {string[]} homes @param {string} name */
async function build(root, node, homes, name) {
  const home = homes.find(canMake);
  if (!home) throw new SetupError(`The program has to be bundled once, and neither ${homes.join(' nor ')} can be written to.`, ['set DRYDOCK_CACHE to a directory you can write to']);
  step('bundling the tutor');
  const fresh = path.join(home, `new-${process.pid}`);
  fs.rmSync(fresh, { recursive: true, force: true });
  try {
    // Built by the pinned Node, whatever this one is; see rolldown.mjs.
    await promisify(execFile)(node, [path.join(root, 'bin/setup/rolldown.mjs'), root, fresh]);
    try {
      fs.renameSync(fresh, path.join(home, name));
    } catch (error) {
      // Somebody else was quicker with the same bundle.
      if (!fs.existsSync(path.join(home, name, 'main.js'))) throw error;
    }
  } catch (error) {
    wipe();
    const said = /** @type {{ stderr?: string } & Error} */ (error);
    throw new SetupError(`The program could not be bundled: ${(said.stderr || said.message).trim().split('\n').slice(0, 12).join('\n')}`, ['this is our fault, unless you have changed something in src/'], 4);
  } finally {
    fs.rmSync(fresh, { recursive: true, force: true });
  }
  wipe();
  dropOld(home, name);
  if (!process.stderr.isTTY) note(`bundled the program into ${path.join(home, name)}`);
  return path.join(home, name, 'main.js');
}

/** @param {string} dir */
function canMake(dir) {
  try {
    fs.mkdirSync(dir, { recursive: true });
    fs.accessSync(dir, fs.constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** @param {string} home @param {string} current */
function dropOld(home, current) {
  const old = fs.readdirSync(home).filter((name) => /^[0-9a-f]{16}$/.test(name) && name !== current)
    .map((name) => ({ name, time: fs.statSync(path.join(home, name)).mtimeMs })).sort((a, b) => b.time - a.time);
  for (const { name } of old.slice(KEPT - 1)) fs.rmSync(path.join(home, name), { recursive: true, force: true });
}
