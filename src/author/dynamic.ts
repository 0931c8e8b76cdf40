/** The thorough half of the course gate: what a real kernel says to every state of every lesson. */
import { randomUUID } from 'node:crypto';
import type { Sandbox } from '../check/types.ts';
import { toWire } from '../check/tree.ts';
import type { CheckResult, Leftover, Verdict } from '../check/wire.ts';
import { readChecks } from '../check/workspace.ts';
import { lessonsBefore } from '../lesson/find.ts';
import { experimentTree, mistakesOf, mistakeTree, solutionTree, starterTree } from '../lesson/lay/trees.ts';
import { everyBlock } from '../lesson/text.ts';
import type { Tree } from '../lesson/tree.ts';
import type { Course, Experiment, Lesson } from '../lesson/types.ts';
import { readAlso } from './also.ts';
import type { LearnerBox } from './boxes.ts';
import type { Problems } from './problem.ts';

/** One thing to try: what it is called, and how it goes. */
export type Trial = { name: string; run(sandbox: Sandbox, says: Problems, signal: AbortSignal): Promise<void> };

/** Everything that has to be tried for one lesson, in the order in which an author wants to know. */
export function trialsFor(course: Course, lesson: Lesson, boxes: readonly LearnerBox[], quick: boolean): Trial[] {
  return [
    starterFails(course, lesson),
    ...checkedWith(course, lesson, quick).map((checked) => solutionPasses(course, lesson, checked)),
    ...mistakesOf(lesson).map((mistake) => mistakeIsNamed(course, lesson, mistake, quick)),
    ...boxes.filter((box) => box.lesson.id === lesson.id).map(learnerPasses),
    experimentsMatch(course, lesson),
  ];
}

/**
 * The lessons that a lesson's solution has to pass: its own and all before it. In quick, only the last solution has to, which has
 * all others in it; the others their own lesson and the one before.
 */
function checkedWith(course: Course, lesson: Lesson, quick: boolean): Lesson[] {
  const all = [...lessonsBefore(course, lesson), lesson];
  return quick && lesson !== course.lessons.at(-1) ? all.slice(-2) : all;
}

function starterFails(course: Course, lesson: Lesson): Trial {
  const at = `lessons/${lesson.id}/starter`;
  return {
    name: 'the starter fails',
    run: async (sandbox, says, signal) => {
      const { verdict } = await judge(sandbox, lesson, starterTree(course, lesson), signal);
      reportErrors(verdict, at, says);
      if (!verdict.checks.some((check) => check.status === 'fail')) says.at(at, 1, `no check fails on the starter (${statuses(verdict)}): what is left to do?`);
    },
  };
}

function solutionPasses(course: Course, lesson: Lesson, checked: Lesson): Trial {
  const at = `lessons/${lesson.id}/solution`;
  return {
    name: checked === lesson ? 'the solution passes' : `the solution passes ${checked.id}`,
    run: async (sandbox, says, signal) => {
      const { verdict, leftovers } = await judge(sandbox, checked, solutionTree(course, lesson), signal);
      reportFailures(verdict, checked, at, says);
      reportLeftovers(leftovers, checked, at, says);
      for (const check of verdict.checks) {
        for (const id of check.fired ?? []) says.at(at, 1, `${checked.id}, check ${check.id}: the rule "${id}" fires on the solution (${inShort(check)})`);
      }
    },
  };
}

function mistakeIsNamed(course: Course, lesson: Lesson, mistake: { name: string; id: string }, quick: boolean): Trial {
  const at = `lessons/${lesson.id}/mistakes/${mistake.name}`;
  return {
    name: `mistake ${mistake.name}`,
    run: async (sandbox, says, signal) => {
      const { verdict } = await judge(sandbox, lesson, mistakeTree(course, lesson, mistake.name), signal, quick);
      reportErrors(verdict, at, says);
      const failed = verdict.checks.find((check) => check.status !== 'pass' && check.status !== 'blocked');
      if (!failed) says.at(at, 1, 'every check passes with this mistake in it');
      else if (failed.mistake?.id !== mistake.id) {
        says.at(at, 1, `the first check that fails, ${failed.id}, names ${failed.mistake ? `the mistake "${failed.mistake.id}"` : 'no mistake'} (${inShort(failed)})`);
      }
      const right = [mistake.id, ...(says.guard(() => readAlso(course, lesson))?.[mistake.name] ?? [])];
      for (const id of new Set(verdict.checks.flatMap((check) => check.fired ?? []))) {
        if (!right.includes(id)) {
          const where = verdict.checks.filter((check) => check.fired?.includes(id)).map((check) => check.id).join(', ');
          says.at(at, 1, `the rule "${id}" fires, too (${where}); if it is right, mistakes/also.toml says so`);
        }
      }
    },
  };
}

/** A box of quite another build passes as well: the checks look at processes, not at files. */
function learnerPasses(box: LearnerBox): Trial {
  return {
    name: `the box "${box.name}" passes`,
    run: async (sandbox, says, signal) => {
      const { verdict, leftovers } = await judge(sandbox, box.lesson, box.tree, signal);
      reportFailures(verdict, box.lesson, box.folder, says);
      reportLeftovers(leftovers, box.lesson, box.folder, says);
      for (const id of new Set(verdict.checks.flatMap((check) => check.fired ?? []))) says.at(box.folder, 1, `the rule "${id}" fires on a box that is right`);
    },
  };
}

function experimentsMatch(course: Course, lesson: Lesson): Trial {
  return {
    name: 'the experiments match',
    run: async (sandbox, says, signal) => {
      const blocks = says.guard(() => lesson.blocks);
      const session = `gate-${lesson.id}-${randomUUID().slice(0, 8)}`;
      const box = toWire(experimentTree(course, lesson));
      try {
        for (const experiment of everyBlock(blocks ?? []).filter((block) => block.kind === 'experiment')) {
          const { output, ending } = await sandbox.experiment({ session, script: experiment.script, box }, { signal });
          for (const wrong of wrongWith(experiment, output, ending)) {
            says.at(experiment.place.file, experiment.place.line, `experiment ${experiment.number}: ${wrong}; it printed:\n${quoted(output)}`);
          }
        }
      } finally {
        if (!signal.aborted) await sandbox.reset(session);
      }
    },
  };
}

/** What an experiment's output and status do not keep of what the page promises. Pure. */
export function wrongWith(experiment: Experiment, output: string, ending: { code: number | null; signal: string | null; limit?: string }): string[] {
  const wrong = experiment.expect.filter((pattern) => !new RegExp(pattern, 'm').test(output)).map((pattern) => `nothing matches /${pattern}/`);
  if (ending.limit) wrong.push(`it met the limit "${ending.limit}"`);
  const failed = ending.code !== 0;
  if (failed && !experiment.fails) wrong.push(`it ended with ${ending.signal ?? `status ${ending.code}`}, and the fence does not say \`fails\``);
  if (!failed && experiment.fails) wrong.push('the fence says `fails`, and it ended with status 0');
  return wrong;
}

async function judge(sandbox: Sandbox, lesson: Lesson, box: Tree, signal: AbortSignal, firstFailure = false): Promise<{ verdict: Verdict; leftovers: Leftover[] }> {
  return sandbox.check({
    lesson: lesson.id, checks: readChecks(lesson.folder), box: toWire(box), seed: randomUUID().slice(0, 8), allRules: true, firstFailure,
  }, { signal });
}

/** `error` is never the learner's fault, so nothing in the course may lead to it. */
function reportErrors(verdict: Verdict, at: string, says: Problems): void {
  for (const check of verdict.checks) {
    if (check.status === 'error') says.at(at, 1, `${verdict.lesson}, check ${check.id} ends in an error of its own (${inShort(check)})`);
  }
  if (!verdict.checks.length) says.at(at, 1, `${verdict.lesson} has no checks`);
}

function reportFailures(verdict: Verdict, checked: Lesson, at: string, says: Problems): void {
  if (!verdict.checks.length) says.at(at, 1, `${checked.id} has no checks`);
  for (const check of verdict.checks) {
    if (check.status !== 'pass') says.at(at, 1, `${checked.id}, check ${check.id}: ${check.status} (${inShort(check)}; --seed ${verdict.seed})`);
  }
}

function reportLeftovers(leftovers: readonly Leftover[], checked: Lesson, at: string, says: Problems): void {
  for (const left of leftovers) says.at(at, 1, `${checked.id} leaves a ${left.kind} behind: ${left.what}`);
}

function inShort(check: CheckResult): string {
  const words = [check.expected && `expected ${check.expected}`, check.observed && `observed ${check.observed}`].filter(Boolean).join(', ');
  return words.replaceAll(/\s+/g, ' ') || check.title;
}

function statuses(verdict: Verdict): string {
  return verdict.checks.map((check) => `${check.id} ${check.status}`).join(', ');
}

function quoted(output: string): string {
  const lines = output.trimEnd().split('\n');
  return [...lines.slice(0, 20), ...(lines.length > 20 ? [`… ${lines.length - 20} more lines`] : [])].map((line) => `    | ${line}`).join('\n');
}
