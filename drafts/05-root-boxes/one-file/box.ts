#!/usr/bin/env node
// My box. One file is enough for me: what belongs together stays in view.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import { become } from './become.ts';
import { call, CLONE_NEWIPC, CLONE_NEWUTS, sethostname, SyscallError, unshare } from './libc.ts';

const CLONE_NEWNS = 0x20000;
const CLONE_NEWPID = 0x20000000;
const MS_NOSUID_NODEV_NOEXEC = 0x2 | 0x4 | 0x8;
const MS_REC_SLAVE = 0x4000 | 0x80000;
const MS_BIND_REC = 0x1000 | 0x4000;
const MNT_DETACH = 2;

class BoxFailed extends Error {}

const status = { failed: 125, notExecutable: 126, notFound: 127 };

function readWords(words: string[]): { argv: string[]; extra: NodeJS.ProcessEnv; name: string | null; root: string | null } {
  const extra: NodeJS.ProcessEnv = {};
  let name: string | null = null;
  let root: string | null = null;
  if (words.shift() !== 'run') throw new BoxFailed('usage: box run [--rootfs DIR] [--hostname NAME] [-e NAME=VALUE]... -- COMMAND [ARGUMENT...]');
  for (let word = words.shift(); word !== '--'; word = words.shift()) {
    if (word === undefined) throw new BoxFailed('there is no -- and no command');
    if (word === '--hostname') {
      name = words.shift() ?? null;
      continue;
    }
    if (word === '--rootfs') {
      root = words.shift() ?? null;
      continue;
    }
    if (word !== '-e') throw new BoxFailed(`what is ${word}?`);
    const pair = words.shift() ?? '';
    const [, key, value] = /^([^=]+)=([^]*)$/.exec(pair) ?? [];
    if (key === undefined) throw new BoxFailed(`-e ${pair}: where is the =?`);
    extra[key] = value;
  }
  if (!words.length) throw new BoxFailed('what shall I run?');
  return { argv: words, extra, name, root };
}

function whyNotStarted(file: string, code: string | undefined): number {
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    process.stderr.write(`box: there is no ${file}\n`);
    return status.notFound;
  }
  if (code === 'EACCES' || code === 'ENOEXEC') {
    process.stderr.write(`box: ${file} is no program\n`);
    return status.notExecutable;
  }
  throw new BoxFailed(`${file}: ${code}`);
}

/** In the container, as its process 1: /proc, then the command in our place. */
function inside(): number {
  const { argv, extra, root } = JSON.parse(fs.readFileSync(3, 'utf8')) as {
    argv: [string, ...string[]];
    extra: NodeJS.ProcessEnv;
    root: string | null;
  };
  fs.closeSync(3);
  unshare(CLONE_NEWNS);
  call('mount', 'none', '/', null, MS_REC_SLAVE, null);
  if (root !== null) {
    call('mount', root, root, null, MS_BIND_REC, null);
    process.chdir(root);
    call('pivot_root', '.', '.');
  }
  // While the old root still lies on top of the new one, there is a /proc in view that allows for another.
  call('mount', 'proc', '/proc', 'proc', MS_NOSUID_NODEV_NOEXEC, null);
  if (root !== null) call('umount2', '.', MNT_DETACH);
  for (const [name, value] of Object.entries(extra)) process.env[name] = value;
  try {
    return become(argv);
  } catch (error) {
    return whyNotStarted(argv[0], (error as SyscallError).code);
  }
}

/** On the host: makes the namespaces, starts box once more inside them, and waits. */
function outside(words: string[]): Promise<number> {
  const { name, ...wanted } = readWords(words);
  unshare(CLONE_NEWUTS + CLONE_NEWIPC + CLONE_NEWPID);
  if (name !== null) sethostname(name);
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [import.meta.filename, 'inside'], { stdio: [0, 1, 2, 'pipe'] });
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(signal ? 128 + os.constants.signals[signal] : code ?? status.failed));
    const pipe = child.stdio[3] as import('node:stream').Writable;
    pipe.on('error', () => {});
    pipe.end(JSON.stringify(wanted));
  });
}

try {
  const words = process.argv.slice(2);
  process.exitCode = words[0] === 'inside' ? inside() : await outside(words);
} catch (error) {
  process.stderr.write(`box: ${(error as Error).message}\n`);
  process.exitCode = status.failed;
}
