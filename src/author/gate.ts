/**
 * The course gate: does every lesson keep what a lesson promises?
 *
 * The quick half reads files; the thorough half asks a real kernel. Both only collect: an author wants to know all that is wrong.
 */
import { rules as everyRule } from '../../sandbox/diagnose/rules.ts';
import { SandboxError } from '../check/sandbox.ts';
import type { Sandbox } from '../check/types.ts';
import type { Course, Lesson } from '../lesson/types.ts';
import { learnerBoxes } from './boxes.ts';
import { type Trial, trialsFor } from './dynamic.ts';
import type { KnownRule } from './folder.ts';
import { type Problem, Problems } from './problem.ts';
import { checkStatic } from './static.ts';

export type GateOptions = {
  /** The lessons to look at. */
  lessons: readonly Lesson[];
  /** Where to try them, each a kernel of its own: as many trials go on at a time. Without one, only the quick half is done. */
  sandboxes?: readonly Sandbox[];
  /** One line for each thing that was looked at, as soon as it was. */
  say(line: string): void;
  signal: AbortSignal;
  /** The rules of diagnosis; every one of the course unless said. */
  rules?: readonly KnownRule[];
  /**
   * Half the time. Of a mistake, only look at the first check that fails: that names it, and no other rule fires there or before.
   * And all earlier lessons are only tried with the last solution.
   */
  quick?: boolean;
};

/**
 * Runs the gate and returns what is wrong, in the order of the lessons: nothing, if all is well. Rejects where a sandbox
 * does, when no other is at work any more.
 */
export async function runGate(course: Course, options: GateOptions): Promise<Problem[]> {
  const { lessons, sandboxes = [], say, rules = everyRule, quick = false } = options;
  const says = new Problems();
  checkStatic(course, lessons, rules, says);
  say(`${lessons.map((lesson) => lesson.id).join(', ')}: texts and files ${outcome(says.all.length)}`);
  const boxes = sandboxes.length ? learnerBoxes(course) : [];
  const tasks = sandboxes.length ? lessons.flatMap((lesson) => trialsFor(course, lesson, boxes, quick).map((trial) => ({ lesson, trial }))) : [];
  const found = await shareOut(tasks, sandboxes, (task, sandbox) => tryOnce(task, sandbox, options));
  return [...says.all, ...found.flat()];
}

/** Each worker takes the next task until none is left. Results come in the order of the tasks. */
async function shareOut<T, R>(tasks: readonly T[], workers: readonly Sandbox[], work: (task: T, worker: Sandbox) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const ended = await Promise.allSettled(workers.map(async (worker) => {
    try {
      for (let index = next++; index < tasks.length; index = next++) results[index] = await work(tasks[index] as T, worker);
    } finally {
      // Where one fails, the others finish what they are at and take nothing more; otherwise nothing is left anyway.
      next = tasks.length;
    }
  }));
  for (const end of ended) if (end.status === 'rejected') throw end.reason;
  return results;
}

type Task = { lesson: Lesson; trial: Trial };

async function tryOnce({ lesson, trial }: Task, sandbox: Sandbox, options: GateOptions): Promise<Problem[]> {
  options.signal.throwIfAborted();
  const began = performance.now();
  const says = await tryTwice(lesson, trial, sandbox, options);
  options.say(`${lesson.id}: ${trial.name} ${outcome(says.all.length)} (${((performance.now() - began) / 1000).toFixed(1)} s)`);
  return says.all;
}

/** A kernel that is lost is replaced, and the trial done again; lost again, it is the trial that does it. */
async function tryTwice(lesson: Lesson, trial: Trial, sandbox: Sandbox, { say, signal }: GateOptions): Promise<Problems> {
  for (let time = 1; ; time++) {
    const says = new Problems();
    try {
      await trial.run(sandbox, says, signal);
      return says;
    } catch (error) {
      if (!(error instanceof SandboxError) || error.reason !== 'kernel' || signal.aborted) throw error;
      if (time === 1) {
        say(`${lesson.id}: ${trial.name} - the kernel was lost, once more (${error.message})`);
        continue;
      }
      says.at(`lessons/${lesson.id}/lesson.md`, 1, `${trial.name}: no verdict, twice the kernel was lost (${error.message})`);
      return says;
    }
  }
}

function outcome(problems: number): string {
  return problems ? `- ${problems} ${problems === 1 ? 'problem' : 'problems'}` : '- ok';
}
