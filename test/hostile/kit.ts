/**
 * Hostile submissions, graded with real kernels, two at a time; after them an honest one, and a look at the machine.
 *
 * A submission can say something to the tests in one way only: as its standard error, where a check quotes it.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { beforeAll, expect, test, vi } from 'vitest';
import { probeMachine } from '../../src/check/probe.ts';
import { openSandbox } from '../../src/check/sandbox.ts';
import { canonicalLine, type Grading, gradeSubmission, judgeLimits, loadGraded, type Outcome, type SubmissionResult } from '../../src/grade/index.ts';
import { solutionTree } from '../../src/lesson/lay/trees.ts';
import { loadCourse } from '../../src/lesson/load.ts';
import { writeTree } from '../../src/lesson/tree.ts';
import { Scratch } from '../grade/archives.ts';

// What is graded is graded before the first test.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 600_000 });

const root = path.resolve(import.meta.dirname, '../..');
const course = loadCourse(root);

/** A limit for those that can only end by it, in milliseconds. */
export const short: Partial<Grading> = { limits: { ...judgeLimits, lesson: 20_000 } };

/** Milliseconds that a submission may take beyond its limit: a boot, on a machine that may be busy, and an end. */
const GRACE = 30_000;

export type Hostile = {
  /** Laid over the reference of its lesson, paths from the submission's top. */
  files?: Record<string, string>;
  /** Or an archive in its place. */
  archive?: { name: string; bytes: Buffer };
  /** Or made by hand, where files are not enough. */
  lay?(folder: string): void;
  lesson?: number;
  grading?: Partial<Grading>;
  outcome: Outcome;
  points?: number;
  /** What a check quotes of it, or the reason of the whole result says. */
  says?: RegExp;
  leaves?: readonly RegExp[];
  discards?: readonly string[];
};

async function setting(lesson: number, more: Partial<Grading> = {}): Promise<Grading> {
  return {
    root, kernel: 'uml', seed: 'hostile-seed', image: probeMachine('uml').kernel?.id ?? '', limits: judgeLimits,
    course: await loadGraded(course, course.lessons.slice(lesson - 1, lesson)), openSandbox, signal: new AbortController().signal, now: Date.now, ...more,
  };
}

/** Grades one. */
async function grade(name: string, { lesson = 1, files = {}, archive, lay, grading: more }: Partial<Hostile>): Promise<SubmissionResult> {
  using scratch = new Scratch();
  const reference = course.lessons[lesson - 1];
  if (!reference) throw new Error(`no lesson ${lesson}`);
  const source = archive ? scratch.write(archive.name, archive.bytes) : scratch.at('submission');
  if (!archive) {
    writeTree(path.join(source, 'box'), solutionTree(course, reference));
    for (const [file, text] of Object.entries(files)) scratch.write(`submission/${file}`, text);
    lay?.(source);
  }
  return await gradeSubmission({ source, id: 'subject', name, student: { id: name, name, pseudonym: false } }, await setting(lesson, more));
}

/** The honest ones, the reference of lessons 1 and 2: the lines that must always be the same. */
async function canaries(): Promise<string[]> {
  const graded = await Promise.all([1, 2].map((lesson) => grade('canary', { lesson })));
  expect(graded.map(({ outcome }) => outcome)).toEqual(['pass', 'pass']);
  return graded.map(canonicalLine);
}

/**
 * Makes tests of a table of hostile submissions: one for each, then one for the honest that come after them, then one for the
 * machine. Returns the results, by name, which are there once the first test runs.
 */
export function corpus(cases: Readonly<Record<string, Hostile>>): ReadonlyMap<string, SubmissionResult> {
  const graded = new Map<string, SubmissionResult>();
  let before: { machine: object; canaries: string[] };

  beforeAll(async () => {
    before = { machine: machine(), canaries: await canaries() };
    const left = Object.entries(cases);
    const work = async (): Promise<void> => {
      for (let next = left.shift(); next; next = left.shift()) graded.set(next[0], await grade(...next));
    };
    await Promise.all([work(), work()]);
  });

  test.each(Object.entries(cases))('%s', (name, hostile) => {
    const result = graded.get(name);
    if (!result) throw new Error('it was not graded');
    const seen = { outcome: result.outcome, points: result.points, said: quoted(result), left: leftovers(result) };
    expect(seen).toMatchObject({ outcome: hostile.outcome, ...(hostile.points === undefined ? {} : { points: hostile.points }), ...(hostile.says ? { said: expect.stringMatching(hostile.says) } : {}) });
    for (const what of hostile.leaves ?? []) expect(seen.left).toContainEqual(expect.stringMatching(what));
    if (!hostile.leaves) expect(seen.left).toEqual([]);
    expect(result.discarded.map(({ path: at }) => at)).toEqual(expect.arrayContaining([...(hostile.discards ?? [])]));
    expect(result.flaky).toBe(false);
    const { lesson, attempts } = { ...judgeLimits, ...hostile.grading?.limits };
    expect(result.durationMs).toBeLessThan(lesson * (result.outcome === 'infra' ? attempts : 1) + GRACE);
  });

  test('the honest after them have what they always have', async () => {
    expect(await canaries()).toEqual(before.canaries);
  });

  test('the machine is as it was', async () => {
    await expect.poll(machine, { timeout: 15_000, interval: 250 }).toEqual(before.machine);
  });

  return graded;
}

/** What checks quote, and why nothing was judged. */
function quoted({ lessons, reason }: SubmissionResult): string {
  return [...lessons.flatMap(({ checks }) => checks.map(({ observed }) => observed)), reason ?? ''].filter((text) => text !== '').join('\n');
}

function leftovers({ lessons }: SubmissionResult): string[] {
  return lessons.flatMap((lesson) => lesson.leftovers.map(({ kind, what }) => `${kind} ${what}`));
}

/** What nobody's submission may change on this machine. */
function machine(): object {
  const read = (file: string): string => fs.readFileSync(file, 'utf8').trim();
  const sysctl = (name: string): string => (fs.existsSync(`/proc/sys/${name}`) ? read(`/proc/sys/${name}`) : 'none');
  return {
    mounts: read('/proc/self/mountinfo').split('\n').sort(),
    host: os.hostname(),
    links: Object.keys(os.networkInterfaces()).sort(), devices: fs.existsSync('/sys/class/net') ? fs.readdirSync('/sys/class/net').sort() : [],
    sysctls: Object.fromEntries(['kernel/core_pattern', 'kernel/hostname', 'kernel/domainname', 'kernel/sysrq', 'kernel/pid_max', 'kernel/modprobe', 'vm/overcommit_memory', 'net/ipv4/ip_forward', 'user/max_user_namespaces'].map((name) => [name, sysctl(name)])),
    cgroups: fs.existsSync('/sys/fs/cgroup') ? fs.readdirSync('/sys/fs/cgroup').filter((name) => name.includes('drydock')).sort() : [],
    // Both clocks count the same seconds, unless somebody set one: minutes apart since boot, rounded.
    clock: Math.round((Date.now() - performance.timeOrigin - performance.now()) / 60_000),
    folders: fs.readdirSync(os.tmpdir()).filter((name) => name.startsWith(`drydock-grade-${process.pid}-`)),
    processes: ours(),
  };
}

/** Keepers and kernels of this process: their folder is named on their command line or in their environment. */
function ours(): string[] {
  const mark = `drydock-grade-${process.pid}-`;
  return fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid).flatMap((pid) => {
    try {
      const line = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      return line.includes(mark) || fs.readFileSync(`/proc/${pid}/environ`, 'utf8').includes(mark) ? [line.replaceAll('\0', ' ')] : [];
    } catch {
      return [];
    }
  });
}
