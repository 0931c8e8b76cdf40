/** The trace in words: what is the same is said in one line, what differs with the word for how. */
import type { TraceStep } from '../../check/wire.ts';
import { briefOf } from '../../trace/brief.ts';
import { timelineLines } from '../../trace/text.ts';
import { endingWords, marks, resultWords, w } from '../../trace/words.ts';
import type { TraceDocument } from '../../trace/index.ts';
import type { State } from '../state/types.ts';
import { t } from '../strings.ts';
import { untrusted, untrustedLine } from '../text/untrusted.ts';
import { WIDTH } from './announce.ts';

/** What there is to say about the trace after a step. */
export function ofTrace(before: State, after: State): string[] {
  const { view, trace } = after;
  if (view.name !== 'trace' || trace === undefined || (trace === before.trace && view === before.view)) return [];
  switch (trace.at) {
    case 'waiting':
      return after.kernel.at === 'ready' ? [] : [t.trace.waiting];
    case 'running':
      return [t.trace.running[trace.what]];
    case 'failed':
      return trace.cancelled ? [t.trace.cancelled] : [t.trace.failed, ...untrusted(trace.why, { lines: 6 })];
    case 'done':
      if (view.mode === 'timeline' && before.trace?.at === 'done' && trace.read !== undefined) return ['', ...timelineLines(trace.trace.mine, view.step, WIDTH)];
      return ['', ...spoken(trace.trace)];
  }
}

function spoken(trace: TraceDocument): string[] {
  const { mine, reference, rows, difference } = trace;
  const at = (steps: readonly TraceStep[], index: number | null): TraceStep | undefined => (index === null ? undefined : steps[index]);
  const ending = endingWords(mine);
  const end = ending === undefined ? [] : [ending, ...untrusted(mine.stderr.trim(), { lines: 5 })];
  if (reference === null || rows === null) return [...mine.steps.map((step, index) => `${index + 1}: ${callWords(step)}`), ...(mine.steps.length === 0 ? [w.noSteps] : []), ...end];
  const lines = rows.flatMap((row, index) => {
    const [own, theirs] = [at(mine.steps, row.mine), at(reference.steps, row.reference)];
    const head = t.plain.row(index + 1, marks[row.kind].word);
    if (row.kind === 'same') return [`${head} ${callWords(own)}`];
    return [head, ...(own === undefined ? [] : [`  ${w.yours}: ${callWords(own)}`]), ...(theirs === undefined ? [] : [`  ${w.reference}: ${callWords(theirs)}`])];
  });
  const told = difference === null ? [w.none] : [`${w.first}: ${t.plain.row(difference.row + 1, '').replace(/, :$/, '')}`, difference.title, ...difference.why, `${w.look}: ${difference.look}`];
  return [...lines, '', ...told.map((text) => untrustedLine(text, 600)), ...end];
}

function callWords(step: TraceStep | undefined): string {
  return step === undefined ? '' : untrustedLine(`${briefOf(step)}${step.errno === undefined ? '' : `, ${resultWords(step)}`}`, 300);
}
