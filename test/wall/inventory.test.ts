import { expect, test } from 'vitest';
import { parseMountinfo } from '../../sandbox/observe/mountinfo.ts';
import { compareInventories } from '../../sandbox/wall/inventory.ts';
import type { Inventory } from '../../sandbox/wall/inventory.ts';

const place = { holder: 100, home: '/sys/fs/cgroup/drydock/w/home' };
const root = '1 0 8:0 / / rw - ext4 /dev/root rw';

function inventory(more: Partial<Inventory> = {}): Inventory {
  return { processes: [], mounts: parseMountinfo(root), cgroups: [], links: [{ name: 'lo', bridge: false, line: 'lo: 0' }], files: [], ...more };
}

function cgroups(...paths: string[]): Inventory['cgroups'] {
  return paths.map((path) => ({ path: place.home + path.replace('!', ''), populated: path.endsWith('!') }));
}

/** What is named, as `kind lesson what`. */
function left(now: Partial<Inventory>, before: Partial<Inventory> = {}): string[] {
  return compareInventories(place, inventory(before), inventory(now)).map(({ kind, lesson, what }) => `${kind} ${lesson} ${what}`);
}

test('nothing new is nothing left', () => {
  expect(left({})).toEqual([]);
});

test('a process: in the wall’s own pid namespace, and in one of its own', () => {
  const process = { pid: 7, argv: 'sleep 9', depth: 2, lines: ['NSpid:\t7\t3'] };
  expect(left({ processes: [process] })).toEqual(['process 03-pid sleep 9']);
  expect(left({ processes: [{ ...process, depth: 3 }] })).toEqual(['process 11-init sleep 9']);
  expect(left({ processes: [process] }, { processes: [process] })).toEqual([]);
});

test('a mount is known by its id: one in the place of another is new', () => {
  const line = '9 1 0:5 / /mnt rw shared:2 - tmpfs leak rw';
  const mounts = parseMountinfo(`${root}\n${line}`);
  const [leftover] = compareInventories(place, inventory(), inventory({ mounts }));
  expect(leftover).toEqual({ kind: 'mount', lesson: '04-mounts', what: 'tmpfs on /mnt', evidence: { source: '/proc/100/mountinfo', lines: [line] } });
  expect(left({ mounts: parseMountinfo(`${root}\n${line.replace('9 ', '10 ')}`) }, { mounts })).toEqual(['mount 04-mounts tmpfs on /mnt']);
});

test.each([
  ['one parent', ['/box'], []],
  ['one parent, and a leaf for box', ['/box', '/box/self'], []],
  ['a second leaf', ['/box', '/box/self', '/box/c1'], ['/box/c1']],
  ['a second parent', ['/box', '/other'], ['/other']],
  ['deeper ones', ['/box', '/box/self', '/box/self/x'], ['/box/self/x']],
  ['one with processes', ['/box!'], ['/box']],
  ['a parent whose name begins like another’s', ['/box', '/box2/x', '/box2'], ['/box2/x', '/box2']],
])('cgroups: %s', (_, now, expected) => {
  expect(left({ cgroups: cgroups(...now) })).toEqual(expected.map((path) => `cgroup 08-cgroups ${path}`));
});

test('links: all but one bridge', () => {
  const link = (name: string, bridge = false) => ({ name, bridge, line: `${name}: 0` });
  expect(left({ links: [link('lo'), link('br0', true), link('veth1'), link('br1', true)] })).toEqual(['link 09-networks veth1', 'link 09-networks br1']);
});

test('a thousand leftovers are counted, not listed', () => {
  const processes = Array.from({ length: 1000 }, (_, pid) => ({ pid, argv: 'bomb', depth: 2, lines: [] }));
  const named = left({ processes });
  expect(named).toHaveLength(20);
  expect(named.at(-1)).toBe('process 03-pid bomb (and 980 more)');
});
