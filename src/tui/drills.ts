/** The learner's drills as the tutor uses them: made of the box in the workspace, kept there, counted in the progress. */
import fs from 'node:fs';
import { answer, closeDrill, keepDrill, openDrill } from '../drill/store.ts';
import { boxFolder, readBox } from '../lesson/lay/workspace.ts';
import { textOf, type Tree } from '../lesson/tree.ts';
import type { Course } from '../lesson/types.ts';
import { lessonProgress, openProgress } from '../progress/index.ts';
import type { Drills } from './ports.ts';

/** `folder` is the workspace, absolute. */
export function openDrills(course: Course, folder: string): Drills {
  return {
    open: () => openDrill(folder),
    async make(options) {
      // With it comes every rule of the course: not before somebody wants a drill.
      const { prepareDrill } = await import('../drill/prepare.ts');
      const drill = await prepareDrill({ ...options, course, mine: fs.existsSync(boxFolder(folder)) ? readBox(folder) : null });
      keepDrill(folder, drill);
      return drill;
    },
    answer(drill, choice) {
      const answered = answer(drill, choice);
      // Events go to the file as it is at that moment, so this store and the tutor's do not get into each other's way.
      const progress = openProgress(folder).apply({ type: 'drilled', lesson: drill.lesson, right: answered.right });
      closeDrill(folder);
      const { right, of } = lessonProgress(progress, drill.lesson).drills ?? { right: 0, of: 0 };
      return { answered, score: { right, of } };
    },
    changes({ before, broken }) {
      const text = (tree: Tree, file: string): string => {
        const found = tree.get(file);
        return found ? textOf(found) ?? '' : '';
      };
      return [...new Set([...before.keys(), ...broken.keys()])].sort()
        .map((file) => ({ file, before: text(before, file), after: text(broken, file) }))
        .filter((pair) => pair.before !== pair.after);
    },
  };
}
