/** `drydock solution`: the reference, once the lesson has passed or somebody insists. */
import { Exit } from '../errors.ts';
import { ownFiles } from '../lesson/lay/trees.ts';
import { textOf } from '../lesson/tree.ts';
import type { Command } from './command.ts';
import { chosenLesson, openLearner } from './learner.ts';
import { mayReveal } from './reveal.ts';

export const command: Command = {
  name: 'solution',
  summary: 'the reference for a lesson, once it has passed',
  usage: ['solution [LESSON] [--yes]'],
  options: { yes: { type: 'boolean', short: 'y', help: 'show it although the lesson has not passed' } },
  description: ['Shows the files of box that the lesson adds or changes, as the course has them. Your own files stay as they are.'],
  examples: [
    { type: 'drydock solution 3', does: 'the reference for lesson 3' },
    { type: 'drydock diff 3', does: 'only where yours differs from it' },
  ],
  most: 1,
  run: async (context) => {
    const learner = openLearner(context);
    const lesson = chosenLesson(context, learner);
    if (!await mayReveal(context, learner.progress, lesson, `drydock solution ${lesson.number}`)) return Exit.done;
    for (const [path, file] of ownFiles(lesson, 'solution')) {
      context.print(`// ---- ${path} ----`);
      context.print((textOf(file) ?? '(not text)').trimEnd());
      context.print();
    }
    return Exit.done;
  },
};
