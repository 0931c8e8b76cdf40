/**
 * What a learner has done: the state, its file format and the reducer. Pure.
 *
 * The file is versioned and meant to be read by people: a lesson per paragraph, keyed by the lesson's id, so that lessons may
 * be moved, added and removed. What this version does not know in a file of its own version is kept as it is.
 */
import * as v from 'valibot';

/** The version of the file that this program reads and writes. */
export const PROGRESS_VERSION = 1;

/** The last verdict on a lesson, in short. */
const LastSchema = v.looseObject({
  at: v.string(),
  passed: v.boolean(),
  points: v.number(),
  of: v.number(),
  /** Ids of the checks that did not pass, blocked ones left out. */
  failed: v.array(v.string()),
  seed: v.string(),
});

const AnswerSchema = v.looseObject({ choice: v.number(), right: v.boolean() });

const count = v.pipe(v.number(), v.integer(), v.minValue(0));

export const LessonProgressSchema = v.looseObject({
  state: v.picklist(['untouched', 'started', 'passed']),
  /** How many times it was checked. */
  attempts: count,
  /** How many rungs of the ladder were shown. */
  hints: count,
  /** The reference was shown before the lesson passed. */
  peeked: v.optional(v.boolean(), false),
  /** Predictions answered, by their number in the lesson: the first answer counts. */
  predictions: v.record(v.string(), AnswerSchema),
  /** Time spent, in seconds. */
  seconds: v.pipe(v.number(), v.minValue(0)),
  startedAt: v.optional(v.string()),
  passedAt: v.optional(v.string()),
  last: v.optional(LastSchema),
  /** Drills that were answered, and how many of them rightly. */
  drills: v.optional(v.looseObject({ of: count, right: count })),
});

export const ProgressSchema = v.looseObject({
  version: v.literal(PROGRESS_VERSION),
  /** The lesson the learner is at. */
  current: v.nullable(v.string()),
  lessons: v.record(v.string(), LessonProgressSchema),
});

export type LessonProgress = v.InferOutput<typeof LessonProgressSchema>;
export type Progress = v.InferOutput<typeof ProgressSchema>;
export type LastVerdict = v.InferOutput<typeof LastSchema>;

/** Something that happened. Events carry everything, the time too, so that they can be applied to any state, later. */
export type ProgressEvent =
  /** The learner began a lesson, or came back to it: it is the current one. */
  | { type: 'started'; lesson: string; at: string }
  /** The learner turned to a page: it is the current one, and nothing else changes. */
  | { type: 'opened'; lesson: string }
  /** `again`: nobody asked for it, the box was only looked at again after a later lesson. It is no attempt. */
  | { type: 'checked'; lesson: string; verdict: LastVerdict; again?: boolean }
  /** This many rungs have been shown by now. */
  | { type: 'hinted'; lesson: string; rungs: number }
  | { type: 'peeked'; lesson: string }
  | { type: 'predicted'; lesson: string; number: number; choice: number; right: boolean }
  /** A drill was answered. */
  | { type: 'drilled'; lesson: string; right: boolean }
  | { type: 'spent'; lesson: string; seconds: number }
  /** The learner went back to the beginning of a lesson. */
  | { type: 'reset'; lesson: string };

/** Nothing done yet. */
export function noProgress(): Progress {
  return { version: PROGRESS_VERSION, current: null, lessons: {} };
}

/** A lesson's progress; an untouched one where nothing was recorded. */
export function lessonProgress(progress: Progress, lesson: string): LessonProgress {
  return (Object.hasOwn(progress.lessons, lesson) ? progress.lessons[lesson] : undefined)
    ?? { state: 'untouched', attempts: 0, hints: 0, peeked: false, predictions: {}, seconds: 0 };
}

/** The state after an event. */
export function reduce(progress: Progress, event: ProgressEvent): Progress {
  const before = lessonProgress(progress, event.lesson);
  const after = step(before, event);
  const current = event.type === 'started' || event.type === 'opened' || event.type === 'reset' ? event.lesson : progress.current;
  if (after === before) return { ...progress, current };
  return { ...progress, current, lessons: { ...progress.lessons, [event.lesson]: after } };
}

function step(lesson: LessonProgress, event: ProgressEvent): LessonProgress {
  switch (event.type) {
    case 'opened':
      return lesson;
    case 'started':
      return { ...begun(lesson), startedAt: lesson.startedAt ?? event.at };
    case 'checked': {
      const { verdict } = event;
      const next = { ...begun(lesson), attempts: lesson.attempts + (event.again ? 0 : 1), last: verdict };
      // A lesson that has passed stays passed: a later failure shows in `last`.
      return verdict.passed ? { ...next, state: 'passed', passedAt: lesson.passedAt ?? verdict.at } : next;
    }
    case 'hinted':
      return { ...lesson, hints: Math.max(lesson.hints, event.rungs) };
    case 'peeked':
      return lesson.state === 'passed' ? lesson : { ...lesson, peeked: true };
    case 'predicted': {
      const key = String(event.number);
      if (Object.hasOwn(lesson.predictions, key)) return lesson;
      return { ...lesson, predictions: { ...lesson.predictions, [key]: { choice: event.choice, right: event.right } } };
    }
    case 'drilled': {
      const { drills = { of: 0, right: 0 } } = lesson;
      return { ...lesson, drills: { ...drills, of: drills.of + 1, right: drills.right + Number(event.right) } };
    }
    case 'spent':
      return { ...lesson, seconds: Math.round(lesson.seconds + event.seconds) };
    case 'reset': {
      const { passedAt: _passedAt, last: _last, ...rest } = lesson;
      return { ...rest, state: 'started' };
    }
  }
}

function begun(lesson: LessonProgress): LessonProgress {
  return lesson.state === 'untouched' ? { ...lesson, state: 'started' } : lesson;
}
