/** An experiment on the page: its script in a frame, and below it what the kernel answered. */
import type { Experiment } from '../../lesson/types.ts';
import type { ExperimentState } from '../state/page.ts';
import { t } from '../strings.ts';
import { box, innerWidth } from '../text/box.ts';
import { highlight } from '../text/highlight.ts';
import { type Line, type Role, indent, line, seg } from '../text/line.ts';
import { untrusted } from '../text/untrusted.ts';
import { wrap, wrapHard } from '../text/wrap.ts';
import type { Ending } from '../../check/wire.ts';
import { continued } from './blocks.ts';

/** Lines of output shown in place; an experiment that prints more has said enough. */
const MOST_LINES = 200;

export type ExperimentView = {
  state: ExperimentState;
  focused: boolean;
  /** A question above it waits for its answer. */
  locked: boolean;
};

export function layoutExperiment(experiment: Experiment, view: ExperimentView, width: number): Line[] {
  const inner = innerWidth(width);
  const script = highlight(experiment.script.trimEnd(), 'sh').flatMap((parts, index) =>
    indent(wrapHard(parts, inner - 2, continued), [seg(index === 0 ? '$ ' : '  ', 'label')], [seg('  ')]),
  );
  const sections: { lines: Line[]; title?: Line; note?: Line }[] = [{ lines: script }];
  const output = outputOf(view.state);
  if (output !== undefined) {
    const lines = untrusted(output, { lines: MOST_LINES });
    const shown = lines.length === 1 && lines[0] === '' ? [line(t.experiment.noOutput, 'muted')] : lines.flatMap((text) => wrapHard(line(text), inner, continued));
    sections.push({ lines: shown, title: line(t.experiment.output, 'label'), note: outcome(experiment, view.state) });
  } else if (view.state.at === 'failed') {
    sections.push({ lines: untrusted(view.state.why, { lines: 6 }).flatMap((text) => wrap(line(text, 'bad'), inner)) });
  }
  return box(sections, {
    width,
    title: line(t.experiment.title(experiment.number), view.focused ? 'key' : 'strong'),
    note: note(view),
    edge: view.focused ? 'frameFocused' : 'frame',
  });
}

function outputOf(state: ExperimentState): string | undefined {
  if (state.at === 'done' || state.at === 'cancelled') return state.output;
  return state.at === 'running' && state.output !== '' ? state.output : undefined;
}

/** What Enter would do, or what is going on, in the upper edge. */
function note({ state, focused, locked }: ExperimentView): Line {
  if (locked) return line(t.experiment.afterPrediction, 'warn');
  switch (state.at) {
    case 'queued':
      return line(t.experiment.queued, 'warn');
    case 'running':
      return line(t.experiment.running, 'warn');
    case 'idle':
      return focused ? line(`▶ ${t.experiment.runThis}`, 'key') : line(t.experiment.notYet, 'label');
    default:
      return focused ? line(`▶ ${t.experiment.runAgain}`, 'key') : [];
  }
}

function outcome(experiment: Experiment, state: ExperimentState): Line {
  if (state.at === 'cancelled') return line(t.experiment.cancelled, 'warn');
  if (state.at !== 'done') return [];
  const { text, role } = endingWords(state.ending, experiment.fails);
  return line(text, role);
}

/** How a command ended, in words. A status other than 0 is good news where the lesson expects it. */
export function endingWords(ending: Ending, expectedToFail = false): { text: string; role: Role } {
  if (ending.limit) return { text: t.experiment.limit[ending.limit], role: 'bad' };
  if (ending.signal !== null) return { text: t.experiment.signal(ending.signal), role: 'warn' };
  const code = ending.code ?? 0;
  return { text: t.experiment.status(code), role: (code !== 0) === expectedToFail ? 'good' : 'warn' };
}
