/** posix_spawn(3) and waitpid(2), through libc. */
import fs from 'node:fs';
import { call, check, duplicate } from './calls.ts';
import { stringList } from './memory.ts';

/** Flags of posix_spawnattr_setflags(3): default actions for these signals, this mask, a new session. */
const SETSIGDEF = 0x04;
const SETSIGMASK = 0x08;
const SETSID = 0x80;

/** Room for posix_spawnattr_t (336 bytes in glibc), posix_spawn_file_actions_t (80) and sigset_t (128). */
const ATTRIBUTES = 512;
const ACTIONS = 128;
const SIGNAL_SET = 128;

const WNOHANG = 1;

/** Starts a program in a session of its own; returns its pid. `stdio` become 0, 1, 2, …; all else is closed. */
export function posixSpawn(path: string, argv: readonly string[], env: readonly string[], stdio: readonly number[]): number {
  const attributes = Buffer.alloc(ATTRIBUTES);
  const actions = Buffer.alloc(ACTIONS);
  const pid = Buffer.alloc(4);
  const words = stringList(argv);
  const variables = stringList(env);
  // A source among the targets would be replaced before it is used.
  const spare = stdio.map((descriptor) => (descriptor < stdio.length ? duplicate(descriptor, stdio.length) : undefined));
  check('posix_spawnattr_init', call('posix_spawnattr_init', [attributes]), path);
  check('posix_spawn_file_actions_init', call('posix_spawn_file_actions_init', [actions]), path);
  try {
    call('posix_spawnattr_setflags', [attributes, SETSIGDEF | SETSIGMASK | SETSID]);
    call('posix_spawnattr_setsigdefault', [attributes, Buffer.alloc(SIGNAL_SET, 0xff)]);
    call('posix_spawnattr_setsigmask', [attributes, Buffer.alloc(SIGNAL_SET)]);
    check('posix_spawn_file_actions_addchdir_np', call('posix_spawn_file_actions_addchdir_np', [actions, '/']), '/');
    stdio.forEach((descriptor, target) => {
      const source = spare[target] ?? descriptor;
      check('posix_spawn_file_actions_adddup2', call('posix_spawn_file_actions_adddup2', [actions, source, target]), `${source}, ${target}`);
    });
    // Whatever the judge has open, closed on exec or not, has no place in what it starts.
    check('posix_spawn_file_actions_addclosefrom_np', call('posix_spawn_file_actions_addclosefrom_np', [actions, stdio.length]), String(stdio.length));
    check('posix_spawn', call('posix_spawn', [pid, path, actions, attributes, words, variables]), path);
    return pid.readInt32LE(0);
  } finally {
    call('posix_spawn_file_actions_destroy', [actions]);
    for (const descriptor of spare) if (descriptor !== undefined) fs.closeSync(descriptor);
  }
}

/** The status of a child that has ended, which is then gone; undefined while it runs. */
export function waitFor(pid: number): number | undefined {
  const status = Buffer.alloc(4);
  return call('waitpid', [pid, status, WNOHANG]) === pid ? status.readInt32LE(0) : undefined;
}
