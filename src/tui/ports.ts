/**
 * What the tutor needs of the rest of the house, as small interfaces: the workspace with its progress, the files to send to a
 * sandbox, and how a starter is laid. Tests inject their own; the real one is made in workspace.ts.
 */
import type { CheckRequest, Sandbox } from '../check/types.ts';
import type { Answered, Drill } from '../drill/types.ts';
import type { Verdict, WireFile } from '../check/wire.ts';
import type { Lesson } from '../lesson/types.ts';

/** What the tutor shows of one lesson's progress. */
export type LessonProgress = {
  started: boolean;
  passed: boolean;
  /** It has passed, and the box as it is now does not any more. */
  failsNow: boolean;
  /** Time spent on it, in seconds. */
  seconds: number;
  /** Times it was marked. */
  attempts: number;
  /** Rungs of the ladder that were shown. */
  hints: number;
  /** Answers by the question's number; choices count from 0. */
  predictions: Readonly<Record<number, number>>;
  /** The reference was shown, before or after the pass. */
  solutionSeen: boolean;
};

export type ProgressView = {
  /** The lesson that saves are marked for; undefined before the first is started. */
  current: string | undefined;
  lessons: Readonly<Record<string, LessonProgress>>;
};

/** What happened, to be remembered. */
export type ProgressEvent =
  | { type: 'opened'; lesson: string }
  | { type: 'marked'; lesson: string; verdict: Verdict }
  /** Marked again after a later lesson passed. */
  | { type: 'remarked'; lesson: string; verdict: Verdict }
  | { type: 'spent'; lesson: string; seconds: number }
  | { type: 'hint'; lesson: string; shown: number }
  | { type: 'predicted'; lesson: string; number: number; choice: number; right: boolean }
  | { type: 'solutionSeen'; lesson: string };

/** What starting a lesson does to one file of the learner's box. */
export type StartChange = {
  file: string;
  /**
   * `update`: the learner had not touched it. `merge`: both changed it, in different places. `conflict`: the learner's file stays
   * as it is, the lesson's version goes beside it as `side`.
   */
  kind: 'new' | 'update' | 'merge' | 'conflict';
  side: string | undefined;
  /** It brings the reference's code of a lesson that was skipped. */
  reference: boolean;
  before: string;
  after: string;
  /** Of a conflict: what the lesson changes in the reference's file, where that is known. */
  lesson?: { before: string; after: string };
};

/** What is new in a lesson that was begun here. */
export type LessonNews = { lesson: string; page: boolean; checks: boolean; files: readonly string[] };

/** A file of the learner's beside another version of it; null where it is not there. */
export type FilePair = { file: string; mine: string | null; other: string | null };

/** The learner's own files as they were when `lesson` last passed, beside those of now. */
export type PassedVersion = { lesson: string; pairs: FilePair[] };

export interface Workspace {
  /** Absolute path of the learner's box. */
  readonly box: string;
  progress(): ProgressView;
  /** Remembers it durably, or until it can be written. */
  record(event: ProgressEvent): void;
  /** Why progress cannot be saved, or what happened to its file; said once. */
  trouble(): string | undefined;
  /** What `start` would do now; an empty list where every file is as the lesson wants it. */
  plan(lesson: Lesson): StartChange[];
  /** Lays the lesson's starter into the box and makes the lesson current. What it replaces is kept. */
  start(lesson: Lesson): StartChange[];
  /** What is new in the course, and what bringing it would do; said once. Undefined where nothing is. */
  news(): { lessons: LessonNews[]; changes: StartChange[] } | undefined;
  /** Brings what is new in the starters. What it replaces is kept. */
  update(): StartChange[];
  /** Puts back what the last start or update of this session changed; false where there was none. */
  undo(): boolean;
  /** The lesson's files, mine and the reference's. */
  pairs(lesson: Lesson): FilePair[];
  /** Keeps the box that has passed a lesson. */
  keepPassed(lesson: Lesson, box: readonly WireFile[]): void;
  /** The version kept for this lesson, or else for the nearest before it; undefined where there is none. */
  passedVersion(lesson: Lesson): PassedVersion | undefined;
  /** Everything a check of this lesson needs, read now. */
  checkRequest(lesson: Lesson, seed: string): CheckRequest;
  /** The box that a page's experiments see: the reference as it stands before this lesson. */
  experimentBox(lesson: Lesson): WireFile[];
  /** The reference at the end of this lesson, to be followed beside the learner's box. */
  referenceBox(lesson: Lesson): WireFile[];
  /** The learner's box, for a shell. */
  boxFiles(): WireFile[];
}

/** Drills on the learner's box: see src/drill. */
export interface Drills {
  /** The one that waits for its answer. */
  open(): Drill | undefined;
  /** Makes one and keeps it. Rejects with UserError where none can be made. */
  make(options: { lesson: Lesson; sandbox: Pick<Sandbox, 'check'>; seed: string; signal: AbortSignal; onStep: (step: 'works' | 'breaks') => void }): Promise<Drill>;
  /** Takes an answer, counted from 1, and counts it. */
  answer(drill: Drill, choice: number): { answered: Answered; score: { right: number; of: number } };
  /** The files that differ, as they worked and broken. */
  changes(drill: Drill): { file: string; before: string; after: string }[];
}
