/** ProcessView against real processes in namespaces of their own. */
import fs from 'node:fs';
import os from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { GoneError, SystemCallError } from '../../sandbox/observe/errors.ts';
import { view } from '../../sandbox/observe/live.ts';
import { namespaceKinds } from '../../sandbox/observe/process.ts';
import type { ProcessView } from '../../sandbox/observe/process.ts';
import { Reader } from '../../sandbox/observe/read/reader.ts';
import { Child, self, until } from './children.ts';

const contained = ['unshare', '-Urpfmuin', '--mount-proc', 'env', 'COLOUR=blue', 'TWICE=a=b', 'sleep', '1000.5'];

describe('a process in namespaces of its own', () => {
  let child: Child;
  let command: ProcessView;
  beforeAll(async () => {
    child = new Child(contained);
    command = await child.running(['sleep', '1000.5']);
  });
  afterAll(async () => {
    await child.kill();
  });

  test('what it runs', () => {
    expect(command.argv().value).toEqual(['sleep', '1000.5']);
    expect(command.argv()).toMatchObject({ name: `process ${command.pid}'s argument vector`, evidence: [{ source: `/proc/${command.pid}/cmdline`, lines: ['sleep 1000.5'] }] });
    expect(command.environment().value).toMatchObject({ COLOUR: 'blue', TWICE: 'a=b' });
    expect(command.exe().value).toMatch(/\/(sleep|coreutils|busybox)$/);
    expect(command.cwd().value).toBe(process.cwd());
    expect(command.root().value).toBe('/');
    expect(command.descriptor(2).value).toBe('/dev/null');
    expect(command.descriptor(777)).toMatchObject({ value: null, evidence: [{ lines: ['not open'] }] });
    expect(Object.keys(command.descriptors().value)).toEqual(expect.arrayContaining(['0', '1', '2']));
    expect(command.limits().value['Max open files']?.unit).toBe('files');
  });

  test('who it is', () => {
    expect(command.pids()).toMatchObject({ value: [command.pid, 1], evidence: [{ lines: [`NSpid:\t${command.pid}\t1`] }] });
    expect(command.parent().value).toBe(child.pid);
    expect(command.state().value).toBe('S');
    expect(command.uids().value.real).toBe(process.getuid?.());
    expect(command.capabilities().value.effective).toContain('CAP_SYS_ADMIN');
    expect(command.signals().value.caught).toEqual([]);
    expect(command.noNewPrivileges().value).toBe(fs.readFileSync('/proc/self/status', 'utf8').includes('NoNewPrivs:\t1'));
    expect(command.threads().value).toEqual([command.pid]);
    expect(command.sessions().value).toHaveLength(2);
    expect(command.terminal().value).toSatisfy((device: string | null) => device === null || /^\d+:\d+$/.test(device));
  });

  test('its namespaces', () => {
    for (const kind of ['user', 'pid', 'mnt', 'uts', 'ipc', 'net'] as const) {
      expect(command.namespace(kind).value).not.toBe(self().namespace(kind).value);
      expect(command.threadNamespaces(kind).value).toEqual([command.namespace(kind).value]);
    }
    expect(command.namespace('cgroup').value).toBe(self().namespace('cgroup').value);
    expect(command.namespaceForChildren().value).toBe(command.namespace('pid').value);
    expect(command.uidMap().value).toEqual([{ inside: 0, outside: process.getuid?.(), length: 1 }]);
    expect(command.setgroups().value).toBe('deny');
    expect(command.namespaceOwner('uts').value).toBe(command.namespace('user').value);
  });

  test('its mounts', () => {
    const all = command.mounts();
    expect(all.evidence[0]?.lines).toHaveLength(all.value.length);
    const proc = command.mountAt('/proc');
    expect(proc.value?.type).toBe('proc');
    expect(proc.evidence).toEqual([{ source: `/proc/${command.pid}/mountinfo`, lines: [proc.value?.line] }]);
    expect(proc.value?.device).not.toBe(self().mountAt('/proc').value?.device);
    expect(command.mountAt('/proc/1').value).toBeNull();
    expect(command.mountOf('/proc/1/status').value?.id).toBe(proc.value?.id);
    expect(command.propagation('/proc/1').value).toBe('private');
  });

  test('its files, through its own mounts', () => {
    // The link of its process 1: a text for the judge, never followed.
    expect(command.file('/proc/1/ns/pid').value).toMatchObject({ kind: 'link', target: `pid:[${command.namespace('pid').value}]` });
    expect(command.text('/proc/1/comm').value).toBe('sleep\n');
    expect(command.list('/proc/1/ns').value).toContain('uts');
    expect(command.file('/proc/2').value).toBeNull();
  });

  test('its network, without a process start', () => {
    expect(Object.keys(command.interfaces().value)).toEqual(['lo']);
    expect(command.interfaces().value['lo']?.receivedPackets).toBe(0);
    expect(command.kernelRoutes().value).toEqual([]);
  });

  test('its family', async () => {
    const above = view(child.pid, 'unshare');
    expect(above.children().map((process) => process.pid)).toEqual([command.pid]);
    expect(above.namespaceForChildren().value).toBe(command.namespace('pid').value);
    expect(above.namespace('pid').value).toBe(self().namespace('pid').value);
    expect(above.argv().name).toBe("unshare's argument vector");
    expect(command.companions().map((process) => process.pid)).toEqual([command.pid]);
    expect(above.companions().map((process) => process.pid)).toContain(process.pid);
    expect(above.companions().map((process) => process.pid)).not.toContain(command.pid);
  });
});

test('an unshared pid namespace without a process yet has no link, and that is no error', async () => {
  await using child = new Child(['unshare', '-Urp', 'sleep', '1001.5']);
  const command = await child.running(['sleep', '1001.5']);
  expect(command.namespaceForChildren()).toMatchObject({ value: null, evidence: [{ lines: [expect.stringContaining('ENOENT')] }] });
});

test('threads in other namespaces than the main thread are seen one by one', async () => {
  const script = `
    const { Worker } = require('node:worker_threads');
    new Worker(\`
      const { open, load, DataType } = require(process.env.FFI);
      open({ library: 'c', path: 'libc.so.6' });
      load({ library: 'c', funcName: 'unshare', retType: DataType.I32, paramsType: [DataType.I32], paramsValue: [0x04000000] });
      console.log('done');
      setInterval(() => {}, 1000);
    \`, { eval: true });`;
  await using child = new Child(['unshare', '-Ur', process.execPath, '-e', script], { FFI: new URL('../../node_modules/ffi-rs/index.js', import.meta.url).pathname });
  expect(await child.says()).toBe('done');
  const node = view(child.pid);
  const uts = node.threadNamespaces('uts');
  expect(uts.value[0]).toBe(node.namespace('uts').value);
  expect(new Set(uts.value).size).toBe(2);
  expect(uts.evidence[0]?.lines).toHaveLength(node.threads().value.length);
  expect(new Set(node.threadNamespaces('mnt').value).size).toBe(1);
});

describe('a process that goes away', () => {
  /** Everything a view can read, by name. */
  const readings = ['argv', 'environment', 'exe', 'cwd', 'root', 'descriptors', 'limits', 'pids', 'parent', 'state', 'uids', 'signals', 'status', 'threads', 'terminal',
    'uidMap', 'setgroups', 'mounts', 'cgroup', 'interfaces', 'namespaceForChildren', 'startTime', 'capabilities', 'hostname'] as const;

  test('is a GoneError, whatever one asks', async () => {
    await using child = new Child(['sleep', '1002.5']);
    const command = await child.running(['sleep', '1002.5']);
    await child.kill();
    for (const reading of readings) expect(() => command[reading](), reading).toThrow(GoneError);
    for (const kind of namespaceKinds) expect(() => command.namespace(kind)).toThrow(GoneError);
    for (const kind of namespaceKinds) expect(() => command.threadNamespaces(kind)).toThrow(GoneError);
    expect(() => command.file('/etc')).toThrow(GoneError);
    expect(() => command.children()).toThrow(GoneError);
    expect(() => command.descriptor(0)).toThrow(`process ${command.pid} is gone: /proc/${command.pid}/`);
    expect(command.alive()).toBe(false);
    expect(() => view(command.pid)).toThrow(GoneError);
  });

  test('and stays a zombie has a status, and no longer what only the living have', async () => {
    // The shell's child ends; the sleep that the shell has become never asks for it.
    await using child = new Child(['sh', '-c', 'sleep 0.1 & exec sleep 1003.5']);
    const parent = await child.running(['sleep', '1003.5']);
    const zombie = await until(() => parent.children().find((process) => process.state().value === 'Z'));
    expect(zombie.alive()).toBe(false);
    expect(zombie.pids().value).toEqual([zombie.pid]);
    for (const reading of ['argv', 'environment', 'exe', 'cwd', 'root', 'mounts', 'interfaces'] as const) expect(() => zombie[reading](), reading).toThrow(GoneError);
    expect(() => zombie.namespace('uts')).toThrow(GoneError);
    expect(parent.companions().map((process) => process.pid)).toContain(zombie.pid);
  });
});

test('another process that got the same pid meanwhile is not mistaken for it', () => {
  const reader = new Reader(process.pid, 'it');
  expect(reader.text('comm')).not.toBe('');
  // As if the one that was looked at first had begun at another time.
  const earlier = Object.assign(reader, { startTime: reader.startTime - 1 });
  expect(() => earlier.text('comm')).toThrow(GoneError);
  expect(() => earlier.linkIfAny('fd/0')).toThrow(GoneError);
  // Of many readings the last one tells.
  let readings = 0;
  expect(() => earlier.together(() => {
    earlier.text('comm');
    readings += 1;
  })).toThrow(GoneError);
  expect(readings).toBe(1);
  expect(() => earlier.text('comm')).toThrow(GoneError);
});

test('what this kernel or process does not have is no GoneError', () => {
  expect(() => self().namespace('nonsense' as 'uts')).toThrow(SystemCallError);
  expect(() => self().namespace('nonsense' as 'uts')).toThrow(`readlink(/proc/${process.pid}/ns/nonsense): ENOENT`);
});

test('the judge\'s own host name takes no detour', () => {
  expect(self().hostname().value).toBe(os.hostname());
});
