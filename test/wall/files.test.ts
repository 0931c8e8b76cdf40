import fc from 'fast-check';
import { expect, test } from 'vitest';
import path from 'node:path';
import { partsOf, PathError } from '../../sandbox/wall/files.ts';

test.each(['', '/', '/etc/passwd', '..', '../x', 'a/../b', 'a/..', './a', 'a/.', 'a//b', 'a/', 'a\0b', 'x'.repeat(256)])('%j is refused', (name) => {
  expect(() => partsOf(name)).toThrow(PathError);
});

test.each([['box.ts', ['box.ts']], ['lib/a b.ts', ['lib', 'a b.ts']], ['...', ['...']], ['ä/ü', ['ä', 'ü']], ['a\\..\\b', ['a\\..\\b']]])('%j is %j', (name, parts) => {
  expect(partsOf(name)).toEqual(parts);
});

test('whatever is let through stays inside, and is the path it was', () => {
  fc.assert(fc.property(fc.string({ unit: fc.constantFrom('a', '.', '/', '..', '\0', ' ', 'é') }), (name) => {
    let parts: string[];
    try {
      parts = partsOf(name);
    } catch (error) {
      expect(error).toBeInstanceOf(PathError);
      return;
    }
    expect(path.resolve('/box', ...parts)).toBe(`/box/${name}`);
  }), { numRuns: 2000 });
});
