/**
 * ptrace(2) and wait(2), made through libc by ffi-rs. All requests must come from the thread that seized the process.
 *
 * A call is read with PTRACE_GET_SYSCALL_INFO, which is the same on every machine. User-mode Linux (6.1) answers it with EIO:
 * there the registers are read, and whether a stop is a call's entry or its end is for the tracer to know.
 */
import { constants } from 'node:os';
import { DataType, load, open } from 'ffi-rs';
import { SystemCallError } from '../observe/errors.ts';

const Request = { goOn: 7, getRegisters: 12, syscall: 24, getEventMessage: 0x4201, seize: 0x4206, listen: 0x4208, getSyscallInfo: 0x420e } as const;

const Option = { sysgood: 1, fork: 2, vfork: 4, clone: 8, exec: 16, seccomp: 0x80, exitkill: 0x100000 } as const;

/** Of waitpid(2): threads of others, too; and not to wait. */
const WALL = 0x40000000;
const NO_HANG = 1;

/** SIGTRAP with bit 7: a stop at a system call (PTRACE_O_TRACESYSGOOD). */
const SYSCALL_STOP = constants.signals.SIGTRAP | 0x80;

const events: Readonly<Record<number, TraceEventKind>> = { 1: 'fork', 2: 'vfork', 3: 'clone', 4: 'exec', 7: 'seccomp', 128: 'stop' };
type TraceEventKind = 'fork' | 'vfork' | 'clone' | 'exec' | 'seccomp' | 'stop';

/** What waitpid(2) said about one thread. */
export type Stop =
  | { readonly kind: 'ended'; readonly tid: number; readonly code: number | null; readonly signal: number | null }
  | { readonly kind: 'syscall'; readonly tid: number }
  /** A signal is about to be delivered. */
  | { readonly kind: 'signal'; readonly tid: number; readonly signal: number }
  /** The whole process was stopped by a signal. */
  | { readonly kind: 'group'; readonly tid: number }
  | { readonly kind: TraceEventKind; readonly tid: number };

/** Attaches without stopping it; what it starts is attached to as well, and everything dies with the tracer. Throws SystemCallError. */
export function seize(pid: number): void {
  request('PTRACE_SEIZE', Request.seize, pid, 0, Option.sysgood | Option.fork | Option.vfork | Option.clone | Option.exec | Option.seccomp | Option.exitkill);
}

/**
 * Lets a thread go on, with a signal to be delivered; `toCall`: to the next entry or end of a call, not only to what a filter
 * tells of. False where it is gone.
 */
export function goOn(tid: number, toCall: boolean, signal = 0): boolean {
  return unlessGone(() => (toCall ? request('PTRACE_SYSCALL', Request.syscall, tid, 0, signal) : request('PTRACE_CONT', Request.goOn, tid, 0, signal)));
}

/** Leaves a thread in the stop that its whole process is in. False where it is gone. */
export function stayStopped(tid: number): boolean {
  return unlessGone(() => request('PTRACE_LISTEN', Request.listen, tid, 0, 0));
}

/** The new thread, after fork, vfork and clone; the thread's former number after exec. Undefined where it is gone. */
export function eventMessage(tid: number): number | undefined {
  const message = Buffer.alloc(8);
  return unlessGone(() => request('PTRACE_GETEVENTMSG', Request.getEventMessage, tid, 0, message)) ? Number(message.readBigUInt64LE(0)) : undefined;
}

/** A call at its entry or at its end. A number of -1 is none of this machine's own calls. */
export type SyscallStop =
  | { readonly entering: true; readonly number: number; readonly args: readonly bigint[] }
  | { readonly entering: false; readonly result: bigint };

/** AUDIT_ARCH_*: a program for another machine than the kernel's has other numbers. */
const ARCHITECTURE = process.arch === 'arm64' ? 0xc00000b7 : 0xc000003e;

let hasSyscallInfo = true;

/** The call that a thread is stopped at; `entering` is asked where the kernel does not say. Undefined where the thread is gone. */
export function syscallStop(tid: number, entering: boolean): SyscallStop | undefined {
  if (hasSyscallInfo) {
    const info = Buffer.alloc(88); // struct ptrace_syscall_info
    try {
      return unlessGone(() => request('PTRACE_GET_SYSCALL_INFO', Request.getSyscallInfo, tid, info.length, info)) ? fromInfo(info, entering) : undefined;
    } catch (error) {
      if (!(error instanceof SystemCallError && error.code === 'EIO' && process.arch === 'x64')) throw error;
      hasSyscallInfo = false;
    }
  }
  const registers = Buffer.alloc(512);
  return unlessGone(() => request('PTRACE_GETREGS', Request.getRegisters, tid, 0, registers)) ? fromRegisters(registers, entering) : undefined;
}

/** Reads struct ptrace_syscall_info. Pure. */
export function fromInfo(info: Buffer, entering: boolean): SyscallStop {
  const operation = info.readUInt8(0); // 0 none, 1 entry, 2 exit, 3 seccomp
  if (operation === 2) return { entering: false, result: info.readBigInt64LE(24) };
  if (operation === 0) return entering ? { entering: true, number: -1, args: [] } : { entering: false, result: 0n };
  const own = info.readUInt32LE(4) === ARCHITECTURE;
  return { entering: true, number: own ? Number(info.readBigInt64LE(24)) : -1, args: Array.from({ length: 6 }, (_, index) => info.readBigUInt64LE(32 + 8 * index)) };
}

/** Where struct user_regs_struct of x86-64 has rdi, rsi, rdx, r10, r8, r9; and the call's number and its result. */
const argumentPlaces = [14, 13, 12, 7, 9, 8];
const NUMBER_PLACE = 15;
const RESULT_PLACE = 10;

/** Reads struct user_regs_struct. Pure. */
export function fromRegisters(registers: Buffer, entering: boolean): SyscallStop {
  if (!entering) return { entering, result: registers.readBigInt64LE(8 * RESULT_PLACE) };
  return { entering, number: Number(registers.readBigInt64LE(8 * NUMBER_PLACE)), args: argumentPlaces.map((place) => registers.readBigUInt64LE(8 * place)) };
}

/** The next stop of any thread. `wait` false: undefined where there is none now; null where nothing is traced any more. */
export function nextStop(wait: boolean): Stop | undefined | null {
  const status = Buffer.alloc(4);
  for (;;) {
    const { value, errnoCode } = libc('waitpid', [-1, status, WALL | (wait ? 0 : NO_HANG)], DataType.I32);
    if (value > 0) return stopOf(value, status.readInt32LE(0));
    if (value === 0) return undefined;
    if (errnoCode === constants.errno.ECHILD) return null;
    if (errnoCode !== constants.errno.EINTR) throw new SystemCallError('waitpid', '-1', errnoName(errnoCode));
  }
}

/** A status word of waitpid(2) as what it means; see ptrace(2). Pure. */
export function stopOf(tid: number, status: number): Stop {
  const low = status & 0x7f;
  if (low === 0) return { kind: 'ended', tid, code: (status >> 8) & 0xff, signal: null };
  if (low !== 0x7f) return { kind: 'ended', tid, code: null, signal: low };
  const signal = (status >> 8) & 0xff;
  const event = events[status >> 16];
  if (event === 'stop') return signal === constants.signals.SIGTRAP ? { kind: 'stop', tid } : { kind: 'group', tid };
  if (event !== undefined) return { kind: event, tid };
  return signal === SYSCALL_STOP ? { kind: 'syscall', tid } : { kind: 'signal', tid, signal };
}

function request(name: string, number: number, pid: number, address: number, data: number | Buffer): void {
  const { value, errnoCode } = libc('ptrace', [number, pid, address, data], DataType.I64);
  if (value === -1) throw new SystemCallError('ptrace', `${name}, ${pid}`, errnoName(errnoCode));
}

/** A thread can be killed at any moment, in a stop, too: then nothing that is asked of it works. */
function unlessGone(act: () => void): boolean {
  try {
    act();
    return true;
  } catch (error) {
    if (error instanceof SystemCallError && error.code === 'ESRCH') return false;
    throw error;
  }
}

let opened = false;

function libc(name: 'ptrace' | 'waitpid', values: readonly (number | Buffer)[], retType: DataType.I32 | DataType.I64): { value: number; errnoCode: number } {
  if (!opened) {
    open({ library: 'trace:c', path: 'libc.so.6' });
    opened = true;
  }
  const last = values.length - 1;
  const result = load({
    library: 'trace:c', funcName: name, retType, errno: true,
    // The third and fourth argument of ptrace are as long as an address.
    paramsType: values.map((value, index) => (typeof value !== 'number' ? DataType.U8Array : name === 'ptrace' && index >= last - 1 ? DataType.I64 : DataType.I32)),
    paramsValue: [...values],
  });
  if (typeof result === 'number') throw new TypeError('ffi-rs gave no errno although it was asked to');
  return result;
}

function errnoName(number: number): string {
  return Object.entries(constants.errno).find(([, value]) => value === number)?.[0] ?? `errno ${number}`;
}
