/** Drills, and what the box can do, in words: with the words that are typed here in the place of keys, and without a table. */
import type { Drill } from '../../drill/types.ts';
import type { Scorecard } from '../../parity/types.ts';
import { boxOf, count, rowOf } from '../../report/parity/score.ts';
import { allProbes, groups, t as words } from '../../report/parity/words.ts';
import { drillWords } from '../../report/drill-words.ts';
import { layoutFailure } from '../layout/failure.ts';
import { layoutQuestion } from '../layout/drill.ts';
import { layoutAbout, layoutRemarks } from '../layout/scorecard.ts';
import { drilledLesson, type DrillState } from '../state/drill.ts';
import { progressOf } from '../state/select.ts';
import type { State } from '../state/types.ts';
import { t } from '../strings.ts';
import { type Line, lineText } from '../text/line.ts';
import { untrustedLine } from '../text/untrusted.ts';
import { spokenFiles } from './compared.ts';

const texts = (lines: readonly Line[]): string[] => lines.map((parts) => lineText(parts).trimEnd());

/** Scorecards and drills come by themselves, some time after they were asked for. */
export function ofTrials(before: State, after: State, width: number): string[] {
  const [drill, parity] = [after.drill, after.parity];
  const lines: string[] = [];
  // A choice that was made is no news.
  if (drill !== before.drill && after.view === before.view && !(drill.at === 'open' && before.drill.at === 'open')) lines.push(...spokenDrill(before.drill, after, width));
  if (parity !== before.parity && after.view === before.view) lines.push(...(parity.at === 'running' ? [] : ['']), ...spokenParity(after, width));
  return lines;
}

/** How far a drill is, what it asks, or what it was. While it is made, only what is new is said. */
export function spokenDrill(before: DrillState, state: State, width: number): string[] {
  const { drill } = state;
  const title = ['', t.drill.title(drilledLesson(state))];
  switch (drill.at) {
    case 'none':
      return [];
    case 'preparing':
      return before.at === 'preparing' ? [t.drill.preparing[drill.step]] : [...title, t.drill.untouched, t.drill.preparing[drill.step]];
    case 'cancelled':
      return [t.drill.plainCancelled];
    case 'failed':
      return [t.drill.failed(untrustedLine(drill.why))];
    case 'open':
      return ['', ...texts(layoutQuestion(drill.drill, width)), ...choices(drill.drill), t.drill.plainAnswer];
    case 'answered': {
      const { answered, score, changes } = drill;
      const right = untrustedLine(drill.drill.choices[answered.answer - 1]?.title ?? '');
      return [
        ...title, answered.right ? drillWords.right(right) : drillWords.wrong(answered.answer, right), drillWords.score(drill.drill.lesson, score.right, score.of),
        '', ...texts(layoutFailure(drill.drill.proof, width)), '', t.drill.plainChanged, ...spokenFiles(changes, t.plain.sides.drill, (file) => file), '', t.drill.plainAgain,
      ];
    }
  }
}

function choices({ choices }: Drill): string[] {
  return choices.map(({ title }, index) => `${index + 1}: ${untrustedLine(title)}`);
}

/** What the box can do, lesson by lesson; before it the scorecard, where there is one. */
export function spokenClosing(state: State, width: number): string[] {
  const { lessons } = state.course;
  const passed = (id: string): boolean => progressOf(state, id).passed;
  const all = lessons.every(({ id }) => passed(id));
  return [
    '', t.parity.title(lessons.filter(({ id }) => passed(id)).length, lessons.length), ...spokenParity(state, width), '',
    all ? t.parity.built : t.parity.plainBuilding, ...lessons.map(({ id, goal }) => (all ? goal : t.parity.plainGoal(passed(id), goal))), ...(all ? [t.parity.missing] : []),
  ];
}

function spokenParity({ parity }: State, width: number): string[] {
  switch (parity.at) {
    case 'none':
      return [t.parity.plainOffer];
    case 'running':
      return [parity.step ? t.parity.running(parity.step.name, parity.step.number, parity.step.all) : t.parity.waiting];
    case 'done':
      return spokenScorecard(parity.card, width);
    case 'cancelled':
      return [t.parity.plainCancelled];
    case 'failed':
      return [t.parity.failed(untrustedLine(parity.why))];
  }
}

/** A sentence for each probe: every runtime with its answer, and with what is to be thought of it where it is not kept apart. */
function spokenScorecard(card: Scorecard, width: number): string[] {
  const box = boxOf(card);
  const answers = (id: string): string => card.runtimes.filter(({ started }) => started).map((runtime) => {
    const { standing, value } = rowOf(runtime, id);
    const text = untrustedLine(value || words.noAnswer, 40);
    return `${untrustedLine(runtime.name)} ${text}${standing === 'good' ? '' : `, ${words.legend[standing]}`}`;
  }).join('; ');
  return [
    t.parity.plainLegend,
    ...groups.flatMap(({ title, probes }) => ['', title, ...probes.map((probe) => `${probe.title}: ${answers(probe.id)}`)]),
    '', ...card.runtimes.map((runtime) => `${untrustedLine(runtime.name)}: ${words.of(count(runtime, 'good'), allProbes.length)} ${words.total}`),
    ...(box?.started ? texts(layoutAbout(box, width)) : []), ...texts(layoutRemarks(card, width)), t.parity.plainAgain,
  ];
}
