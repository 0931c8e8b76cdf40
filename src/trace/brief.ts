/** A call in as few words as tell it from others, for a column of a screen. Pure. */
import type { TraceStep } from '../check/wire.ts';
import { lastPart, pathOfDescriptor, textOf, wordsOf } from './values.ts';

/** `mount proc on /tmp/image/proc MS_NOSUID|MS_NODEV`, `execve node box.ts stage`; `?` for no call at all. */
export function briefOf(step: TraceStep | undefined): string {
  if (step === undefined) return '?';
  const { name, args } = step;
  const flags = (arg: string | undefined): string => (arg === undefined || arg === '0' ? '' : arg);
  const join = (...words: (string | undefined)[]): string => words.filter((word) => word !== undefined && word !== '').join(' ');
  switch (name) {
    case 'mount':
      return mount(args);
    case 'umount2':
      return join('umount', textOf(args[0]), flags(args[1]));
    case 'unshare':
    case 'sethostname':
    case 'chroot':
    case 'chdir':
      return join(name, textOf(args[0]) ?? args[0]);
    case 'pivot_root':
      return join(name, textOf(args[0]), textOf(args[1]));
    case 'setns':
      return join(name, (pathOfDescriptor(args[0]) ?? args[0] ?? '').replace(/:\[\d+\]$/, '').replace(/^anon_inode:\[(\w+)\]$/, '$1'), flags(args[1]));
    case 'fchdir':
      return join(name, (pathOfDescriptor(args[0]) ?? args[0] ?? '').replace(/:\[\d+\]$/, ''));
    case 'write':
    case 'pwrite64':
      return join('write', lastPart(pathOfDescriptor(args[0]) ?? '?'), (args[1] ?? '').slice(0, 60));
    case 'open':
    case 'openat':
      return join('open', textOf(args[name === 'open' ? 0 : 1]));
    case 'mkdir':
    case 'mkdirat':
    case 'rmdir':
    case 'unlinkat':
      return join(name, textOf(args[name.endsWith('at') ? 1 : 0]));
    case 'sendto':
    case 'sendmsg':
      return join(args[1], (step.by ?? '').replace(/^\S*\//, ''));
    case 'execve':
    case 'execveat': {
      const words = wordsOf(args[name === 'execve' ? 1 : 2]);
      return join('execve', ...words.map((word, index) => (index < 2 ? lastPart(word) : word)));
    }
    case 'mknod':
    case 'mknodat':
      return join(name, ...(name === 'mknodat' ? args.slice(1) : args).map((arg) => textOf(arg) ?? arg));
    case 'clone':
    case 'clone3':
      return join(name, (args.at(-1) ?? '').replace(/^\{?flags=/, '').replace(/\}$/, ''));
    default:
      return join(name, ...args.map((arg) => (pathOfDescriptor(arg) === undefined ? textOf(arg) ?? arg : lastPart(pathOfDescriptor(arg) ?? ''))));
  }
}

function mount(args: readonly string[]): string {
  const [source, target, type] = [textOf(args[0]), textOf(args[1]) ?? args[1] ?? '?', textOf(args[2])];
  const flags = args[3] === undefined || args[3] === '0' ? '' : ` ${args[3]}`;
  if (/MS_BIND/.test(flags) && !/MS_REMOUNT/.test(flags)) return `mount ${source === target ? '' : `${source ?? '?'} on `}${target}${flags}`;
  return `mount ${type === undefined || type === '' ? '' : `${type} on `}${target}${flags}`;
}
