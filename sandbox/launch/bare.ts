/**
 * Boots the private kernel where no namespaces are to be had (some containers, hardened machines).
 *
 * Then nothing but a process group holds the guest's processes together, so this serves one's own code only
 * (`isolated: false`): a guest that breaks out of UML is a process of this machine, and what is written lies in a
 * temporary folder. A watchdog in a group of its own ends the kernel's group and removes the folder when this process
 * goes, whatever it dies of.
 */
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { architecture } from '../image/machine.ts';
import type { KernelFiles } from '../image/setup.ts';
import { Tools } from '../image/tools.ts';
import { lastWords, type Kernel, type Size } from './kernel.ts';
import { openSerial } from './serial.ts';
import { defaultSize, fd, judgeTar, kernelEnv, NOBODY, umlWords, type UmlOptions } from './umlwords.ts';

/** Files the kernel opens, as descriptors: root's cache may lie where the dropped id may not go. */
const inherited = { linux: 6, shim: 7, image: 8, empty: 9 } as const;

export function bootBare(files: KernelFiles, options: UmlOptions): Kernel {
  if (!files.kernel) throw new Error('the private kernel runs on x86-64 only');
  const size = options.size ?? defaultSize;
  const folder = makeFolder(size);
  writeJudge(path.join(folder, 'judge'), files, options);
  const more = options.disks ?? [];
  const open = [files.kernel.linux, files.kernel.shim, files.image, files.disk, ...more].map((file) => fs.openSync(file, 'r'));
  const at = (number: number) => `/proc/self/fd/${number}`;
  const disks = { image: at(inherited.image), empty: at(inherited.empty), written: path.join(folder, 'written'), judge: path.join(folder, 'judge'), more: more.map((_, index) => at(inherited.empty + 1 + index)) };
  const argv = [...drop(files), at(inherited.linux), ...umlWords(disks, files.id, size, options)];
  const child = spawn(argv[0] ?? '', argv.slice(1), {
    cwd: folder,
    detached: true, // a process group of its own (setsid(2))
    env: kernelEnv({ LD_PRELOAD: at(inherited.shim), HOME: folder, TMPDIR: folder }),
    stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe', 'ignore', ...open],
  });
  for (const number of open) fs.closeSync(number);
  const pid = child.pid ?? 0;
  const endGroup = watchGroup(pid, folder);
  const said = lastWords(child.stdout as Readable);
  const complained = lastWords(child.stderr as Readable);
  const ended = new Promise<string>((resolve) => {
    const over = (how: string) => {
      // Killed from outside, UML leaves its guest's processes behind: they are of its group, and hold its pipes open.
      void endGroup().then(() => resolve([complained().trim(), said().trim(), how].filter(Boolean).join('\n')));
    };
    child.once('error', (cause) => over(`the kernel could not be started: ${cause.message}`));
    child.once('exit', (code, signal) => over(`ended with ${signal ?? code}`));
  });
  return {
    kind: 'uml', isolated: false, pid, ...openSerial(child.stdio[fd.serialIn] as Writable, child.stdio[fd.serialOut] as Readable),
    console: child.stdout as Readable, ended,
    kill: () => void endGroup(),
  };
}

/** A private folder with room for the guest's memory: in memory where /dev/shm is large enough, else in the temporary folder. */
function makeFolder(size: Size): string {
  const needed = (size.memory + size.disk) * 1024 * 1024;
  const roomy = (dir: string) => {
    const stat = fs.statfsSync(dir);
    return stat.bavail * stat.bsize > needed;
  };
  const base = fs.existsSync('/dev/shm') && roomy('/dev/shm') ? '/dev/shm' : os.tmpdir();
  const folder = fs.mkdtempSync(path.join(base, 'drydock-'));
  if (process.getuid?.() === 0) fs.chownSync(folder, NOBODY, NOBODY);
  return folder;
}

function writeJudge(file: string, files: KernelFiles, options: UmlOptions): void {
  const { status, stderr } = spawnSync('tar', ['--file', file, ...judgeTar(files, options)], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`tar of the judge's sources: ${stderr.trim()}`);
  fs.chmodSync(file, 0o644);
}

/** As root: becomes nobody first. The tools' own loader, so that their libraries fit. */
function drop(files: KernelFiles): string[] {
  if (process.getuid?.() !== 0) return [];
  const id = String(NOBODY);
  return new Tools(files.tools, architecture()).argv('setpriv', ['--reuid', id, '--regid', id, '--clear-groups', '--no-new-privs', '--inh-caps=-all']);
}

/**
 * Starts the watchdog: a shell that waits for its input to end, which it does when we end it or die, then ends the group
 * and removes the folder. Returns how to let it go, and that resolves once it is done.
 */
function watchGroup(group: number, folder: string): () => Promise<void> {
  const dog = spawn('sh', ['-c', 'cat >/dev/null; kill -s KILL -- "-$1" 2>/dev/null; rm -rf -- "$2"', 'sh', String(group), folder], {
    cwd: '/', detached: true, stdio: ['pipe', 'ignore', 'ignore'],
  });
  const done = new Promise<void>((resolve) => {
    dog.once('close', () => resolve());
    dog.once('error', () => resolve());
  });
  return () => {
    dog.stdin.end();
    return done;
  };
}
