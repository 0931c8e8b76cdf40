import { stripTypeScriptTypes } from 'node:module';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { applyTypeEdits, typeEdits } from '../../sandbox/wire/typeEdits.ts';
import type { TypeEdit } from '../../sandbox/wire/typeEdits.ts';

test.each<[string, TypeEdit[]]>([
  ['const a: number = 1;\n', [[7, 1], [9, 6]]],
  ['plain();\n', []],
  ['type A = {\n a: 1 };', [[0, 4], [5, 1], [7, 1], [9, 1], [12, 2], [15, 1], [17, 2]]],
])('%j', (code, edits) => {
  expect(typeEdits(code, stripTypeScriptTypes(code))).toEqual(edits);
});

test.each([
  'const f = (a: string):\n  number => 1;\n', 'let é = "ö" satisfies A;', 'const a = 1 as any\n;[1].x', 'class A<T> implements B { private declare x: T; y!: number }',
])('what Node makes of %j can be made again', (code) => {
  const stripped = stripTypeScriptTypes(code);
  const edits = typeEdits(code, stripped);
  expect(edits && applyTypeEdits(code, edits)).toBe(stripped);
});

test('edits lead from any text to any other of its length', () => {
  const pair = fc.array(fc.tuple(fc.constantFrom('a', ' ', 'é', '\n', '😀'[0] as string), fc.constantFrom('a', ' ', 'b', '\n')));
  fc.assert(fc.property(pair, (letters) => {
    const from = letters.map(([letter]) => letter).join('');
    const to = letters.map(([, letter]) => letter).join('');
    const edits = typeEdits(from, to);
    expect(edits && applyTypeEdits(from, edits)).toBe(to);
  }));
});

test('there are none between texts of different length, and foreign ones do no harm', () => {
  expect(typeEdits('abc', 'ab')).toBeUndefined();
  fc.assert(fc.property(fc.string(), fc.array(fc.tuple(fc.integer({ min: 0 }), fc.oneof(fc.integer(), fc.string()))), (code, edits) => {
    expect(typeof applyTypeEdits(code, edits)).toBe('string');
  }));
});
