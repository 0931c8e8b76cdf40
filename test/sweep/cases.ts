/** Which mistakes are swept, and how the containers are started that are looked at. */
import { toWire } from '../../src/check/tree.ts';
import type { WireFile } from '../../src/check/wire.ts';
import { mistakesOf, mistakeTree, solutionTree } from '../../src/lesson/lay/trees.ts';
import { typicalRun } from '../../src/lesson/typical.ts';
import type { Course, Lesson } from '../../src/lesson/types.ts';

/** A lesson's solution with one of its mistakes in it. */
export type Case = { lesson: Lesson; mistake: string };

/**
 * `all`; or lessons and mistakes with commas between: `10,11/zombies`. Unless said, one mistake of the last lesson, so that the sweep itself is
 * tried with every `npm test`.
 */
export function chosenCases(course: Course, asked: string | undefined): Case[] {
  const all = course.lessons.flatMap((lesson) => mistakesOf(lesson).map(({ name }): Case => ({ lesson, mistake: name })));
  if (asked === 'all') return all;
  if (asked === undefined) return all.slice(-1);
  return asked.split(',').flatMap((word) => {
    const [number, mistake] = word.trim().split('/');
    const found = all.filter(({ lesson, mistake: name }) => lesson.number === Number(number) && (mistake === undefined || name === mistake));
    if (found.length === 0) throw new Error(`DRYDOCK_SWEEP: there is no ${word}`);
    return found;
  });
}

export const boxOf = (course: Course, { lesson, mistake }: Case): WireFile[] => toWire(mistakeTree(course, lesson, mistake));
export const referenceOf = (course: Course, lesson: Lesson): WireFile[] => toWire(solutionTree(course, lesson));

/** A container in the playground. */
export type Scene = {
  name: string;
  argv: string[];
  /** What box has to be told besides, once the container runs. */
  then?: string[];
  /** The container by name, where the command that starts it does not stay. */
  of?: string;
  /** The command that runs at last, if it ever does. */
  last: string;
};

/** The containers to be looked at in a lesson: its typical one, and what is new in the lesson. */
export function scenesOf(course: Course, lesson: Lesson): Scene[] {
  const typical = typicalRun(course, lesson.id);
  if (!typical) throw new Error(`the course does not say how a container is started in ${lesson.id}`);
  const withFlags = (...flags: string[]): string[] => {
    const at = typical.argv.indexOf('run');
    return [...typical.argv.slice(0, at + 1), ...flags, ...typical.argv.slice(at + 1)];
  };
  const last = 'sleep 1000';
  const scenes: Scene[] = [{ name: 'typical', argv: typical.argv, last }];
  if (lesson.number === 10) scenes.push({ name: 'published', argv: withFlags('-p', '8080:80'), last });
  if (lesson.number === 11) scenes.push({ name: 'detached', argv: withFlags('-d', '--name', 'swept'), of: 'swept', last });
  if (lesson.number === 12) scenes.push({ name: 'joined', argv: withFlags('--name', 'swept'), then: ['box', 'exec', 'swept', '--', 'sleep', '1001'], last: 'sleep 1001' });
  return scenes;
}
