/** The head of lesson.md: TOML between two lines of `+++`. */
import * as v from 'valibot';
import { readToml } from './toml.ts';
import { LessonError } from './types.ts';

/** What a lesson is called: its folder's name, two digits and a few words. */
export const lessonId = /^\d{2}(?:-[a-z0-9]+)+$/;

const sentence = v.pipe(v.string('a sentence in quotes is needed'), v.trim(), v.nonEmpty('is empty'));

const HeaderSchema = v.strictObject({
  id: v.pipe(v.string('the lesson\'s id in quotes is needed'), v.regex(lessonId, 'an id is two digits and words: 05-root')),
  title: sentence,
  minutes: v.pipe(v.number('a number of minutes is needed'), v.integer('whole minutes, please'), v.minValue(1, 'at least 1'), v.maxValue(120, 'at most 120')),
  needs: v.array(v.string('lesson ids in quotes are needed'), 'a list of lesson ids is needed'),
  files: v.pipe(v.array(v.pipe(v.string('file names in quotes are needed'), v.nonEmpty('is empty')), 'a list of files is needed'), v.minLength(1, 'at least one file')),
  goal: sentence,
}, (issue) => (issue.received === 'undefined' ? 'is missing' : issue.expected === 'never' ? 'no such key; known are id, title, minutes, needs, files, goal' : 'is not what it should be'));

export type Header = v.InferOutput<typeof HeaderSchema>;

/**
 * Splits a lesson into head and prose, and checks the head.
 *
 * `line` is the line on which the prose begins. Throws LessonError.
 */
export function readHeader(text: string, file: string): { header: Header; markdown: string; line: number } {
  const lines = text.replaceAll(/\r\n?/g, '\n').replace(/^\ufeff/, '').split('\n');
  if (lines[0]?.trimEnd() !== '+++') throw new LessonError('a lesson begins with a line `+++`, then its TOML head', { file, line: 1 });
  const end = lines.findIndex((line, index) => index > 0 && line.trimEnd() === '+++');
  if (end < 0) throw new LessonError('the head has no second line `+++`', { file, line: 1 });
  const header = readToml(lines.slice(1, end).join('\n'), { file, line: 2 }, HeaderSchema);
  return { header, markdown: lines.slice(end + 1).join('\n'), line: end + 2 };
}
