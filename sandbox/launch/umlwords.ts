/** What User-Mode Linux is told, whichever way it is started: its command line, its descriptors, the judge's archive. */
import fs from 'node:fs';
import path from 'node:path';
import { checkoutRoot } from '../image/places.ts';
import type { KernelFiles } from '../image/setup.ts';
import type { Size } from './kernel.ts';

export type UmlOptions = {
  size?: Size;
  /** What to run in the guest instead of the agent: a path in the checkout; its folder goes along. For tests, benchmarks. */
  agent?: string;
  /** More of the checkout for the guest's /judge. */
  more?: string[];
  /** Files that the guest has as further read-only disks: /dev/ubdd and so on. For tests. */
  disks?: string[];
  /** More words for the kernel's command line. */
  words?: string[];
  /** Leaves out the words that make the boot short: the kernel as its package has it. For benchmarks. */
  untrimmed?: boolean;
};

export const defaultSize: Size = { memory: 256, disk: 320 };

/** The unprivileged user a kernel started by root runs as: "nobody". */
export const NOBODY = 65_534;

/** Descriptors of the kernel's process: its console, and the two halves of its serial line. */
export const fd = { console: 1, serialIn: 3, serialOut: 4, judge: 5 } as const;

/** Where the kernel finds its disks: the image, the empty disk, the file that takes what is written to it, the judge's archive, further ones. */
export type Disks = { image: string; empty: string; written: string; judge: string; more: string[] };

/**
 * What this kernel would spend a second on and nobody uses: choosing the fastest RAID-6 code by trying all, zswap, 256
 * old-style terminals, security modules, the audit log.
 */
const trimmed = ['initcall_blacklist=raid6_select_algo,init_zswap', 'pty.legacy_count=0', 'lsm=', 'audit=0'];

/** UML's arguments. */
export function umlWords(disks: Disks, id: string, size: Size, options: UmlOptions): string[] {
  return [
    `mem=${size.memory}M`, `ubd0r=${disks.image}`, `ubd1=${disks.written},${disks.empty}`, `ubd2r=${disks.judge}`, ...disks.more.map((disk, index) => `ubd${index + 3}r=${disk}`),
    'root=/dev/ubda', 'ro', 'init=/usr/lib/drydock/init',
    'con=null', `con0=null,fd:${fd.console}`, 'ssl=null', `ssl0=fd:${fd.serialIn},fd:${fd.serialOut}`, 'umid=drydock',
    'hostname=drydock', 'quiet', 'panic=-1', // at once: a kernel that panicked is replaced, not looked at
    ...(options.untrimmed ? [] : trimmed),
    `DRYDOCK_IMAGE=${id}`, ...(options.agent === undefined ? [] : [`DRYDOCK_AGENT=/judge/${options.agent}`]), ...(options.words ?? []),
  ];
}

/**
 * The environment the kernel's process gets: nothing of the person's but the PATH, since a guest that broke out of the
 * kernel would find the rest (tokens, proxies) in there.
 */
export function kernelEnv(more: Record<string, string> = {}): Record<string, string | undefined> {
  const ours = Object.entries(process.env).filter(([name]) => name === 'PATH' || name.startsWith('DRYDOCK_'));
  return { ...Object.fromEntries(ours), ...more };
}

/** The rooms of sandbox/ that the agent runs from. */
const judge = ['agent', 'check', 'diagnose', 'observe', 'parity', 'trace', 'wall', 'wire'].map((room) => `sandbox/${room}`);

/**
 * What of the checkout goes into the guest's /judge, as tar's arguments: the judge's sources as they are, and what Node
 * made of them the last time. Every file costs some of the boot. A test's agent gets all of sandbox/, and its own folder.
 */
export function judgeTar(files: KernelFiles, { agent, more = [] }: UmlOptions): string[] {
  const root = checkoutRoot();
  const wanted = ['package.json', ...more, ...(agent === undefined ? judge : ['sandbox', 'src/errors.ts', path.dirname(agent)])];
  const there = wanted.filter((name) => fs.existsSync(path.join(root, name)));
  const warm = fs.existsSync(path.join(files.warm, 'node-cache')) ? ['--directory', files.warm, 'node-cache'] : [];
  return ['--create', '--owner=0', '--group=0', '--directory', root, ...there, ...warm];
}
