/**
 * Boots the private kernel: User-Mode Linux in a pid namespace of its own, unprivileged, without a network.
 *
 * bubblewrap makes the namespaces and sees to it that everything in them ends when it does, and that it ends when this
 * process does (PR_SET_PDEATHSIG). Needed because UML runs the guest's processes as processes of this machine, traced
 * by its main process: if that is killed, they would go on untraced, making system calls here.
 *
 * In its mount namespace there are the unpacked tools' libraries, the kernel, its disks (read-only), and a /tmp that is
 * memory and holds what is written: UML's memory file and the writable disk's copy-on-write file. So nothing is left on
 * this machine's disks, whatever happens.
 */
import { spawn, spawnSync } from 'node:child_process';
import path from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { architecture, findCommand } from '../image/machine.ts';
import type { KernelFiles } from '../image/setup.ts';
import { Tools } from '../image/tools.ts';
import { bootBare } from './bare.ts';
import { endWithChildren } from './endall.ts';
import { lastWords, type Kernel, type Size } from './kernel.ts';
import { openSerial } from './serial.ts';
import { defaultSize, fd, judgeTar, kernelEnv, NOBODY, umlWords, type UmlOptions } from './umlwords.ts';

export type { UmlOptions };

/**
 * Starts the kernel; the agent in it is ready when it answers the first request. Where no namespaces are to be had it is
 * started without, and says so (`isolated`).
 */
export function bootUml(files: KernelFiles, options: UmlOptions = {}): Kernel {
  const bwrap = findBwrap(files);
  return bwrap ? bootWalled(bwrap, files, options) : bootBare(files, options);
}

const namespaces = ['--unshare-pid', '--unshare-net', '--unshare-ipc', '--unshare-uts', '--die-with-parent', '--new-session'];

/** Root needs no user namespace to make the others; it could not drop its own identity in one. */
function userNamespace(): string[] {
  return process.getuid?.() === 0 ? [] : ['--unshare-user', '--uid', '1000', '--gid', '1000'];
}

/**
 * How to start a bwrap that works here: ours, or else the system's, which an AppArmor profile may allow what it forbids
 * to ours. Undefined where neither may make namespaces. Takes about 10 ms.
 */
export function findBwrap(files: KernelFiles): string[] | undefined {
  const system = findCommand('bwrap');
  for (const bwrap of [new Tools(files.tools, architecture()).argv('bwrap', []), ...(system ? [[system]] : [])]) {
    const [command = '', ...first] = bwrap;
    const loader = `/usr/${architecture().loader}`;
    const tried = spawnSync(command, [...first, ...userNamespace(), ...namespaces, ...libraries(files), '--proc', '/proc', '--dev', '/dev', loader, '--version'], {
      stdio: 'ignore', timeout: 5000,
    });
    if (tried.status === 0) return bwrap;
  }
  return undefined;
}

function bootWalled(bwrap: string[], files: KernelFiles, options: UmlOptions): Kernel {
  const size = options.size ?? defaultSize;
  const more = (options.disks ?? []).map((file, index) => ({ file, at: `/disks/more${index}` }));
  const disks = { image: '/disks/image', empty: '/disks/empty', written: '/tmp/written', judge: '/disks/judge', more: more.map(({ at }) => at) };
  const argv = [...bwrap, ...userNamespace(), ...namespaces, ...walls(files, size), ...more.flatMap(({ file, at }) => ['--ro-bind', file, at]), ...drop(), '/linux', ...umlWords(disks, files.id, size, options)];
  const judge = judgeTar(files, options);
  const child = spawn('bash', ['-c', withJudge, 'bash', String(judge.length), ...judge, ...argv], {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe'],
    env: kernelEnv(),
  });
  const said = lastWords(child.stdout as Readable);
  const complained = lastWords(child.stderr as Readable);
  const ended = new Promise<string>((resolve) => {
    child.once('error', (cause) => resolve(`bwrap could not be started: ${cause.message}`));
    child.once('close', (code, signal) => resolve([complained().trim(), said().trim(), `ended with ${signal ?? code}`].filter(Boolean).join('\n')));
  });
  return {
    kind: 'uml', isolated: true, pid: child.pid ?? 0, ...openSerial(child.stdio[fd.serialIn] as Writable, child.stdio[fd.serialOut] as Readable),
    console: child.stdout as Readable, ended,
    kill: () => {
      // Not after its end: the number may be somebody else's by then.
      if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) endWithChildren(child.pid);
    },
  };
}

/** The libraries that kernel and setpriv need, from the unpacked tools. */
function libraries(files: KernelFiles): string[] {
  return [
    '--ro-bind', path.join(files.tools, 'usr'), '/usr',
    '--symlink', 'usr/bin', '/bin', '--symlink', 'usr/lib', '/lib', '--symlink', 'usr/lib64', '/lib64',
  ];
}

/** What is in the mount namespace. */
function walls(files: KernelFiles, size: Size): string[] {
  const room = (size.memory + size.disk + 16) * 1024 * 1024;
  return [
    ...libraries(files), '--proc', '/proc', '--dev', '/dev',
    '--size', String(room), '--perms', '1777', '--tmpfs', '/tmp',
    '--ro-bind', files.kernel?.linux ?? '', '/linux',
    '--ro-bind', files.kernel?.shim ?? '', '/xstate.so',
    '--perms', '0755', '--dir', '/disks',
    '--ro-bind', files.image, '/disks/image', '--ro-bind', files.disk, '/disks/empty',
    '--perms', '0444', '--ro-bind-data', String(fd.judge), '/disks/judge',
    '--setenv', 'LD_PRELOAD', '/xstate.so', '--setenv', 'HOME', '/tmp', '--setenv', 'TMPDIR', '/tmp', '--chdir', '/tmp',
  ];
}

/** As root: becomes nobody, for good, before the kernel is started. */
function drop(): string[] {
  if (process.getuid?.() !== 0) return [];
  const id = String(NOBODY);
  return ['/usr/bin/setpriv', '--reuid', id, '--regid', id, '--clear-groups', '--no-new-privs', '--inh-caps=-all', '--bounding-set=-all'];
}

/**
 * Starts a program with a tar archive on descriptor 5. $1 is how many of the words after it are tar's arguments; the rest
 * are the program's. bash becomes that program (exec), so that it is our child itself, and the pipe is a real one: Node's
 * own are sockets that do not block, which bwrap cannot read. The umask is for the folders that bwrap makes: nobody must
 * be able to enter them.
 */
const withJudge = `umask 022; exec "\${@:2+$1}" ${fd.judge}< <(tar "\${@:2:$1}")`;
