/** The whole screen as ink draws it, as a string. */
import { renderToString } from 'ink';
import { expect, test } from 'vitest';
import stringWidth from 'string-width';
import { createStage } from '../../src/tui/stage.ts';
import type { Command, Event, Size } from '../../src/tui/state/types.ts';
import { type Store, createStore } from '../../src/tui/store.ts';
import { App } from '../../src/tui/views/app.tsx';
import { begin, drive } from './drive.ts';
import { result, verdictOf } from './fake-sandbox.ts';

function draw(size: Size, happens: readonly (Command | Event)[] = [], color = false): string[] {
  const { state } = drive(begin(undefined, size), ...happens);
  const store: Store = createStore(state, () => undefined);
  return renderToString(<App store={store} stage={createStage()} paint={{ color, links: false }} />, { columns: size.columns }).split('\n');
}

const failing = verdictOf('01-first', [
  result('status', 'fail', {
    title: 'The status is the command’s own', did: "box run -- sh -c 'exit 42'", expected: 'box ends with exit status 42', observed: 'box ended with exit status 0',
    evidence: [{ source: '/proc/412/status', lines: ['State:\tZ (zombie)'] }],
    mistake: { id: 'swallowed', title: 'The status was swallowed', why: 'Your box waited, and did not pass on what it was told.', look: 'Look where run() returns.' },
  }),
  result('other', 'pass'),
]);
const failed: Event[] = [{ type: 'saved', files: ['run.ts'] }, { type: 'checkEnded', run: 1, verdict: failing, leftovers: [] }];
const sizes: Size[] = [{ columns: 40, rows: 10 }, { columns: 80, rows: 24 }, { columns: 109, rows: 30 }, { columns: 110, rows: 30 }, { columns: 120, rows: 40 }, { columns: 200, rows: 12 }];
const views: [string, (Command | Event)[]][] = [
  ['the page', []], ['a failure', failed], ['the whole verdict', [...failed, { do: 'verdict' }]], ['the map', [{ do: 'list' }]], ['a search', [{ do: 'search' }, { do: 'type', text: 'mou' }]],
  ['help', [{ do: 'help' }]], ['hints', [{ do: 'hint' }]], ['a question before the reference', [{ do: 'diff' }]],
  ['news of the course', [{ type: 'courseChanged', news: [{ lesson: '01-first', page: true, checks: true, files: ['run.ts', 'cli.ts'] }], changes: [{ change: { file: 'run.ts', kind: 'conflict', side: 'run.ts.01-first', reference: false, before: '', after: '\n<<<<<<< ' }, lines: [] }] }]],
  ['the reference', [{ do: 'diff' }, { do: 'yes' }, { type: 'compared', against: 'reference', version: undefined, files: [] }]], ['the end of the page', [{ do: 'edge', to: 'bottom' }]],
];

test.each(sizes.flatMap((size) => views.map(([name, happens]) => [name, size, happens] as const)))('%s fills %j exactly', (_, size, happens) => {
  const lines = draw(size, happens);
  expect(lines).toHaveLength(size.rows);
  for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(size.columns);
  expect(lines[0]).toContain('Drydock');
  expect(lines.at(-1)).toMatch(/quit|Esc/);
});

test('below 40×10 there is one line', () => {
  expect(draw({ columns: 39, rows: 9 })).toEqual(['Drydock needs 40×10; this window is 39…']);
});

test('a failure on 80×24 says did, expected, observed, evidence and why without scrolling', () => {
  const text = draw({ columns: 80, rows: 24 }, failed).join('\n');
  for (const some of ['did      box run', 'expected box ends with exit status 42', 'observed box ended with exit status 0', 'evidence /proc/412/status', 'State:  Z', 'why      The status was swallowed.', 'look     Look where']) {
    expect(text).toContain(some);
  }
});

test('on a wide screen page and verdict stand side by side', () => {
  const lines = draw({ columns: 120, rows: 40 }, failed);
  expect(lines[1]).toMatch(/01 {2}The first.*│ ✗ NOT YET {2}1 of 2 checks pass/);
});

test('on a wide screen without a verdict the task stands there', () => {
  expect(draw({ columns: 120, rows: 40 }).join('\n')).toMatch(/│ Your task[\s\S]*│ {3}run\.ts/);
});

test('without colours there is no control character at all, and every state is in words', () => {
  for (const [, happens] of views) expect(draw({ columns: 80, rows: 24 }, happens).join('\n')).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u007F-\u009F]/);
});

test('with colours only roles are painted: sixteen colours, never a background but inverse', () => {
  const codes = new Set(draw({ columns: 80, rows: 24 }, failed, true).join('').match(/\u001B\[[\d;]*m/g));
  expect(codes.size).toBeGreaterThan(5);
  for (const code of codes) expect(code).toMatch(/^\u001B\[(?:0|[123457]|2[0-9]|3[0-7]|39|;)+m$/);
});
