/** `drydock read`: a lesson as text. */
import { Exit } from '../errors.ts';
import { renderLesson } from '../lesson/text.ts';
import type { Command } from './command.ts';
import { chosenLesson, openLearner, textWidth } from './learner.ts';

export const command: Command = {
  name: 'read',
  summary: 'a lesson as text',
  usage: ['read [LESSON]'],
  options: {},
  description: ['Without LESSON, the one you are at. The answers to the predictions stand at the end.'],
  examples: [
    { type: 'drydock read 1', does: 'the first lesson' },
    { type: 'drydock read 5 | less', does: 'the fifth, page by page' },
  ],
  most: 1,
  run: async (context) => {
    const lesson = chosenLesson(context, openLearner(context));
    context.print(renderLesson(lesson, textWidth(context)).join('\n'));
    return Exit.done;
  },
};
