/**
 * Uses this machine's own kernel: the judge's agent as a process of root's, in mount and pid namespaces of its own.
 *
 * Only for the workbook's own VM, or where it was asked for by name: learner code runs on this kernel, behind the inner
 * wall only. The guest image is loop-mounted as the walls' root, so that a learner meets the same files everywhere.
 */
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { Exit, UserError } from '../../src/errors.ts';
import { findCommand } from '../image/machine.ts';
import { checkoutRoot, runDir } from '../image/places.ts';
import type { KernelFiles } from '../image/setup.ts';
import { lastWords, type Kernel } from './kernel.ts';

/** What walls limit their contents with; see sandbox/wall/cgroup.ts. */
const controllers = ['cpu', 'memory', 'pids'];

/** Throws UserError (exit 3) where this machine's cgroup v2 tree, mounted at `tree`, cannot hold walls: none, or without a controller. */
export function requireControllers(tree = '/sys/fs/cgroup'): void {
  let text: string;
  try {
    text = fs.readFileSync(path.join(tree, 'cgroup.controllers'), 'utf8');
  } catch {
    throw new UserError(`There is no cgroup v2 tree at ${tree} on this machine, and walls on its own kernel need one.`, { next: withoutIt, exit: Exit.cannotRun });
  }
  const missing = controllers.filter((name) => !text.trim().split(' ').includes(name));
  if (missing.length === 0) return;
  const owners = 'Where cgroup v1 is mounted as well, that has them.';
  throw new UserError(`The cgroup v2 tree at ${tree} lacks ${missing.join(', ')}, and walls on this machine's own kernel need them. ${owners}`, { next: withoutIt, exit: Exit.cannotRun });
}

const withoutIt = ['use the private kernel, which has a tree of its own: --kernel uml'];

/** Starts the agent. `agent` is what to run instead, a path in the checkout. Throws UserError where root is not to be had. */
export function bootHere(files: Pick<KernelFiles, 'id' | 'image' | 'disk'>, agent = 'sandbox/agent/main.ts'): Kernel {
  const sudo = process.getuid?.() === 0 ? [] : [requireSudo(), '--non-interactive', '--'];
  const root = checkoutRoot();
  const leash = makeLeash();
  const script = path.join(root, 'sandbox/image/here');
  const argv = [...sudo, 'sh', script, leash.file, files.image, files.disk, files.id, process.execPath, root, path.join(root, agent)];
  const [command = '', ...args] = argv;
  const child = spawn(command, args, { cwd: '/', stdio: ['pipe', 'pipe', 'pipe'] });
  const said = lastWords(child.stderr as Readable);
  const ended = new Promise<string>((resolve) => {
    const over = (how: string) => {
      leash[Symbol.dispose]();
      resolve([said().trim(), how].filter(Boolean).join('\n'));
    };
    child.once('error', (cause) => over(`${command} could not be started: ${cause.message}`));
    child.once('close', (code, signal) => over(`ended with ${signal ?? code}`));
  });
  const input = child.stdin as Writable;
  input.on('error', () => {}); // `ended` tells.
  return {
    kind: 'here', isolated: true, pid: child.pid ?? 0, input, output: child.stdout as Readable, console: child.stderr as Readable, ended,
    kill() {
      input.destroy();
      leash[Symbol.dispose]();
    },
  };
}

/** A named pipe, open for writing: at its other end somebody waits for us to let go, which we also do by dying. */
function makeLeash(): Disposable & { file: string } {
  const file = path.join(runDir(), `leash-${randomBytes(6).toString('hex')}`);
  const made = spawnSync('mkfifo', ['-m', '600', file], { encoding: 'utf8' });
  if (made.status !== 0) throw new Error(`mkfifo ${file}: ${made.stderr.trim() || made.error?.message}`);
  // Read-write: opening for writing alone would wait for the reader, see fifo(7).
  let fd: number | undefined = fs.openSync(file, 'r+');
  return {
    file,
    [Symbol.dispose]() {
      if (fd === undefined) return;
      fs.closeSync(fd);
      fd = undefined;
      fs.rmSync(file, { force: true });
    },
  };
}

function requireSudo(): string {
  const sudo = findCommand('sudo');
  if (sudo && spawnSync(sudo, ['--non-interactive', 'true'], { stdio: 'ignore' }).status === 0) return sudo;
  throw new UserError(sudo ? 'The judge works on this kernel as root, and sudo asks for a password here.' : 'The judge works on this kernel as root, and there is no sudo here.', {
    next: ['run drydock as root in a machine that is made for it, or use the private kernel: --kernel uml'], exit: Exit.cannotRun,
  });
}
