/** The state the tutor begins with. */
import type { Course } from '../../lesson/types.ts';
import type { ProgressView } from '../ports.ts';
import type { Size, State } from './types.ts';
import { noXray } from './xray.ts';

export type InitOptions = { course: Course; progress: ProgressView; size: Size; lesson?: string | undefined; /** The learner's box. */ box?: string };

/** Opens the lesson asked for, else the current one, else the first that is not passed, else the first. */
export function initialState({ course, progress, size, lesson, box }: InitOptions): State {
  const known = (id: string | undefined): string | undefined => course.lessons.find((one) => one.id === id)?.id;
  const unsolved = course.lessons.find((one) => progress.lessons[one.id]?.passed !== true)?.id;
  const open = known(lesson) ?? known(progress.current) ?? unsolved ?? course.lessons[0]?.id;
  if (open === undefined) throw new RangeError('a course without lessons');
  return {
    size,
    course,
    box,
    open,
    view: { name: 'page' },
    pages: {},
    progress,
    offers: {},
    checks: {},
    parity: { at: 'none' },
    drill: { at: 'none' },
    run: 0,
    trace: undefined,
    runOf: undefined,
    regression: undefined,
    kernel: { at: 'idle' },
    woken: false,
    waiting: [],
    xray: noXray,
    panelClosed: false,
    message: undefined,
    armed: false,
    leaving: undefined,
  };
}
