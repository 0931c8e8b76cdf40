/** `drydock grade`: a whole class in one command. */
import fs from 'node:fs';
import path from 'node:path';
import { judgeLimits, notIsolated } from '../grade/judge.ts';
import { findSubmissions, type Found, NEVER } from '../grade/found.ts';
import { gradeClass } from '../grade/class.ts';
import { loadGraded } from '../grade/course.ts';
import { gapsOf, type Gradebook, infraOf } from '../grade/gradebook.ts';
import { visible } from '../grade/ingest/show.ts';
import { sweepScratch } from '../grade/scratch.ts';
import { type Person, readRoster } from '../grade/student.ts';
import { type Grading } from '../grade/submission.ts';
import { probeMachine } from '../check/probe.ts';
import { Exit, fileError, UserError } from '../errors.ts';
import { findLesson } from '../lesson/find.ts';
import { loadCourse } from '../lesson/load.ts';
import type { Course, Lesson } from '../lesson/types.ts';
import { gradeFormatNames } from '../report/grade/index.ts';
import type { Command, Context } from './command.ts';
import { chosenSalt, chosenSeed, chosenShard, chosenWorkers } from './grade-options.ts';
import { chosenFormats, compareWith, printTable, writeReports } from './grade-output.ts';
import { Progress } from './grade-progress.ts';
import { chosenKernel, kernelOption } from './kernel-option.ts';
import { sayState } from './say-state.ts';

export const command: Command = {
  name: 'grade',
  summary: 'for instructors: grade a whole class, each submission in a kernel of its own',
  usage: ['grade SUBMISSIONS… --out DIR [--lesson L,…] [--roster FILE | --anonymous] [--format NAME,…] [--seed S] [--workers N] [--shard i/n] [--against OLD]', 'grade merge DIR… --out DIR'],
  options: {
    out: { type: 'string', value: 'DIR', help: 'where results and reports go; the same command with the same DIR goes on where it was' },
    lesson: { type: 'string', value: 'L,…', multiple: true, help: 'only these checkpoints: 5 or 05,07 (else every lesson)' },
    roster: { type: 'string', value: 'FILE', help: 'who is who: CSV or JSON with folder, id, name, email (else pseudonyms)' },
    anonymous: { type: 'boolean', help: 'pseudonyms only, whatever a roster says' },
    format: { type: 'string', value: 'NAME,…', multiple: true, help: `reports to write: ${gradeFormatNames.join(', ')}, all or none (else html,csv)` },
    seed: { type: 'string', value: 'S', help: 'the random names and numbers of the checks (else new ones, kept in DIR)' },
    salt: { type: 'string', value: 'TEXT', help: 'what pseudonyms are made with (else $DRYDOCK_GRADE_SALT, else one kept in DIR)' },
    workers: { type: 'string', value: 'N', help: 'how many kernels at a time (else by cores and free memory)' },
    shard: { type: 'string', value: 'i/n', help: 'only the i-th of n parts; auto: from the variables of a job array' },
    against: { type: 'string', value: 'OLD', help: 'the DIR of an earlier grading: shows who would rise and fall; OLD is left as it is' },
    kernel: kernelOption,
  },
  description: [
    'SUBMISSIONS are folders or archives (.zip, .tar, .tar.gz, .tar.zst) with a box in them, what `drydock submit` makes, a git checkout, or a folder of such, as Moodle and Canvas '
    + 'give it to download. Only the files of the box count; packages, settings, checks and hooks in it are left out, and the result says so.',
    'The exit status is 0 when all is graded, whatever the marks; 42 where there is nothing that could ever be graded; 3 where it cannot run here. With any other, the same command may be tried again: what is graded stays graded.',
  ],
  examples: [
    { type: 'drydock grade handed-in/ --out graded --lesson 5', does: 'a folder of submissions, lesson 5' },
    { type: 'drydock grade moodle/ --out graded --roster class.csv --format html,moodle', does: 'with names, and a sheet for Moodle' },
    { type: 'drydock grade handed-in/ --out again --against graded', does: 'who would rise and fall' },
    { type: 'drydock grade handed-in/ --out part2 --shard 2/4 --seed exam --salt secret', does: 'one of four machines; see drydock grade merge --help' },
  ],
  run: async (context) => {
    if (context.positionals.length === 0) throw new UserError('`drydock grade` needs submissions.', { next: ['drydock grade handed-in/ --out graded'] });
    const out = chosenOut(context);
    const formats = chosenFormats(context);
    const against = chosenFolder(context, 'against');
    if (against !== undefined && fs.existsSync(out) && fs.realpathSync(against) === fs.realpathSync(out)) {
      throw new UserError('--against and --out are the same folder, so the old grading would be written over.', { next: ['--out NEW, and take NEW when you agree with what it shows'] });
    }
    const course = loadCourse(context.root);
    const lessons = chosenLessons(context, course);
    const roster = chosenRoster(context);
    refuseInside(out, context);
    sweepScratch();
    using findings = await findSubmissions(context.positionals, context.cwd);
    const { submissions, skipped } = findings;
    const shard = chosenShard(context);
    const seed = chosenSeed(context, out, shard);
    const salt = chosenSalt(context, { out, against, seed, shard, named: roster !== undefined });
    const { image, kind } = await readyMachine(context);
    const grading: Grading = {
      root: context.root, kernel: kind, seed, image, limits: judgeLimits, course: await loadGraded(course, lessons),
      openSandbox: context.openSandbox, signal: context.signal, now: context.now,
    };
    for (const { path: at, why } of skipped) context.warn(`drydock: ${visible(path.basename(at))} is no submission (${why})`);
    sayMissing(context, roster, submissions);
    const progress = new Progress(context);
    const { results, record } = await gradeClass({
      found: submissions, roster, salt, out, shard, workers: chosenWorkers(context, kind), grading, onEvent: (event) => progress.take(event),
    });
    progress.end();
    const gaps = gapsOf(record, results, 'own');
    const book: Gradebook = { course: record.course, results, troubles: [...gaps, ...infraOf(results)] };
    const written = writeReports(out, book, formats);
    printTable(context, book, written);
    if (against !== undefined) compareWith(context, against, out, results);
    return ending(context, book, gaps.length);
  },
};

function ending(context: Context, { results, troubles }: Gradebook, gaps: number): number {
  const infra = troubles.length - gaps;
  if (context.signal.aborted) {
    context.warn(`drydock: Interrupted: ${results.length} of ${results.length + gaps} are graded, and what is graded stays graded.`);
    context.warn('  → the same command, with the same --out, goes on from there');
    return Exit.interrupted;
  }
  if (infra === 0) return Exit.done;
  context.warn(`drydock: The machine failed for ${infra} of ${results.length}; they have no mark yet.`);
  context.warn('  → the same command tries them again; drydock doctor says what works here');
  return Exit.notPassed;
}

/** Results among the submissions would be taken for one of them the next time. */
function refuseInside(out: string, context: Context): void {
  const around = context.positionals.find((named) => out === path.resolve(context.cwd, named) || out.startsWith(path.resolve(context.cwd, named) + path.sep));
  if (around !== undefined) throw new UserError(`--out lies inside of ${around}, among the submissions.`, { next: ['Name a folder outside of it.'] });
}

/** The folder of an option, absolute. Throws UserError where it must be there and is not. */
function chosenFolder(context: Context, name: 'against'): string | undefined {
  const named = context.values[name];
  if (typeof named !== 'string') return undefined;
  const folder = path.resolve(context.cwd, named);
  if (!fs.existsSync(folder)) throw new UserError(`There is no ${named} to compare with.`, { next: [`--${name} names the --out of an earlier grading.`] });
  return folder;
}

/** Who is in the roster and has handed in nothing: they have no result, and nobody should look for it. */
function sayMissing(context: Context, roster: readonly Person[] | undefined, submissions: readonly Found[]): void {
  const missing = (roster ?? []).filter(({ known }) => !submissions.some(({ names }) => known.some((name) => names.includes(name))));
  if (missing.length === 0) return;
  const names = missing.slice(0, 10).map(({ name }) => visible(name)).join(', ');
  context.warn(`drydock: ${missing.length} of the roster ${missing.length === 1 ? 'has' : 'have'} handed in nothing: ${names}${missing.length > 10 ? ', …' : ''}`);
}

function chosenOut(context: Context): string {
  const named = context.values['out'];
  if (typeof named !== 'string') throw new UserError('Where should the results go?', { next: ['--out DIR: results and reports are kept there'] });
  return path.resolve(context.cwd, named);
}

function chosenLessons(context: Context, course: Course): readonly Lesson[] {
  const named = context.values['lesson'];
  const wanted = (Array.isArray(named) ? named : []).flatMap((list: string) => list.split(',')).map((one) => one.trim()).filter(Boolean);
  const ids = new Set(wanted.map((one) => findLesson(course, one).id));
  const lessons = course.lessons.filter(({ id }) => ids.size === 0 || ids.has(id));
  if (lessons.length === 0) throw new UserError('There is no lesson to grade.', { next: ['drydock list   shows the lessons'], exit: NEVER });
  return lessons;
}

function chosenRoster(context: Context): Person[] | undefined {
  const named = context.values['roster'];
  if (typeof named !== 'string' || context.values['anonymous'] === true) return undefined;
  try {
    return readRoster(fs.readFileSync(path.resolve(context.cwd, named), 'utf8'), named);
  } catch (cause) {
    throw cause instanceof UserError ? cause : fileError('The roster cannot be read', cause);
  }
}

/** Makes sure that a kernel can be had here, and one that ends with everything in it, before anybody's code is near it. */
async function readyMachine(context: Context): Promise<{ image: string; kind: 'uml' | 'here' }> {
  const choice = chosenKernel(context);
  let facts = probeMachine(choice);
  if (facts.kernel === null) {
    const sandbox = context.openSandbox({ root: context.root, workspace: context.workspace, kernel: choice });
    const stop = sayState(context, sandbox);
    try {
      await sandbox.start();
    } finally {
      stop();
      await sandbox.stop();
    }
    facts = probeMachine(choice);
  }
  if (facts.kind === 'uml' && !facts.namespaces.possible) throw notIsolated();
  if (choice === 'here') context.warn('drydock: Submissions run on this machine’s own kernel, behind the inner wall only: not on a machine that matters.');
  return { image: facts.kernel?.id ?? '', kind: facts.kind };
}
