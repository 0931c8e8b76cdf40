/** `drydock diff`: mine against the reference, or against mine as it was when it passed. */
import { Exit, type ExitCode, UserError } from '../errors.ts';
import { treeDiff } from '../lesson/lay/describe.ts';
import { lastPassed } from '../lesson/lay/passed.ts';
import { solutionTree } from '../lesson/lay/trees.ts';
import { readBox } from '../lesson/lay/workspace.ts';
import { pick } from '../lesson/tree.ts';
import type { Lesson } from '../lesson/types.ts';
import type { Command, Context } from './command.ts';
import { chosenLesson, type Learner, openLearner } from './learner.ts';
import { mayReveal } from './reveal.ts';

export const command: Command = {
  name: 'diff',
  summary: 'your box against the reference, or against itself when it last passed',
  usage: ['diff [LESSON] [--yes]', 'diff [LESSON] --passed'],
  options: {
    passed: { type: 'boolean', help: 'what you have changed since the lesson last passed (else the nearest before it that did)' },
    yes: { type: 'boolean', short: 'y', help: 'show it although the lesson has not passed' },
  },
  description: ['A unified diff from your files to those of the reference at the end of the lesson. Files that only you have are left out.'],
  examples: [
    { type: 'drydock diff', does: 'for the lesson you are at' },
    { type: 'drydock diff --passed', does: 'it worked before: what did I change?' },
    { type: 'drydock diff 3 | less', does: 'for lesson 3, page by page' },
  ],
  most: 1,
  run: async (context) => {
    const learner = openLearner(context);
    const lesson = chosenLesson(context, learner);
    if (context.values['passed']) return sincePassed(context, learner, lesson);
    if (!await mayReveal(context, learner.progress, lesson, `drydock diff ${lesson.number}`)) return Exit.done;
    const reference = solutionTree(learner.course, lesson);
    const text = treeDiff(pick(readBox(context.workspace), (path) => reference.has(path)), reference);
    if (text) context.stdout.write(text);
    else context.print('Your files are the same as the reference.');
    return Exit.done;
  },
};

function sincePassed(context: Context, { course }: Learner, lesson: Lesson): ExitCode {
  const kept = lastPassed(course, lesson, context.workspace);
  if (!kept) throw new UserError(`Neither ${lesson.id} nor a lesson before it has passed yet.`, { next: [`drydock check ${lesson.number}   when it passes, your box is kept as it is then`] });
  const text = treeDiff(kept.box, readBox(context.workspace));
  context.warn(`From your box when it passed ${kept.lesson.id} to your box now:`);
  if (text) context.stdout.write(text);
  else context.print('Nothing has changed since.');
  return Exit.done;
}
