/** The probes of the sandbox and their words are one list. */
import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import { probeIds } from '../../sandbox/parity/run.ts';
import { allProbes } from '../../src/report/parity/words.ts';

test('every probe has its words, and no words are of a probe that there is not', () => {
  expect(allProbes.map(({ id }) => id).sort()).toEqual([...probeIds].sort());
  expect(new Set(probeIds).size).toBe(probeIds.length);
});

test.each(allProbes)('$id: a title that fits, a question, and a sentence for when it is open', ({ title, asks, open }) => {
  expect(stringWidth(title)).toBeLessThanOrEqual(19);
  expect(asks).toMatch(/[?]|\.$/);
  expect(open).toMatch(/\.$/);
});
