/** The trace on the course itself, in the private kernel: the reference, a few named mistakes, boxes of another make. */
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { toWire } from '../../src/check/tree.ts';
import { readFolder } from '../../src/check/workspace.ts';
import type { TraceRun, WireFile } from '../../src/check/wire.ts';
import { loadCourse } from '../../src/lesson/load.ts';
import { mistakeTree, solutionTree } from '../../src/lesson/lay/trees.ts';
import { startOfBox, tracedBy } from '../../src/trace/command.ts';
import { compare } from '../../src/trace/compare.ts';
import { renderTimeline, renderTrace } from '../../src/trace/text.ts';
import { Guest } from '../agent/guest.ts';

const root = path.resolve(import.meta.dirname, '../..');
const course = loadCourse(root);
let guest: Guest;

beforeAll(async () => {
  guest = await Guest.boot();
}, 300_000);

afterAll(async () => {
  await guest?.[Symbol.asyncDispose]();
});

async function follow(number: number, box: WireFile[]): Promise<TraceRun> {
  const { args, setup } = tracedBy(number);
  const value = await guest.client.request({ op: 'trace', box, argv: startOfBox(args), ...(setup === undefined ? {} : { setup }) });
  if (value.op !== 'trace') throw new Error(`answered with ${value.op}`);
  return value.run;
}

const lesson = (number: number) => course.lessons.find((one) => one.number === number)!;
const references = new Map<number, Promise<TraceRun>>();
function reference(number: number): Promise<TraceRun> {
  const known = references.get(number) ?? follow(number, toWire(solutionTree(course, lesson(number))));
  references.set(number, known);
  return known;
}

/** Names that the run made up, and numbers of the kernel's, are different in every run: that must not show. */
test.each([3, 5, 9, 12])('two runs of the reference of lesson %i are the same', { timeout: 180_000 }, async (number) => {
  const again = await follow(number, toWire(solutionTree(course, lesson(number))));
  expect(again.ending).toEqual({ code: 0, signal: null });
  expect(again.cut).toBeUndefined();
  expect(compare(again, await reference(number)).difference).toBeNull();
  // The command itself is the last that is started.
  expect(again.steps.findLast(({ name }) => name === 'execve')?.args[1]).toBe('["true"]');
});

describe('mistakes', () => {
  test.each([
    [3, 'no-pid-namespace', /CLONE_NEWPID/],
    [4, 'private-not-recursive', /^Your mount goes without MS_REC\.$/],
    [4, 'private-too-late', /^The same calls, in another order: /],
    [5, 'old-root-kept', /^The reference calls umount/],
    [5, 'new-root-not-a-mount.stale', /^pivot_root .* is refused: EINVAL/],
    [12, 'pid-not-joined', /CLONE_NEWPID/],
    [6, 'mknod-refused', /^mknod.* is refused: EPERM\. The reference does not make this call\.$/],
  ] as const)('of lesson %i: %s', { timeout: 180_000 }, async (number, name, title) => {
    const mine = await follow(number, toWire(mistakeTree(course, lesson(number), name)));
    const { difference, rows } = compare(mine, await reference(number));
    expect(difference?.title).toMatch(title);
    for (const columns of [40, 80, 120]) {
      const document = { schema: 'drydock.trace/1', lesson: lesson(number).id, command: 'box', kernel: null, mine, reference: await reference(number), rows, difference } as const;
      expect(renderTrace(document, columns).split('\n').every((line) => line.length <= Math.max(columns, 100))).toBe(true);
      expect(renderTimeline(document, columns)).toContain('Step 1 of ');
    }
  });
});

test.each(['by-tools', 'one-file'])('a box of another make that passes: %s', { timeout: 180_000 }, async (name) => {
  const mine = await follow(5, readFolder(path.join(root, 'test/fixtures/boxes', name, '05-root'), 'the box'));
  expect(mine.ending).toEqual({ code: 0, signal: null });
  const { rows } = compare(mine, await reference(5));
  // However it is made, it comes into a root of its own, with its own proc, in its own namespaces.
  const kinds = rows.filter(({ reference: at }) => at !== null).map(({ kind }) => kind);
  expect(kinds.filter((kind) => kind === 'same').length).toBeGreaterThanOrEqual(4);
});
