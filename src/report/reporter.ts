/**
 * Reporters: one stream of verdict events in, text out. Each renderer is a file of this folder.
 *
 * A run of `drydock check` is: for each lesson `begin`, any number of `check`, then `end`; and after the last lesson
 * `finish`. Only the plain reporter writes as things happen; the others write when they know all.
 */
import type { CheckResult, Leftover, Verdict } from '../check/wire.ts';

/** What a renderer needs to know of where its text goes. */
export type Destination = {
  write(text: string): void;
  /** True where colours may be used. */
  colour: boolean;
  /** Width in character cells. */
  columns: number;
};

/** A lesson that is about to be judged. `number` and `title` as in its lesson.md. */
export type LessonLabel = { id: string; number: number; title: string };

export interface Reporter {
  begin(lesson: LessonLabel): void;
  check(result: CheckResult): void;
  end(verdict: Verdict, leftovers: readonly Leftover[]): void;
  finish(): void;
}

export const reporterNames = ['plain', 'json', 'junit', 'tap'] as const;
export type ReporterName = (typeof reporterNames)[number];

/** What has been judged of one lesson. */
export type Judged = { lesson: LessonLabel; verdict: Verdict; leftovers: readonly Leftover[] };

/** The part that renderers share which write only once everything is known. */
export function collecting(finish: (judged: readonly Judged[]) => void): Reporter {
  const judged: Judged[] = [];
  let current: LessonLabel | undefined;
  return {
    begin(lesson) {
      current = lesson;
    },
    check() {},
    end(verdict, leftovers) {
      judged.push({ lesson: current ?? { id: verdict.lesson, number: 0, title: '' }, verdict, leftovers });
    },
    finish() {
      finish(judged);
    },
  };
}
