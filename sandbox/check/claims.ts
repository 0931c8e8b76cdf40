/** Claims about facts: `that(fact).is(…)`. Pure: the only effect is a CheckFailure that says what was expected and what is. */
import { isDeepStrictEqual } from 'node:util';
import type { Fact } from '../observe/fact.ts';
import type { Claim } from './api.ts';
import { CheckFailure } from './failure.ts';
import { show } from './words.ts';

/** A claim about `fact`. `stated` is called once for every claim that is made, before it is decided. */
export function claim<T>(fact: Fact<T>, stated: () => void): Claim<T> {
  const decide = (holds: boolean, should: string): void => {
    stated();
    if (!holds) {
      throw new CheckFailure({
        expected: `${fact.name} ${should}`,
        observed: `${fact.name} is ${show(fact.value)}`,
        evidence: fact.evidence,
      });
    }
  };
  const be = (words: string | undefined, otherwise: string): string => (words === undefined ? otherwise : `should be ${words}`);

  return {
    is(value, words) {
      decide(Object.is(fact.value, value), be(words, `should be ${show(value)}`));
    },
    isNot(value, words) {
      decide(!Object.is(fact.value, value), be(words, `should not be ${show(value)}`));
    },
    equals(value, words) {
      decide(isDeepStrictEqual(fact.value, value), be(words, `should be ${show(value)}`));
    },
    contains(part, words) {
      decide(holds(fact.value, part), be(words, `should contain ${show(part)}`));
    },
    lacks(part, words) {
      decide(!holds(fact.value, part), be(words, `should not contain ${show(part)}`));
    },
    endsWith(last, words) {
      decide(ends(fact.value, last), be(words, `should end with ${show(last)}`));
    },
    satisfies(predicate, words) {
      decide(predicate(fact.value), `should be ${words}`);
    },
  };
}

/** Whether a list has this element (by deep equality) or a string this part. Throws TypeError for any other value. */
function holds(whole: unknown, part: unknown): boolean {
  if (typeof whole === 'string') return whole.includes(String(part));
  return listOf(whole).some((element) => isDeepStrictEqual(element, part));
}

function ends(whole: unknown, last: unknown): boolean {
  if (typeof whole === 'string') return whole.endsWith(String(last));
  const list = listOf(whole);
  return list.length > 0 && isDeepStrictEqual(list.at(-1), last);
}

function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new TypeError(`a claim about the parts of something that is neither a list nor a string: ${show(value)}`);
}
