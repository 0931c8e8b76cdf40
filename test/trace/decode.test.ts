/** From registers and memory to a call as strace prints it. */
import { constants } from 'node:os';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stringArgument, stringList } from '../../sandbox/diagnose/strace-values.ts';
import { callNames } from '../../sandbox/trace/calls.ts';
import { decode, netlinkAnswer, quote } from '../../sandbox/trace/decode.ts';
import { flagNames, named } from '../../sandbox/trace/flags.ts';
import type { Memory } from '../../sandbox/trace/memory.ts';
import { labelOf } from '../../sandbox/trace/processes.ts';
import { fromInfo, fromRegisters, stopOf } from '../../sandbox/trace/ptrace.ts';
import { mayMatter, withoutMisses } from '../../sandbox/trace/steps.ts';
import { textOf, wordsOf } from '../../src/trace/values.ts';
import { stepOf } from './sample.ts';

/** Memory with these things at these addresses. */
function memoryWith(places: Record<number, Buffer | string>, descriptors: Record<number, string> = {}): Memory {
  const at = (address: bigint): Buffer | undefined => {
    for (const [start, content] of Object.entries(places)) {
      const bytes = typeof content === 'string' ? Buffer.from(`${content}\0`) : content;
      const offset = Number(address) - Number(start);
      if (offset >= 0 && offset < bytes.length) return bytes.subarray(offset);
    }
    return undefined;
  };
  return {
    bytes: (address, length) => {
      const found = at(address);
      return found === undefined || found.length < length ? null : found.subarray(0, length);
    },
    text: (address) => {
      const found = at(address);
      if (found === undefined) return null;
      const end = found.indexOf(0);
      return { text: end < 0 ? found : found.subarray(0, end), cut: end < 0 };
    },
    descriptor: (number) => descriptors[number],
    cwd: () => '/work',
  };
}

const pointers = (...addresses: number[]): Buffer => Buffer.concat(addresses.map((address) => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(address));
  return bytes;
}));

describe('arguments', () => {
  test('mount', () => {
    const memory = memoryWith({ 100: 'proc', 200: '/new/proc', 300: 'hidepid=2' });
    expect(decode('mount', [100n, 200n, 100n, 14n, 300n], memory)).toEqual(['"proc"', '"/new/proc"', '"proc"', 'MS_NOSUID|MS_NODEV|MS_NOEXEC', '"hidepid=2"']);
    expect(decode('mount', [0n, 200n, 0n, BigInt(1 << 18 | 1 << 14), 0n], memory)).toEqual(['NULL', '"/new/proc"', 'NULL', 'MS_REC|MS_PRIVATE', 'NULL']);
    expect(decode('mount', [5n, 200n, 0n, 0n, 0n], memory)[0]).toBe('0x5');
  });

  test('namespaces', () => {
    expect(decode('unshare', [0x2c000000n], memoryWith({}))).toEqual(['CLONE_NEWUTS|CLONE_NEWIPC|CLONE_NEWPID']);
    expect(decode('setns', [3n, 0n], memoryWith({}, { 3: 'net:[4026531840]' }))).toEqual(['3<net:[4026531840]>', '0']);
    expect(decode('clone', [BigInt(0x20000000 | constants.signals.SIGCHLD)], memoryWith({}))[1]).toBe('flags=CLONE_NEWPID|SIGCHLD');
    const args = pointers(0x20000, 0, 0, 0, constants.signals.SIGCHLD);
    expect(decode('clone3', [64n], memoryWith({ 64: args }))).toEqual(['{flags=CLONE_NEWNS|SIGCHLD}']);
  });

  test('execve: words, and an end that is missing', () => {
    const memory = memoryWith({ 100: '/bin/sh', 200: 'sh', 300: 'a "b"\n', 400: pointers(200, 300, 0), 500: pointers(200, 7) });
    expect(stringList(decode('execve', [100n, 400n, 0n], memory)[1])).toEqual(['sh', 'a "b"\n']);
    expect(decode('execve', [100n, 500n, 0n], memory)[1]).toBe('["sh", 0x7, 0x204]');
  });

  test('what is written to a file of the kernel', () => {
    expect(decode('write', [4n, 100n, 3n], memoryWith({ 100: '64m!' }, { 4: '/sys/fs/cgroup/a/memory.max' }))).toEqual(['4</sys/fs/cgroup/a/memory.max>', '"64m"', '3']);
  });

  test('a device node', () => {
    expect(decode('mknodat', [-100n, 100n, BigInt(0o020666), 0x103n], memoryWith({ 100: '/dev/null' }))).toEqual(['AT_FDCWD</work>', '"/dev/null"', 'S_IFCHR|0666', 'makedev(0x1, 0x3)']);
  });

  test('rtnetlink: what is to be changed, what only asks, what came back', () => {
    const message = (type: number, flags: number, sequence: number): Buffer => {
      const head = Buffer.alloc(20);
      head.writeUInt32LE(32, 0);
      head.writeUInt16LE(type, 4);
      head.writeUInt16LE(flags, 6);
      head.writeUInt32LE(sequence, 8);
      return head;
    };
    const send = (head: Buffer): string | undefined => decode('sendto', [3n, 100n], memoryWith({ 100: head }, { 3: 'socket:[9]' }))[1];
    expect([send(message(16, 5, 1)), send(message(18, 0x301, 1)), send(message(16, 5, 0))]).toEqual(['RTM_NEWLINK', '…', '…']);
    const refused = message(2, 0, 1);
    refused.writeInt32LE(-constants.errno.EEXIST, 16);
    const header = Buffer.concat([Buffer.alloc(16), pointers(300), pointers(1)]);
    const memory = memoryWith({ 200: header, 300: pointers(400, 20), 400: refused });
    expect(netlinkAnswer('recvmsg', [3n, 200n], memory)).toBe(constants.errno.EEXIST);
    expect(netlinkAnswer('recvfrom', [3n, 400n], memory)).toBe(constants.errno.EEXIST);
    expect(netlinkAnswer('recvfrom', [3n, 0n], memory)).toBeUndefined();
  });

  test('never throws, whatever the arguments are and wherever they lead', () => {
    const numbers = fc.array(fc.bigInt(0n, 2n ** 64n - 1n), { minLength: 6, maxLength: 6 });
    fc.assert(fc.property(fc.constantFrom(...callNames('x64').values()), numbers, fc.uint8Array({ maxLength: 64 }), (name, args, bytes) => {
      const memory = memoryWith({ 64: Buffer.from(bytes) });
      const near = args.map((arg) => (arg % 3n === 0n ? 64n + (arg % 64n) : arg));
      expect(decode(name, near, memory).every((arg) => typeof arg === 'string')).toBe(true);
      expect(typeof mayMatter(name, near, memory)).toBe('boolean');
    }));
  });
});

test('a quoted text is read back as it was, by the doctor and by the comparison', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => {
    expect(stringArgument(quote(Buffer.from(text)))?.text).toBe(Buffer.from(text).toString('utf8'));
    expect(textOf(quote(Buffer.from(text)))).toBe(Buffer.from(text).toString('utf8'));
    expect(wordsOf(`[${quote(Buffer.from(text))}, "b"]`)).toEqual([Buffer.from(text).toString('utf8'), 'b']);
  }));
});

test('bits without a name are shown as they are', () => {
  expect(named(0x40 | 1, flagNames.mount)).toBe('MS_RDONLY|0x40');
  expect(named(0, flagNames.mount)).toBe('0');
  expect(named(-2147483648, flagNames.clone)).toBe('0x80000000');
});

describe('stops', () => {
  const { SIGTRAP, SIGSTOP, SIGCHLD, SIGKILL } = constants.signals;
  const stopped = (signal: number, event = 0): number => (event << 16) | (signal << 8) | 0x7f;
  test.each([
    ['a call', stopped(SIGTRAP | 0x80), { kind: 'syscall', tid: 7 }],
    ['a signal', stopped(SIGCHLD), { kind: 'signal', tid: 7, signal: SIGCHLD }],
    ['a real SIGTRAP', stopped(SIGTRAP), { kind: 'signal', tid: 7, signal: SIGTRAP }],
    ['the group', stopped(SIGSTOP, 128), { kind: 'group', tid: 7 }],
    ['a new thread', stopped(SIGTRAP, 128), { kind: 'stop', tid: 7 }],
    ['an exec', stopped(SIGTRAP, 4), { kind: 'exec', tid: 7 }],
    ['a filter', stopped(SIGTRAP, 7), { kind: 'seccomp', tid: 7 }],
    ['an end', 3 << 8, { kind: 'ended', tid: 7, code: 3, signal: null }],
    ['a killed one', SIGKILL, { kind: 'ended', tid: 7, code: null, signal: SIGKILL }],
  ])('%s', (_, status, stop) => {
    expect(stopOf(7, status)).toEqual(stop);
  });

  test('registers of x86-64', () => {
    const registers = Buffer.alloc(27 * 8);
    for (const [place, value] of [[15, 165n], [14, 1n], [13, 2n], [12, 3n], [7, 4n], [9, 5n], [8, 6n], [10, 0xffffffffffffffdan]] as const) registers.writeBigUInt64LE(value, 8 * place);
    expect(fromRegisters(registers, true)).toEqual({ entering: true, number: 165, args: [1n, 2n, 3n, 4n, 5n, 6n] });
    expect(fromRegisters(registers, false)).toEqual({ entering: false, result: -38n });
  });

  test('struct ptrace_syscall_info; a program for another machine has no calls that we know', () => {
    const info = Buffer.alloc(88);
    info.writeUInt8(3, 0);
    info.writeUInt32LE(process.arch === 'arm64' ? 0xc00000b7 : 0xc000003e, 4);
    info.writeBigUInt64LE(40n, 24);
    info.writeBigUInt64LE(9n, 32);
    expect(fromInfo(info, true)).toMatchObject({ entering: true, number: 40, args: [9n, 0n, 0n, 0n, 0n, 0n] });
    info.writeUInt32LE(0x40000003, 4);
    expect(fromInfo(info, true)).toMatchObject({ number: -1 });
    info.writeUInt8(2, 0);
    info.writeBigInt64LE(-22n, 24);
    expect(fromInfo(info, true)).toEqual({ entering: false, result: -22n });
  });
});

test('every machine has a number for each call at most once', () => {
  for (const machine of ['x64', 'arm64']) expect(new Set(callNames(machine).values()).size).toBe(callNames(machine).size);
});

test.each([
  [['node', '/work/box/box.ts', 'run', '--', 'true'], 'box.ts run'],
  [['/usr/bin/ip', 'link', 'add', 'v0'], 'ip link add'],
  [['/usr/sbin/ip', '-batch', '-'], 'ip'],
  [['sh', '-c', 'echo x'], 'sh'],
  [['perl', '/work/box/box.pl', 'stage'], 'box.pl stage'],
  [['mount', '--make-rprivate', '/'], 'mount'],
  [[], ''],
])('%j is called %j', (argv, label) => {
  expect(labelOf(argv)).toBe(label);
});

test('a program that was looked for along PATH is one step; one that was never found is one, too', () => {
  const miss = (path: string) => stepOf(`execve("${path}", ["x"], 0x1)`, { errno: 'ENOENT' });
  expect(withoutMisses([miss('/a/x'), miss('/b/x'), stepOf('execve("/c/x", ["x"], 0x1)')]).map(({ text }) => text)).toEqual(['execve("/c/x", ["x"], 0x1)']);
  expect(withoutMisses([miss('/a/x'), miss('/b/x')])).toHaveLength(1);
});
