import { expect, test } from 'vitest';
import { innerTable } from '../../sandbox/wall/mountTree.ts';

test('the inner table is an fstab(5) for that root', () => {
  const rows = innerTable('/disk/w/root', 4096).trimEnd().split('\n').map((row) => row.split(' '));
  expect(rows.every((row) => row.length === 6)).toBe(true);
  expect(rows.map(([, target, type]) => `${target} ${type}`)).toEqual([
    '/disk/w/root/proc proc', '/disk/w/root/sys sysfs', '/disk/w/root/sys/fs/cgroup cgroup2', '/disk/w/root/dev/pts devpts',
    '/disk/w/root/dev/shm tmpfs', '/disk/w/root/tmp tmpfs', '/disk/w/root/run tmpfs',
  ]);
  expect(rows.filter(([, , type]) => type === 'tmpfs').every(([, , , options]) => options?.includes('size=4096'))).toBe(true);
});

test('white space in a path is escaped', () => {
  expect(innerTable('/my disk/a#b', 1)).toContain('proc /my\\040disk/a\\043b/proc proc ');
});
