import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseMountinfo } from '../../sandbox/observe/mountinfo.ts';
import type { Mount } from '../../sandbox/observe/mountinfo.ts';
import { childrenOf, isBelow, isVisible, mountAt, mountOf, mountTrees, parentOf } from '../../sandbox/observe/mounttree.ts';
import type { MountNode } from '../../sandbox/observe/mounttree.ts';

/** `ID PARENT PATH` a line. */
function table(...lines: readonly string[]): Mount[] {
  return parseMountinfo(lines.map((line) => {
    const [id, parent, point] = line.split(' ');
    return `${id} ${parent} 0:${id} / ${point} rw - tmpfs m${id} rw\n`;
  }).join(''));
}

const ordinary = table('20 1 /', '21 20 /proc', '22 20 /dev', '23 22 /dev/pts', '24 20 /mnt');

describe('looking a path up', () => {
  test.each([
    ['/', 20], ['/etc', 20], ['/proc', 21], ['/proc/1/status', 21], ['/process', 20], ['/dev/pts/0', 23], ['/dev/null', 22],
  ])('%s lies on %i', (path, id) => {
    expect(mountOf(ordinary, path)?.id).toBe(id);
  });

  test.each([['/', 20], ['/dev/pts', 23], ['/dev/pt', undefined], ['/etc', undefined]])('at %s is %s', (path, id) => {
    expect(mountAt(ordinary, path)?.id).toBe(id);
  });

  test('of a stack it meets the topmost, whatever the order of the lines', () => {
    expect(mountAt(table('20 1 /', '30 24 /mnt', '24 20 /mnt', '31 30 /mnt'), '/mnt')?.id).toBe(31);
  });

  test('does not meet what a later mount on a directory above hides', () => {
    const mounts = table('20 1 /', '21 20 /a/b', '22 20 /a');
    expect(mountOf(mounts, '/a/b/c')?.id).toBe(22);
    expect(mounts.map((mount) => isVisible(mounts, mount))).toEqual([true, false, true]);
  });

  test('meets the new one where both have a mount at the same place', () => {
    const mounts = table('20 1 /', '21 20 /a/b', '22 20 /a', '23 22 /a/b');
    expect(mountAt(mounts, '/a/b')?.id).toBe(23);
  });

  test('begins below what lies on the root directory: pivot_root(".", ".") before the old root is detached', () => {
    const mounts = table('40 1 /', '20 40 /', '21 20 /proc', '41 40 /tmp');
    expect([mountOf(mounts, '/')?.id, mountOf(mounts, '/tmp')?.id, mountOf(mounts, '/proc')?.id]).toEqual([40, 41, 40]);
  });

  test('knows mounts of a chroot whose own root is not listed', () => {
    const mounts = table('21 20 /proc', '22 20 /dev', '23 22 /dev/pts');
    expect([mountOf(mounts, '/')?.id, mountOf(mounts, '/etc')?.id, mountAt(mounts, '/dev/pts')?.id]).toEqual([undefined, undefined, 23]);
  });
});

test('parents, children and trees', () => {
  const [root, , dev] = ordinary as [Mount, Mount, Mount];
  expect(childrenOf(ordinary, root).map((mount) => mount.mountPoint)).toEqual(['/proc', '/dev', '/mnt']);
  expect(parentOf(ordinary, dev)).toBe(root);
  expect(parentOf(ordinary, root)).toBeUndefined();
  const words = ({ mount, children }: MountNode): string => `${mount.id}(${children.map(words).join(' ')})`;
  expect(mountTrees(ordinary).map(words)).toEqual(['20(21() 22(23()) 24())']);
});

test.each([['/a', '/', true], ['/', '/', true], ['/ab', '/a', false], ['/a/b', '/a', true], ['/a', '/a/b', false]])('%s below %s: %s', (path, directory, below) => {
  expect(isBelow(path, directory)).toBe(below);
});

test('any table, circles of parents too, gives an answer, and one that the path is below', () => {
  const path = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 3 }).map((names) => `/${names.join('/')}`);
  const mounts = fc.array(fc.tuple(fc.nat(8), fc.nat(8), path), { maxLength: 10 }).map((rows) => table(...rows.map((row) => row.join(' '))));
  fc.assert(fc.property(mounts, path, (all, place) => {
    const found = mountOf(all, place);
    if (found !== undefined) expect(isBelow(place, found.mountPoint)).toBe(true);
    const at = mountAt(all, place);
    if (at !== undefined) expect(at.mountPoint).toBe(place);
  }));
});
