/** `drydock course lay`: a workspace as it stands at a lesson. */
import path from 'node:path';
import { Exit, UserError } from '../errors.ts';
import { findLesson } from '../lesson/find.ts';
import { type LaidState, layWorkspace } from '../lesson/lay/lay.ts';
import { loadCourse } from '../lesson/load.ts';
import type { Command, Context } from './command.ts';

export const command: Command = {
  name: 'course lay',
  summary: 'for authors: write the workspace as it stands at a lesson',
  usage: ['course lay LESSON DIR [--starter | --mistake ID] [--force]'],
  options: {
    starter: { type: 'boolean', help: 'as the lesson begins; without it, as it ends' },
    mistake: { type: 'string', value: 'ID', help: 'as it ends, with this mistake in it' },
    force: { type: 'boolean', help: 'replace files in DIR; they are kept aside' },
  },
  examples: [
    { type: 'drydock course lay 3 /tmp/ws', does: 'the reference at the end of lesson 3' },
    { type: 'drydock course lay 3 /tmp/ws --mistake proc-of-the-host', does: 'with a mistake in it' },
    { type: 'drydock check 3 --workspace /tmp/ws', does: 'and what the kernel says to it' },
  ],
  most: 2,
  run: async (context) => {
    const [named, folder] = context.positionals;
    if (!named || !folder) throw new UserError('`drydock course lay` needs a lesson and a folder.', { next: ['drydock course lay 3 /tmp/ws'] });
    const course = loadCourse(context.root);
    const lesson = findLesson(course, named);
    const workspace = path.resolve(context.cwd, folder);
    const note = layWorkspace(course, lesson, workspace, chosenState(context), context.now(), context.values['force'] === true);
    context.print(`${path.join(workspace, 'box')} is the box of ${lesson.id}, ${inWords(chosenState(context))}.`);
    if (note) context.warn(`drydock: ${note}`);
    return Exit.done;
  },
};

function chosenState(context: Context): LaidState {
  const { starter, mistake } = context.values;
  if (starter && mistake) throw new UserError('--starter and --mistake exclude each other: a mistake is a variant of the solution.');
  if (typeof mistake === 'string') return { kind: 'mistake', name: mistake };
  return { kind: starter ? 'starter' : 'solution' };
}

function inWords(state: LaidState): string {
  return state.kind === 'mistake' ? `with the mistake ${state.name}` : state.kind === 'starter' ? 'as it begins' : 'as it ends';
}
