/** The lock before the reference: it opens when the lesson has passed, or when somebody says that they want to see it. */
import { UserError } from '../errors.ts';
import type { Lesson } from '../lesson/types.ts';
import { lessonProgress, type ProgressStore } from '../progress/index.ts';
import type { Context } from './command.ts';
import { record } from './learner.ts';

/**
 * Whether the reference of a lesson may be shown. Asks where it has not passed; what is shown before is noted.
 *
 * Throws UserError where nobody is there to be asked and `--yes` was not given.
 */
export async function mayReveal(context: Context, progress: ProgressStore, lesson: Lesson, again: string): Promise<boolean> {
  if (lessonProgress(progress.state, lesson.id).state === 'passed') return true;
  if (!context.values['yes']) {
    if (!context.interactive) {
      throw new UserError(`Lesson ${lesson.id} has not passed yet, and this shows the answer.`, {
        next: [`drydock hint ${lesson.number}   says a little more each time`, `${again} --yes   shows it all the same`],
      });
    }
    if (!await context.confirm(`Lesson ${lesson.id} has not passed yet. Show the answer all the same?`)) return false;
  }
  record(context, progress, { type: 'peeked', lesson: lesson.id });
  return true;
}
