/** Two runs side by side: what goes together, what is the first difference, how it is explained. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { align, likeness } from '../../src/trace/align.ts';
import { compare } from '../../src/trace/compare.ts';
import { normalise } from '../../src/trace/normal.ts';
import { change, reference, runOf, stepOf } from './sample.ts';

const kinds = (mine: Parameters<typeof runOf>[0], theirs: Parameters<typeof runOf>[0] = reference): string =>
  compare(runOf(mine), runOf(theirs)).rows.map(({ kind }) => kind[0]).join('');
const without = (index: number): string[] => reference.filter((_, at) => at !== index);
const first = (mine: Parameters<typeof runOf>[0], theirs: Parameters<typeof runOf>[0] = reference) => compare(runOf(mine), runOf(theirs)).difference;

describe('the same calls', () => {
  test('a run and itself', () => {
    expect(compare(runOf(reference), runOf(reference))).toMatchObject({ difference: null, rows: reference.map((_, at) => ({ kind: 'same', mine: at, reference: at })) });
  });

  test.each([
    ['another directory for the root', reference.map((call) => call.replaceAll('/tmp/image', '/var/lib/box/x7/root'))],
    ['pivot_root with a place for the old root', reference.map((call) => call.replace('pivot_root(".", ".")', 'pivot_root("/tmp/image", "/tmp/image/.old")').replace('umount2(".",', 'umount2("/.old",'))],
    ['another source', reference.map((call) => call.replace('"none"', '"what"'))],
    ['another script', reference.map((call) => call.replace('"/work/box/box.ts", "stage"', '"/work/box/child.ts"'))],
  ])('%s', (_, mine) => {
    expect(kinds(mine)).toBe('s'.repeat(reference.length));
  });

  test('amounts in other words, cgroups and descriptors of other names', () => {
    const limit = (cgroup: string, text: string): string => `write(21</sys/fs/cgroup/${cgroup}/memory.max>, "${text}", 3)`;
    expect(kinds([limit('box-1', '64m')], [limit('box/Ab3', '67108864')])).toBe('s');
    expect(kinds([limit('box-1', '32m')], [limit('box/Ab3', '67108864')])).toBe('d');
    expect(kinds(['setns(3<net:[4026531840]>, 0)'], ['setns(9<net:[4026532000]>, 0)'])).toBe('s');
  });
});

describe('the first difference', () => {
  test.each([0, 3, 4, 5, 6, 8, 9])('a call that is not made: %i', (index) => {
    expect(first(without(index))).toMatchObject({ row: index, title: expect.stringMatching(/^The reference calls .*; your box does not\.$/) as string });
  });

  test('a flag that is forgotten, and what that is', () => {
    const mine = reference.map((call) => call.replace('MS_REC|MS_PRIVATE', 'MS_PRIVATE'));
    expect(first(mine)).toMatchObject({ row: 4, title: 'Your mount goes without MS_REC.', why: expect.arrayContaining([expect.stringContaining('the whole tree')]) as string[] });
  });

  test('a flag too many', () => {
    expect(first(reference.map((call) => call.replace('MS_REC|MS_PRIVATE', 'MS_BIND|MS_REC|MS_PRIVATE')))?.title).toContain('MS_BIND as well');
  });

  test('a call that fails: the doctor’s words', () => {
    const failing = stepOf('pivot_root(".", ".")', { errno: 'EINVAL', failure: { condition: '/ is shared.', advice: 'Look at mountinfo.', certain: true, evidence: [] } });
    expect(first([...reference.slice(0, 8), failing])).toEqual({ row: 8, title: 'pivot_root . . is refused: EINVAL. In the reference it succeeds.', why: ['/ is shared.'], look: 'Look at mountinfo.' });
  });

  test('a call of mine that fails and that the reference does not make at all', () => {
    const refused = stepOf('mknod("/tmp/image/dev/null", S_IFCHR|0666, makedev(0x1, 0x3))', { errno: 'EPERM', failure: { condition: 'No device nodes here.', advice: 'Bind it.', certain: true, evidence: [] } });
    expect(first([...reference.slice(0, 5), refused])?.title).toMatch(/^mknod \/tmp\/image\/dev\/null .* is refused: EPERM\. The reference does not make this call\.$/);
  });

  test('a namespace that is made in two calls, or by clone, is no difference; one that is never made is', () => {
    const split = ['unshare(CLONE_NEWUTS)', 'unshare(CLONE_NEWIPC|CLONE_NEWPID)', ...reference.slice(1)];
    expect(first(split)?.title).toMatch(/^Only your box calls unshare/);
    expect(first(['clone(child_stack=…, flags=CLONE_NEWUTS|CLONE_NEWIPC|CLONE_NEWPID|SIGCHLD)', ...reference.slice(1)])).toBeNull();
    expect(first(reference.map((call) => call.replace('|CLONE_NEWIPC', '')))).toMatchObject({ row: 0, title: 'Your unshare goes without CLONE_NEWIPC.' });
  });

  test('another order is said as one', () => {
    const mine = [...reference.slice(0, 3), reference[4]!, reference[3]!, ...reference.slice(5)];
    expect(first(mine)?.title).toMatch(/^The same calls, in another order: /);
    expect(first(mine)?.why[0]).toMatch(/^In your run it comes after /);
  });

  test('a call that is made too late, and so refused', () => {
    const late = stepOf('mount("proc", "/proc", "proc", MS_NOSUID|MS_NODEV|MS_NOEXEC, NULL)', { process: 2, errno: 'EPERM', failure: { condition: 'No proc is in view.', advice: 'When was it?', certain: true, evidence: [] } });
    const mine = [...[...reference.slice(0, 5), ...reference.slice(6, 10)].map((call) => stepOf(call, { process: 2 })), late];
    expect(first(mine)).toMatchObject({ title: expect.stringContaining('is refused: EPERM. In the reference it is made at another moment, and succeeds.') as string, why: ['No proc is in view.'] });
  });

  test('proc that is mounted in the new root already, by the name it has there, is the same at another moment', () => {
    const late = [...reference.slice(0, 5), ...reference.slice(6, 9), 'mount("proc", "/proc", "proc", MS_NOSUID|MS_NODEV|MS_NOEXEC, NULL)', ...reference.slice(9)].map((call) => stepOf(call, { process: 2 }));
    expect(compare(runOf(late), runOf(reference)).rows.filter(({ kind }) => kind !== 'same').map(({ kind }) => kind)).toEqual(['moved', 'moved']);
    expect(first(late)?.title).toMatch(/^The same calls, in another order: mount proc/);
  });

  test('what the reference changed is told; that it reached other namespaces, too', () => {
    const spread = [change('mounts', '/proc', null, 'proc, rw', 'mnt:[1]'), change('mounts', '/proc', null, 'proc, rw', 'mnt:[2]')];
    const theirs = runOf([...reference.slice(0, 5), stepOf(reference[5]!, { changes: spread }), ...reference.slice(6)]);
    expect(compare(runOf(without(5)), theirs).difference?.why).toContain('In the reference it changed mounts: /proc: proc, rw, in 2 mount namespaces at once.');
  });

  test('a run that ended early says how', () => {
    const mine = runOf(reference.slice(0, 2), { ending: { code: 125, signal: null }, stderr: 'box: no\nbox: really not\n' });
    expect(compare(mine, runOf(reference)).difference?.why[0]).toBe('Your box ended there with status 125, saying: box: really not');
  });

  test('no call at all', () => {
    expect(compare(runOf([]), runOf(reference)).difference).toMatchObject({ row: 0 });
    expect(compare(runOf([]), runOf([]))).toEqual({ rows: [], difference: null });
  });
});

describe('alignment', () => {
  const calls = fc.array(fc.constantFrom(...reference, 'chroot("/x")', 'mkdir("/sys/fs/cgroup/a", 0777)', 'sendmsg(3<socket:[1]>, RTM_NEWLINK)', '?', 'mount(', 'write(7</a/b>, "x\\33", 2)'), { maxLength: 25 });

  test('has every call of both once, in order', () => {
    fc.assert(fc.property(calls, calls, (mine, theirs) => {
      const pairs = align(normalise(runOf(mine).steps), normalise(runOf(theirs).steps));
      expect(pairs.flatMap((pair) => pair.mine ?? [])).toEqual(mine.map((_, at) => at));
      expect(pairs.flatMap((pair) => pair.reference ?? [])).toEqual(theirs.map((_, at) => at));
    }));
  });

  test('of a run with itself pairs each call with itself', () => {
    fc.assert(fc.property(calls, (mine) => {
      const { rows, difference } = compare(runOf(mine), runOf(mine));
      expect(difference).toBeNull();
      expect(rows.every((row, at) => row.kind === 'same' && row.mine === at && row.reference === at)).toBe(true);
    }));
  });

  test('likeness is symmetric, and 1 at most', () => {
    fc.assert(fc.property(calls, calls, (mine, theirs) => {
      for (const a of normalise(runOf(mine).steps)) {
        for (const b of normalise(runOf(theirs).steps)) {
          expect(likeness(a, b)).toBe(likeness(b, a));
          expect(likeness(a, b)).toBeLessThanOrEqual(1 + 1e-9);
        }
      }
    }));
  });
});
