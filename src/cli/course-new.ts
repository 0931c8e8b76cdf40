/** `drydock course new`: a new lesson to begin with. */
import { scaffold } from '../author/index.ts';
import { Exit, UserError } from '../errors.ts';
import { loadCourse } from '../lesson/load.ts';
import type { Command } from './command.ts';

export const command: Command = {
  name: 'course new',
  summary: 'for authors: begin a new lesson',
  usage: ['course new SLUG'],
  options: {},
  description: ['Makes lessons/NN-SLUG with all its files after the last lesson, and enters it in course.toml. The gate then names what is still to be written.'],
  examples: [{ type: 'drydock course new volumes', does: 'begins the lesson about volumes' }],
  most: 1,
  run: async (context) => {
    const [slug] = context.positionals;
    if (!slug) throw new UserError('`drydock course new` needs a name for the lesson.', { next: ['drydock course new volumes'] });
    const { id, files } = scaffold(loadCourse(context.root), slug);
    context.print(`Lesson ${id} begins:`);
    for (const file of files) context.print(`  ${file}`);
    context.print(`It is entered in lessons/course.toml. \`drydock course check ${id}\` says what is still missing.`);
    return Exit.done;
  },
};
