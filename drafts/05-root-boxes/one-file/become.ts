/** Becoming another program: execve(2), by way of the C library. */
import { constants } from 'node:os';
import { DataType, load } from 'ffi-rs';
import { call } from './libc.ts';

const { SIGPIPE, SIGXFSZ } = constants.signals;
const SIG_DFL = 0; // signal(2)
const F_SETFD = 2; // fcntl(2)

/**
 * Replaces the program in this process by the command, which is looked for
 * in PATH. Returns only by throwing, where the kernel refuses.
 */
export function become(command: readonly [string, ...string[]]): never {
  // Node has marked these close-on-exec: the command would lack all three.
  for (const descriptor of [0, 1, 2]) call('fcntl', descriptor, F_SETFD, 0);
  // Node ignores these, and a signal that is ignored stays ignored.
  for (const signal of [SIGPIPE, SIGXFSZ]) call('signal', signal, SIG_DFL);
  call('execvp', command[0], vector(command));
  throw new Error('execvp returned, and did not fail');
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
