/**
 * Makes a drill: finds a mistake that can be put into the learner's box and that the kernel then shows there.
 *
 * Invariants: nothing on disk is touched; and nothing is offered that was not judged, once as it was and once broken.
 */
import { rules } from '../../sandbox/diagnose/rules.ts';
import { toWire } from '../check/tree.ts';
import type { Sandbox } from '../check/types.ts';
import type { CheckResult } from '../check/wire.ts';
import { readChecks } from '../check/workspace.ts';
import { Exit, UserError } from '../errors.ts';
import { mistakesOf, mistakeTree, solutionTree, type MistakeVariant } from '../lesson/lay/trees.ts';
import type { Tree } from '../lesson/tree.ts';
import type { Course, Lesson } from '../lesson/types.ts';
import { choicesFor, shuffled, withMistake } from './mutate.ts';
import type { Choice, Drill, Reason } from './types.ts';

export type PrepareOptions = {
  course: Course;
  lesson: Lesson;
  /** The learner's box; null where there is none. */
  mine: Tree | null;
  seed: string;
  sandbox: Pick<Sandbox, 'check'>;
  signal: AbortSignal;
  /** Told what is being done. */
  onStep?: (step: 'works' | 'breaks') => void;
};

/** How many mistakes are tried on one box: each costs a run of the lesson's checks. */
const MOST_TRIES = 4;

/** Failing checks that are shown. */
const MOST_SYMPTOMS = 3;

type Broken = { variant: MistakeVariant; before: Tree; broken: Tree };
/** `told` is each check as it ended; `known` what was found out of it afterwards, which names failed calls and what to do about them. */
type Judged = { known: readonly CheckResult[]; told: readonly CheckResult[] };
type Judge = (box: Tree) => Promise<Judged>;

/** A drill for this lesson. Throws UserError where the lesson keeps no mistakes, or none that shows. */
export async function prepareDrill(options: PrepareOptions): Promise<Drill> {
  const { course, lesson, mine, seed } = options;
  const variants = shuffled(mistakesOf(lesson), seed, ({ name }) => name);
  if (variants.length === 0) throw new UserError(`Lesson ${lesson.id} keeps no mistakes, so there is nothing to drill.`);
  const solution = solutionTree(course, lesson);
  const judge: Judge = (box) => judged(options, box);
  const onReference = (): Broken[] => variants.map((variant) => ({ variant, before: solution, broken: mistakeTree(course, lesson, variant.name) }));
  const fitting = mine === null ? [] : variants.flatMap((variant): Broken[] => {
    const broken = withMistake(mine, solution, mistakeTree(course, lesson, variant.name));
    return broken === null ? [] : [{ variant, before: mine, broken }];
  });
  let because: Reason | undefined = mine === null ? 'no box' : fitting.length === 0 ? 'does not fit' : undefined;
  if (because === undefined && mine !== null) {
    options.onStep?.('works');
    if (!(await judge(mine)).known.every(({ status }) => status === 'pass')) because = 'does not pass';
    else {
      const drill = await firstThatShows(options, fitting, judge);
      if (drill) return { ...drill, on: 'yours' };
      because = 'does not fit';
    }
  }
  const drill = await firstThatShows(options, onReference(), judge);
  if (drill) return { ...drill, on: 'reference', ...(because === undefined ? {} : { because }) };
  throw new UserError(`None of ${lesson.id}'s mistakes that were tried shows in the kernel's facts here.`, {
    next: [`drydock drill ${lesson.number} --new   tries others`, `drydock check ${lesson.number}   says whether your box works`], exit: Exit.cannotRun,
  });
}

/** The first of these whose first failing check gets the mistake's own name. */
async function firstThatShows({ lesson, seed, onStep }: PrepareOptions, all: readonly Broken[], judge: Judge): Promise<Omit<Drill, 'on'> | undefined> {
  onStep?.('breaks');
  for (const { variant, before, broken } of all.slice(0, MOST_TRIES)) {
    const { known, told } = await judge(broken);
    const failed = known.filter(({ status }) => status !== 'pass' && status !== 'blocked' && status !== 'error');
    const [proof] = failed;
    if (proof?.mistake?.id !== variant.id) continue;
    const right: Choice = { id: proof.mistake.id, title: proof.mistake.title };
    const shown = [...new Set(known.flatMap(({ fired = [] }) => fired))];
    const choices = choicesFor(named(lesson.id), right, shown, seed);
    if (choices.length < 2) continue;
    const symptoms = failed.slice(0, MOST_SYMPTOMS).map((check) => withoutName(told.find(({ id }) => id === check.id) ?? check));
    return { lesson: lesson.id, seed, choices, mistake: right.id, symptoms, proof, before, broken };
  }
  return undefined;
}

/** The named mistakes of a lesson. */
function named(lesson: string): Choice[] {
  return rules.filter((rule) => rule.lesson === lesson).map(({ id, title }) => ({ id, title }));
}

/** What is seen, and not why. The evidence comes with the answer. */
function withoutName({ mistake: _mistake, fired: _fired, ...seen }: CheckResult): CheckResult {
  return { ...seen, evidence: [] };
}

async function judged({ lesson, seed, sandbox, signal }: PrepareOptions, box: Tree): Promise<Judged> {
  const told: CheckResult[] = [];
  const request = { lesson: lesson.id, checks: readChecks(lesson.folder), box: toWire(box), seed, allRules: true };
  const { verdict } = await sandbox.check(request, { signal, onCheck: (result) => void told.push(result) });
  return { known: verdict.checks, told };
}
