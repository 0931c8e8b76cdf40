/** Becoming another program: execve(2), by way of the C library. */
import { constants } from 'node:os';
import { DataType, load } from 'ffi-rs';
import { call, SyscallError } from './libc.ts';

const { SIGPIPE, SIGXFSZ } = constants.signals;
const SIG_DFL = 0; // signal(2)
const F_SETFD = 2; // fcntl(2)
const POSIX_SPAWN_SETPGROUP = 2; // <spawn.h>

/**
 * Replaces the program in this process by the command, which is looked for
 * in PATH. Returns only by throwing, where the kernel refuses.
 */
export function become(command: readonly [string, ...string[]]): never {
  undoNode();
  call('execvp', command[0], vector(command));
  throw new Error('execvp returned, and did not fail');
}

/**
 * Starts the command as a child, of which Node knows nothing, and returns its pid: posix_spawnp(3). It leads a process group
 * of its own, which on a terminal is the one in the foreground: Ctrl-C is for the command. Throws where the kernel refuses.
 */
export function start(command: readonly [string, ...string[]], terminal: boolean): number {
  undoNode();
  // More than enough room for types that only the C library knows from inside.
  const [pid, attributes, actions] = [Buffer.alloc(4), Buffer.alloc(1024), Buffer.alloc(1024)];
  call('posix_spawnattr_init', attributes);
  call('posix_spawnattr_setflags', attributes, POSIX_SPAWN_SETPGROUP);
  call('posix_spawn_file_actions_init', actions);
  if (terminal) call('posix_spawn_file_actions_addtcsetpgrp_np', actions, 0);
  const environment = Object.entries(process.env).map(([name, value]) => `${name}=${value}`);
  // It returns an errno instead of setting it.
  const errno = call('posix_spawnp', pid, command[0], actions, attributes, vector(command), vector(environment));
  if (errno !== 0) throw new SyscallError(`posix_spawnp(${JSON.stringify(command[0])})`, errno);
  return pid.readInt32LE();
}

/** What Node has done to this process and the command would inherit. */
function undoNode(): void {
  // Node has marked these close-on-exec: the command would lack all three.
  for (const descriptor of [0, 1, 2]) call('fcntl', descriptor, F_SETFD, 0);
  // Node ignores these, and a signal that is ignored stays ignored.
  for (const signal of [SIGPIPE, SIGXFSZ]) call('signal', signal, SIG_DFL);
}

/** An argument vector as C wants it: an array of pointers to strings, and NULL to show where it ends. */
function vector(words: readonly string[]): Buffer {
  const pointers = new BigUint64Array(words.length + 1);
  for (const [index, word] of words.entries()) pointers[index] = BigInt(copy(word));
  return Buffer.from(pointers.buffer);
}

/** Puts a string where JavaScript's garbage collector does not move it; returns its address. Never freed: execve does that. */
function copy(word: string): bigint {
  const paramsType = [DataType.String];
  return load({ library: 'libc', funcName: 'strdup', retType: DataType.BigInt, paramsType, paramsValue: [word] }) as bigint;
}
