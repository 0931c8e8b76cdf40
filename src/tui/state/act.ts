/** What Enter does on the page: run the experiment in view, answer the prediction, start the lesson. */
import type { Prediction } from '../../lesson/types.ts';
import { t } from '../strings.ts';
import { onExperiment, onPage, say, showStop } from './change.ts';
import { answeredBy, experimentOf, openQuestion, predictionOf } from './page.ts';
import { openFocus, openLesson, openPage, openQuestionInView } from './select.ts';
import type { Effect, State, Step } from './types.ts';

/** Enter, on what is focused. */
export function act(state: State): Step {
  const focus = openFocus(state);
  switch (focus?.kind) {
    case undefined:
      return [state, []];
    case 'start':
      return [state, [{ type: 'start', lesson: state.open, ask: true, thenEdit: false }]];
    case 'experiment':
      return runExperiment(state, focus.number);
    case 'prediction':
      return commit(state, focus.number);
  }
}

/** Runs an experiment of the open page, unless a question must be answered first. `asked`: the question that it answers. */
export function runExperiment(state: State, number: number, asked?: number): Step {
  const lesson = openLesson(state);
  const experiment = lesson.blocks.find((block) => block.kind === 'experiment' && block.number === number);
  if (experiment?.kind !== 'experiment') return [state, []];
  const question = openQuestion(lesson, openPage(state), number);
  if (question !== undefined) {
    const asked = onPage(state, state.open, { focus: { kind: 'prediction', number: question } });
    return [say(showStop(asked, { kind: 'prediction', number: question }), t.prediction.before, 'warn'), []];
  }
  const { at } = experimentOf(openPage(state), number);
  if (at === 'queued' || at === 'running') return [state, []];
  if (state.kernel.at === 'impossible') return [say(state, t.message.impossible, 'bad'), []];
  const queued: State = {
    ...onPage(onExperiment(state, state.open, number, { at: 'queued' }), state.open, { focus: { kind: 'experiment', number } }),
    waiting: [...state.waiting, { lesson: state.open, number, question: asked }],
  };
  return [queued, [{ type: 'experiment', lesson: state.open, number, script: experiment.script }]];
}

/** Marks a choice of the prediction in focus, or of the open one in view, which then is in focus. Nothing is answered yet. */
export function choose(state: State, choice: number): Step {
  if (state.view.name !== 'page') return [state, []];
  const focus = openFocus(state);
  const number = focus?.kind === 'prediction' ? focus.number : openQuestionInView(state);
  if (number === undefined) return [state, []];
  return [marked(onPage(state, state.open, { focus: { kind: 'prediction', number } }), number, choice), []];
}

/** Chooses and answers at once: the linear mode's way. */
export function predict(state: State, number: number, choice: number): Step {
  return commit(marked(state, number, choice), number);
}

function predictionNumbered(state: State, number: number): Prediction | undefined {
  const found = openLesson(state).blocks.find((block) => block.kind === 'prediction' && block.number === number);
  return found?.kind === 'prediction' ? found : undefined;
}

function marked(state: State, number: number, choice: number): State {
  const prediction = predictionNumbered(state, number);
  const page = openPage(state);
  if (!prediction || choice < 0 || choice >= prediction.choices.length || predictionOf(page, number).committed) return state;
  return onPage(state, state.open, { predictions: { ...page.predictions, [number]: { choice, committed: false } } });
}

/** The answer stands; now the kernel gives its own. */
function commit(state: State, number: number): Step {
  const prediction = predictionNumbered(state, number);
  const page = openPage(state);
  const { choice, committed } = predictionOf(page, number);
  if (!prediction || committed) return [state, []];
  if (choice === undefined) return [say(state, t.prediction.first(prediction.choices.length), 'warn'), []];
  const answered = onPage(state, state.open, {
    focus: undefined,
    predictions: { ...page.predictions, [number]: { choice, committed: true } },
  });
  const record: Effect = { type: 'record', event: { type: 'predicted', lesson: state.open, number, choice, right: prediction.choices[choice]?.right === true } };
  const experiment = answeredBy(openLesson(state), number);
  // Another question may stand between this one and the experiment; then that is answered first.
  if (experiment === undefined || openQuestion(openLesson(state), openPage(answered), experiment) !== undefined) return [answered, [record]];
  if (state.kernel.at === 'impossible') return [answered, [record]];
  const [running, effects] = runExperiment(answered, experiment, number);
  // Both in view where they fit, the question at the top where they do not.
  const shown = showStop(showStop(running, { kind: 'experiment', number: experiment }), { kind: 'prediction', number });
  return [shown, [record, ...effects]];
}
