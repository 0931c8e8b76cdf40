import { constants } from 'node:os';
import { expect, test } from 'vitest';
import { errnoMeaning, errnoName, errnoNumber } from '../../sandbox/diagnose/errno.ts';

const known = Object.entries(constants.errno).filter(([name]) => errnoNumber(name) !== undefined);

test('numbers are those of this kernel\'s headers', () => {
  expect(known.length).toBeGreaterThan(70);
  for (const [name, number] of known) expect(errnoNumber(name), name).toBe(number);
});

test('a number leads to its name and back, with either sign', () => {
  for (const [, number] of known) {
    expect(errnoNumber(errnoName(number) ?? '')).toBe(number);
    expect(errnoName(-number)).toBe(errnoName(number));
  }
  expect([errnoName(0), errnoName(99_999), errnoNumber('ENONSENSE'), errnoMeaning('ENONSENSE')]).toEqual([undefined, undefined, undefined, undefined]);
});

test('every name has a meaning that ends a sentence', () => {
  for (const [name] of known) expect(errnoMeaning(name), name).toMatch(/^[a-z].*[^.\s]$/);
  expect(errnoMeaning('EWOULDBLOCK')).toBe(errnoMeaning('EAGAIN'));
});
