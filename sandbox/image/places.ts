/**
 * Where things lie: the checkout, the cache (what was fetched and built), the run directory (sockets, logs).
 *
 * All of them can be told by the environment; see the README.
 */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Exit, UserError } from '../../src/errors.ts';

type Env = Record<string, string | undefined>;

/**
 * The checkout's root. The bundled command does not lie where its sources do, so the front door says where they are
 * (DRYDOCK_ROOT); a program run from its sources needs no telling.
 */
export function checkoutRoot(env: Env = process.env): string {
  return env['DRYDOCK_ROOT'] ?? path.resolve(import.meta.dirname, '../..');
}

/** $DRYDOCK_CACHE, else $XDG_CACHE_HOME/drydock, else ~/.cache/drydock. Not made here. */
export function cacheDir(env: Env = process.env): string {
  if (env['DRYDOCK_CACHE']) return path.resolve(env['DRYDOCK_CACHE']);
  if (env['XDG_CACHE_HOME']?.startsWith('/')) return path.join(env['XDG_CACHE_HOME'], 'drydock');
  return path.join(homeDir(env), '.cache', 'drydock');
}

/** HOME, or what the user database says where HOME is not set (cron, some containers). */
function homeDir(env: Env): string {
  if (env['HOME']) return env['HOME'];
  try {
    return os.userInfo().homedir;
  } catch (cause) {
    throw new UserError('HOME is not set, and the user database knows no home for this user.', {
      next: ['export DRYDOCK_CACHE=/some/writable/directory'], exit: Exit.cannotRun, cause,
    });
  }
}

/**
 * $XDG_RUNTIME_DIR/drydock, else /tmp/drydock-UID: made if missing, private (0700) and ours.
 *
 * Throws UserError where somebody else owns it: in a shared /tmp that would hand them the socket.
 */
export function runDir(env: Env = process.env): string {
  const uid = process.getuid?.() ?? 0;
  const base = env['XDG_RUNTIME_DIR'];
  const dir = base?.startsWith('/') && isOurs(base, uid) ? path.join(base, 'drydock') : `/tmp/drydock-${uid}`;
  fs.mkdirSync(dir, { recursive: true, mode: 0o700 });
  const stat = fs.lstatSync(dir);
  if (!stat.isDirectory() || stat.uid !== uid || (stat.mode & 0o077) !== 0) {
    throw new UserError(`${dir} is not a private directory of yours, so nothing can be kept there.`, {
      next: [`remove ${dir}, or set XDG_RUNTIME_DIR to a directory of your own`], exit: Exit.cannotRun,
    });
  }
  return dir;
}

function isOurs(dir: string, uid: number): boolean {
  const stat = fs.statSync(dir, { throwIfNoEntry: false });
  return stat !== undefined && stat.isDirectory() && stat.uid === uid;
}

/** A workspace's short name in the run directory: a unix socket's path holds at most 107 bytes (unix(7)). */
export function shortName(...parts: string[]): string {
  return createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 12);
}

/** Makes a directory, or says in one sentence why it cannot be and what would help. */
export function makeDir(dir: string): void {
  try {
    fs.mkdirSync(dir, { recursive: true });
    fs.accessSync(dir, fs.constants.W_OK);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new UserError(`Drydock keeps its kernel in ${dir}, but that cannot be written to (${code}).`, {
      next: ['set DRYDOCK_CACHE to a directory you can write to'], exit: Exit.cannotRun, cause,
    });
  }
}
