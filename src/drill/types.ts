/** A drill: a box that worked, with one named mistake in it, and the question which one. */
import type { CheckResult } from '../check/wire.ts';
import type { Tree } from '../lesson/tree.ts';

/** Whose box was broken. The learner's where the mistake can be put into it, the reference's elsewhere. */
export type Victim = 'yours' | 'reference';

/** Why it is the reference's box. */
export type Reason = 'no box' | 'does not pass' | 'does not fit';

export type Choice = { id: string; title: string };

export type Drill = {
  lesson: string;
  /** The same seed makes the same drill of the same box. */
  seed: string;
  on: Victim;
  because?: Reason;
  /** What is asked, in the order in which it is shown. */
  choices: Choice[];
  /** The mistake that was made: the id of one of the choices. */
  mistake: string;
  /** The checks that fail, the one that names the mistake first; nothing in them does so any more. */
  symptoms: CheckResult[];
  /** The check that proves it, with the mistake in words. */
  proof: CheckResult;
  /** The box that worked, and the same with the mistake in it. */
  before: Tree;
  broken: Tree;
};

/** What there is to say once it was answered. */
export type Answered = { choice: number; right: boolean; /** The right one's number, from 1. */ answer: number };
