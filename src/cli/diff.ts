/** `drydock diff`: mine against the reference. */
import { Exit } from '../errors.ts';
import { treeDiff } from '../lesson/lay/describe.ts';
import { solutionTree } from '../lesson/lay/trees.ts';
import { readBox } from '../lesson/lay/workspace.ts';
import { pick } from '../lesson/tree.ts';
import type { Command } from './command.ts';
import { chosenLesson, openLearner } from './learner.ts';
import { mayReveal } from './reveal.ts';

export const command: Command = {
  name: 'diff',
  summary: 'your box against the reference',
  usage: ['diff [LESSON] [--yes]'],
  options: { yes: { type: 'boolean', short: 'y', help: 'show it although the lesson has not passed' } },
  description: ['A unified diff from your files to those of the reference at the end of the lesson. Files that only you have are left out.'],
  examples: [
    { type: 'drydock diff', does: 'for the lesson you are at' },
    { type: 'drydock diff 3 | less', does: 'for lesson 3, page by page' },
  ],
  most: 1,
  run: async (context) => {
    const learner = openLearner(context);
    const lesson = chosenLesson(context, learner);
    if (!await mayReveal(context, learner.progress, lesson, `drydock diff ${lesson.number}`)) return Exit.done;
    const reference = solutionTree(learner.course, lesson);
    const text = treeDiff(pick(readBox(context.workspace), (path) => reference.has(path)), reference);
    if (text) context.stdout.write(text);
    else context.print('Your files are the same as the reference.');
    return Exit.done;
  },
};
