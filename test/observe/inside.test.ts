/** Files in a tree that is not to be trusted: a process that has changed its root into a folder full of traps. */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bytesInside, describeFile, deviceNumber, fileInside, namesInside, textInside } from '../../sandbox/observe/inside.ts';
import { Child } from './children.ts';

const CHROOTED = `
  const { open, load, DataType } = require(process.env.FFI);
  open({ library: 'c', path: 'libc.so.6' });
  const call = (name, path) => load({ library: 'c', funcName: name, retType: DataType.I32, paramsType: [DataType.String], paramsValue: [path] });
  process.chdir(process.env.CWD);
  console.log(call('chroot', process.env.ROOT));
  setInterval(() => {}, 1000);`;

let folder: string;
let root: string;
let child: Child;
let pid: number;

beforeAll(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'drydock-inside-'));
  root = path.join(folder, 'root');
  fs.mkdirSync(path.join(root, 'etc/deep/er'), { recursive: true });
  fs.mkdirSync(path.join(root, 'many'));
  fs.writeFileSync(path.join(root, 'etc/motd'), 'hello\nworld\n');
  fs.writeFileSync(path.join(folder, 'secret'), 'outside\n');
  fs.writeFileSync(path.join(root, 'secret'), 'inside\n');
  const link = (target: string, name: string): void => fs.symlinkSync(target, path.join(root, name));
  link('/secret', 'absolute');
  link('../../../../secret', 'climbing');
  link('etc/deep/../motd', 'winding');
  link('loop', 'loop');
  link('absolute', 'chain');
  link('/etc', 'dir');
  link('nowhere', 'dangling');
  link('/proc/self/environ', 'magic');
  for (let at = 0; at < 5; at += 1) fs.writeFileSync(path.join(root, 'many', `f${4 - at}`), '');
  execFileSync('mkfifo', [path.join(root, 'fifo')]);
  fs.writeFileSync(path.join(root, 'sparse'), '');
  fs.truncateSync(path.join(root, 'sparse'), 2 ** 40);
  child = new Child(['unshare', '-Ur', process.execPath, '-e', CHROOTED], {
    ROOT: root, CWD: path.join(root, 'etc/deep'), FFI: new URL('../../node_modules/ffi-rs/index.js', import.meta.url).pathname,
  });
  if ((await child.says()) !== '0') throw new Error('chroot failed');
  pid = child.pid;
});

afterAll(async () => {
  await child?.[Symbol.asyncDispose]();
  fs.rmSync(folder, { recursive: true, force: true });
});

describe('paths', () => {
  test.each([
    ['/etc/motd', 'hello\nworld\n'], ['etc/motd', null], ['er/../../motd', 'hello\nworld\n'], ['../motd', 'hello\nworld\n'],
    ['/absolute', 'inside\n'], ['/climbing', 'inside\n'], ['/chain', 'inside\n'], ['/winding', 'hello\nworld\n'], ['/dir/motd', 'hello\nworld\n'],
    ['/../../secret', 'inside\n'], ['../../../../../secret', 'inside\n'], ['/./etc/./motd', 'hello\nworld\n'], ['/dir/deep/../motd', 'hello\nworld\n'],
    ['/loop', null], ['/dangling', null], ['/magic', null], ['/etc', null], ['/etc/motd/x', null], ['/etc/motd/..', null], [`/${'x'.repeat(300)}`, null],
  ])('%s holds %j', (file, content) => {
    expect(textInside(pid, file, 1000)).toBe(content);
  });

  test('a link is itself unless it is followed', () => {
    expect(fileInside(pid, '/absolute')).toMatchObject({ kind: 'link', target: '/secret' });
    expect(fileInside(pid, '/absolute', { follow: true })).toMatchObject({ kind: 'file', size: 7, path: path.join(root, 'secret') });
    expect(fileInside(pid, '/loop', { follow: true })).toBeNull();
    expect(fileInside(pid, '/dangling')).toMatchObject({ kind: 'link', target: 'nowhere' });
  });

  test('the root is its own parent', () => {
    const top = fileInside(pid, '/');
    expect(top).toMatchObject({ kind: 'directory', inode: fs.statSync(root).ino });
    for (const up of ['/..', '/../..', '../../..', '/etc/../..']) expect(fileInside(pid, up)?.inode, up).toBe(top?.inode);
  });
});

test('nothing that could block or be endless is opened', () => {
  expect(textInside(pid, '/fifo', 10)).toBeNull();
  expect(fileInside(pid, '/fifo')?.kind).toBe('fifo');
  expect(bytesInside(pid, '/sparse', 64)).toEqual(Buffer.alloc(64));
});

test('names are sorted, and only directories have them', () => {
  expect(namesInside(pid, '/many')).toEqual(['f0', 'f1', 'f2', 'f3', 'f4']);
  expect(namesInside(pid, '/dir')).toEqual(['deep', 'motd']);
  expect(namesInside(pid, '/etc/motd')).toBeNull();
  expect(namesInside(pid, '/none')).toBeNull();
});

test('no descriptor stays open', () => {
  const open = (): number => fs.readdirSync('/proc/self/fd').length;
  const before = open();
  for (let round = 0; round < 20; round += 1) {
    for (const file of ['/chain', '/loop', '/none/x', '/../x', '../..', '/etc/motd/x']) fileInside(pid, file, { follow: true });
    textInside(pid, '/absolute', 10);
    namesInside(pid, '/etc');
  }
  expect(open()).toBe(before);
});

test('devices are told by their numbers', () => {
  expect(fileInside(process.pid, '/dev/null')).toMatchObject({ kind: 'character', node: '1:3' });
  expect(describeFile(fileInside(process.pid, '/dev/null'))).toMatch(/^character device 1:3, mode 666, owner \d+:\d+$/);
  expect(describeFile(null)).toBe('nothing there');
});

// As makedev(3) packs them: twelve and twenty bits wide parts, and beyond.
test.each([[0x103, '1:3'], [0x10010301, '259:65537'], [0x12000 * 2 ** 32 + 0x34502, '74565:2']])('%i is packed from %s', (packed, device) => {
  expect(deviceNumber(packed)).toBe(device);
});

test('the mount that a file lies on is the one that mountinfo lists', () => {
  const id = fileInside(process.pid, '/proc/version')?.mount;
  expect(fs.readFileSync('/proc/self/mountinfo', 'utf8')).toMatch(new RegExp(`^${id} \\d+ \\S+ / /proc `, 'm'));
});
