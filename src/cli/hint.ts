/** `drydock hint`: the next rung of a lesson's ladder. */
import { Exit } from '../errors.ts';
import { renderBlocks } from '../lesson/text.ts';
import { lessonProgress } from '../progress/index.ts';
import type { Command } from './command.ts';
import { chosenLesson, openLearner, record, textWidth } from './learner.ts';

export const command: Command = {
  name: 'hint',
  summary: 'the next hint for a lesson',
  usage: ['hint [LESSON] [--again]'],
  options: { again: { type: 'boolean', help: 'show the hints you have seen, and no new one' } },
  description: ['Hints are a ladder: each says more than the one before. How many you took is kept in your progress.'],
  examples: [
    { type: 'drydock hint', does: 'the next hint for the lesson you are at' },
    { type: 'drydock hint 3 --again', does: 'those you have seen for lesson 3' },
  ],
  most: 1,
  run: async (context) => {
    const learner = openLearner(context);
    const lesson = chosenLesson(context, learner);
    const seen = Math.min(lessonProgress(learner.progress.state, lesson.id).hints, lesson.hints.length);
    const show = (rung: number) => {
      context.print(`${lesson.id}: hint ${rung} of ${lesson.hints.length}`);
      context.print();
      context.print(renderBlocks(lesson.hints[rung - 1] ?? [], textWidth(context)).join('\n'));
    };
    if (context.values['again']) {
      if (!seen) context.print(`You have taken no hint for ${lesson.id} yet.`);
      for (let rung = 1; rung <= seen; rung++) {
        if (rung > 1) context.print();
        show(rung);
      }
    } else if (seen >= lesson.hints.length) {
      context.print(`You have seen all ${lesson.hints.length} hints for ${lesson.id}; \`drydock hint ${lesson.number} --again\` repeats them.`);
      context.print(`The reference is shown by \`drydock solution ${lesson.number}\`.`);
    } else {
      show(seen + 1);
      record(context, learner.progress, { type: 'hinted', lesson: lesson.id, rungs: seen + 1 });
    }
    return Exit.done;
  },
};
