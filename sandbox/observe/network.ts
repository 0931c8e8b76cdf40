/**
 * The judge's own programs in a process's network namespace: `ip -j` for the kernel's netlink answers, `ping` to see who answers.
 */
import { spawn, spawnSync } from 'node:child_process';
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

/** The same without making this thread wait: many processes are looked at in a row, and nothing of it is urgent. */
export async function ipInsideLater(pid: number, args: readonly string[]): Promise<string> {
  const command = ['ip', ...args].join(' ');
  // That it goes on while this thread is back home does not matter to it.
  const child = insideNamespace(pid, 'net', () => spawn('ip', args, { env: { PATH }, stdio: ['ignore', 'pipe', 'pipe'], timeout: LIMIT }));
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) child[name].setEncoding('utf8').on('data', (text: string) => (said[name] += text));
  return await new Promise((resolve, reject) => {
    child.once('error', (cause) => reject(new SystemCallError('execve', command, errnoOf(cause) ?? 'EIO', { cause })));
    child.once('close', (code, signal) => {
      if (code === 0) resolve(said.stdout);
      else reject(new SystemCallError('execve', command, `status ${code ?? signal}: ${said.stderr.trim()}`));
    });
  });
}

/** Seconds for an answer to a ping. On one machine it takes less than a millisecond, and the first one has to ask for the neighbour. */
const PATIENCE = 3;

/** What came of a ping: whether there was an answer, and what ping(8) printed. */
export type Ping = { readonly answered: boolean; readonly said: string };

/**
 * Sends ICMP echo requests from the network namespace of a process, one a second, until one is answered or three seconds are
 * over. Throws GoneError, or SystemCallError where `ping` cannot be started.
 */
export async function pingInside(pid: number, address: string): Promise<Ping> {
  const args = ['-n', '-c', '1', '-w', String(PATIENCE), address];
  // As above; that it goes on while this thread is back home does not matter to it.
  const child = insideNamespace(pid, 'net', () => spawn('ping', args, { env: { PATH }, stdio: ['ignore', 'pipe', 'pipe'] }));
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes: Buffer) => (said += bytes.toString('utf8')));
  return await new Promise((resolve, reject) => {
    child.once('error', (cause) => reject(new SystemCallError('execve', `ping ${args.join(' ')}`, errnoOf(cause) ?? 'EIO', { cause })));
    child.once('close', (code) => resolve({ answered: code === 0, said }));
  });
}

/** Programs that print the packet filter. iptables has two dialects, kept by different parts of the kernel; nft speaks for one of them. */
const printers = [['iptables-legacy-save', '-c'], ['iptables-nft-save', '-c'], ['nft', 'list', 'ruleset']] as const;

/**
 * The lines of every packet filter in the network namespace of a process. What this machine or its kernel does not have says
 * nothing. Throws GoneError.
 */
export function filterInside(pid: number): string[] {
  return printers.flatMap(([command, ...args]) => {
    const { status, stdout } = insideNamespace(pid, 'net', () => spawnSync(command, args, { encoding: 'utf8', timeout: LIMIT, env: { PATH }, stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 4 * 1024 * 1024 }));
    return status === 0 ? stdout.split('\n').map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#')) : [];
  });
}
