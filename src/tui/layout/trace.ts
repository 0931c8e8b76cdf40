/** A trace as lines: the calls of both runs with the first difference explained in its place, or one step of the timeline. */
import type { TraceRun, TraceStep } from '../../check/wire.ts';
import { briefOf } from '../../trace/brief.ts';
import { timelineLines } from '../../trace/text.ts';
import type { Difference, Row, RowKind, TraceDocument } from '../../trace/types.ts';
import { endingWords, legend, marks, resultWords, w } from '../../trace/words.ts';
import type { View } from '../state/types.ts';
import type { TraceState } from '../state/trace.ts';
import { t } from '../strings.ts';
import { type Line, type Role, blank, fitLine, line, padLine, seg } from '../text/line.ts';
import { untrusted, untrustedLine } from '../text/untrusted.ts';
import { wrap } from '../text/wrap.ts';

type TraceView = Extract<View, { name: 'trace' }>;

/** `at`: the line to be in view. */
export type TraceLayout = { lines: Line[]; at: number };

/** Columns from which on the two runs stand side by side. */
const SIDE_BY_SIDE = 96;

/** Calls shown above and below the step of the timeline. */
const AROUND = 2;

const roles: Readonly<Record<RowKind, Role>> = { same: 'text', differs: 'warn', fails: 'bad', missing: 'removed', extra: 'added', moved: 'label' };

export function layoutTrace(state: TraceState | undefined, view: TraceView, width: number): TraceLayout {
  switch (state?.at) {
    case undefined:
    case 'waiting':
      return { lines: [line(t.trace.waiting, 'label')], at: 0 };
    case 'running':
      return { lines: [line(t.trace.running[state.what], 'strong'), blank, ...wrap(line(t.trace.runningNext, 'label'), width)], at: 0 };
    case 'failed':
      if (state.cancelled) return { lines: [line(t.trace.cancelled, 'label')], at: 0 };
      return { lines: [line(t.trace.failed, 'bad'), ...untrusted(state.why, { lines: 12 }).flatMap((text) => wrap(line(text), width))], at: 0 };
    case 'done':
      return view.mode === 'calls' && state.trace.reference !== null ? layoutCalls(state.trace, width) : { lines: layoutStep(state.trace, view.step, width), at: 0 };
  }
}

function layoutCalls(trace: TraceDocument, width: number): TraceLayout {
  const { mine, reference, rows, difference } = trace;
  if (reference === null || rows === null) return { lines: [], at: 0 };
  const wide = width >= SIDE_BY_SIDE;
  const room = Math.floor((width - 8) / 2);
  const lines: Line[] = [...wrap(line(untrustedLine(trace.command), 'code'), width), ...wrap(line(legend, 'label'), width)];
  if (wide) lines.push([seg(' '.repeat(6)), ...padLine([seg(w.yours, 'heading')], room), seg('  '), seg(w.reference, 'heading')]);
  let at = 0;
  rows.forEach((row, index) => {
    const first = difference?.row === index;
    if (first) at = lines.length;
    const [own, theirs] = [stepAt(mine, row.mine), stepAt(reference, row.reference)];
    lines.push(...(wide ? sideBySide(row, index, first, own, theirs, room) : below(row, index, first, own, theirs, width)));
    if (first && difference !== null) lines.push(...explained(difference, width));
  });
  if (difference === null) lines.push(blank, ...wrap(line(w.none, 'good'), width));
  lines.push(...ended(mine, width));
  return { lines, at };
}

function sideBySide(row: Row, index: number, first: boolean, own: TraceStep | undefined, theirs: TraceStep | undefined, room: number): Line[] {
  const role = roles[row.kind];
  const cell = (step: TraceStep | undefined): Line => padLine(step === undefined ? [] : callWords(step, role), room);
  return [[...head(row, index, first), ...cell(own), seg('  '), ...cell(theirs)]];
}

function below(row: Row, index: number, first: boolean, own: TraceStep | undefined, theirs: TraceStep | undefined, width: number): Line[] {
  const role = roles[row.kind];
  const texts = [...(own === undefined ? [] : [callWords(own, role)]), ...(theirs === undefined || row.kind === 'same' ? [] : [[seg(`${w.reference}: `, 'label'), ...callWords(theirs, own === undefined ? role : 'text')]])];
  return texts.map((text, place) => fitLine([...(place === 0 ? head(row, index, first) : [seg(' '.repeat(6))]), ...text], width));
}

/** `>≠ 12 `: the first difference, the sign, the number. */
function head(row: Row, index: number, first: boolean): Line {
  return [seg(first ? '>' : ' ', 'strong'), seg(marks[row.kind].sign, roles[row.kind]), seg(`${String(index + 1).padStart(3)} `, 'label')];
}

function explained(difference: Difference, width: number): Line[] {
  const inner = Math.min(width - 4, 84);
  const bar = seg('  │ ', 'frame');
  const text: Line[] = [
    ...wrap([seg(`${w.first}: `, 'label'), seg(untrustedLine(difference.title, 400), 'strong')], inner),
    ...difference.why.flatMap((why) => wrap(line(untrustedLine(why, 600)), inner)),
    ...wrap([seg(`${w.look}: `, 'label'), seg(untrustedLine(difference.look, 400))], inner),
  ];
  return text.map((parts) => [bar, ...parts]);
}

/** One step, what it changed, and the calls around it. */
function layoutStep(trace: TraceDocument, step: number, width: number): Line[] {
  const { mine } = trace;
  if (mine.steps.length === 0) return [line(w.noSteps, 'label'), ...ended(mine, width)];
  const from = Math.max(0, Math.min(step - AROUND, mine.steps.length - 2 * AROUND - 1));
  const around = mine.steps.slice(from, from + 2 * AROUND + 1).map((one, index): Line => {
    const here = from + index === step;
    return fitLine([seg(here ? '> ' : '  ', 'strong'), seg(`${String(from + index + 1).padStart(3)} `, 'label'), ...callWords(one, here ? 'strong' : one.errno === undefined ? 'text' : 'bad')], width);
  });
  const lines = timelineLines(mine, step, width).map((text): Line => line(untrustedLine(text, 2000) === '' ? '' : text, roleOf(text)));
  return [...around, blank, ...lines, ...(step === mine.steps.length - 1 ? ended(mine, width) : [])];
}

/** What a line of the timeline is, by how it begins. */
function roleOf(text: string): Role {
  if (/^ {6}- /.test(text)) return 'removed';
  if (/^ {6}\+ /.test(text)) return 'added';
  if (text.endsWith(w.asBefore)) return 'label';
  return /^\S/.test(text) ? 'heading' : 'text';
}

function ended(run: TraceRun, width: number): Line[] {
  const ending = endingWords(run);
  if (ending === undefined) return [];
  const said = run.stderr.trim() === '' ? [] : untrusted(run.stderr.trim()).slice(-5);
  return [blank, ...wrap(line(ending, 'warn'), width), ...said.flatMap((text) => wrap(line(`  ${text}`, 'code'), width))];
}

function callWords(step: TraceStep, role: Role): Line {
  return [seg(untrustedLine(briefOf(step), 300), role), ...(step.errno === undefined ? [] : [seg(`  ${resultWords(step)}`, 'bad')])];
}

function stepAt(run: TraceRun, index: number | null): TraceStep | undefined {
  return index === null ? undefined : run.steps[index];
}
