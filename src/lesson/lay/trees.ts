/**
 * The states of `box` that the course knows, as trees of files.
 *
 * starter/ and solution/ of a lesson hold only what that lesson adds or changes; the trees here are whole. A starter's file
 * that the solution does not mention is unchanged in the solution. Marking lines of regions are left out.
 */
import fs from 'node:fs';
import path from 'node:path';
import { UserError } from '../../errors.ts';
import { lessonsBefore } from '../find.ts';
import { withoutMarkers } from '../regions.ts';
import { overlay, readTree, textFile, textOf, type Tree } from '../tree.ts';
import type { Course, Lesson } from '../types.ts';

/** What a lesson's own starter/ or solution/ holds, without the lessons before. Empty where the folder is missing. */
export function ownFiles(lesson: Lesson, kind: 'starter' | 'solution'): Tree {
  return courseTree(path.join(lesson.folder, kind));
}

/** `box` as the reference has it at the end of this lesson. */
export function solutionTree(course: Course, lesson: Lesson): Tree {
  const all = [...lessonsBefore(course, lesson), lesson];
  return overlay(...all.flatMap((one) => [ownFiles(one, 'starter'), ownFiles(one, 'solution')]));
}

/** `box` as the reference has it before this lesson: what its experiments run on, and what its starter builds on. */
export function previousTree(course: Course, lesson: Lesson): Tree {
  const before = lessonsBefore(course, lesson).at(-1);
  return before ? solutionTree(course, before) : new Map();
}

/** `box` at the beginning of this lesson, if everything before it is the reference's. */
export function starterTree(course: Course, lesson: Lesson): Tree {
  return overlay(previousTree(course, lesson), ownFiles(lesson, 'starter'));
}

/**
 * The box that a lesson's experiments run on: the reference before it. Lesson 1 has none before it, so it runs on its own
 * starter.
 */
export function experimentTree(course: Course, lesson: Lesson): Tree {
  const before = previousTree(course, lesson);
  return before.size ? before : starterTree(course, lesson);
}

/** A variant of the solution with one mistake in it: mistakes/ID or mistakes/ID.VARIANT. */
export type MistakeVariant = {
  /** The folder's name. */
  name: string;
  /** The id of the mistake that it must be given. */
  id: string;
  folder: string;
};

/** The mistakes a lesson keeps, by name. */
export function mistakesOf(lesson: Lesson): MistakeVariant[] {
  const folder = path.join(lesson.folder, 'mistakes');
  if (!fs.existsSync(folder)) return [];
  return fs.readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => ({ name: entry.name, id: entry.name.split('.')[0] ?? entry.name, folder: path.join(folder, entry.name) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The solution of a lesson with one of its mistakes. Throws UserError where there is no such mistake. */
export function mistakeTree(course: Course, lesson: Lesson, name: string): Tree {
  const mistakes = mistakesOf(lesson);
  const mistake = mistakes.find((one) => one.name === name) ?? mistakes.find((one) => one.id === name);
  if (!mistake) {
    throw new UserError(`Lesson ${lesson.id} keeps no mistake "${name}".`, {
      next: [mistakes.length ? `It keeps: ${mistakes.map((one) => one.name).join(', ')}.` : 'It keeps none at all.'],
    });
  }
  return overlay(solutionTree(course, lesson), courseTree(mistake.folder));
}

/** A folder of the course as it is laid: sources without the lines that mark regions. */
export function courseTree(folder: string): Tree {
  return new Map([...readTree(folder)].map(([name, file]) => {
    const text = textOf(file);
    return [name, text === null ? file : textFile(withoutMarkers(text), file.executable)];
  }));
}
