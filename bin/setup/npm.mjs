/** Installs the locked npm packages when they are missing or another lock's. */
import fs from 'node:fs';
import path from 'node:path';
import { spawn } from 'node:child_process';
import { inTurn } from './lock.mjs';
import { bundledPackages, unpackPackages } from './offline.mjs';
import { note, SetupError, step, wipe } from './say.mjs';

/** A copy of the lock that node_modules was installed from, kept in there: written last, so it vouches for the rest. */
const RECORD = '.drydock-lock';

/** Whether node_modules is complete and of this lock. @param {string} root */
export function hasPackages(root) {
  try {
    const lock = fs.readFileSync(path.join(root, 'package-lock.json'));
    return fs.readFileSync(path.join(root, 'node_modules', RECORD)).equals(lock);
  } catch {
    return false;
  }
}

/** Installs them: from an offline bundle where one is there, else with `npm ci`. @param {string} root */
export async function installPackages(root) {
  try {
    fs.accessSync(root, fs.constants.W_OK);
  } catch (error) {
    const { code } = /** @type {NodeJS.ErrnoException} */ (error);
    throw new SetupError(`The npm packages are missing, and ${root} cannot be written to (${code}).`, [
      'run it once as a user who can write there, or work in a copy of your own',
    ]);
  }
  await inTurn(path.join(root, '.npm-set-up'), async () => {
    if (hasPackages(root)) return;
    const bundled = bundledPackages(root);
    if (bundled !== null) {
      step('unpacking the npm packages from the bundle');
      await unpackPackages(root, bundled);
      fs.copyFileSync(path.join(root, 'package-lock.json'), path.join(root, 'node_modules', RECORD));
      note(`npm packages: ${countInstalled(root)} taken from the bundle`);
      return;
    }
    const total = countPackages(root);
    note(`Installing up to ${total} npm packages, Drydock's own Node among them, into ${path.join(root, 'node_modules')} (about 300 MB)`);
    const ticking = setInterval(() => step(`installing npm packages: ${countInstalled(root)} of up to ${total}`), 300);
    try {
      await npmCi(root);
      fs.copyFileSync(path.join(root, 'package-lock.json'), path.join(root, 'node_modules', RECORD));
    } finally {
      clearInterval(ticking);
      wipe();
    }
    note(`npm packages: ${countInstalled(root)} installed`);
  });
}

/** @param {string} root */
async function npmCi(root) {
  // Started by npm, we know which one; else it is the PATH's. Scripts are not run: no package of ours needs one.
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error', '--engine-strict=false', '--ignore-scripts', '--include=dev', '--include=optional'];
  const byPath = process.env['npm_execpath'];
  const [command, prefix] = byPath && /npm-cli\.c?js$/.test(byPath) ? [process.execPath, [byPath]] : [process.platform === 'win32' ? 'npm.cmd' : 'npm', []];
  const child = spawn(command, [...prefix, ...args], { cwd: root, stdio: ['ignore', 'ignore', 'pipe'], shell: command === 'npm.cmd' });
  let said = '';
  child.stderr.on('data', (chunk) => (said += chunk));
  const code = await new Promise((resolve) => {
    child.once('error', (error) => {
      said += error.message;
      resolve(1);
    });
    child.once('close', resolve);
  });
  if (code === 0) return;
  const first = said.split('\n').map((line) => line.replace(/^npm (error|ERR!)\s*/, '').trim()).filter(Boolean);
  const detail = first.slice(0, 3).join('; ') || `npm ended with ${code}`;
  if (/ENOSPC/.test(said)) throw new SetupError('The disk is full: the npm packages need about 300 MB.', ['free some space, then run the command again']);
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|network/i.test(said)) {
    throw new SetupError(`The npm packages could not be fetched: there is no network, or the registry does not answer (${detail}).`, [
      'run the command again with a network',
    ]);
  }
  if (/ENOENT/.test(said) && /npm/.test(said) && !byPath) throw new SetupError('npm is not installed.', ['install npm (it comes with Node), then run the command again']);
  throw new SetupError(`npm could not install the packages: ${detail}`, [`see what it says: cd ${root} && npm ci`]);
}

/** @param {string} root */
function countPackages(root) {
  const lock = JSON.parse(fs.readFileSync(path.join(root, 'package-lock.json'), 'utf8'));
  return Object.keys(lock.packages).filter((name) => name !== '').length;
}

/** @param {string} root */
function countInstalled(root) {
  let count = 0;
  const modules = path.join(root, 'node_modules');
  for (const name of names(modules)) count += name.startsWith('@') ? names(path.join(modules, name)).length : 1;
  return count;
}

/** @param {string} dir */
function names(dir) {
  try {
    return fs.readdirSync(dir).filter((name) => !name.startsWith('.'));
  } catch {
    return [];
  }
}
