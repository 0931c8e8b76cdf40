/** Sees to it that two set-ups of one checkout take turns, with nothing but Node: before npm has run there is nothing else. */
import fs from 'node:fs';
import { note } from './say.mjs';

/**
 * Does `work` while this process alone holds `file`. A holder that has died does not count.
 * @template T @param {string} file @param {() => Promise<T>} work @returns {Promise<T>}
 */
export async function inTurn(file, work) {
  let told = false;
  while (!take(file)) {
    if (!told) note('Another set-up of this checkout is under way; waiting for it.');
    told = true;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  try {
    return await work();
  } finally {
    fs.rmSync(file, { force: true });
  }
}

/** @param {string} file */
function take(file) {
  try {
    // A hard link is there with its content or not at all; an exclusive open would be there empty for a moment.
    const mine = `${file}.${process.pid}`;
    fs.writeFileSync(mine, String(process.pid));
    try {
      fs.linkSync(mine, file);
      return true;
    } finally {
      fs.rmSync(mine, { force: true });
    }
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
  }
  const holder = Number(readOr(file, ''));
  if (holder && !isAlive(holder) && readOr(file, '') === String(holder)) fs.rmSync(file, { force: true });
  return false;
}

/** @param {string} file @param {string} otherwise */
function readOr(file, otherwise) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return otherwise;
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
}
