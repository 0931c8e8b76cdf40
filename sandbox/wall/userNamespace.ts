/**
 * A user namespace for a wall: made, given its map, and from then on held by a descriptor alone.
 *
 * unshare(1) makes it, with a process that only waits; the judge, who is root outside, writes the map. That process has
 * no capabilities (it did execve(2) before there was a map), so it is of no further use and ends; whoever is to be root in
 * there enters with nsenter(1).
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { errnoOf, SystemCallError } from '../observe/errors.ts';
import { O_CLOEXEC } from './calls.ts';
import { ID_MAP } from './ids.ts';

let spare: Promise<number> | undefined;

/** A new user namespace, mapped, as a descriptor that the caller closes. Takes the one that was made ahead, if any. */
export function takeUserNamespace(): Promise<number> {
  const ready = spare ?? makeUserNamespace();
  spare = undefined;
  return ready;
}

/** Makes the next one ahead of need: it costs two process starts. Failure is left to the next taker to meet. */
export function prepareUserNamespace(): void {
  spare ??= makeUserNamespace();
  spare.catch(() => {
    spare = undefined;
  });
}

/** Resolves when none is being made. */
export async function userNamespaceSettled(): Promise<void> {
  await spare?.catch(() => {});
}

async function makeUserNamespace(): Promise<number> {
  const child = spawn('/usr/bin/unshare', ['--user', '--', '/bin/cat'], { stdio: ['pipe', 'pipe', 'ignore'], env: {}, cwd: '/', detached: true });
  const ended = once(child, 'exit');
  try {
    const failed = ended.then(() => {
      throw new SystemCallError('unshare', 'CLONE_NEWUSER', 'EPERM');
    });
    failed.catch(() => {});
    // cat(1) gives back what it gets, and it runs only when unshare(1) has done its work.
    child.stdin.on('error', () => {}).write('\n');
    await Promise.race([once(child.stdout, 'data'), failed]);
    for (const file of ['uid_map', 'gid_map']) writeMap(`/proc/${child.pid}/${file}`);
    return fs.openSync(`/proc/${child.pid}/ns/user`, fs.constants.O_RDONLY | O_CLOEXEC);
  } finally {
    child.kill('SIGKILL');
    await ended.catch(() => {});
  }
}

function writeMap(path: string): void {
  try {
    fs.writeFileSync(path, ID_MAP);
  } catch (cause) {
    throw new SystemCallError('write', `${path}, ${ID_MAP.trim()}`, errnoOf(cause) ?? 'EIO', { cause });
  }
}
