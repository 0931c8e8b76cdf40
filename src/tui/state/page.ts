/** What a reader has done on one lesson's page: where it stands, what was run, what was answered. */
import type { Ending } from '../../check/wire.ts';
import type { Lesson } from '../../lesson/types.ts';

export type ExperimentState =
  | { at: 'idle' }
  /** Asked for; waits for the kernel or for another experiment of the page. */
  | { at: 'queued' }
  | { at: 'running'; output: string }
  | { at: 'done'; output: string; ending: Ending }
  | { at: 'cancelled'; output: string }
  | { at: 'failed'; why: string };

/** `choice` counts from 0. Once committed it stays as it is. */
export type PredictionState = { choice: number | undefined; committed: boolean };

/** Something on a page that Enter acts on. */
export type StopId = { kind: 'start' } | { kind: 'experiment' | 'prediction'; number: number };

export type PageState = {
  /** First line in view. */
  scroll: number;
  /** Chosen with Tab; undefined while the page decides by what is in view. */
  focus: StopId | undefined;
  experiments: Readonly<Record<number, ExperimentState>>;
  predictions: Readonly<Record<number, PredictionState>>;
};

export const freshPage: PageState = { scroll: 0, focus: undefined, experiments: {}, predictions: {} };

const idle: ExperimentState = { at: 'idle' };
const open: PredictionState = { choice: undefined, committed: false };

export const experimentOf = (page: PageState, number: number): ExperimentState => page.experiments[number] ?? idle;
export const predictionOf = (page: PageState, number: number): PredictionState => page.predictions[number] ?? open;

export function sameStop(a: StopId | undefined, b: StopId | undefined): boolean {
  if (!a || !b || a.kind !== b.kind) return false;
  return a.kind === 'start' || (b.kind !== 'start' && a.number === b.number);
}

/** The experiment that answers this prediction: the next one on the page. */
export function answeredBy(lesson: Lesson, prediction: number): number | undefined {
  let seen = false;
  for (const block of lesson.blocks) {
    if (block.kind === 'prediction' && block.number === prediction) seen = true;
    if (seen && block.kind === 'experiment') return block.number;
  }
  return undefined;
}

/** The first question that must be answered before this experiment may run, since its output would give it away. */
export function openQuestion(lesson: Lesson, page: PageState, experiment: number): number | undefined {
  for (const block of lesson.blocks) {
    if (block.kind !== 'prediction' || predictionOf(page, block.number).committed) continue;
    if (answeredBy(lesson, block.number) === experiment) return block.number;
  }
  return undefined;
}

/** True when the kernel has had its say, or cannot: then the explanation is shown. */
export function isRevealed(lesson: Lesson, page: PageState, prediction: number): boolean {
  if (!predictionOf(page, prediction).committed) return false;
  const experiment = answeredBy(lesson, prediction);
  const at = experiment === undefined ? 'idle' : experimentOf(page, experiment).at;
  return at !== 'queued' && at !== 'running';
}
