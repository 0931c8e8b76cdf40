/** `drydock start`: make a lesson the current one and bring its files. */
import path from 'node:path';
import { Exit, UserError } from '../errors.ts';
import { describe, previewDiff } from '../lesson/lay/describe.ts';
import { applyStart, planStart, type Start } from '../lesson/lay/start.ts';
import { boxFolder, undoLast } from '../lesson/lay/workspace.ts';
import type { Command, Context } from './command.ts';
import { chosenLesson, openLearner, record } from './learner.ts';

export const command: Command = {
  name: 'start',
  summary: 'make a lesson the current one, and bring its files',
  usage: ['start [LESSON] [--preview] [--force]', 'start --undo'],
  options: {
    preview: { type: 'boolean', help: 'show what would happen to your files as a diff, and change nothing' },
    force: { type: 'boolean', help: 'bring reference code of the lessons you skipped without asking' },
    undo: { type: 'boolean', help: 'take back what the last start or reset did to your files' },
  },
  description: [
    'New files are laid into your box. A file that you have changed is never replaced: the lesson\'s changes are merged into yours, and where both changed '
    + 'the same lines, yours stays and the lesson\'s version lies beside it. What a merge replaces is kept in workspace/.kept.',
    'A lesson further on needs what the lessons between would have made. Their reference code is only brought after a confirmation.',
  ],
  examples: [
    { type: 'drydock start 1', does: 'begins the course' },
    { type: 'drydock start 4 --preview', does: 'what would happen to your files' },
    { type: 'drydock start --undo', does: 'as if it had not happened' },
  ],
  most: 1,
  run: async (context) => {
    if (context.values['undo']) return undo(context);
    const learner = openLearner(context);
    const lesson = chosenLesson(context, learner);
    const start = planStart(learner.course, lesson, context.workspace);
    if (context.values['preview']) {
      sayChanges(context, start);
      context.stdout.write(previewDiff(start.changes));
      return Exit.done;
    }
    if (start.reference.length && !context.values['force'] && !await agrees(context, start)) return Exit.done;
    const { kept, note } = applyStart(learner.course, start, context.workspace, context.now());
    record(context, learner.progress, { type: 'started', lesson: lesson.id, at: new Date(context.now()).toISOString() });
    context.print(`Lesson ${lesson.id} is the current one: ${lesson.title}.`);
    sayChanges(context, start);
    if (kept && start.changes.some((change) => change.kind === 'update' || change.kind === 'merge')) {
      context.print(`What was replaced is kept in ${kept.folder}; \`drydock start --undo\` takes it back.`);
    }
    if (note) context.warn(`drydock: ${note}`);
    context.print(`You work in ${lesson.files.map((file) => path.join(boxFolder(context.workspace), file)).join(', ')}.`);
    context.print(`Read: drydock read ${lesson.number}    Judge: drydock check ${lesson.number}`);
    return Exit.done;
  },
};

async function agrees(context: Context, start: Start): Promise<boolean> {
  const files = start.reference.map((change) => change.path).join(', ');
  const skipped = start.skipped.length ? ` of ${start.skipped.map((lesson) => lesson.id).join(', ')}` : '';
  const message = `Lesson ${start.lesson.id} builds on reference code${skipped} that your box does not have (${files}).`;
  if (!context.interactive) {
    throw new UserError(message, {
      next: [`drydock start ${start.lesson.number} --preview   shows what would come`, `drydock start ${start.lesson.number} --force   brings it; your own changes stay`],
    });
  }
  context.print(message);
  if (await context.confirm('Bring it? Your own changes stay.')) return true;
  context.print('Nothing was changed.');
  return false;
}

function sayChanges(context: Context, start: Start): void {
  if (start.laidAlready) context.print('Its files are in your box already; `drydock reset` goes back to its beginning.');
  else if (!start.changes.length) context.print('Nothing has to change in your box.');
  else for (const line of describe(start.changes)) context.print(line);
}

function undo(context: Context): number & 0 {
  if (context.positionals.length) throw new UserError('`drydock start --undo` takes no lesson: it takes back the last change.');
  const { undone, kept } = undoLast(context.workspace, context.now());
  context.print(`Your files are as they were before \`drydock ${undone.kept.why}\` (${undone.kept.at}).`);
  context.print(`What was there until now is kept in ${kept.folder}.`);
  return Exit.done;
}
