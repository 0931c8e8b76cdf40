/** A trace as text: nothing a terminal obeys, no line too wide, the difference in words. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { commandText, startOfBox, tracedBy } from '../../src/trace/command.ts';
import { compare } from '../../src/trace/compare.ts';
import { renderTimeline, renderTrace } from '../../src/trace/text.ts';
import type { TraceDocument } from '../../src/trace/types.ts';
import { change, reference, runOf, stepOf } from './sample.ts';

function documentOf(mine: ReturnType<typeof runOf>, theirs: ReturnType<typeof runOf> | null = runOf(reference)): TraceDocument {
  const compared = theirs === null ? { rows: null, difference: null } : compare(mine, theirs);
  return { schema: 'drydock.trace/1', lesson: '05-root', command: 'box run -- true', kernel: null, mine, reference: theirs, ...compared };
}

const lacking = runOf(reference.map((call) => call.replace('MS_REC|MS_PRIVATE', 'MS_PRIVATE')));

describe('the comparison', () => {
  test('in one column', () => {
    expect(renderTrace(documentOf(lacking), 80)).toContain([
      '     4 unshare CLONE_NEWNS', '>≠   5 mount / MS_PRIVATE', '       reference: mount / MS_REC|MS_PRIVATE', '     6 mount proc on /tmp/image/proc MS_NOSUID|MS_NODEV|MS_NOEXEC',
    ].join('\n'));
  });

  test('side by side where there is room', () => {
    const line = renderTrace(documentOf(lacking), 120).split('\n').find((one) => one.startsWith('>≠'));
    expect(line).toMatch(/^>≠ {3}5 mount \/ MS_PRIVATE {20,}mount \/ MS_REC\|MS_PRIVATE$/);
  });

  test('says first difference, why, and where to look', () => {
    const text = renderTrace(documentOf(lacking), 80);
    expect(text).toMatch(/First difference \(row 5\)\n {2}Your mount goes without MS_REC\.\n/);
    expect(text).toContain('  Look: Compare');
  });

  test('no difference', () => {
    expect(renderTrace(documentOf(runOf(reference)), 80)).toContain('No difference: your box makes the calls that the reference makes. If a check\nfails');
  });

  test('only mine', () => {
    expect(renderTrace(documentOf(lacking, null), 80)).not.toContain('reference');
  });
});

test('the timeline: before and after, and what stayed', () => {
  const mine = runOf([stepOf('sethostname("hold", 4)', { changes: [change('names', 'hostname', 'drydock', 'hold', 'uts:[7]')] })]);
  expect(renderTimeline(documentOf(mine, null), 80)).toBe([
    '05-root: box run -- true', '', 'Step 1 of 1  box.ts run (process 1)', '  sethostname("hold", 4) = 0', '  namespaces  as before', '  mounts      as before', '  cgroups     as before',
    '  links       as before', '  host name   uts:[7]', '    hostname', '      - drydock', '      + hold', '',
  ].join('\n'));
});

test('whatever a learner’s program says, no line is too wide and no control character comes through', () => {
  const evil = fc.stringMatching(/^[\u0000-\u00ff\u202e]{0,60}$/);
  fc.assert(fc.property(fc.array(evil, { maxLength: 6 }), fc.integer({ min: 40, max: 160 }), (words, width) => {
    const steps = words.map((word) => stepOf('mount(x)', { name: 'mount', args: [word, `"${word}"`, word, word], text: word, by: word, changes: [change('mounts', word, word, null, word)] }));
    const trace = documentOf(runOf(steps, { stderr: words.join('\n'), ending: { code: 1, signal: null } }));
    for (const text of [renderTrace(trace, width), renderTimeline(trace, width)]) {
      expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    }
  }));
});

describe('what is traced', () => {
  test.each([[1, 'box run -- true'], [4, 'box run --hostname hold -- true'], [5, 'box run --hostname hold --rootfs /tmp/image -- true'], [9, 'box run --hostname hold --layer /tmp/image --layer /tmp/top --memory 64m --pids-limit 64 --network bridge -- true']])('lesson %i', (lesson, text) => {
    expect(commandText(tracedBy(lesson).args)).toBe(text);
  });

  test('a command as one types it', () => {
    expect(commandText(['run', '--', 'sh', '-c', "echo 'a b'"])).toBe("box run -- sh -c 'echo '\\''a b'\\'''");
  });

  test('a box in another language', () => {
    expect(startOfBox(['run'], 'python3 box/box.py')).toEqual(['/bin/sh', '-c', 'exec python3 box/box.py "$@"', 'box', 'run']);
  });
});
