/**
 * A call freed of what is different in every run (numbers of processes and descriptors, random names) and of what everybody
 * is free to choose (where the new root lies, what a cgroup is called), so that two runs can be compared. Pure.
 */
import type { TraceStep } from '../check/wire.ts';
import { flagsOf, lastPart, optionsOf, pathOfDescriptor, textOf, wordsOf } from './values.ts';

/** What a call does, by its name and the kind of thing that it does it to. */
export type Normal = {
  /** Two calls of one family may be put beside each other: `mount`, `root`, `unshare`. */
  readonly family: string;
  /** Within the family: what it is about. `proc at ROOT/proc`; `memory.max`. */
  readonly subject: string;
  /** The manner, a set of words: flags, names of options. What differs here is worth a word. */
  readonly manner: readonly string[];
  /** What one is free to choose: differs without meaning anything. */
  readonly detail: string;
};

const PROPAGATION = ['MS_PRIVATE', 'MS_SLAVE', 'MS_SHARED', 'MS_UNBINDABLE'];

/** All steps of one run, normalised with what is known of the whole run; `other` is the one it is compared with. */
export function normalise(steps: readonly TraceStep[], other: readonly TraceStep[] = []): Normal[] {
  // A run that never came to its new root went for the other's, where that lies at the same place.
  const roots = [...new Set([...rootsOf(steps), ...rootsOf(other)])].sort((a, b) => b.length - a.length);
  /** From which process on / is the new root: those that box's first one started, as a rule; chroot is for one and its children. */
  let inside = Infinity;
  const place = (process: number) => (path: string | undefined): string => (process >= inside && path?.startsWith('/') === true ? placeOf(`ROOT${path}`, []) : placeOf(path ?? '?', roots));
  let oldRoot: string | undefined;
  return steps.map((step) => {
    if (step.name === 'pivot_root' && step.errno === undefined) oldRoot = lastPart(textOf(step.args[1]) ?? '');
    const found = normal(step, place(step.process));
    if (step.errno === undefined && step.name === 'pivot_root') inside = Math.min(inside, step.process, 2);
    if (step.errno === undefined && step.name === 'chroot') inside = Math.min(inside, step.process);
    // Where somebody puts the old root is their own affair; that it goes is not.
    return step.name === 'umount2' && oldRoot !== undefined && lastPart(textOf(step.args[0]) ?? '') === oldRoot ? { ...found, subject: 'the old root' } : found;
  });
}

function normal(step: TraceStep, place: (path: string | undefined) => string): Normal {
  const { name, args } = step;
  const is = (family: string, subject: string, manner: readonly string[] = [], detail = ''): Normal => ({ family, subject, manner: [...manner].sort(), detail });
  switch (name) {
    case 'mount':
      return mount(args, place, is);
    case 'umount2':
      return is('umount', place(textOf(args[0])), flagsOf(args[1]));
    case 'pivot_root':
      return is('root', 'pivot_root', [], `${place(textOf(args[0]))} ${place(textOf(args[1]))}`);
    case 'chroot':
      return is('root', 'chroot', [], place(textOf(args[0])));
    case 'unshare':
      return is('unshare', '', flagsOf(args[0]));
    case 'clone':
    case 'clone3':
      return is('unshare', '', flagsOf(args.at(-1)).filter((flag) => flag.startsWith('CLONE_NEW')), name);
    case 'setns':
      // By a process's descriptor one enters several namespaces at once: which, the flags say.
      if (pathOfDescriptor(args[0])?.includes('[pidfd]') === true) return is('setns', 'pidfd', flagsOf(args[1]));
      return is('setns', (pathOfDescriptor(args[0]) ?? '?').replace(/:\[\d+\]$/, '').replace(/^.*\/ns\//, ''));
    case 'write':
    case 'pwrite64':
      return is('write', kernelFile(pathOfDescriptor(args[0]) ?? '?'), [], amount(textOf(args[1]) ?? ''));
    case 'open':
    case 'openat':
      return is('write', kernelFile(textOf(args[name === 'open' ? 0 : 1]) ?? '?'), ['open']);
    case 'mkdir':
    case 'mkdirat':
      return is('mkdir', 'cgroup', [], textOf(args[name === 'mkdir' ? 0 : 1]) ?? '');
    case 'rmdir':
    case 'unlinkat':
      return is('rmdir', 'cgroup', [], textOf(args[name === 'rmdir' ? 0 : 1]) ?? '');
    case 'sendto':
    case 'sendmsg':
      return is('link', args[1] ?? '?', [], step.by ?? '');
    case 'execve':
    case 'execveat':
      return program(wordsOf(args[name === 'execve' ? 1 : 2]), is);
    case 'chdir':
      return is('chdir', place(textOf(args[0])));
    case 'fchdir':
      return is('chdir', place(pathOfDescriptor(args[0])));
    case 'mknod':
    case 'mknodat':
      return is('mknod', place(textOf(args[name === 'mknod' ? 0 : 1])), flagsOf(args.at(name === 'mknod' ? 1 : 2)));
    default:
      return is(name, args.filter((arg) => !/^-?\d+$/.test(arg) && !/^-?\d+</.test(arg)).join(' '));
  }
}

function mount(args: readonly string[], place: (path: string | undefined) => string, is: (family: string, subject: string, manner?: readonly string[], detail?: string) => Normal): Normal {
  const flags = flagsOf(args[3]);
  const at = place(textOf(args[1]));
  const spread = flags.filter((flag) => PROPAGATION.includes(flag));
  if (spread.length > 0) return is('mount', `propagation of ${at}`, flags);
  if (flags.includes('MS_REMOUNT')) return is('mount', `remount ${at}`, flags);
  if (flags.includes('MS_MOVE')) return is('mount', `move to ${at}`, flags);
  if (flags.includes('MS_BIND')) return is('mount', `bind at ${at}`, flags, place(textOf(args[0])));
  const options = optionsOf(args[4]);
  // Which layers, and in which order, is what an overlay is about; where they are found from is not.
  const layers = (options.get('lowerdir') ?? '').split(':').filter((layer) => layer !== '').map(lastPart);
  const names = [...options.keys()].filter((name) => name !== 'lowerdir');
  return is('mount', `${textOf(args[2]) ?? '?'} at ${at}`, [...flags, ...names, ...(layers.length > 0 ? [`lowerdir=${layers.join(':')}`] : [])], [...options].map(([name, value]) => `${name}=${place(value)}`).join());
}

/** A program and the script that it runs; the words after it are the caller's own way of telling its helper what to do. */
function program(words: readonly string[], is: (family: string, subject: string, manner?: readonly string[], detail?: string) => Normal): Normal {
  const [file = '?', first = '', second = ''] = words;
  const name = lastPart(file);
  const script = /\.[cm]?[jt]s$|\.pl$|\.py$/.test(first);
  return is('exec', script ? `${name} script` : name, [], script ? `${lastPart(first)} ${second}` : words.slice(1).join(' '));
}

/** memory.max, uid_map, ip_forward. */
function kernelFile(path: string): string {
  return lastPart(path);
}

/** `64m` and 67108864 are one amount; everything else is itself. */
function amount(text: string): string {
  const [, number, unit] = /^(\d+)([kmg])$/i.exec(text.trim()) ?? [];
  if (number === undefined || unit === undefined) return text.trim();
  return String(Number(number) * 1024 ** (1 + 'kmg'.indexOf(unit.toLowerCase())));
}

/** Directories that become a root, or are mounted to become one: what is below them is somewhere in the container. */
function rootsOf(steps: readonly TraceStep[]): string[] {
  const found = new Set<string>();
  const at = new Map<number, string>();
  for (const { name, args, process, errno } of steps) {
    const path = name === 'fchdir' ? pathOfDescriptor(args[0]) : textOf(args[0]);
    if (name === 'chdir' || name === 'fchdir') {
      if (path !== undefined && errno === undefined) at.set(process, path.startsWith('/') ? path : `${at.get(process) ?? ''}/${path}`);
    } else if ((name === 'pivot_root' || name === 'chroot') && path !== undefined) {
      const root = path === '.' ? at.get(process) : path;
      if (root !== undefined && root !== '/') found.add(root.replace(/\/+$/, ''));
    } else if (name === 'mount' && textOf(args[2]) === 'overlay') {
      const target = textOf(args[1]);
      if (target !== undefined) found.add(target.replace(/\/+$/, ''));
    }
  }
  return [...found];
}

function placeOf(path: string, roots: readonly string[]): string {
  const clean = path.replace(/\/+/g, '/').replace(/(.)\/$/, '$1');
  if (clean === '.') return 'ROOT';
  for (const root of roots) {
    if (clean === root) return 'ROOT';
    if (clean.startsWith(`${root}/`)) return `ROOT${clean.slice(root.length)}`;
  }
  return clean.replace(/\/proc\/\d+(?=\/|$)/, '/proc/PID');
}
