/** Containers, told by namespaces alone; the layers of an overlay. Pure. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type NamespaceSet, type Resident, ancestors, differing, findContainers, withDescendants } from '../../sandbox/observe/containers.ts';
import { overlayOf } from '../../sandbox/observe/overlay.ts';

const host: NamespaceSet = { cgroup: 1, ipc: 2, mnt: 3, net: 4, pid: 5, user: 7, uts: 8 };
/** A process that started when its pid says so. */
const resident = (pid: number, parent: number, own: NamespaceSet = {}): Resident => ({ pid, parent, startTime: pid, namespaces: { ...host, ...own } });
const shell = resident(10, 1);
const find = (...residents: Resident[]) => findContainers(host, residents);

test('a process differs where both sides know the kind', () => {
  expect(differing(host, { ...host, uts: 80 })).toEqual(['uts']);
  expect(differing(host, {})).toEqual([]);
  expect(differing({ uts: 8 }, { uts: 8, time: 9 })).toEqual([]);
});

describe('containers', () => {
  test('none where nobody has a namespace of its own', () => {
    expect(find(shell, resident(11, 10), resident(12, 11))).toEqual([]);
  });

  test('a pid namespace with its processes; the runtime, which shares other namespaces with it, is outside', () => {
    const box = resident(11, 10, { uts: 80, ipc: 20 });
    const inside = { uts: 80, ipc: 20, pid: 50, mnt: 30 };
    expect(find(shell, box, resident(12, 11, inside), resident(13, 12, inside))).toEqual([{ id: 'pid:[50]', first: 12, members: [12, 13] }]);
  });

  test('a zombie has no namespaces any more, and belongs to its parent', () => {
    const zombie: Resident = { pid: 14, parent: 12, startTime: 14, namespaces: {} };
    expect(find(shell, resident(12, 10, { pid: 50 }), zombie)).toEqual([{ id: 'pid:[50]', first: 12, members: [12, 14] }]);
  });

  test('whoever joins later is a member, though somebody else’s child', () => {
    const inside = { uts: 80, pid: 50, mnt: 30 };
    const whole = resident(40, 11, inside);
    const half = resident(41, 11, { mnt: 30 });
    expect(find(shell, resident(11, 10), resident(12, 11, inside), whole, half)[0]?.members).toEqual([12, 40, 41]);
  });

  test('without a pid namespace: those that share what is new; the first is whom the maker started', () => {
    expect(find(shell, resident(11, 10, { uts: 80, ipc: 20 }), resident(12, 11, { uts: 80, ipc: 20 }))).toEqual([{ id: 'uts:[80]', first: 12, members: [11, 12] }]);
    expect(find(shell, resident(11, 10, { mnt: 30, uts: 80 }))).toEqual([{ id: 'mnt:[30]', first: 11, members: [11] }]);
  });

  test('two of them, and one inside another', () => {
    const found = find(shell, resident(12, 10, { pid: 50 }), resident(13, 10, { pid: 51 }), resident(14, 12, { pid: 52 }), resident(15, 10, { net: 40 }));
    expect(found.map(({ id }) => id)).toEqual(['pid:[50]', 'pid:[51]', 'pid:[52]', 'net:[40]']);
    expect(found[0]?.members).toEqual([12, 14]);
  });

  test('a shell that moved into a namespace and started two containers is neither', () => {
    const moved = resident(11, 10, { uts: 80 });
    expect(find(shell, moved, resident(12, 11, { uts: 80, pid: 50 }), resident(13, 11, { uts: 80, pid: 51 })).map(({ first }) => first)).toEqual([12, 13]);
  });

  test('whatever runs: every container has its first process, no member is the host’s, each id is there once, and it ends', () => {
    const anyResident = fc.record({
      pid: fc.integer({ min: 2, max: 30 }), parent: fc.integer({ min: 0, max: 30 }), startTime: fc.nat(20),
      namespaces: fc.oneof(fc.constant({}), fc.record({ pid: fc.constantFrom(5, 50, 51), uts: fc.constantFrom(8, 80, 81), mnt: fc.constantFrom(3, 30) })),
    });
    fc.assert(fc.property(fc.uniqueArray(anyResident, { selector: ({ pid }) => pid, maxLength: 20 }), (residents) => {
      const found = findContainers(host, residents);
      expect(new Set(found.map(({ id }) => id)).size).toBe(found.length);
      for (const { first, members } of found) {
        expect(members).toContain(first);
        const one = residents.find(({ pid }) => pid === first);
        expect(differing(host, one?.namespaces ?? {})).not.toEqual([]);
        expect(members).toEqual(withDescendants(new Set(residents.filter(({ pid }) => members.includes(pid))), residents.toSorted((a, b) => a.startTime - b.startTime || a.pid - b.pid)).map(({ pid }) => pid));
      }
      const inOwn = residents.filter(({ namespaces }) => 'pid' in namespaces && namespaces.pid !== 5);
      for (const { pid } of inOwn) expect(found.some(({ members }) => members.includes(pid))).toBe(true);
    }));
  });

  test('ancestors of a circle end', () => {
    const circle = [resident(11, 12), resident(12, 11)];
    expect(ancestors(circle[0]!, new Map(circle.map((one) => [one.pid, one]))).map(({ pid }) => pid)).toEqual([12]);
  });
});

describe('layers', () => {
  const layers = (...superOptions: string[]) => overlayOf({ type: 'overlay', superOptions });

  test('topmost first, upper, work, and all other options', () => {
    expect(layers('rw', 'lowerdir=/top:/base', 'upperdir=/up', 'workdir=/w', 'userxattr')).toEqual({ lower: ['/top', '/base'], upper: '/up', work: '/w', options: ['rw', 'userxattr'] });
    expect(layers('ro', 'lowerdir=/a')).toEqual({ lower: ['/a'], options: ['ro'] });
  });

  test('a colon in a path is escaped, an equals sign is not', () => {
    expect(layers('lowerdir=/a\\:b:/c=d', 'upperdir=/u\\\\p')?.lower).toEqual(['/a:b', '/c=d']);
    expect(layers('upperdir=/u\\\\p')?.upper).toBe('/u\\p');
  });

  test('newer kernels name one layer an option', () => {
    expect(layers('lowerdir+=/a:b', 'lowerdir+=/c')?.lower).toEqual(['/a:b', '/c']);
  });

  test('another type has none; any text is taken', () => {
    expect(overlayOf({ type: 'ext4', superOptions: ['lowerdir=/a'] })).toBeUndefined();
    fc.assert(fc.property(fc.array(fc.string()), (options) => void layers(...options.map((option) => `lowerdir=${option}`))));
  });
});
