import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readProgress, writeProgress } from '../../src/progress/file.ts';
import { lessonProgress, noProgress, type Progress, type ProgressEvent, reduce } from '../../src/progress/state.ts';

const verdict = (passed: boolean) => ({ at: '2026-01-02T03:04:05.000Z', passed, points: passed ? 3 : 1, of: 3, failed: passed ? [] : ['b'], seed: 's1' });
const after = (...events: ProgressEvent[]): Progress => events.reduce(reduce, noProgress());

const lesson = fc.constantFrom('01-a', '02-b', '03-c');
const event: fc.Arbitrary<ProgressEvent> = fc.oneof(
  fc.record({ type: fc.constant('started' as const), lesson, at: fc.constant('2026-01-01T00:00:00.000Z') }),
  fc.record({ type: fc.constantFrom('opened' as const, 'peeked' as const, 'reset' as const), lesson }),
  fc.record({ type: fc.constant('checked' as const), lesson, verdict: fc.boolean().map(verdict) }),
  fc.record({ type: fc.constant('hinted' as const), lesson, rungs: fc.nat(5) }),
  fc.record({ type: fc.constant('predicted' as const), lesson, number: fc.nat(9), choice: fc.nat(3), right: fc.boolean() }),
  fc.record({ type: fc.constant('drilled' as const), lesson, right: fc.boolean() }),
  fc.record({ type: fc.constant('spent' as const), lesson, seconds: fc.nat(1000) }),
);
const states = fc.array(event, { maxLength: 30 }).map((events) => after(...events));

describe('the reducer', () => {
  test('a lesson is begun by its start or its first check, and passes once', () => {
    expect(lessonProgress(after({ type: 'started', lesson: '01-a', at: 't' }), '01-a')).toMatchObject({ state: 'started', startedAt: 't', attempts: 0 });
    const passed = after({ type: 'checked', lesson: '01-a', verdict: verdict(true) });
    expect(lessonProgress(passed, '01-a')).toMatchObject({ state: 'passed', attempts: 1, passedAt: verdict(true).at });
    const later = reduce(passed, { type: 'checked', lesson: '01-a', verdict: verdict(false) });
    expect(lessonProgress(later, '01-a')).toMatchObject({ state: 'passed', attempts: 2, last: { passed: false } });
  });

  test('starting, opening and going back make a lesson the current one; nothing else does', () => {
    const at = after({ type: 'started', lesson: '01-a', at: 't' });
    expect(at.current).toBe('01-a');
    expect(reduce(at, { type: 'opened', lesson: '02-b' })).toEqual({ ...at, current: '02-b' });
    expect(reduce(at, { type: 'reset', lesson: '02-b' }).current).toBe('02-b');
    expect(reduce(at, { type: 'hinted', lesson: '02-b', rungs: 1 }).current).toBe('01-a');
  });

  test('the first answer to a prediction counts; hints never go down; peeking after a pass is none', () => {
    const answer = (choice: number, right: boolean): ProgressEvent => ({ type: 'predicted', lesson: '01-a', number: 1, choice, right });
    expect(lessonProgress(after(answer(0, false), answer(1, true)), '01-a').predictions).toEqual({ 1: { choice: 0, right: false } });
    const hint = (rungs: number): ProgressEvent => ({ type: 'hinted', lesson: '01-a', rungs });
    expect(lessonProgress(after(hint(3), hint(1)), '01-a').hints).toBe(3);
    expect(lessonProgress(after({ type: 'checked', lesson: '01-a', verdict: verdict(true) }, { type: 'peeked', lesson: '01-a' }), '01-a').peeked).toBe(false);
    expect(lessonProgress(after({ type: 'peeked', lesson: '01-a' }), '01-a').peeked).toBe(true);
  });

  test('going back keeps what was learnt of it, but not the pass', () => {
    const drilled = after({ type: 'drilled', lesson: '01-a', right: true }, { type: 'drilled', lesson: '01-a', right: false });
    expect(lessonProgress(drilled, '01-a')).toMatchObject({ state: 'untouched', drills: { of: 2, right: 1 } });
    const back = after({ type: 'checked', lesson: '01-a', verdict: verdict(true) }, { type: 'spent', lesson: '01-a', seconds: 60 }, { type: 'reset', lesson: '01-a' });
    expect(lessonProgress(back, '01-a')).toEqual({ state: 'started', attempts: 1, hints: 0, peeked: false, predictions: {}, seconds: 60 });
  });

  test('never touches the state it was given', () => {
    fc.assert(fc.property(states, event, (state, next) => {
      const before = structuredClone(state);
      reduce(state, next);
      expect(state).toEqual(before);
    }));
  });
});

describe('the file', () => {
  test('is meant to be read by people', () => {
    const state = after(
      { type: 'checked', lesson: '02-b', verdict: verdict(false) },
      { type: 'started', lesson: '01-a', at: '2026-01-01T00:00:00.000Z' },
      { type: 'predicted', lesson: '01-a', number: 1, choice: 2, right: false },
    );
    expect(writeProgress(state)).toMatchInlineSnapshot(`
      "{
        "version": 1,
        "current": "01-a",
        "lessons": {
          "01-a": {
            "state": "started",
            "attempts": 0,
            "hints": 0,
            "peeked": false,
            "predictions": {
              "1": {
                "choice": 2,
                "right": false
              }
            },
            "seconds": 0,
            "startedAt": "2026-01-01T00:00:00.000Z"
          },
          "02-b": {
            "state": "started",
            "attempts": 1,
            "hints": 0,
            "peeked": false,
            "predictions": {},
            "seconds": 0,
            "last": {
              "at": "2026-01-02T03:04:05.000Z",
              "passed": false,
              "points": 1,
              "of": 3,
              "failed": [
                "b"
              ],
              "seed": "s1"
            }
          }
        }
      }
      "
    `);
  });

  test('what was written is what is read, and writing it again gives the same text', () => {
    fc.assert(fc.property(states, (state) => {
      const text = writeProgress(state);
      const reading = readProgress(text);
      expect(reading).toEqual({ kind: 'good', progress: state });
      expect(writeProgress((reading as { progress: Progress }).progress)).toBe(text);
    }));
  });

  test('what this version does not know is kept', () => {
    const text = writeProgress({ ...noProgress(), colour: 'blue', lessons: { '01-a': { ...lessonProgress(noProgress(), '01-a'), mood: ['good'] } } });
    const reading = readProgress(text);
    expect(reading).toMatchObject({ kind: 'good', progress: { colour: 'blue', lessons: { '01-a': { mood: ['good'] } } } });
  });

  test('a newer version is told apart, even cut off', () => {
    expect(readProgress('{"version": 2, "lessons": []}')).toEqual({ kind: 'newer', version: 2 });
    expect(readProgress('{"version": 2,\n "lessons": {\n')).toEqual({ kind: 'newer', version: 2 });
  });

  test.each([
    ['', 'it is empty'], ['\n \n', 'it is empty'], ['{', 'it is not whole JSON'], ['null', 'it does not have the form of a progress file'], ['[]', 'it does not have the form'],
    ['\0\0\0', 'it is not text'], ['{"version": 1}', 'it does not have the form'], ['{"version": "1", "current": null, "lessons": {}}', 'it does not have the form'],
  ])('%j is broken: %s', (text, why) => {
    const reading = readProgress(text);
    expect(reading).toMatchObject({ kind: 'broken', progress: noProgress() });
    expect((reading as { why: string }).why).toContain(why);
  });

  test('a lesson that is wrong does not take the others with it', () => {
    const state = after({ type: 'checked', lesson: '01-a', verdict: verdict(true) }, { type: 'checked', lesson: '02-b', verdict: verdict(true) });
    const text = writeProgress(state).replace('"attempts": 1', '"attempts": "one"');
    const reading = readProgress(text);
    expect(reading).toMatchObject({ kind: 'broken', progress: { lessons: { '02-b': state.lessons['02-b'] } } });
    // Of the first, everything but the wrong count is right.
    expect(reading).toMatchObject({ progress: { lessons: { '01-a': { state: 'passed', attempts: 0 } } } });
  });

  test('cut off anywhere, every lesson before the cut is there', () => {
    fc.assert(fc.property(states, fc.double({ min: 0, max: 1, noNaN: true }), (state, where) => {
      const text = writeProgress(state);
      const cut = text.slice(0, Math.floor(text.length * where));
      const reading = readProgress(cut);
      if (reading.kind === 'newer') throw new Error('a cut made it newer');
      const whole = Object.keys(state.lessons).sort().filter((id) => {
        const next = text.indexOf('\n    }', text.indexOf(`"${id}": {`));
        return cut.length >= next + 6;
      });
      for (const id of whole) expect(reading.progress.lessons[id]).toEqual(state.lessons[id]);
    }), { numRuns: 500 });
  });

  test('no text at all makes it throw', () => {
    fc.assert(fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json(), states.map((state) => JSON.stringify(state).replaceAll('1', 'null'))), (text) => {
      expect(['good', 'broken', 'newer']).toContain(readProgress(text).kind);
    }), { numRuns: 1000 });
  });

  test('names that objects have by themselves are no lessons', () => {
    expect(lessonProgress(noProgress(), 'constructor').state).toBe('untouched');
    expect(lessonProgress((readProgress('{"version":1,"current":null,"lessons":{"__proto__":{"state":"passed"}}}') as { progress: Progress }).progress, 'x').state).toBe('untouched');
    expect(({} as { state?: string }).state).toBeUndefined();
  });
});
