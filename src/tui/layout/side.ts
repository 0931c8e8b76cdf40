/** The pane beside the page on a wide screen: the task until there is a verdict, then the verdict. */
import { markedLesson, openLesson, progressOf, verdictInput } from '../state/select.ts';
import type { State } from '../state/types.ts';
import { t } from '../strings.ts';
import { type Line, blank, line, seg } from '../text/line.ts';
import { untrustedLine } from '../text/untrusted.ts';
import { wrap } from '../text/wrap.ts';
import { layoutPanel, wantsAttention } from './verdict.ts';

export function layoutSide(state: State, width: number, rows: number): Line[] {
  const input = verdictInput(state);
  const marked = markedLesson(state);
  if (!wantsAttention(input)) return layoutTask(state, width).slice(0, rows);
  const head: Line[] = marked && marked.id !== state.open ? [line(t.lesson(marked.number, marked.title), 'heading')] : [];
  return [...head, ...layoutPanel(input, width, rows - head.length)];
}

function layoutTask(state: State, width: number): Line[] {
  const lesson = openLesson(state);
  const started = progressOf(state, lesson.id).started;
  return [
    line(t.verdict.task, 'heading'),
    ...wrap(line(lesson.goal, 'emphasis'), width),
    blank,
    line(t.verdict.taskFiles, 'label'),
    ...lesson.files.flatMap((file) => wrap([seg('  '), seg(file, 'code')], width)),
    ...(state.box === undefined ? [] : wrap([seg('  '), seg(untrustedLine(state.box), 'label')], width)),
    blank,
    ...(started ? t.verdict.taskHow : t.verdict.taskStart).flatMap((text) => wrap(line(text), width)),
  ];
}
