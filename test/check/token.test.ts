import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { tokens } from '../../sandbox/check/token.ts';

/** One of everything, in an order that a check might ask for it. */
function draw(seed: string): unknown[] {
  const token = tokens(seed);
  return [token.word(), token.seconds(), token.int(1, 1000), token.word(12), token.pick(['a', 'b', 'c']), token.seconds(), token.word(1)];
}

test('the same seed gives the same values', () => {
  expect(draw('k7fq2m')).toEqual(draw('k7fq2m'));
});

test('the values of a seed never change, or a printed seed could not be replayed', () => {
  expect(draw('k7fq2m')).toEqual(['ffxg5wa3', '86400.790758', 301, 'y4hqh0tj67ju', 'c', '86400.803031', 'e']);
});

test('another seed gives other values', () => {
  expect(draw('k7fq2n')).not.toEqual(draw('k7fq2m'));
});

test('words are fit for host names, and no two are the same', () => {
  const token = tokens('words');
  const words = Array.from({ length: 500 }, () => token.word());
  expect(new Set(words).size).toBe(500);
  for (const word of words) expect(word).toMatch(/^[a-z][a-z0-9]{7}$/);
});

test('seconds are longer than a day, and no two are the same', () => {
  const token = tokens('seconds');
  const all = Array.from({ length: 500 }, () => token.seconds());
  expect(new Set(all).size).toBe(500);
  for (const one of all) expect(one).toMatch(/^86400\.\d{6}$/);
});

test('an integer lies between both ends and reaches them', () => {
  fc.assert(fc.property(fc.string(), fc.integer({ min: -1000, max: 1000 }), fc.nat(5), (seed, low, span) => {
    const token = tokens(seed);
    const seen = new Set(Array.from({ length: 200 }, () => token.int(low, low + span)));
    expect([...seen].sort((a, b) => a - b)).toEqual(Array.from({ length: span + 1 }, (_, at) => low + at));
  }));
});

describe('what cannot be given is refused', () => {
  test.each([
    ['an integer from 3 to 2', () => tokens('x').int(3, 2)],
    ['a word of 0 characters', () => tokens('x').word(0)],
    ['a choice from nothing', () => tokens('x').pick([])],
  ])('%s', (message, call) => {
    expect(call).toThrow(new RangeError(message));
  });

  test('a 27th word of one letter', () => {
    const token = tokens('x');
    for (let count = 0; count < 26; count += 1) token.word(1);
    expect(() => token.word(1)).toThrow(RangeError);
  });
});
