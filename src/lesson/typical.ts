/** The container that shows what a lesson and those before it have taught: for the X-ray, where none runs. Pure. */
import type { Course } from './types.ts';

/**
 * What runs in it: a process that waits, and one that works a little every few seconds, so that there is something to see. No
 * program but a shell and sleep(1).
 */
const WORK = 'sleep 1000 & while sleep 4; do i=0; while [ $i -lt 30000 ]; do i=$((i+1)); done; done';

export type TypicalRun = {
  /** The whole command line, for a shell inside the sandbox. */
  argv: string[];
  /** What follows `box`: the learner could have typed it. */
  shown: string;
};

/** How a container is typically started at this lesson; undefined where the course does not say. */
export function typicalRun(course: Course, lesson: string): TypicalRun | undefined {
  const at = (id: string): number => course.lessons.findIndex((one) => one.id === id);
  const reached = (course.containers ?? []).filter(({ from }) => at(from) <= at(lesson));
  const [found, setup] = [reached.at(-1), reached.findLast((one) => one.setup !== undefined)?.setup];
  if (!found) return undefined;
  const args = ['run', ...found.flags, '--', 'sh', '-c', WORK];
  return {
    argv: ['sh', '-c', `${setup === undefined ? '' : `(${setup}\n) && `}exec box "$@"`, 'sh', ...args],
    shown: ['run', ...found.flags, '-- sh'].join(' '),
  };
}
