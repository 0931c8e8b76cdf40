/** `drydock update`: what is new in the course, brought into the learner's box. */
import { Exit } from '../errors.ts';
import { describe, previewDiff } from '../lesson/lay/describe.ts';
import { applyUpdate, courseNews, noteTold, planUpdate } from '../lesson/lay/update.ts';
import { t } from '../tui/strings.ts';
import type { Command } from './command.ts';
import { openLearner } from './learner.ts';

export const command: Command = {
  name: 'update',
  summary: 'after a `git pull`: what is new in the course, merged into your box',
  usage: ['update [--preview]'],
  options: {
    preview: { type: 'boolean', help: 'show what would happen to your files as a diff, and change nothing' },
  },
  description: [
    'Says which lessons that you have begun have changed since you were last told, and brings what is new in their starters into your box. Files that you '
    + 'have not touched are replaced; into the others the changes are merged. Where you and the course changed the same lines, your file stays as it is '
    + 'and the course\'s version lies beside it. What is replaced is kept in workspace/.kept.',
    'The tutor says the same by itself when it is opened, and asks first. Pages and checks are always the newest; they need no update.',
  ],
  examples: [
    { type: 'drydock update', does: 'brings it' },
    { type: 'drydock update --preview', does: 'what it would do' },
    { type: 'drydock start --undo', does: 'takes it back' },
  ],
  most: 0,
  run: async (context) => {
    const { course } = openLearner(context);
    const news = courseNews(course, context.workspace);
    const changes = planUpdate(course, context.workspace);
    if (news.length > 0) context.print('The course has changed since you were last told:');
    for (const one of news) context.print(`  ${t.update.lesson(one.lesson.id, one)}`);
    for (const line of describe(changes)) context.print(line);
    if (context.values['preview']) {
      if (changes.length === 0) context.print('Nothing would change in your box.');
      context.stdout.write(previewDiff(changes));
      return Exit.done;
    }
    if (changes.length === 0) {
      noteTold(course, context.workspace);
      context.print('Your box has everything that the course brings.');
      return Exit.done;
    }
    const kept = applyUpdate(course, changes, context.workspace, context.now());
    if (kept && changes.some(({ kind }) => kind === 'update' || kind === 'merge')) {
      context.print(`What was replaced is kept in ${kept.folder}; \`drydock start --undo\` takes it back.`);
    }
    if (news.some(({ checks }) => checks)) context.print('Judge your box with the new checks: drydock check --all');
    return Exit.done;
  },
};
