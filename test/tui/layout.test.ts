/** Layout: pages, verdicts, maps and the lines around them, at the widths that count. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compare } from '../../src/tui/compare.ts';
import { keysLine, statusLine, titleLine } from '../../src/tui/layout/chrome.ts';
import { layoutFiles, layoutStartDiff } from '../../src/tui/layout/diff.ts';
import { layoutFailure } from '../../src/tui/layout/failure.ts';
import { geometryOf } from '../../src/tui/layout/geometry.ts';
import { layoutHints } from '../../src/tui/layout/hints.ts';
import { layoutOverlay } from '../../src/tui/layout/overlay.ts';
import { type PageInput, layoutPage, sliceOf, stopsOf } from '../../src/tui/layout/page.ts';
import { layoutPanel, layoutVerdict } from '../../src/tui/layout/verdict.ts';
import { type CheckState, noCheck } from '../../src/tui/state/check.ts';
import { freshPage } from '../../src/tui/state/page.ts';
import { openLayout } from '../../src/tui/state/select.ts';
import { type Line, lineText, lineWidth } from '../../src/tui/text/line.ts';
import { begin, drive } from './drive.ts';
import { kernel, result, verdictOf } from './fake-sandbox.ts';
import { progressWith, sampleCourse } from './sample.ts';

const lesson = sampleCourse().lessons[1]!;
const texts = (lines: readonly Line[]): string[] => lines.map((parts) => lineText(parts).trimEnd());
const inputOf = (width: number, more: Partial<PageInput> = {}): PageInput => ({ lesson, width, page: freshPage, start: undefined, next: 'The third', box: undefined, unfinished: [], ...more });

describe('a page', () => {
  test.each([38, 40, 76, 78, 120])('of %i columns is never wider than that, nor than 76', (width) => {
    const page = layoutPage(inputOf(width));
    for (const parts of sliceOf(page, 0, 10_000, undefined)) expect(lineWidth(parts)).toBeLessThanOrEqual(Math.min(width, 76));
  });

  test('begins with title, length and goal', () => {
    expect(texts(sliceOf(layoutPage(inputOf(76)), 0, 2, undefined))).toEqual([
      '02  The second                                             20 min · needs 01',
      'Goal: The goal of The second.',
    ]);
  });

  test('a slice is what one sees from any line on', () => {
    const page = layoutPage(inputOf(50));
    const all = sliceOf(page, 0, 10_000, undefined);
    expect(all).toHaveLength(page.height);
    fc.assert(fc.property(fc.integer({ min: 0, max: page.height - 1 }), fc.integer({ min: 1, max: 30 }), (scroll, rows) => {
      expect(texts(sliceOf(page, scroll, rows, undefined))).toEqual(texts(all.slice(scroll, scroll + rows)));
    }));
  });

  test('an experiment is a frame that says what Enter does, in words', () => {
    const page = layoutPage(inputOf(60));
    const stop = stopsOf(page).find((one) => one.id.kind === 'experiment')!;
    expect(texts(sliceOf(page, stop.top, stop.bottom - stop.top, stop.id))).toEqual([
      '╭─ Experiment 1 ─────────────────────── ▶ Enter runs this ─╮',
      '│ $ echo one                                               │',
      '╰──────────────────────────────────────────────────────────╯',
    ]);
    expect(texts(sliceOf(page, stop.top, 1, undefined))[0]).toContain('not run yet');
  });

  test('its output stands in place, without what a terminal would obey', () => {
    const done = { at: 'done', output: '\u001B[31mred\u001B[0m\n', ending: { code: 3, signal: null } } as const;
    const page = layoutPage(inputOf(60, { page: { ...freshPage, experiments: { 1: done } } }));
    const stop = stopsOf(page).find((one) => one.id.kind === 'experiment')!;
    expect(texts(sliceOf(page, stop.top, stop.bottom - stop.top, undefined)).slice(2, 4)).toEqual([
      '├─ output ───────────────────────────────── exit status 3 ─┤',
      '│ red                                                      │',
    ]);
  });

  test('an experiment behind an open question says so', () => {
    const page = layoutPage(inputOf(76));
    const stop = stopsOf(page).filter((one) => one.id.kind === 'experiment')[1]!;
    expect(texts(sliceOf(page, stop.top, 1, stop.id))[0]).toContain('answer the question above first');
  });

  test.each([
    ['nothing chosen', { choice: undefined, committed: false }, ['1 ( ) 1000', '2 ( ) 0'], ['You are root']],
    ['the right answer', { choice: 1, committed: true }, ['✓ 2 (•) 0  — the kernel’s answer', 'You said so, and so it is.', 'You are root of the sandbox.'], []],
    ['a wrong one', { choice: 0, committed: true }, ['✗ 1 (•) 1000  — your answer', '✓ 2 ( ) 0  — the kernel’s answer', 'It is 2.'], []],
  ])('a prediction with %s', (_, state, shown, hidden) => {
    const page = layoutPage(inputOf(76, { page: { ...freshPage, predictions: { 1: state } } }));
    const text = texts(sliceOf(page, 0, 10_000, undefined)).join('\n');
    for (const some of shown) expect(text).toContain(some);
    for (const some of hidden) expect(text).not.toContain(some);
  });

  test('a question is answered in words while the kernel is asked, and nothing is given away', () => {
    const state = { ...freshPage, predictions: { 1: { choice: 0, committed: true } }, experiments: { 2: { at: 'running', output: '0\n' } as const } };
    const text = texts(sliceOf(layoutPage(inputOf(76, { page: state })), 0, 10_000, undefined)).join('\n');
    expect(text).toContain('Asking the kernel …');
    expect(text).not.toContain('You are root');
  });

  test('tables, lists, quotes, pictures and code are all there', () => {
    const text = texts(sliceOf(layoutPage(inputOf(76)), 0, 10_000, undefined)).join('\n');
    for (const some of ['• a list', '• of two', 'unshare  makes', '│ A quote.', '│ a │──▶ b', 'const answer: number = 42; // a comment', 'link (https://example.org/x)']) {
      expect(text).toContain(some);
    }
  });

  test('what starting it would do is a frame of its own', () => {
    const page = layoutPage(inputOf(76, { start: { adds: ['libc.ts'], changes: ['run.ts'], reference: ['x.ts'] } }));
    const text = texts(sliceOf(page, 0, 10, { kind: 'start' })).join('\n');
    expect(text).toContain('Start this lesson');
    expect(text).toContain('▶ Enter starts it');
    expect(text).toContain('adds libc.ts');
    expect(text).toContain('changes run.ts (you see how before it is done)');
  });

  test('who starts a lesson hears that the one before is not done; of one that was skipped or still passes there is nothing to say', () => {
    const top = (first: Parameters<typeof progressWith>[0]): string => {
      const { state } = drive(begin(progressWith(first, '01-first')), { type: 'offered', lesson: '02-second', offer: { adds: ['libc.ts'], changes: [], reference: [] } }, { do: 'lesson', direction: 1 });
      return texts(sliceOf(openLayout(state), 0, 8, undefined)).join('\n');
    };
    const warning = 'Lesson 01 is not done yet: The first';
    expect(top({ '01-first': { started: true } })).toContain(warning);
    expect(top({ '01-first': { started: true, passed: true, failsNow: true } })).toContain(warning);
    expect(top({ '01-first': { started: true, passed: true } })).not.toContain('not done yet');
    expect(top({})).not.toContain('not done yet');
  });

  test('ends with the folder of the files, for those who have an editor open already', () => {
    const page = layoutPage(inputOf(76, { box: '/home/somebody/drydock/workspace/box' }));
    expect(texts(sliceOf(page, page.height - 4, 4, undefined))).toContain('They are in /home/somebody/drydock/workspace/box');
  });
});

const failing = result('status', 'fail', {
  title: 'The status is the command’s own', did: "box run -- sh -c 'exit 42'", expected: 'box ends with exit status 42', observed: 'box ended with exit status 0',
  evidence: [{ source: '/proc/412/status', lines: Array.from({ length: 12 }, (_, index) => `Line${index}:\tvalue`) }],
  mistake: { id: 'swallowed', title: 'The status was swallowed', why: 'Because of this. '.repeat(12), look: 'Look at run().' },
});
const stateOf = (...results: CheckState['results']): CheckState => ({
  ...noCheck, at: 'done', results, fresh: results.map((one) => one.id), verdict: verdictOf('01-first', [...results]),
});
const input = (check: CheckState, next: string | undefined = 'The second') => ({ check, next, impossible: undefined, broken: [] });

describe('a verdict', () => {
  test('did, expected, observed, evidence, why and look are all there on 80×24', () => {
    const lines = texts(layoutPanel(input(stateOf(failing, result('b', 'pass'), result('c', 'blocked', { blockedBy: ['status'] }))), 76, 20));
    expect(lines.length).toBeLessThanOrEqual(20);
    for (const label of ['did', 'expected', 'observed', 'evidence', 'why', 'look']) expect(lines.some((text) => text.trimStart().startsWith(label))).toBe(true);
    expect(lines.join('\n')).toContain('v: the whole verdict');
  });

  test('what was blocked in the run before, by a check that passes now, waits no more', () => {
    const blocked = result('c', 'blocked', { title: 'The third', blockedBy: ['status'] });
    const halfway: CheckState = { ...noCheck, at: 'cancelled', results: [result('status', 'pass'), blocked], fresh: ['status'] };
    expect(texts(layoutPanel(input(halfway), 76, 20)).join('\n')).not.toContain('waits for');
    expect(texts(layoutPanel(input({ ...halfway, results: [failing, blocked] }), 76, 200)).join('\n')).toContain('waits for status');
    expect(texts(layoutPanel(input({ ...halfway, fresh: ['status', 'c'] }), 76, 20)).join('\n')).toContain('waits for status');
  });

  test('nothing is cut where there is room', () => {
    const text = texts(layoutPanel(input(stateOf(failing)), 76, 200)).join('\n');
    expect(text).toContain('Line11:');
    expect(text).not.toContain(' …');
  });

  test.each([[28, 20], [38, 6], [38, 3], [76, 1], [76, 12], [120, 30]])('fits into %i columns and %i rows', (width, rows) => {
    const lines = layoutPanel(input(stateOf(failing, result('b', 'timeout', { title: 'Another check with a long title that wraps' }), result('c', 'pass'))), width, rows);
    expect(lines.length).toBeLessThanOrEqual(rows);
    for (const parts of lines) expect(lineWidth(parts)).toBeLessThanOrEqual(width);
  });

  test('a failure fits into any number of rows', () => {
    fc.assert(fc.property(fc.integer({ min: 20, max: 120 }), fc.integer({ min: 1, max: 30 }), (width, rows) => {
      const lines = layoutFailure(failing, width, rows);
      expect(lines.length).toBeLessThanOrEqual(rows);
      for (const parts of lines) expect(lineWidth(parts)).toBeLessThanOrEqual(width);
      for (const text of texts(lines)) expect(text).not.toMatch(/… …/);
    }));
  });

  test('of many passes the names are said, and the page stays in view', () => {
    const many = Array.from({ length: 18 }, (_, index) => result(`check-${index}`, 'pass', { title: 'It holds' }));
    const lines = texts(layoutPanel(input(stateOf(...many)), 76, 20));
    expect(lines.length).toBeLessThan(8);
    expect(lines.join(' ')).toMatch(/18 pass {2}check-0, check-1,/);
  });

  test('passes are counted and said, the next lesson is offered', () => {
    expect(texts(layoutPanel(input(stateOf(result('a', 'pass', { title: 'It holds' }))), 60, 20))).toEqual(['✓ PASSED  all 1 check', 'n: on to The second', 'm: a drill, something broken in a copy of your box', '✓ pass  It holds']);
    expect(texts(layoutPanel({ check: stateOf(result('a', 'pass')), next: undefined, impossible: undefined, broken: [] }, 60, 20)).slice(1, 4).join('\n')).toMatch(/last lesson[^]*c: what your runtime can do/);
  });

  test('what a learner’s program printed cannot reach the terminal through a verdict', () => {
    const hostile = result('x', 'fail', { title: '\u001B]0;title\u0007t', did: '\u001B[2J', observed: 'a\u001B[31m\nb', evidence: [{ source: '\u009B1m', lines: ['\u001Bc'] }] });
    for (const parts of layoutVerdict(input(stateOf(hostile)), 76)) expect(lineText(parts)).not.toMatch(/[\u0000-\u001F\u007F-\u009F]/);
  });

  test('a file that does not parse is the first thing said', () => {
    const lines = texts(layoutPanel(input({ ...stateOf(failing), syntax: { file: 'run.ts', line: 7, message: 'Expression expected' } }), 76, 30));
    expect(lines.slice(1, 3)).toEqual(['run.ts, line 7: this does not parse', 'Expression expected']);
  });

  test('what was left behind is named', () => {
    const left = { ...stateOf(result('a', 'pass')), leftovers: [{ kind: 'process' as const, what: 'sleep 600', lesson: '11-init', evidence: { source: '', lines: [] } }] };
    expect(texts(layoutPanel(input(left), 60, 20)).slice(-2)).toEqual(['Left behind by your box', '! process sleep 600']);
  });

  test('an impossible sandbox says why and what to do', () => {
    const lines = texts(layoutPanel({ check: noCheck, next: undefined, impossible: { message: 'No user namespaces here.', next: ['vagrant up'] }, broken: [] }, 60, 20));
    expect(lines).toEqual(['No user namespaces here.', '  → vagrant up', 'Reading works all the same.']);
  });
});

describe('geometry', () => {
  test.each([
    [80, 24, { tiny: false, wide: false, page: 76, body: 21 }],
    [110, 30, { wide: true, page: 76, side: 28 }],
    [120, 40, { wide: true, page: 76, side: 38, body: 37 }],
    [40, 10, { tiny: false, page: 38, body: 7 }],
    [39, 10, { tiny: true }],
    [80, 9, { tiny: true }],
  ])('%i×%i', (columns, rows, expected) => {
    expect(geometryOf({ columns, rows })).toMatchObject(expected);
  });

  test('the panes of a wide screen fill it exactly', () => {
    for (let columns = 110; columns < 220; columns++) {
      const { margin, page, side } = geometryOf({ columns, rows: 30 });
      expect(margin + page + 1 + 2 + side + 1).toBe(columns);
    }
  });
});

describe('the lines around the body', () => {
  test.each([40, 60, 80, 120])('are never wider than %i columns', (columns) => {
    const run = drive(begin(undefined, { columns, rows: 24 }), { type: 'saved', files: ['run.ts'] });
    const views = [[], [{ do: 'list' }], [{ do: 'search' }], [{ do: 'help' }], [{ do: 'hint' }], [{ do: 'verdict' }], [{ do: 'diff' }]] as const;
    for (const commands of views) {
      const { state } = drive(run, ...commands);
      for (const draw of [titleLine, statusLine, keysLine]) expect(lineWidth(draw(state))).toBeLessThanOrEqual(columns);
    }
  });

  test('the keys that matter most stay when the line is short', () => {
    const at = (columns: number): string => lineText(keysLine(begin(undefined, { columns, rows: 24 }).state));
    expect(at(120)).toBe(' j/k scroll  Enter run  n lesson  l list  h hint  e editor  s shell  x X-ray  d diff  t trace  ? help  q quit ');
    expect(at(40)).toContain('Enter run');
    expect(at(40)).toContain('? help  q quit');
  });

  test.each([
    [{ at: 'setting-up', what: 'packages', done: 41.7, total: 60 }, 'setting up: packages 41/60'],
    [{ at: 'setting-up', what: 'the kernel' }, 'setting up: the kernel'],
    [{ at: 'booting', kind: 'uml' }, 'kernel booting'],
    [{ at: 'booting', kind: 'here' }, 'sandbox starting'],
    [{ at: 'ready', kernel: { kind: 'uml', release: '6.1', image: '' } }, 'kernel ready (uml 6.1)'],
    [{ at: 'lost', why: 'x' }, 'kernel lost'],
    [{ at: 'impossible', message: '', next: [] }, 'no kernel here'],
  ] as const)('the kernel is said in words: %j', (kernel, words) => {
    const { state } = drive(begin(), { type: 'kernel', state: { ...kernel } as never, note: undefined });
    expect(lineText(statusLine(state))).toContain(words);
  });

  test('a pass that breaks a lesson before is not only a pass', () => {
    const progress = progressWith({ '01-first': { started: true, passed: true, failsNow: true }, '02-second': { started: true } }, '02-second');
    const check = stateOf(result('a', 'pass'));
    const { state } = drive(begin(progress), { type: 'kernel', state: { at: 'ready', kernel }, note: undefined });
    const passed = { ...state, checks: { '02-second': check } };
    expect(lineText(statusLine(passed))).toMatch(/✓ PASSED {2}all 1 check {2}· {2}✗ 01 fails now$/);
    expect(lineText(statusLine({ ...passed, regression: { run: 0, lesson: '01-first' } }))).toContain('looking at lesson 01 again');
  });

  test('a lesson that was marked in an earlier session is not one that never was', () => {
    expect(lineText(statusLine(begin().state))).toContain('not marked yet');
    expect(lineText(statusLine(begin(progressWith({ '01-first': { started: true, attempts: 2 } }, '01-first')).state))).toContain('not marked since you came back');
  });

  test('after the last hint there is no next one', () => {
    const keysAt = (hints: number): string => lineText(keysLine({ ...begin(progressWith({ '01-first': { started: true, hints } }, '01-first')).state, view: { name: 'hints', scroll: 0, newest: true } }));
    const { length } = sampleCourse().lessons[0]!.hints;
    expect(keysAt(length - 1)).toContain('h next hint');
    expect(keysAt(length)).not.toContain('next hint');
    expect(keysAt(length)).toContain('d diff');
  });

  test('a verdict on another lesson than the one that is read says which', () => {
    const { state } = drive(begin(), { type: 'saved', files: [] }, { do: 'lesson', direction: 1 });
    expect(lineText(statusLine(state))).toContain('Lesson 01: ');
  });
});

describe('what covers the page', () => {
  test('the map says what a lesson took, and that one fails now', () => {
    const progress = progressWith({ '01-first': { started: true, passed: true, failsNow: true, attempts: 3, seconds: 720 }, '02-second': { started: true, attempts: 1 } }, '02-second');
    const lines = texts(layoutOverlay(drive(begin(progress), { do: 'list' }).state)!.lines);
    expect(lines[1]).toMatch(/^ {2}✗ 01 {2}The first +passed, fails now +12 min, 3 attempts$/);
    expect(lines[2]).toMatch(/^▸ … 02 {2}The second +started, open here +1 attempt$/);
  });

  test('the map says in words where each lesson stands', () => {
    const progress = progressWith({ '01-first': { started: true, passed: true }, '02-second': { started: true } }, '02-second');
    const lines = texts(layoutOverlay(drive(begin(progress), { do: 'list' }).state)!.lines);
    expect(lines).toEqual([
      'Part one',
      expect.stringMatching(/^ {2}✓ 01 {2}The first +passed +20 min$/),
      expect.stringMatching(/^▸ … 02 {2}The second +started, open here +20 min$/),
      '',
      'Part two',
      expect.stringMatching(/^ {4}03 {2}Mounts and more +20 min$/),
    ]);
  });

  test('the newest hint is in view, earlier ones above it', () => {
    const progress = progressWith({ '01-first': { started: true, hints: 3 } }, '01-first');
    const { state } = drive(begin(progress, { columns: 80, rows: 10 }), { do: 'hint' });
    const overlay = layoutOverlay(state)!;
    expect(texts(overlay.lines).slice(overlay.scroll).join('\n')).toContain('The call is');
    expect(layoutHints([], 0, 60).lines.map(lineText)).toEqual(['This lesson has no hints.']);
  });
});

describe('comparisons', () => {
  const words = { same: 'All the same.', absent: (file: string) => `${file} (new)` };

  test('mark lines, and within a changed line the words', () => {
    const lines = compare('one\ntwo three\nfour\n', 'one\ntwo 3\nfour\nfive\n', 'a.txt');
    expect(lines.map((one) => `${one.mark}${one.parts.map((part) => (part.differs ? `[${part.text}]` : part.text)).join('')}`)).toEqual([
      '@1', ' one', '-two [three]', '+two [3]', ' four', '+five',
    ]);
    expect(compare('same', 'same', 'a.ts')).toEqual([]);
  });

  test('a new file is all additions', () => {
    expect(compare('', 'a\nb\n', 'a.ts').filter((one) => one.mark !== '@').map((one) => one.mark)).toEqual(['+', '+']);
  });

  test('a diff is never wider than the screen; files that are the same are not in it', () => {
    const files = [{ file: 'run.ts', absent: false, lines: compare('x'.repeat(200), `${'x'.repeat(190)} y`, 'run.ts') }];
    for (const width of [40, 76, 108, 116]) for (const parts of layoutFiles(files, words, width)) expect(lineWidth(parts)).toBeLessThanOrEqual(width);
    expect(texts(layoutFiles([], words, 60))).toEqual(['All the same.']);
  });

  test('code keeps its colours, and changed words stand out of them', () => {
    const [, removed, added] = compare("const a = 'x'; // one\n", "const a = 'y'; // one\n", 'a.ts');
    expect(added?.parts).toEqual(expect.arrayContaining([{ text: 'const', role: 'keyword', differs: false }, { text: 'y', role: 'string', differs: true }, { text: '// one', role: 'comment', differs: false }]));
    expect(removed?.parts.filter((part) => part.differs).map((part) => part.text)).toEqual(['x']);
    // A comment of several lines is one for all of them.
    expect(compare('/**\n * const\n */\n', '/**\n * const x\n */\n', 'a.ts').flatMap(({ parts }) => parts).filter(({ text }) => text.includes('const')).map(({ role }) => role)).toEqual(['comment', 'comment']);
  });

  test('stand side by side where there is room, the first changed line beside the first', () => {
    const files = [{ file: 'a.ts', absent: false, lines: compare('one\ntwo\nthree\n', 'one\n2\n2b\nthree\n', 'a.txt') }];
    expect(texts(layoutFiles(files, words, 110)).map((text) => text.replaceAll(/ +/g, ' '))).toEqual(['a.ts', ' 1 one │ 1 one', ' 2 - two │ 2 + 2', ' │ 3 + 2b', ' 3 three │ 4 three']);
    expect(texts(layoutFiles(files, words, 76))).toEqual(['a.ts', '  line 1', '  one', '- two', '+ 2', '+ 2b', '  three']);
  });

  test('what touches the learner’s own work comes first in a preview', () => {
    const change = (file: string, kind: 'new' | 'merge' | 'conflict') => ({ change: { file, kind, side: `${file}.02`, reference: false, before: '', after: 'x' }, lines: compare('', 'x\n', file) });
    const text = texts(layoutStartDiff([change('a.ts', 'new'), change('b.ts', 'conflict'), change('c.ts', 'merge')], 76)).join('\n');
    expect(text.indexOf('b.ts')).toBeLessThan(text.indexOf('c.ts'));
    expect(text.indexOf('c.ts')).toBeLessThan(text.indexOf('a.ts'));
    expect(text).toContain('b.ts  stays yours; the lesson’s version goes beside it as b.ts.02');
    expect(text).toContain('Take over what you need');
    const both = { ...change('b.ts', 'conflict'), change: { ...change('b.ts', 'conflict').change, after: 'a\n<<<<<<< yours\nb\n=======\nc\n>>>>>>> lesson 02\n' } };
    expect(texts(layoutStartDiff([both], 76)).join(' ')).toMatch(/b\.ts\.02 has both, yours under <<<<<<</);
  });

  test('a conflict is what there is to say after a start', () => {
    const laid = { file: 'b.ts', kind: 'conflict', side: 'b.ts.02', reference: false, before: '', after: '' } as const;
    const { message } = drive(begin(), { type: 'started', lesson: '02-second', changes: [laid, { ...laid, file: 'a.ts', kind: 'new', side: undefined }] }).state;
    expect(message).toMatchObject({ text: 'Started; bring together: b.ts.02. u undoes it.', tone: 'warn' });
  });
});
