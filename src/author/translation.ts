/** What must hold of a lesson's translations: other words, and the same experiments, questions and files. */
import { translationsIn } from '../lesson/language.ts';
import { loadCourse } from '../lesson/load.ts';
import { everyBlock } from '../lesson/text.ts';
import type { Block, Course, Lesson } from '../lesson/types.ts';
import { checkPage } from './page.ts';
import type { Problems } from './problem.ts';

/** Looks at each translation of a lesson as at a page of its own, and whether it does what the original does. */
export function checkTranslations(course: Course, lesson: Lesson, says: Problems): void {
  for (const language of translationsIn(lesson.folder)) {
    const other = says.guard(() => loadCourse(course.root, [language]).lessons.find(({ id }) => id === lesson.id));
    if (!other) continue;
    checkPage(course, other, says, language);
    const [original, translation] = [says.guard(() => doings(lesson)), says.guard(() => doings(other))];
    if (!original || !translation) continue;
    const file = `lessons/${lesson.id}/lesson.${language}.md`;
    const at = original.findIndex((doing, index) => doing !== translation[index]);
    if (at >= 0) says.at(file, 1, `it does not do what lesson.md does: expected ${original[at]}, found ${translation[at] ?? 'nothing'}`);
    else if (translation.length > original.length) says.at(file, 1, `it does more than lesson.md: ${translation[original.length]}`);
    if (other.hints.length !== lesson.hints.length) says.at(`lessons/${lesson.id}/hints.${language}.md`, 1, `it has ${other.hints.length} hints, hints.md ${lesson.hints.length}`);
  }
}

/** What a reader can do on a page, and what the head says to the program: the same in every language. */
function doings(lesson: Lesson): string[] {
  const of = (block: Block): string[] => {
    if (block.kind === 'experiment') return [`the experiment ${JSON.stringify(block.script)} that must match ${JSON.stringify(block.expect)}`];
    if (block.kind === 'prediction') return [`a question whose choices are ${block.choices.map(({ right }) => (right ? 'right' : 'wrong')).join(', ')}`];
    return [];
  };
  return [`minutes ${lesson.minutes}, needs ${lesson.needs.join(' ')}, files ${lesson.files.join(' ')}`, ...everyBlock(lesson.blocks).flatMap(of)];
}
