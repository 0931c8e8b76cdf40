import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ParseError } from '../../sandbox/observe/errors.ts';
import { describePropagation, parseMountinfo } from '../../sandbox/observe/mountinfo.ts';
import type { Mount } from '../../sandbox/observe/mountinfo.ts';

/** What seq_file's mangle does to white space and backslashes. */
const escape = (text: string, characters = ' \t\n\\'): string => (
  [...text].map((char) => (characters.includes(char) ? `\\${char.charCodeAt(0).toString(8).padStart(3, '0')}` : char)).join('')
);

const one = (line: string): Mount => parseMountinfo(`${line}\n`, '/proc/1/mountinfo')[0] as Mount;

describe('a line', () => {
  test('is read as proc(5) describes it', () => {
    expect(one('36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue')).toMatchObject({
      id: 36, parent: 35, device: '98:0', root: '/mnt1', mountPoint: '/mnt2', options: ['rw', 'noatime'],
      propagation: { kind: 'slave', master: 1 }, type: 'ext3', source: '/dev/root', superOptions: ['rw', 'errors=continue'],
    });
  });

  test.each([
    ['', 'private', 'private'],
    ['shared:7 ', 'shared', 'shared:7'],
    ['master:3 ', 'slave', 'master:3'],
    ['shared:7 master:3 ', 'shared-slave', 'shared:7 master:3'],
    ['master:3 propagate_from:2 ', 'slave', 'master:3 propagate_from:2'],
    ['unbindable ', 'unbindable', 'unbindable'],
    ['from_the_future:9 shared:7 ', 'shared', 'shared:7'],
  ])('with the optional fields %j is %s', (fields, kind, words) => {
    const { propagation } = one(`36 35 0:5 / / rw ${fields}- tmpfs none rw`);
    expect(propagation.kind).toBe(kind);
    expect(describePropagation(propagation)).toBe(words);
  });

  test('may have an empty source, which leaves two spaces', () => {
    expect(one('36 35 0:5 / /x rw - tmpfs  rw,size=4k')).toMatchObject({ type: 'tmpfs', source: '', superOptions: ['rw', 'size=4k'] });
  });

  test('keeps a comma that belongs to an option', () => {
    const options = 'rw,lowerdir=/a\\054b:/c\\134:d,upperdir=/u';
    expect(one(`36 35 0:5 / /x rw - overlay overlay ${options}`).superOptions).toEqual(['rw', 'lowerdir=/a,b:/c\\:d', 'upperdir=/u']);
  });

  test('of a bound namespace file has a root that is no path', () => {
    expect(one('36 35 0:4 mnt:[4026532200] /run/ns rw - nsfs nsfs rw').root).toBe('mnt:[4026532200]');
  });

  test('keeps its own text for evidence', () => {
    const line = '36 35 0:5 / /a\\040b rw - tmpfs none rw';
    expect(one(line)).toMatchObject({ line, mountPoint: '/a b' });
  });

  test.each([
    'nonsense', '36 35 0:5 / / rw', '36 35 0:5 / / rw shared:1 tmpfs none rw', 'x 35 0:5 / / rw - tmpfs none rw',
    '36 35 05 / / rw - tmpfs none rw', '36 35 0:5 / / rw - tmpfs', '36 35 0:5 / / rw shared:x - tmpfs none rw', '',
  ])('that is %j is refused by name', (line) => {
    const read = (): unknown => parseMountinfo(`1 1 0:1 / / rw - rootfs rootfs rw\n${line}\n`, '/proc/7/mountinfo');
    expect(read).toThrow(ParseError);
    expect(read).toThrow(`/proc/7/mountinfo: `);
    expect(read).toThrow(JSON.stringify(line));
  });
});

// What a path, source or option may hold: anything but NUL.
const anything = fc.string({ unit: fc.oneof(fc.constantFrom(' ', '\t', '\n', '\\', '#', '-', ',', ':', '\u2028', 'é', '船', '🚢'), fc.string({ minLength: 1, maxLength: 1 })) })
  .map((text) => text.replaceAll('\0', ''));
const word = fc.stringMatching(/^[a-z][a-z0-9_.]{0,9}$/);
const number = fc.nat(1_000_000);

const mount = fc.record({
  id: number, parent: number, major: fc.nat(4095), minor: fc.nat(1_000_000),
  root: anything.map((text) => `/${text}`), mountPoint: anything.map((text) => `/${text}`),
  options: fc.array(word, { minLength: 1, maxLength: 5 }),
  shared: fc.option(number, { nil: undefined }), master: fc.option(number, { nil: undefined }),
  future: fc.array(fc.tuple(word, number).map(([name, value]) => `x_${name}:${value}`), { maxLength: 2 }),
  type: word, source: anything, superOptions: fc.array(anything, { minLength: 1, maxLength: 4 }),
});

test('whatever the kernel may print comes back as it was', () => {
  fc.assert(fc.property(fc.array(mount, { maxLength: 6 }), (mounts) => {
    const text = mounts.map((m) => [
      m.id, m.parent, `${m.major}:${m.minor}`, escape(m.root), escape(m.mountPoint), m.options.join(','),
      ...(m.shared === undefined ? [] : [`shared:${m.shared}`]), ...(m.master === undefined ? [] : [`master:${m.master}`]), ...m.future,
      '-', m.type, escape(m.source, ' \t\n\\#'), m.superOptions.map((option) => escape(option, ',= \t\n\\')).join(','),
    ].join(' ') + '\n').join('');
    const read = parseMountinfo(text);
    expect(read).toHaveLength(mounts.length);
    read.forEach((parsed, index) => {
      const made = mounts[index] as (typeof mounts)[number];
      expect(parsed).toMatchObject({
        id: made.id, parent: made.parent, device: `${made.major}:${made.minor}`, root: made.root, mountPoint: made.mountPoint,
        options: made.options, type: made.type, source: made.source, superOptions: made.superOptions,
      });
      expect(parsed.propagation.shared).toBe(made.shared);
      expect(parsed.propagation.master).toBe(made.master);
    });
  }));
});
