/**
 * Random values from a seed. The same seed gives the same values in the same order, on every machine and every version of Node:
 * the bytes are SHA-256 of the seed and a counter, which no learner can guess without the seed.
 */
import { createHash } from 'node:crypto';
import type { Token } from './api.ts';

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
const LETTERS_AND_DIGITS = `${LETTERS}0123456789`;

/** `seconds` are a day and a fraction: longer than any lesson, and the fraction is what tells one from another. */
const DAY = 86_400;

/** Tokens of one run of one lesson. */
export function tokens(seed: string): Token {
  const bytes = byteStream(seed);
  const given = new Set<string>();

  /** A number from 0 up to but not including `end`, each equally likely: values that would favour some are thrown away. */
  const below = (end: number): number => {
    const limit = 2 ** 32 - (2 ** 32 % end);
    for (;;) {
      const value = (bytes() * 2 ** 24) + (bytes() << 16) + (bytes() << 8) + bytes();
      if (value < limit) return value % end;
    }
  };
  /** Repeats until the value is one that this run has not seen. */
  const fresh = (make: () => string): string => {
    for (let tries = 0; tries < 1000; tries += 1) {
      const value = make();
      if (given.has(value)) continue;
      given.add(value);
      return value;
    }
    throw new RangeError('so short a token has run out of values');
  };
  const letter = (alphabet: string): string => alphabet.charAt(below(alphabet.length));

  return {
    word(length = 8) {
      if (!Number.isInteger(length) || length < 1) throw new RangeError(`a word of ${length} characters`);
      return fresh(() => letter(LETTERS) + Array.from({ length: length - 1 }, () => letter(LETTERS_AND_DIGITS)).join(''));
    },
    int(low, high) {
      if (!Number.isInteger(low) || !Number.isInteger(high) || high < low || high - low >= 2 ** 32) {
        throw new RangeError(`an integer from ${low} to ${high}`);
      }
      return low + below(high - low + 1);
    },
    seconds() {
      return fresh(() => `${DAY}.${String(below(1_000_000)).padStart(6, '0')}`);
    },
    pick(values) {
      const index = values.length === 0 ? -1 : below(values.length);
      if (index < 0) throw new RangeError('a choice from nothing');
      return values[index] as (typeof values)[number];
    },
  };
}

function byteStream(seed: string): () => number {
  let block = Buffer.alloc(0);
  let counter = 0;
  let at = 0;
  return () => {
    if (at === block.length) {
      block = createHash('sha256').update(`${seed}\0${counter}`).digest();
      counter += 1;
      at = 0;
    }
    const byte = block[at] ?? 0;
    at += 1;
    return byte;
  };
}
