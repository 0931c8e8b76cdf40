/** `drydock check`: judge lessons by what the kernel says. */
import { randomBytes } from 'node:crypto';
import { remembered } from '../check/remembered.ts';
import { SandboxError } from '../check/sandbox.ts';
import type { Sandbox } from '../check/types.ts';
import type { Verdict, WireFile } from '../check/wire.ts';
import { toTree } from '../check/tree.ts';
import { readBox, readChecks } from '../check/workspace.ts';
import { Exit, UserError } from '../errors.ts';
import { lessonAfter } from '../lesson/find.ts';
import { recordPassed } from '../lesson/lay/workspace.ts';
import { nearest } from '../lesson/nearest.ts';
import type { Lesson } from '../lesson/types.ts';
import { reporterFor, reporterNames, wantsColour } from '../report/index.ts';
import type { Reporter, ReporterName } from '../report/index.ts';
import type { Command, Context } from './command.ts';
import { chosenKernel, kernelOption } from './kernel-option.ts';
import { chosenLesson, openLearner, record } from './learner.ts';
import type { Learner } from './learner.ts';
import { sayState } from './say-state.ts';

export const command: Command = {
  name: 'check',
  summary: 'judge a lesson by what the kernel says about your box',
  usage: ['check [LESSON] [--reporter NAME | --json] [--seed S] [--box COMMAND] [--kernel auto|uml|here]', 'check --all …'],
  options: {
    all: { type: 'boolean', help: 'every lesson of the course, in order' },
    json: { type: 'boolean', help: 'one JSON object, the verdict; the same as --reporter json' },
    reporter: { type: 'string', value: 'NAME', help: `how to write it: ${reporterNames.join(', ')}` },
    seed: { type: 'string', value: 'S', help: 'repeat a run with the random names and numbers of this seed' },
    box: { type: 'string', value: 'COMMAND', help: 'how to start your box, in /work (else node box/box.ts): it may be in any language' },
    kernel: kernelOption,
  },
  description: [
    'Copies your box into the sandbox, starts it there, and looks at its processes from outside. Without LESSON it is the current one. '
    + 'The exit status is 0 if every check passes, 1 if not.',
  ],
  examples: [
    { type: 'drydock check', does: 'the current lesson' },
    { type: 'drydock check 3 --json', does: 'lesson 3, for a program to read' },
    { type: 'drydock check --all --reporter junit > report.xml', does: 'the whole course, for a build server' },
    { type: "drydock check 1 --box 'python3 box/box.py'", does: 'a box in another language' },
  ],
  most: 1,
  run: async (context) => {
    const name = chosenReporter(context);
    const learner = openLearner(context);
    const all = context.values['all'] === true;
    if (all && context.positionals.length > 0) throw new UserError('A lesson and --all were named: which of them?', { next: ['drydock check --help'] });
    const lessons = all ? learner.course.lessons : [chosenLesson(context, learner)];
    const box = readBox(context.workspace);
    const seed = chosenSeed(context);
    const reporter = reporterFor(name, {
      write: (text) => void context.stdout.write(text),
      colour: wantsColour(context.stdout, context.env),
      columns: context.stdout.columns ?? 80,
    }, all);
    const sandbox = context.openSandbox({ root: context.root, workspace: context.workspace, kernel: chosenKernel(context) });
    const stop = sayState(context, sandbox);
    try {
      const verdicts: Verdict[] = [];
      for (const lesson of lessons) {
        const verdict = await judge({ context, sandbox, reporter, learner }, lesson, box, seed);
        if (verdict === 'cancelled') return Exit.interrupted;
        verdicts.push(verdict);
      }
      reporter.finish();
      if (name === 'plain' && !all) sayNext(context, learner, lessons[0], verdicts[0]);
      return verdicts.every((verdict) => verdict.passed) ? Exit.done : Exit.notPassed;
    } finally {
      stop();
      await sandbox.close();
    }
  },
};

type Judging = { context: Context; sandbox: Sandbox; reporter: Reporter; learner: Learner };

/** Judges one lesson, reports it as it goes, and records it. */
async function judge(judging: Judging, lesson: Lesson, box: WireFile[], seed: string): Promise<Verdict | 'cancelled'> {
  const { context, sandbox, reporter, learner } = judging;
  const command = context.values['box'];
  reporter.begin(lesson);
  try {
    const { verdict, leftovers } = await sandbox.check(
      { lesson: lesson.id, checks: readChecks(lesson.folder), box, seed, ...(typeof command === 'string' ? { command } : {}) },
      { onCheck: (result) => reporter.check(result), signal: context.signal },
    );
    reporter.end(verdict, leftovers);
    record(context, learner.progress, { type: 'checked', lesson: verdict.lesson, verdict: remembered(verdict, new Date(context.now()).toISOString()) });
    if (verdict.passed) keep(context, lesson, box);
    return verdict;
  } catch (error) {
    if (context.signal.aborted) return 'cancelled';
    throw error instanceof SandboxError ? sandboxTrouble(error, lesson) : error;
  }
}

/** For `drydock diff --passed`. Where the disk is full the verdict stands all the same. */
function keep(context: Context, lesson: Lesson, box: WireFile[]): void {
  try {
    recordPassed(context.workspace, lesson.id, toTree(box));
  } catch (error) {
    context.warn(`drydock: this version of your box was not kept: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** No verdict: nothing is said about the learner's code, and nothing is recorded. */
function sandboxTrouble(error: SandboxError, lesson: Lesson): UserError {
  return new UserError(`${lesson.id} could not be judged: ${error.message}`, {
    next: [`drydock check ${lesson.number}   tries again; a kernel that was lost is replaced`, 'drydock doctor   says what works here'],
    exit: error.reason === 'usage' ? Exit.usage : Exit.bug,
    cause: error,
  });
}

function sayNext(context: Context, { course }: Learner, lesson: Lesson | undefined, verdict: Verdict | undefined): void {
  if (!lesson || !verdict) return;
  context.print();
  const after = lessonAfter(course, lesson);
  if (!verdict.passed) {
    context.print(`drydock hint ${lesson.number}   the next hint        drydock check ${lesson.number} --seed ${verdict.seed}   exactly this run again`);
  } else if (after) {
    context.print(`drydock start ${after.number}   the next lesson: ${after.title}`);
  } else {
    context.print('This was the last lesson.');
    context.print('drydock parity   what your runtime can do, beside unshare, bubblewrap, runc and crun');
  }
}

function chosenReporter(context: Context): ReporterName {
  const named = context.values['reporter'];
  if (context.values['json'] === true) {
    if (named !== undefined && named !== 'json') throw new UserError(`--json and --reporter ${String(named)} were given: which of them?`, { next: ['drydock check --help'] });
    return 'json';
  }
  const name = reporterNames.find((one) => one === (named ?? 'plain'));
  if (name) return name;
  const near = nearest(String(named), reporterNames);
  throw new UserError(`There is no reporter "${String(named)}".`, {
    next: [...(near.length > 0 ? [`Did you mean ${near.join(' or ')}?`] : []), `--reporter is one of ${reporterNames.join(', ')}.`],
  });
}

/** The seed that was asked for, or a new one that is short enough to be typed. */
function chosenSeed(context: Context): string {
  const named = context.values['seed'];
  if (typeof named !== 'string') return randomBytes(4).toString('hex');
  if (/^[\w.-]{1,64}$/.test(named)) return named;
  throw new UserError(`"${named}" is no seed.`, { next: ['A seed is 1 to 64 letters, digits, and . _ -; every verdict prints its own.'] });
}
