import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { cgroupView } from '../../sandbox/observe/cgroup.ts';
import { cgroupsAbove, cgroupTree, flattenCgroups, unifiedMount } from '../../sandbox/observe/cgrouptree.ts';
import { ParseError } from '../../sandbox/observe/errors.ts';
import { parseMountinfo } from '../../sandbox/observe/mountinfo.ts';
import { allProcesses } from '../../sandbox/observe/procfile.ts';
import { findByArgv, flatten, pidsOf, processesOf, tree } from '../../sandbox/observe/scan.ts';
import { Child, until } from './children.ts';

describe('processes', () => {
  test('are found by their exact arguments, and not by anything near them', async () => {
    await using child = new Child(['sh', '-c', 'sleep 1004.5 & sleep 1004.55 & wait']);
    const pids = (): number[] => flatten(tree(child.pid)).map((process) => process.pid);
    const found = await child.running(['sleep', '1004.5']);
    expect(found.argv().value).toEqual(['sleep', '1004.5']);
    expect(findByArgv(['sleep'], pids())).toBeUndefined();
    expect(findByArgv(['sleep', '1004.5', ''], pids())).toBeUndefined();
    expect(findByArgv(['sleep 1004.5'], pids())).toBeUndefined();
    expect(findByArgv(['sleep', '1004.5'], [])).toBeUndefined();
    expect(findByArgv(['sleep', '1004.5'], [process.pid, 2 ** 22 + 1])).toBeUndefined();
  });

  test('of several with the same arguments the one on top is meant', async () => {
    // A subshell is a copy of the shell, arguments and all.
    const argv = ['sh', '-c', '(sleep 1005.5; :) & wait', 'same'];
    await using child = new Child(argv);
    await child.running(['sleep', '1005.5']);
    const pids = flatten(tree(child.pid)).map((process) => process.pid);
    expect(pids).toHaveLength(3);
    expect(findByArgv(argv, pids.toReversed())?.pid).toBe(child.pid);
  });

  test('form a tree', async () => {
    await using child = new Child(['sh', '-c', 'sh -c "sleep 1006.5; :" & wait']);
    await child.running(['sleep', '1006.5']);
    const top = tree(child.pid);
    expect(top.children[0]?.children[0]?.process.argv().value).toEqual(['sleep', '1006.5']);
    expect(flatten(top).map((process) => process.pid)[0]).toBe(child.pid);
    expect(allProcesses().map(({ pid }) => pid)).toEqual(expect.arrayContaining([process.pid, child.pid]));
  });
});

/** A folder that looks like a cgroup: the readers only read files. */
function pretend(files: Record<string, string>): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'drydock-cgroup-'));
  for (const [name, content] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    fs.writeFileSync(path.join(folder, name), content);
  }
  return folder;
}

describe('a cgroup', () => {
  test('is read file by file; what is not there is null, and says so', () => {
    const directory = pretend({
      'cgroup.procs': '412\n413\n', 'cgroup.controllers': 'memory pids\n', 'cgroup.subtree_control': '\n', 'cgroup.events': 'populated 1\nfrozen 0\n',
      'memory.max': '67108864\n', 'memory.swap.max': '0\n', 'memory.events': 'low 0\nmax 3\noom_kill 1\n', 'pids.max': 'max\n', 'cgroup.freeze': '0\n',
      'cpu.max': 'max 100000\n', 'cpu.stat': 'usage_usec 5\nnr_throttled 2\n', 'pids.current': '2\n', 'cgroup.type': 'domain\n',
    });
    const cgroup = cgroupView(directory, 'the wall');
    expect(cgroup.exists()).toBe(true);
    expect(cgroup.processes().value).toEqual([412, 413]);
    expect(cgroup.controllers().value).toEqual(['memory', 'pids']);
    expect(cgroup.subtreeControl().value).toEqual([]);
    expect(cgroup.memoryMax()).toMatchObject({ name: 'memory.max of the wall', value: 67108864, evidence: [{ source: `${directory}/memory.max`, lines: ['67108864'] }] });
    expect(cgroup.swapMax().value).toBe(0);
    expect(cgroup.memoryEvents().value).toMatchObject({ oom_kill: 1 });
    expect(cgroup.pidsMax().value).toBe('max');
    expect(cgroup.cpuMax().value).toEqual({ quota: 'max', period: 100000 });
    expect(cgroup.cpuStat().value?.['nr_throttled']).toBe(2);
    expect(cgroup.freeze().value).toBe(false);
    expect(cgroup.type().value).toBe('domain');
    expect(cgroup.memoryCurrent()).toMatchObject({ value: null, evidence: [{ lines: ['ENOENT: not there'] }] });
    expect(cgroup.owner().value).toBe(process.getuid?.());
    fs.rmSync(directory, { recursive: true });
    expect(cgroup.exists()).toBe(false);
    expect([cgroup.processes().value, cgroup.owner().value, cgroup.children()]).toEqual([null, null, []]);
    expect(processesOf(directory)).toEqual([]);
    expect(cgroupTree(directory)).toBeUndefined();
  });

  test('that answers nonsense is a ParseError with the file\'s name', () => {
    const directory = pretend({ 'memory.max': 'plenty\n', 'cgroup.procs': '' });
    expect(() => cgroupView(directory).memoryMax()).toThrow(ParseError);
    expect(() => cgroupView(directory).memoryMax()).toThrow(`${directory}/memory.max: `);
    fs.rmSync(directory, { recursive: true });
  });

  test('has its processes and those below it', () => {
    const directory = pretend({ 'cgroup.procs': `${process.pid}\n0\n`, 'a/cgroup.procs': '2\n', 'a/b/cgroup.procs': '3\n' });
    expect(pidsOf(directory)).toEqual([process.pid, 2, 3]);
    expect(pidsOf(directory, false)).toEqual([process.pid]);
    expect(processesOf(directory, { deep: false }).map((it) => it.pid)).toEqual([process.pid]);
    fs.rmSync(directory, { recursive: true });
  });

  test('and those below it are one value', () => {
    const directory = pretend({ 'cgroup.procs': '', 'b/cgroup.procs': '5\n', 'b/memory.max': '4096\n', 'a/cgroup.procs': '', 'a/c/cgroup.procs': '', 'a/c/cgroup.events': 'populated 0\nfrozen 1\n', 'plain/file': '' });
    const top = cgroupTree(directory);
    expect(top && flattenCgroups(top).map(({ name, processes, memoryMax, frozen }) => [name, processes, memoryMax, frozen]).slice(1)).toEqual([
      ['a', [], null, false], ['c', [], null, true], ['b', [5], 4096, false],
    ]);
    expect(cgroupTree(directory, 0)?.children).toEqual([]);
    fs.rmSync(directory, { recursive: true });
  });

  test('lies below others', () => {
    const above = (path: string): string[] => cgroupsAbove(path, '/sys/fs/cgroup/w/home', '/sys/fs/cgroup').map(({ directory }) => directory);
    expect(above('/w/home/box/a')).toEqual(['/sys/fs/cgroup/w/home/box/a', '/sys/fs/cgroup/w/home/box']);
    expect(above('/w/home')).toEqual([]);
    expect(above('/w/homely/box')).toEqual([]);
    expect(above('/')).toEqual([]);
  });

  test('hierarchy is found among mixed mounts', () => {
    const mounts = parseMountinfo('31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw\n32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n');
    expect(unifiedMount(mounts)?.mountPoint).toBe('/sys/fs/cgroup/unified');
    expect(unifiedMount([])).toBeUndefined();
  });
});

test('the helper that waits gives up in words', async () => {
  await expect(until(() => 5)).resolves.toBe(5);
});
