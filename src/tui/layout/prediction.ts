/** A prediction on the page: the question, its choices, and after the kernel has answered the explanation. */
import type { Prediction } from '../../lesson/types.ts';
import type { PredictionState } from '../state/page.ts';
import { t } from '../strings.ts';
import { box, innerWidth } from '../text/box.ts';
import { type Line, type Segment, blank, indent, line, seg } from '../text/line.ts';
import { wrap } from '../text/wrap.ts';
import { segmentsOf } from './spans.ts';

export type PredictionView = { state: PredictionState; focused: boolean; revealed: boolean };

export function layoutPrediction(prediction: Prediction, view: PredictionView, width: number): Line[] {
  const inner = innerWidth(width);
  const lines: Line[] = [...wrap(segmentsOf(prediction.question, 'strong'), inner), blank];
  prediction.choices.forEach((choice, index) => {
    const right = view.revealed && choice.right;
    const mine = view.state.choice === index;
    const wrong = view.revealed && mine && !choice.right;
    const head: Segment[] = [
      seg(mine && !view.revealed ? '▸ ' : right ? '✓ ' : wrong ? '✗ ' : '  ', right ? 'good' : wrong ? 'bad' : 'key'),
      seg(`${index + 1} `, view.state.committed ? 'label' : 'key'),
      seg(mine ? '(•) ' : '( ) ', mine ? 'key' : 'label'),
    ];
    const words = segmentsOf(choice.text, mine || right ? 'strong' : 'text');
    // Said in words too: the marks alone mean nothing to somebody who hears the page.
    const said = right ? t.prediction.correct : mine && view.state.committed ? t.prediction.yours : '';
    lines.push(...indent(wrap(said ? [...words, seg(`  — ${said}`, right ? 'good' : 'label')] : words, inner - 8), head));
  });
  const sections: { lines: Line[] }[] = [{ lines }];
  if (view.revealed) sections.push({ lines: explanation(prediction, view.state, inner) });
  else if (view.state.committed) sections.push({ lines: [line(t.prediction.asking, 'warn')] });
  return box(sections, {
    width,
    title: line(t.prediction.title(prediction.number), view.focused ? 'key' : 'strong'),
    note: note(prediction, view),
    edge: view.focused ? 'frameFocused' : 'frame',
  });
}

function explanation(prediction: Prediction, state: PredictionState, inner: number): Line[] {
  const correct = prediction.choices.findIndex((choice) => choice.right);
  const hit = state.choice === correct;
  const verdict = hit ? line(t.prediction.right, 'good') : line(t.prediction.wrong(correct + 1), 'warn');
  return [verdict, ...wrap(segmentsOf(prediction.explanation), inner)];
}

function note(prediction: Prediction, view: PredictionView): Line {
  if (view.state.committed) return line(t.prediction.answered, 'label');
  const focusedRole = view.focused ? 'key' : 'label';
  return line(view.state.choice === undefined ? t.prediction.choose(prediction.choices.length) : `▶ ${t.prediction.commit}`, focusedRole);
}
