/** The quick half of the course gate: everything that can be seen without a kernel. */
import fs from 'node:fs';
import path from 'node:path';
import { lessonId } from '../lesson/header.ts';
import type { Course, Lesson } from '../lesson/types.ts';
import { checkLaying, learnerBoxes } from './boxes.ts';
import { checkFolder, type KnownRule } from './folder.ts';
import { checkPage } from './page.ts';
import type { Problems } from './problem.ts';
import { checkTranslations } from './translation.ts';

/** Looks at the chosen lessons, and at the course as a whole where all are chosen. */
export function checkStatic(course: Course, lessons: readonly Lesson[], rules: readonly KnownRule[], says: Problems): void {
  for (const lesson of lessons) {
    checkPage(course, lesson, says);
    checkTranslations(course, lesson, says);
    checkFolder(course, lesson, rules, says);
  }
  for (const box of learnerBoxes(course)) if (lessons.includes(box.lesson)) checkLaying(course, box, says);
  if (lessons.length === course.lessons.length) checkCourse(course, says);
}

/** course.toml and the folders beside it agree. */
function checkCourse(course: Course, says: Problems): void {
  for (const entry of fs.readdirSync(path.join(course.root, 'lessons'), { withFileTypes: true })) {
    const place = `lessons/${entry.name}`;
    if (entry.isDirectory() && lessonId.test(entry.name)) {
      if (!course.lessons.some((lesson) => lesson.id === entry.name)) says.at('lessons/course.toml', 1, `the folder ${place} is in no part of the course`);
    } else if (entry.name !== 'course.toml') says.at(place, 1, 'a stray file: lessons/ holds course.toml and the lessons');
  }
  course.lessons.forEach((lesson, index) => {
    const before = course.lessons[index - 1];
    if (before && before.number >= lesson.number) says.at('lessons/course.toml', 1, `${lesson.id} comes after ${before.id}: numbers must rise`);
  });
}
