/** A scorecard as text, Markdown, CSV and JSON: what is shown, and that nothing in it does harm. */
import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import type { ParityRow, Standing } from '../../src/check/wire.ts';
import type { Scorecard, Scored } from '../../src/parity/types.ts';
import { allProbes, rowOf, scorecardCsv, scorecardJson, scorecardMarkdown, scorecardText } from '../../src/report/parity/index.ts';

const rows = (change: Readonly<Record<string, [Standing, string]>> = {}): ParityRow[] => allProbes.map(({ id }) => {
  const [standing, value] = change[id] ?? ['good', 'own'];
  return { id, standing, value, evidence: [{ source: `/proc/1/${id}`, lines: ['line'] }] };
});
const scored = (id: Scored['id'], name: string, more: Partial<Scored> = {}): Scored => ({ id, name, did: 'box run -- sleep 1', started: true, refused: [], rows: rows(), durationMs: 1, ...more });
const card = (...runtimes: Scored[]): Scorecard => ({ seed: 's', kernel: { kind: 'uml', release: '6.1', image: 'sha256:0' }, image: 'guest', runtimes, absent: ['runc', 'crun'] });

const whole = card(
  scored('box', 'your box', { rows: rows({ seccomp: ['bad', 'off'], masked: ['neutral', 'none'], proc: ['unknown', ''] }) }),
  scored('unshare', 'unshare', { refused: [{ flags: '--memory 64m', why: 'no part' }, { flags: '--cpus 0.5', why: 'no part' }] }),
);

test('a table: marks that need no colour, a total that counts only what is good, what is open in sentences', () => {
  const text = scorecardText(whole, { colour: false });
  expect(text).toMatch(/^ {2}system call filter\s*- off +\+ own$/m);
  expect(text).toMatch(/^ {2}what \/proc shows +\? unknown +\+ own$/m);
  expect(text).toMatch(/^kept apart +30 of 33 +33 of 33$/m);
  expect(text).toContain('What your box leaves open\n  system call filter  It may make every system call there is.');
  expect(text).toContain('What is not known of your box\n  what /proc shows    line');
  expect(text).toContain('unshare would not: --memory 64m, --cpus 0.5 (no part).');
  expect(text).toContain('Not in this sandbox: runc, crun.');
  expect(text).not.toContain('\u001b[');
});

test('five runtimes fit into 80 columns, whatever is found', () => {
  const long = rows(Object.fromEntries(allProbes.map(({ id }) => [id, ['bad', 'a very long answer'] as [Standing, string]])));
  const names = [['box', 'your box'], ['unshare', 'unshare'], ['bubblewrap', 'bubblewrap'], ['runc', 'runc'], ['crun', 'crun']] as const;
  const text = scorecardText(card(...names.map(([id, name]) => scored(id, name, { rows: long }))), { colour: false });
  for (const line of text.split('\n')) expect(stringWidth(line)).toBeLessThanOrEqual(80);
});

test('with evidence: where each of the box’s answers was read', () => {
  expect(scorecardText(whole, { colour: false, evidence: true })).toContain('  - system call filter: off\n      /proc/1/seccomp\n        line\n');
});

test('a runtime that did not start: all of it is unknown, and the reason is harmless', () => {
  const dead = scored('box', 'your box', { started: false, why: '\u001b[31mno\n::error', rows: [] });
  const text = scorecardText(card(dead), { colour: false });
  expect(text).toContain('your box did not start the command, so nothing is known of it: ␛[31mno␊::error');
  expect(text).toMatch(/^kept apart +0 of 33$/m);
  expect(rowOf(dead, 'seccomp').standing).toBe('unknown');
});

test('JSON: a schema, the probes in words, every row of every runtime', () => {
  const value = JSON.parse(scorecardJson(whole)) as { schema: string; probes: { id: string }[]; runtimes: { id: string; counts: object; rows: ParityRow[] }[] };
  expect(value).toMatchObject({ schema: 'drydock.parity/1', seed: 's', image: 'guest', absent: ['runc', 'crun'] });
  expect(value.probes.map(({ id }) => id)).toEqual(allProbes.map(({ id }) => id));
  expect(value.runtimes[0]).toMatchObject({ id: 'box', counts: { good: 30, bad: 1, neutral: 1, unknown: 1 } });
  expect(value.runtimes.map(({ rows: all }) => all.length)).toEqual([allProbes.length, allProbes.length]);
});

test('CSV: a row for each probe; nothing in it is a formula', () => {
  const nasty = card(scored('box', 'your box', { rows: rows({ seccomp: ['bad', '=HYPERLINK("x")'] }) }));
  const lines = scorecardCsv(nasty).trimEnd().split('\r\n');
  expect(lines).toHaveLength(allProbes.length + 1);
  expect(lines[0]).toBe('group,probe,title,your box,your box found');
  expect(lines.find((line) => line.includes(',seccomp,'))).toBe(`Privileges,seccomp,system call filter,bad,"'=HYPERLINK(""x"")"`);
});

test('Markdown: a table that what was found cannot break', () => {
  const text = scorecardMarkdown(card(scored('box', 'your box', { rows: rows({ seccomp: ['bad', 'a|b <b>'], proc: ['unknown', ''] }) })));
  expect(text).toMatch(/^\| system call filter \| \*\*<code>a&#124;b &#60;b&#62;<\/code>\*\* \|$/m);
  expect(text).toMatch(/^\| <code>what \/proc shows<\/code> \| \? \|$|^\| what \/proc shows \| \? \|$/m);
});
