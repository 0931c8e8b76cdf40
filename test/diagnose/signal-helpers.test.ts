/** What rules ask about signals: answered from what the judge sent and noted, and with nothing where it did not. */
import { expect, test } from 'vitest';
import { callsOf, diedOf, hasHung, hung, isDropped, isOrphaned, notedCaught, notedNumber, notedTexts, sentToBox } from '../../sandbox/diagnose/signal-helpers.ts';
import type { Fact } from '../../sandbox/observe/fact.ts';
import { processFacts, scene } from './facts.ts';

const note = (value: unknown): Fact<unknown> => ({ name: 'x', value, evidence: [] });
const asked = { flags: [], command: ['sleep', '1'] };
const killed = { code: null, signal: 'SIGKILL' } as const;

test('which signal box has died of, of those that were not for it', () => {
  const run = { asked, sent: [{ signal: 'SIGHUP', to: 'box' }, { signal: 'SIGTERM', to: 'command' }], ending: { code: null, signal: 'SIGHUP' } } as const;
  expect(sentToBox({ argv: ['box'], ...run })).toEqual(['HUP']);
  expect(diedOf(scene([run]))).toBe('HUP');
  expect(diedOf(scene([{ ...run, ending: { code: 129, signal: null } }]))).toBeUndefined();
  expect(diedOf(scene([{ asked, sent: [{ signal: 'SIGKILL', to: 'box' }], ending: killed }]))).toBeUndefined();
});

test('a call that the judge had to end is one that hung; one that it was asked to kill is not', () => {
  const stop = { argv: ['node', 'box.ts', 'stop', 'web'], ending: killed };
  expect([hung(scene([stop]), 'stop'), hung(scene([stop]), 'kill'), hung(scene([{ ...stop, asked }]), 'stop')]).toEqual([true, false, false]);
  expect(callsOf(scene([stop, { argv: ['box', 'ps'] }]), 'ps')).toHaveLength(1);
  expect(hasHung({ argv: [], sent: [{ signal: 'SIGKILL', to: 'box' }], ending: killed })).toBe(false);
});

test('whose parent is the host\'s process 1', () => {
  const known = (parent: number) => scene([{ asked, command: processFacts(412, { parent }) }]);
  expect([isOrphaned(known(1)), isOrphaned(known(411)), isOrphaned(scene([{ asked, command: processFacts(412) }]))]).toEqual([true, false, false]);
});

test('what was noted, where it is what it should be', () => {
  const known = scene([], { notes: { count: note(3), texts: note(['a', 1, 'b']), first: note({ caught: ['SIGTERM'], blocked: ['SIGHUP'] }) } });
  expect([notedNumber(known, 'count'), notedNumber(known, 'texts'), notedNumber(known, 'none')]).toEqual([3, undefined, undefined]);
  expect([notedTexts(known, 'texts'), notedTexts(known, 'count')]).toEqual([['a', 'b'], undefined]);
  expect([notedCaught(known, 'first', 'SIGTERM'), notedCaught(known, 'first', 'SIGINT'), notedCaught(known, 'none', 'SIGINT')]).toEqual([true, false, undefined]);
  expect(['SIGTERM', 'SIGHUP', 'SIGINT'].map((signal) => isDropped(known, 'first', signal))).toEqual([false, false, true]);
  expect(isDropped(known, 'none', 'SIGINT')).toBe(false);
});
