/** `drydock reset`: back to the beginning of a lesson; the learner's files are kept aside first. */
import { Exit, UserError } from '../errors.ts';
import { applyReset, planReset } from '../lesson/lay/start.ts';
import type { Command } from './command.ts';
import { chosenLesson, openLearner, record } from './learner.ts';

export const command: Command = {
  name: 'reset',
  summary: 'back to the beginning of a lesson; your files are kept aside',
  usage: ['reset [LESSON] [--reference] [--yes]'],
  options: {
    reference: { type: 'boolean', help: 'begin with the reference for everything before, instead of your own code' },
    yes: { type: 'boolean', short: 'y', help: 'do not ask' },
  },
  description: [
    'Your box becomes what it was when you began the lesson. What that replaces is kept in workspace/.kept, and `drydock start --undo` brings it back. '
    + 'Files that the lesson does not know are left alone.',
  ],
  examples: [
    { type: 'drydock reset 3', does: 'begins lesson 3 once more' },
    { type: 'drydock reset 3 --reference', does: 'on top of the reference of lessons 1 and 2' },
  ],
  most: 1,
  run: async (context) => {
    const learner = openLearner(context);
    const lesson = chosenLesson(context, learner);
    const reset = planReset(learner.course, lesson, context.workspace, context.values['reference'] === true);
    const from = reset.from === 'my start' ? 'what they were when you began it' : 'the course\'s own';
    if (reset.files.size && !context.values['yes']) {
      const question = `Put ${[...reset.files.keys()].join(', ')} back to ${from}?`;
      if (!context.interactive) {
        throw new UserError(`This puts ${[...reset.files.keys()].join(', ')} back to ${from}.`, { next: [`drydock reset ${lesson.number} --yes   does it; your files are kept aside first`] });
      }
      if (!await context.confirm(question)) {
        context.print('Nothing was changed.');
        return Exit.done;
      }
    }
    const { kept, note } = applyReset(learner.course, reset, context.workspace, context.now());
    record(context, learner.progress, { type: 'reset', lesson: lesson.id });
    if (!reset.files.size) context.print(`Your files are as they were at the beginning of ${lesson.id} already.`);
    else context.print(`Lesson ${lesson.id} begins anew: ${[...reset.files.keys()].join(', ')} ${reset.files.size === 1 ? 'is' : 'are'} ${from}.`);
    if (kept) context.print(`Your own files are kept in ${kept.folder}; \`drydock start --undo\` brings them back.`);
    if (note) context.warn(`drydock: ${note}`);
    return Exit.done;
  },
};
