/**
 * mistakes/also.toml: variants that rightly show a second mistake, too.
 *
 *     # Without an unshare there is neither a new name nor a new network.
 *     never-unshared = ["shares-network"]
 */
import fs from 'node:fs';
import path from 'node:path';
import * as v from 'valibot';
import { readToml } from '../lesson/toml.ts';
import type { Course, Lesson } from '../lesson/types.ts';

const AlsoSchema = v.record(v.string(), v.array(v.string('ids of mistakes in quotes are needed'), 'a list of ids is needed'));

/** The other mistakes that each variant may show, by the variant's name. Throws LessonError; no file means none. */
export function readAlso(course: Course, lesson: Lesson): Record<string, string[]> {
  const file = path.join(lesson.folder, 'mistakes', 'also.toml');
  if (!fs.existsSync(file)) return {};
  return readToml(fs.readFileSync(file, 'utf8'), { file: path.relative(course.root, file), line: 1 }, AlsoSchema);
}
