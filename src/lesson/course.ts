/** course.toml: the title, the parts and the order of the lessons. */
import * as v from 'valibot';
import { lessonId } from './header.ts';
import { readToml } from './toml.ts';
import { LessonError, type Part, type Place, type TypicalContainer } from './types.ts';

/** The format of the course that this program reads. */
export const COURSE_FORMAT = 1;

const CourseSchema = v.strictObject({
  format: v.number('the number of the course format is needed'),
  title: v.pipe(v.string('a title in quotes is needed'), v.nonEmpty('is empty')),
  parts: v.pipe(
    v.array(v.strictObject({
      title: v.pipe(v.string('a title in quotes is needed'), v.nonEmpty('is empty')),
      lessons: v.array(v.pipe(v.string('lesson ids in quotes are needed'), v.regex(lessonId, 'an id is two digits and words: 05-root'))),
    }), 'a list of [[parts]] is needed'),
    v.minLength(1, 'at least one part'),
  ),
  containers: v.optional(v.array(v.strictObject({
    from: v.pipe(v.string('a lesson id in quotes is needed'), v.regex(lessonId, 'an id is two digits and words: 05-root')),
    flags: v.array(v.string('flags in quotes are needed')),
    setup: v.optional(v.string('a script in quotes is needed')),
  })), []),
}, (issue) => (issue.received === 'undefined' ? 'is missing' : issue.expected === 'never' ? 'no such key' : 'is not what it should be'));

export type Outline = { title: string; format: number; parts: Part[]; containers: TypicalContainer[]; lessons: { id: string; place: Place }[] };

/** Reads course.toml. Throws LessonError: not TOML, a wrong key, another format, a lesson named twice. */
export function readCourse(text: string, file: string): Outline {
  const plain = text.replaceAll(/\r\n?/g, '\n');
  const course = readToml(plain, { file, line: 1 }, CourseSchema);
  if (course.format !== COURSE_FORMAT) {
    throw new LessonError(`format ${course.format} is not known here, only ${COURSE_FORMAT}: update Drydock`, { file, line: lineWith(plain, 'format') });
  }
  const lessons: Outline['lessons'] = [];
  for (const id of course.parts.flatMap((part) => part.lessons)) {
    const place = { file, line: lineWith(plain, `"${id}"`, `'${id}'`) };
    if (lessons.some((lesson) => lesson.id === id)) throw new LessonError(`the lesson "${id}" is named twice`, place);
    lessons.push({ id, place });
  }
  const { containers } = course;
  for (const { from } of containers) {
    if (!lessons.some((lesson) => lesson.id === from)) throw new LessonError(`[[containers]]: "${from}" is no lesson of this course`, { file, line: lineWith(plain, `"${from}"`, `'${from}'`) });
  }
  return { ...course, containers: containers.map(({ from, flags, setup }) => ({ from, flags, ...(setup === undefined ? {} : { setup }) })), lessons };
}

function lineWith(text: string, ...words: readonly string[]): number {
  return 1 + Math.max(0, text.split('\n').findIndex((line) => words.some((word) => line.includes(word))));
}
