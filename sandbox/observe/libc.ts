/**
 * The few calls of the C library that Node has no name for, with integers, and bytes for the kernel
 * to fill, as arguments. Called by ffi-rs on the calling thread, which matters for setns(2).
 */
import { constants } from 'node:os';
import { DataType, load, open } from 'ffi-rs';
import { SystemCallError } from './errors.ts';

let opened = false;

/** Calls a function of libc; returns what it returns. Throws SystemCallError, with `what` as the argument shown, where that is -1. */
export function libc(name: 'setns' | 'ioctl' | 'unshare' | 'fchdir', args: readonly (number | Buffer)[], what: string): number {
  if (!opened) {
    open({ library: 'c', path: 'libc.so.6' });
    opened = true;
  }
  const result = load({
    library: 'c', funcName: name, retType: DataType.I32, paramsType: args.map((arg) => (typeof arg === 'number' ? DataType.I32 : DataType.U8Array)), paramsValue: [...args], errno: true,
  });
  // The type allows a bare number, for calls without `errno: true`.
  if (typeof result === 'number') throw new TypeError('ffi-rs gave no errno although it was asked to');
  if (result.value !== -1) return result.value;
  const code = Object.entries(constants.errno).find(([, number]) => number === result.errnoCode)?.[0];
  throw new SystemCallError(name, what, code ?? `errno ${result.errnoCode}`);
}
