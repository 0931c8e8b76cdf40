/**
 * Runs `ip -j` in a process's network namespace: the kernel's netlink answers, read by the judge's own `ip`.
 */
import { spawnSync } from 'node:child_process';
import { errnoOf, SystemCallError } from './errors.ts';
import { insideNamespace } from './setns.ts';

/** Longer than any `ip` takes, shorter than a learner waits; milliseconds. */
const LIMIT = 5_000;

/** Where the judge's own programs are, whatever its environment says. */
const PATH = '/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * What `ip` prints for these arguments in the network namespace of a process. Throws GoneError, or SystemCallError where
 * `ip` cannot be started or fails.
 */
export function ipInside(pid: number, args: readonly string[]): string {
  const command = ['ip', ...args].join(' ');
  // A child begins in the namespaces of the thread that starts it, and spawnSync starts it from this one.
  const { error, status, stdout, stderr } = insideNamespace(pid, 'net', () => spawnSync('ip', args, {
    encoding: 'utf8', timeout: LIMIT, env: { PATH }, stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 4 * 1024 * 1024,
  }));
  if (error !== undefined) throw new SystemCallError('execve', command, errnoOf(error) ?? 'EIO', { cause: error });
  if (status !== 0) throw new SystemCallError('execve', command, `status ${status}: ${stderr.trim()}`);
  return stdout;
}
