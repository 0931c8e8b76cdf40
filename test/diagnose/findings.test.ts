/** Which failed call of a trace mattered. */
import { expect, test } from 'vitest';
import { findings, isQuestionable } from '../../sandbox/diagnose/autopsy.ts';
import type { Seen } from '../../sandbox/diagnose/autopsy.ts';
import { readTrace } from '../../sandbox/diagnose/strace.ts';
import { call, facts } from './facts.ts';

const argv = ['node', '/work/box/box.ts', 'run', '--', 'true'];
const start = '412 execve("/usr/local/bin/node", ["node", "/work/box/box.ts", "run", "--", "true"], 0x1 /* 2 vars */) = 0';

/** Calls of a trace, the questionable ones with (empty) facts. */
const seen = (...lines: readonly string[]): Seen[] => readTrace(lines.join('\n')).flatMap((event) => (
  event.kind === 'call' ? [isQuestionable(event.call) ? { call: event.call, facts: { paths: {} } } : { call: event.call }] : []
));

const order = (...lines: readonly string[]): string[] => findings(seen(...lines), argv).map(({ name, errno }) => `${name} ${errno}`);

test('the first failure after the last step that went well comes first, clean-up after it', () => {
  expect(order(
    start,
    '412 unshare(CLONE_NEWNS) = 0',
    '412 sethostname("x", 1) = -1 EPERM (Operation not permitted)',
    '412 mount("none", "/", NULL, MS_REC|MS_PRIVATE, NULL) = 0',
    '412 pivot_root("/a", "/b") = -1 EINVAL (Invalid argument)',
    '412 umount2("/a", 0) = -1 EINVAL (Invalid argument)',
  )).toEqual(['pivot_root EINVAL', 'sethostname EPERM', 'umount2 EINVAL']);
});

test('a failure that was ignored is all there is to tell', () => {
  expect(order(start, '412 unshare(CLONE_NEWUSER) = -1 EINVAL (Invalid argument)', '412 mount("none", "/", NULL, MS_PRIVATE, NULL) = 0')).toEqual(['unshare EINVAL']);
});

test('a program that is found further down PATH was never missing', () => {
  const miss = (pid: number, folder: string): string => `${pid} execve("${folder}/true", ["true"], 0x1 /* 2 vars */) = -1 ENOENT (No such file or directory)`;
  expect(order(start, miss(413, '/a'), miss(413, '/b'), '413 execve("/bin/true", ["true"], 0x1 /* 2 vars */) = 0')).toEqual([]);
  expect(findings(seen(start, miss(413, '/a'), miss(413, '/b')), argv).map(({ call: text }) => text)).toEqual(['execve("/b/true", ["true"], …)']);
});

test('what came before box itself is not its own', () => {
  const gate = '412 execve("/usr/bin/env", ["env"], 0x1 /* 2 vars */) = -1 EACCES (Permission denied)';
  expect(order(gate, '412 unshare(CLONE_NEWNS) = -1 EPERM (Operation not permitted)', start)).toEqual([]);
  expect(order('412 unshare(CLONE_NEWNS) = -1 EPERM (Operation not permitted)')).toEqual(['unshare EPERM']);
});

test('directories are of interest only where they are cgroups, wherever one stands', () => {
  const made = (path: string, cwd: string): Seen => ({ call: call(`rmdir("${path}") = -1 EBUSY (x)`), facts: facts({ cwd }) });
  expect(findings([made('/tmp/x', '/')], argv)).toEqual([]);
  expect(findings([made('x', '/tmp')], argv)).toEqual([]);
  expect(findings([made('x', '/sys/fs/cgroup/box')], argv).map((one) => one.name)).toEqual(['rmdir']);
});

test('nothing failed, nothing is told', () => {
  expect(order(start, '412 unshare(CLONE_NEWNS) = 0')).toEqual([]);
  expect(findings([], argv)).toEqual([]);
});

test.each([
  ['mount("a", "/b", "tmpfs", 0, NULL) = -1 EPERM (x)', true],
  ['mount("a", "/b", "tmpfs", 0, NULL) = 0', false],
  ['openat(AT_FDCWD</>, "/etc/ld.so.preload", O_RDONLY) = -1 ENOENT (x)', false],
  ['openat(AT_FDCWD</>, "/sys/fs/cgroup/x/memory.max", O_WRONLY) = -1 ENOENT (x)', true],
  ['mkdir("/sys/fs/cgroup/x", 0777) = -1 EEXIST (x)', false],
  ['openat(AT_FDCWD</>, "/sys/fs/cgroup/x/memory.max", O_RDONLY) = -1 ENOENT (x)', false],
  ['write(1<pipe:[7]>, "x", 1) = -1 EPIPE (x)', false],
  ['write(5</proc/412/uid_map>, "x", 1) = -1 EINVAL (x)', true],
  ['prctl(1, 2) = -1 EINVAL (x)', false],
  ['vfork() = ? ERESTARTNOINTR (x)', false],
  ['openat(AT_FDCWD, "/proc/412/ns/net", O_RDONLY|O_CLOEXEC) = -1 ENOENT (No such file or directory)', true],
  ['openat(AT_FDCWD, "/proc/412/status", O_RDONLY|O_CLOEXEC) = -1 ENOENT (No such file or directory)', false],
])('%s is questionable: %s', (line, questionable) => {
  expect(isQuestionable(call(line))).toBe(questionable);
});
