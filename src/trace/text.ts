/** A trace as plain text, for `drydock trace`. Whatever a learner's program had a say in is made harmless. Pure. */
import type { TraceRun, TraceStep } from '../check/wire.ts';
import { wrapText } from '../lesson/text.ts';
import { harmlessLine, harmlessText } from '../report/sanitize.ts';
import { briefOf } from './brief.ts';
import type { Difference, Row, TraceDocument } from './types.ts';
import { areas, endingWords, legend, marks, processWords, resultWords, stateWords, w } from './words.ts';

/** Columns from which on the two runs stand side by side. */
const SIDE_BY_SIDE = 100;

/** A whole comparison: what was run, the calls, the first difference. */
export function renderTrace(trace: TraceDocument, columns: number): string {
  const { mine, reference, rows, difference } = trace;
  const width = Math.max(40, columns);
  const head = [...headLines(trace, width), ''];
  if (reference === null || rows === null) return text([...head, ...runLines(mine, width)]);
  const table = width >= SIDE_BY_SIDE ? sideBySide(rows, difference, mine, reference, width) : oneBelowTheOther(rows, difference, mine, reference, width);
  return text([...head, ...table, '', ...wrapText(legend, width), '', ...differenceLines(difference, width), ...said(mine, width)]);
}

/** Every step of one run with what it changed. */
export function renderTimeline(trace: TraceDocument, columns: number): string {
  const { mine } = trace;
  const width = Math.max(40, Math.min(columns, 100));
  const steps = mine.steps.flatMap((step, index) => [...timelineLines(mine, index, width), ...(step === mine.steps.at(-1) ? [] : [''])]);
  return text([...headLines(trace, width), '', ...(steps.length === 0 ? wrapText(w.noSteps, width) : steps), ...said(mine, width)]);
}

/** One step of the timeline. */
export function timelineLines(run: TraceRun, index: number, width: number): string[] {
  const step = run.steps[index];
  if (step === undefined) return [];
  const now = stateWords(step);
  const indented = (line: string, by: number): string[] => wrapHard(line, width - by).map((part) => `${' '.repeat(by)}${part}`);
  return [
    ...wrapText(harmlessLine(`${w.step(index + 1, run.steps.length)}  ${processWords(run, step)}`), width),
    ...indented(`${step.text} ${resultWords(step)}`, 2),
    ...(step.by === undefined ? [] : indented(step.by, 4)),
    ...failureLines(step).flatMap((line) => wrapText(line, width - 4).map((part) => `    ${part}`)),
    ...(step.result === null ? wrapText(w.gone, width - 2).map((part) => `  ${part}`) : areas.flatMap(({ area, title }) => areaLines(step, area, title, width))),
    ...(step.more === undefined ? [] : [`  ${w.more(step.more)}`]),
    ...(step.beside === undefined ? [] : wrapText(w.beside(step.beside.join(', ')), width - 2).map((part) => `  ${part}`)),
    ...(now === undefined ? [] : wrapText(harmlessLine(`now: ${now}`), width - 2).flatMap((part) => indented(part, 2))),
  ];
}

/** Which lesson it is, and what was run, in pieces that are put together again by whoever copies them. */
function headLines({ lesson, command }: TraceDocument, width: number): string[] {
  return wrapText(`${lesson}: ${harmlessLine(command)}`, width - 2).map((line, index) => (index === 0 ? line : `  ${line}`));
}

function areaLines(step: TraceStep, area: string, title: string, width: number): string[] {
  const changes = step.changes.filter((change) => change.area === area);
  const head = `  ${title.padEnd(12)}`;
  if (changes.length === 0) return [`${head}${w.asBefore}`];
  const places = [...new Set(changes.map(({ where }) => where))];
  return places.flatMap((where, place) => [
    ...wrapHard(where, width - head.length).map((part, row) => `${place + row === 0 ? head : ' '.repeat(head.length)}${part}`),
    ...changes.filter((change) => change.where === where).flatMap(({ what, before, after }) => [
      ...wrapHard(what, width - 4).map((part) => `    ${part}`),
      ...wrapHard(`- ${before ?? 'not there'}`, width - 6).map((part) => `      ${part}`),
      ...wrapHard(`+ ${after ?? 'gone'}`, width - 6).map((part) => `      ${part}`),
    ]),
  ]);
}

function failureLines({ errno, failure }: TraceStep): string[] {
  if (errno === undefined) return [];
  return [w.failed(errno), ...(failure === undefined ? [] : [`${failure.certain ? '' : `${w.perhaps} `}${failure.condition}`, failure.advice])];
}

function runLines(run: TraceRun, width: number): string[] {
  return [...run.steps.map((step, index) => cut(`${String(index + 1).padStart(3)}  ${briefOf(step)}${step.errno === undefined ? '' : `  ${resultWords(step)}`}`, width)), ...said(run, width)];
}

function sideBySide(rows: readonly Row[], difference: Difference | null, mine: TraceRun, reference: TraceRun, width: number): string[] {
  const room = Math.floor((width - 9) / 2);
  const cell = (step: TraceStep | undefined): string => cut(step === undefined ? '' : callWords(step), room).padEnd(room);
  return [
    `       ${w.yours.padEnd(room)}  ${w.reference}`,
    ...rows.map((row, index) => {
      const sign = `${difference?.row === index ? '>' : ' '}${marks[row.kind].sign}`;
      return `${sign} ${String(index + 1).padStart(3)} ${cell(stepAt(mine, row.mine))}  ${cell(stepAt(reference, row.reference))}`;
    }),
  ];
}

function oneBelowTheOther(rows: readonly Row[], difference: Difference | null, mine: TraceRun, reference: TraceRun, width: number): string[] {
  return rows.flatMap((row, index) => {
    const head = `${difference?.row === index ? '>' : ' '}${marks[row.kind].sign} ${String(index + 1).padStart(3)} `;
    const [own, theirs] = [stepAt(mine, row.mine), stepAt(reference, row.reference)];
    const lines = [...(own === undefined ? [] : [callWords(own)]), ...(theirs !== undefined && row.kind !== 'same' ? [`${w.reference}: ${callWords(theirs)}`] : [])];
    return lines.map((line, place) => cut(`${place === 0 ? head : ' '.repeat(head.length)}${line}`, width));
  });
}

function differenceLines(difference: Difference | null, width: number): string[] {
  const paragraph = (line: string): string[] => wrapText(line, Math.min(width, 80) - 2).map((part) => `  ${part}`);
  if (difference === null) return wrapText(w.none, Math.min(width, 80));
  return [`${w.first} (row ${difference.row + 1})`, ...paragraph(difference.title), ...difference.why.flatMap((line) => ['', ...paragraph(line)]), '', ...paragraph(`${w.look}: ${difference.look}`)];
}

/** The end of the run, and what box said, where it did not go well. */
function said(run: TraceRun, width: number): string[] {
  const ending = endingWords(run);
  if (ending === undefined) return [];
  const lines = run.stderr.trim() === '' ? [] : harmlessText(run.stderr.trim()).split('\n').slice(-5).flatMap((line) => wrapText(line, width - 2).map((part) => `  ${part}`));
  return ['', ...wrapText(ending, width), ...lines];
}

function callWords(step: TraceStep): string {
  return `${briefOf(step)}${step.errno === undefined ? '' : `  ${resultWords(step)}`}`;
}

function stepAt(run: TraceRun, index: number | null): TraceStep | undefined {
  return index === null ? undefined : run.steps[index];
}

function cut(line: string, width: number): string {
  const clean = harmlessLine(line);
  return clean.length <= width ? clean : `${clean.slice(0, Math.max(0, width - 1))}…`;
}

function wrapHard(line: string, width: number): string[] {
  const clean = harmlessLine(line);
  const room = Math.max(10, width);
  return Array.from({ length: Math.max(1, Math.ceil(clean.length / room)) }, (_, index) => clean.slice(index * room, (index + 1) * room));
}

function text(lines: readonly string[]): string {
  return `${lines.map((line) => harmlessLine(line).trimEnd()).join('\n')}\n`;
}
