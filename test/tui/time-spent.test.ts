import { expect, test } from 'vitest';
import { TimeSpent } from '../../src/tui/effects/time-spent.ts';

const MINUTE = 60_000;

/** What is written down when these things happen: minutes after the one before, and the lesson that is open then. */
function spent(...happens: [minutes: number, lesson: string][]): [string, number][] {
  let now = 1_000_000;
  const written: [string, number][] = [];
  const time = new TimeSpent('a', () => now, (lesson, seconds) => written.push([lesson, seconds]));
  for (const [minutes, lesson] of happens) {
    now += minutes * MINUTE;
    time.touch(lesson);
  }
  time.flush();
  return written;
}

test('is what lies between two things that are done, for the lesson that was open', () => {
  expect(spent([0.2, 'a'], [0.2, 'a'])).toEqual([['a', 24]]);
  expect(spent([1, 'b'], [2, 'b'])).toEqual([['a', 60], ['b', 120]]);
});

test('a break is a break: three minutes of it are reading', () => {
  expect(spent([60, 'a'])).toEqual([['a', 180]]);
});

test('a clock that is set back takes nothing away', () => {
  expect(spent([1, 'a'], [-30, 'a'], [1, 'a'])).toEqual([['a', 60], ['a', 60]]);
});

test('parts of a second are not lost', () => {
  expect(spent(...Array.from({ length: 100 }, (): [number, string] => [0.5 / 60, 'a'])).reduce((sum, [, seconds]) => sum + seconds, 0)).toBe(50);
});
