/** A drill as lines: what is seen and what is asked; then what it was, with the proof. */
import { drillWords } from '../../report/drill-words.ts';
import type { Drill } from '../../drill/types.ts';
import type { DrillState } from '../state/drill.ts';
import { t } from '../strings.ts';
import { type Line, type Role, blank, indent, line, seg } from '../text/line.ts';
import { untrustedLine } from '../text/untrusted.ts';
import { wrap } from '../text/wrap.ts';
import { layoutFiles } from './diff.ts';
import { layoutFailure } from './failure.ts';

export function layoutDrill(state: DrillState, width: number): Line[] {
  const prose = (text: string, role: Role = 'text'): Line[] => wrap(line(text, role), width);
  switch (state.at) {
    case 'none':
      return [];
    case 'preparing':
      return [...prose(t.drill.preparing[state.step], 'warn'), ...prose(t.drill.untouched, 'label')];
    case 'cancelled':
      return prose(t.drill.cancelled, 'warn');
    case 'failed':
      return prose(t.drill.failed(untrustedLine(state.why)), 'bad');
    case 'open':
      return [...layoutQuestion(state.drill, width), ...layoutChoices(state.drill, state.choice, undefined, width), blank, ...prose(t.drill.choose(state.drill.choices.length), 'key')];
    case 'answered': {
      const { drill, answered, changes, score } = state;
      const title = untrustedLine(drill.choices[answered.answer - 1]?.title ?? '');
      return [
        ...prose(answered.right ? drillWords.right(title) : drillWords.wrong(answered.answer, title), answered.right ? 'good' : 'bad'),
        ...prose(drillWords.score(drill.lesson, score.right, score.of), 'label'), ...prose(t.drill.again, 'key'), blank,
        ...layoutFailure(drill.proof, width), blank,
        ...prose(drillWords.changed, 'heading'), ...layoutFiles(changes, { same: '', absent: (file) => file }, width), blank,
        ...layoutChoices(drill, answered.choice - 1, answered.answer - 1, width),
      ];
    }
  }
}

/** What is seen of the broken box, and the question. */
export function layoutQuestion(drill: Drill, width: number): Line[] {
  const says = [drillWords.intro[drill.on](drill.lesson), ...(drill.because ? [drillWords.because[drill.because]] : [])];
  return [
    ...says.flatMap((text) => wrap(line(text), width)), blank,
    ...first(drill).flatMap((symptom) => layoutFailure(symptom, width)),
    ...drill.symptoms.slice(1).flatMap(({ status, title }) => wrap([seg(`✗ ${t.verdict.words[status]}  `, 'bad'), seg(untrustedLine(title), 'strong')], width)),
    blank,
    ...wrap(line(drillWords.which, 'heading'), width),
  ];
}

/** One symptom is told in full, so that the answers stay in view. */
const first = ({ symptoms }: Drill): Drill['symptoms'] => symptoms.slice(0, 1);

/** The answers; `right` is only known afterwards. */
function layoutChoices({ choices }: Drill, chosen: number | undefined, right: number | undefined, width: number): Line[] {
  return choices.flatMap(({ title }, index) => {
    const mark = right === undefined ? (index === chosen ? '▸' : ' ') : index === right ? '✓' : index === chosen ? '✗' : ' ';
    const role: Role = right === undefined ? (index === chosen ? 'key' : 'text') : index === right ? 'good' : index === chosen ? 'bad' : 'label';
    return indent(wrap(line(untrustedLine(title), role), width - 6), [seg(`${mark} ${index + 1}  `, role)], [seg('     ')]);
  });
}
