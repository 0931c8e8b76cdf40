import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readTrace, TraceReader } from '../../sandbox/diagnose/strace.ts';
import type { TraceEvent } from '../../sandbox/diagnose/strace.ts';
import { descriptorArgument, flagsArgument, isAddress, numberArgument, splitArguments, stringArgument, stringList, unnamedBits } from '../../sandbox/diagnose/strace-values.ts';
import { call } from './facts.ts';

const one = (line: string): TraceEvent => readTrace(line)[0] as TraceEvent;

describe('a line', () => {
  test.each([
    ['pivot_root("/new", "/new/old") = -1 EINVAL (Invalid argument)', { name: 'pivot_root', args: ['"/new"', '"/new/old"'], result: -1, errno: 'EINVAL' }],
    ['vfork()                           = 413', { name: 'vfork', args: [], result: 413 }],
    ['mount("none", "/", NULL, MS_REC|MS_PRIVATE, NULL) = 0', { args: ['"none"', '"/"', 'NULL', 'MS_REC|MS_PRIVATE', 'NULL'] }],
    ['execve("/bin/a, b", ["a", "b) = 0"], 0x7ffd /* 35 vars */) = 0', { args: ['"/bin/a, b"', '["a", "b) = 0"]', '0x7ffd /* 35 vars */'], result: 0 }],
    ['openat(AT_FDCWD</work/a, b>, "x", O_RDONLY|O_CLOEXEC) = 3</work/a, b/x>', { args: ['AT_FDCWD</work/a, b>', '"x"', 'O_RDONLY|O_CLOEXEC'], result: 3 }],
    ['clone3({flags=CLONE_VM|CLONE_VFORK, exit_signal=SIGCHLD, stack=0x7f, stack_size=0x9000}, 88) = -1 EAGAIN (Resource temporarily unavailable)', { name: 'clone3', args: [expect.stringContaining('stack_size'), '88'], errno: 'EAGAIN' }],
    ['setns(5<uts:[4026532200]>, CLONE_NEWUTS) = -1 EPERM (Operation not permitted) (INJECTED)', { errno: 'EPERM' }],
    ['wait4(-1, [{WIFEXITED(s) && WEXITSTATUS(s) == 0}], 0, NULL) = 413', { name: 'wait4', result: 413 }],
    ['mmap(NULL, 8192, PROT_READ, MAP_PRIVATE, 3, 0) = 0x7f1234567000', { result: 0x7f1234567000 }],
    ['exit_group(0)                     = ?', { result: null }],
    ['read(0, "", 1) = ? ERESTARTSYS (To be restarted if SA_RESTART is set)', { result: null, errno: 'ERESTARTSYS' }],
  ])('%s', (line, expected) => {
    expect(one(`412 ${line}`)).toMatchObject({ kind: 'call', call: { pid: 412, ...expected } });
    expect(one(`412   ${line}`)).toMatchObject({ kind: 'call' });
  });

  test.each([
    ['412 +++ exited with 125 +++', { kind: 'exited', pid: 412, code: 125 }],
    ['412 +++ killed by SIGSEGV (core dumped) +++', { kind: 'killed', pid: 412, signal: 'SIGSEGV' }],
    ['412 --- stopped by SIGSTOP ---', { kind: 'stopped', pid: 412, signal: 'SIGSTOP' }],
    ['412 --- SIGSTOP {si_signo=SIGSTOP, si_code=SI_KERNEL} ---', { kind: 'signal', pid: 412, signal: 'SIGSTOP', injected: true }],
    ['412 --- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=2} ---', { kind: 'signal', signal: 'SIGCHLD', injected: false }],
    ['strace: Process 412 attached', { kind: 'other' }],
    ['412 mount("a", "b', { kind: 'other' }],
    ['412 <... mount resumed>) = 0', { kind: 'other' }],
    ['412', { kind: 'other' }],
  ])('%s', (line, expected) => {
    expect(one(line)).toMatchObject(expected);
  });
});

describe('calls that overlap', () => {
  test('are put together by thread', () => {
    const events = readTrace([
      '412 mount("none", "/", NULL, MS_REC <unfinished ...>', '413 execve("/bin/true", ["true"], 0x1 /* 2 vars */ <unfinished ...>',
      '412 <... mount resumed>|MS_PRIVATE, NULL) = 0', '413 <... execve resumed>) = -1 ENOENT (No such file or directory)',
    ].join('\n'));
    expect(events.flatMap((event) => (event.kind === 'call' ? [`${event.call.pid} ${event.call.name} ${event.call.args.length} ${event.call.errno ?? 'ok'}`] : []))).toEqual(['412 mount 5 ok', '413 execve 3 ENOENT']);
  });

  test('may be interrupted twice', () => {
    const reader = new TraceReader();
    for (const line of ['412 wait4(-1, <unfinished ...>', '412 <... wait4 resumed>NULL <unfinished ...>']) expect(reader.read(line).kind).toBe('other');
    expect(reader.read('412 <... wait4 resumed>, 0, NULL) = 7')).toMatchObject({ call: { args: ['-1', 'NULL', '0', 'NULL'], result: 7 } });
  });

  test('of another thread that executes a program go on under the first one\'s number', () => {
    const events = readTrace(['415 execve("/bin/true", ["true"], 0x1 /* 2 vars */ <unfinished ...>', '412 +++ superseded by execve in pid 415 +++', '412 <... execve resumed>) = 0'].join('\n'));
    expect(events.at(-1)).toMatchObject({ kind: 'call', call: { pid: 412, name: 'execve', result: 0 } });
  });

  test('of a process that ended never come back', () => {
    const events = readTrace(['412 pause( <unfinished ...>', '412 +++ killed by SIGKILL +++', '412 <... pause resumed>) = 0'].join('\n'));
    expect(events.map((event) => event.kind)).toEqual(['other', 'killed', 'other']);
  });
});

describe('values', () => {
  test.each([
    ['"/a b"', { text: '/a b', cut: false }], ['"abc"...', { text: 'abc', cut: true }], ['"\\303\\251\\n\\33x\\0"', { text: 'é\n\x1bx\0', cut: false }],
    ['"\\"\\\\"', { text: '"\\', cut: false }], ['NULL', undefined], ['0x7ffd', undefined], ['"open', undefined], [undefined, undefined],
  ])('string %s', (arg, value) => {
    expect(stringArgument(arg)).toEqual(value);
  });

  test.each([
    ['["a", "b, c", "]"]', ['a', 'b, c', ']']], ['["a", ...]', ['a']], ['[]', []], ['NULL', undefined], ['0x1', undefined],
  ])('list %s', (arg, value) => {
    expect(stringList(arg)).toEqual(value);
  });

  test.each([
    ['MS_REC|MS_PRIVATE', ['MS_REC', 'MS_PRIVATE']], ['0', []], ['flags=CLONE_VM|SIGCHLD', ['CLONE_VM', 'SIGCHLD']], ['MS_BIND|0x100 /* MS_??? */', ['MS_BIND']],
    ['S_IFCHR|0666', ['S_IFCHR']], [undefined, []],
  ])('flags %s', (arg, value) => {
    expect([...flagsArgument(arg)]).toEqual(value);
  });

  test.each([['MS_BIND|0x100 /* MS_??? */', ['0x100']], ['0x8 /* CLONE_??? */', ['0x8']], ['0', []], ['0x0', []]])('bits without a name in %s', (arg, value) => {
    expect(unnamedBits(arg)).toEqual(value);
  });

  test.each([['12', 12], ['-1', -1], ['0666', 0o666], ['0x10', 16], ['len=5', 5], ['O_RDONLY', undefined], ['0', 0]])('number %s', (arg, value) => {
    expect(numberArgument(arg)).toBe(value);
  });

  test.each([
    ['3</proc/1/ns/uts>', { number: 3, path: '/proc/1/ns/uts' }], ['5<uts:[4026532200]>', { number: 5, path: 'uts:[4026532200]' }],
    ['-1', { number: -1 }], ['AT_FDCWD</work>', { number: -100, path: '/work' }], ['"x"', undefined],
  ])('descriptor %s', (arg, value) => {
    expect(descriptorArgument(arg)).toEqual(value);
  });

  test('an address is one', () => {
    expect(['0x7ffd', 'NULL', '"0x1"', '0x1 /* 2 vars */'].map(isAddress)).toEqual([true, false, false, false]);
  });
});

/** A string as strace prints it: C's escapes, the shortest octal that the next character does not lengthen. */
function printed(text: string): string {
  const bytes = [...Buffer.from(text)];
  return `"${bytes.map((byte, index) => {
    const simple = { 10: '\\n', 9: '\\t', 13: '\\r', 11: '\\v', 12: '\\f', 34: '\\"', 92: '\\\\' }[byte];
    if (simple !== undefined) return simple;
    if (byte >= 32 && byte < 127) return String.fromCharCode(byte);
    const next = bytes[index + 1] ?? 0;
    return `\\${byte.toString(8).padStart(next >= 48 && next <= 55 ? 3 : 1, '0')}`;
  }).join('')}"`;
}

test('whatever strings a program passes come back as they were', () => {
  const strings = fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 5 });
  fc.assert(fc.property(strings, fc.nat(99999), (texts, pid) => {
    const [event] = readTrace(`${pid} call(${texts.map(printed).join(', ')}, [${texts.map(printed).join(', ')}]) = -1 EPERM (Operation not permitted)`);
    if (event?.kind !== 'call') throw new Error('not read');
    expect(event.call.args.slice(0, -1).map((arg) => stringArgument(arg)?.text)).toEqual(texts);
    expect(stringList(event.call.args.at(-1))).toEqual(texts);
    expect(event.call).toMatchObject({ pid, errno: 'EPERM' });
  }));
});

test('no line makes the reader throw', () => {
  const shards = fc.array(fc.constantFrom('412 ', 'mount(', '"', '\\', ')', ' = ', '-1', ' EINVAL', '<... ', 'mount', ' resumed>', ' <unfinished ...>', '+++', '---', 'SIGSTOP', '{', '[', '3<', '>', '/*', '*/', ','), { maxLength: 15 });
  fc.assert(fc.property(fc.array(fc.oneof(shards.map((parts) => parts.join('')), fc.string())), (lines) => {
    const reader = new TraceReader();
    for (const line of lines) reader.read(line);
  }));
  expect(splitArguments('("', 1)).toBeUndefined();
});

test('a call made for a test is the one that was meant', () => {
  expect(call('chroot("/x") = 0')).toEqual({ pid: 412, name: 'chroot', args: ['"/x"'], result: 0 });
});
