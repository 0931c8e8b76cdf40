/** A drill: something was broken in a copy of the box; the learner says what. */
import type { Answered, Drill } from '../../drill/types.ts';
import { t } from '../strings.ts';
import { say } from './change.ts';
import { progressOf } from './select.ts';
import type { FileDiff, State, Step } from './types.ts';

export type DrillState =
  | { at: 'none' }
  | { at: 'preparing'; lesson: string; step: 'waiting' | 'works' | 'breaks' }
  /** `choice` counts from 0; nothing is answered yet. */
  | { at: 'open'; drill: Drill; choice: number | undefined }
  | { at: 'answered'; drill: Drill; answered: Answered; changes: readonly FileDiff[]; score: { right: number; of: number } }
  | { at: 'cancelled'; lesson: string }
  | { at: 'failed'; lesson: string; why: string };

/** The lesson that a drill is about; the open page's while there is none. */
export function drilledLesson({ drill, open }: Pick<State, 'drill' | 'open'>): string {
  return drill.at === 'none' ? open : 'drill' in drill ? drill.drill.lesson : drill.lesson;
}

/** Shows the drill, and makes one where there is none. One that was not answered waits, whatever page is open by then. */
export function showDrill(state: State): Step {
  if (state.view.name === 'drill') return [{ ...state, view: { name: 'page' } }, []];
  const shown: State = { ...state, view: { name: 'drill', scroll: 0 } };
  if (state.drill.at === 'open' || state.drill.at === 'preparing') return [shown, []];
  const lesson = drillable(state);
  if (state.drill.at === 'answered' && state.drill.drill.lesson === lesson) return [shown, []];
  const [next, effects] = prepare(state, lesson);
  return [effects.length > 0 ? { ...next, view: shown.view } : next, effects];
}

/** The lesson that is read, if it has passed; else the one that is marked, since its verdict offers a drill. */
function drillable(state: State): string {
  const { current } = state.progress;
  return !progressOf(state, state.open).passed && current !== undefined && progressOf(state, current).passed ? current : state.open;
}

/** Makes a new one. A drill shows code of the answer, so the lesson has to be passed. */
function prepare(state: State, lesson: string): Step {
  if (!progressOf(state, lesson).passed) return [say(state, t.drill.notPassed, 'warn'), []];
  if (state.kernel.at === 'impossible') return [say(state, t.message.impossible, 'bad'), []];
  return [{ ...state, drill: { at: 'preparing', lesson, step: 'waiting' } }, [{ type: 'drill', lesson }]];
}

/** Enter: answers, or breaks something else once that is done. */
export function enterDrill(state: State): Step {
  const { drill } = state;
  if (drill.at === 'preparing') return [state, []];
  if (drill.at !== 'open') return prepare(state, drilledLesson(state));
  if (drill.choice === undefined) return [say(state, t.drill.chooseFirst(drill.drill.choices.length), 'warn'), []];
  return [state, [{ type: 'drillAnswer', drill: drill.drill, choice: drill.choice + 1 }]];
}

export function chooseInDrill(state: State, choice: number): State {
  const { drill } = state;
  return drill.at === 'open' && choice < drill.drill.choices.length ? { ...state, drill: { ...drill, choice } } : state;
}

/** Chooses and answers at once: the linear mode's way. */
export function answerDrill(state: State, choice: number): Step {
  return enterDrill(chooseInDrill(state, choice));
}

export function drilled(state: State, drill: DrillState): State {
  const next = { ...state, drill };
  if (state.view.name === 'drill') return drill.at === 'answered' ? { ...next, view: { name: 'drill', scroll: 0 } } : next;
  return drill.at === 'open' ? say(next, t.drill.ready) : next;
}
