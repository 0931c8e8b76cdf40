/** How far a grading is: one line that is written over on a terminal, plain lines elsewhere. */
import type { ClassEvent } from '../grade/class.ts';
import type { SubmissionResult } from '../grade/result.ts';
import { harmlessLine } from '../report/index.ts';
import type { Context } from './command.ts';

export class Progress {
  readonly #context: Pick<Context, 'stderr' | 'now'>;
  readonly #live: boolean;
  readonly #began: number;
  #fresh = 0;

  constructor(context: Pick<Context, 'stderr' | 'now' | 'env'>) {
    this.#context = context;
    this.#live = context.stderr.isTTY === true && context.env['TERM'] !== 'dumb';
    this.#began = context.now();
  }

  take(event: ClassEvent): void {
    if (event.event === 'begin') return this.#say(`0/${event.total} graded`, true);
    const { result, done, total, fresh } = event;
    if (fresh) this.#fresh += 1;
    const minutes = (this.#context.now() - this.#began) / 60_000;
    const rate = minutes > 0.05 ? this.#fresh / minutes : 0; // Before, it says nothing.
    const left = rate > 0 ? `, ${rate.toFixed(1)}/min, ${inWords((total - done) / rate)} left` : '';
    const line = `${String(done).padStart(String(total).length)}/${total} ${harmlessLine(outcome(result))}${fresh ? '' : ' (from before)'}`;
    this.#say(`${line}${done < total ? left : ''}`, result.outcome === 'pass' || !fresh);
  }

  /** Leaves the terminal's line. */
  end(): void {
    if (this.#live) this.#context.stderr.write('\r\u001b[K');
  }

  /** On a terminal, what is as it should be is written over by what comes next. */
  #say(text: string, passing: boolean): void {
    if (!this.#live) this.#context.stderr.write(`${text}\n`);
    else this.#context.stderr.write(`\r\u001b[K${text.slice(0, (this.#context.stderr.columns || 80) - 1)}${passing ? '' : '\n'}`);
  }
}

function outcome({ student, outcome: how, points, maxPoints, durationMs, attempts, flaky }: SubmissionResult): string {
  const more = [attempts > 1 ? `${attempts} attempts` : '', flaky ? 'flaky' : ''].filter(Boolean).join(', ');
  const mark = how === 'infra' ? 'no mark, the machine failed' : how === 'rejected' ? 'rejected' : `${how} ${points}/${maxPoints}`;
  return `${student.name.slice(0, 40)}: ${mark} (${(durationMs / 1000).toFixed(1)} s${more ? `, ${more}` : ''})`;
}

function inWords(minutes: number): string {
  if (minutes < 1) return `${Math.max(1, Math.round(minutes * 60))} s`;
  return minutes < 120 ? `${Math.round(minutes)} min` : `${(minutes / 60).toFixed(1)} h`;
}
