/** What the world did: the kernel's state, progress, saves, verdicts, experiments. */
import { t } from '../strings.ts';
import { onCheck, onExperiment, say, showStop } from './change.ts';
import { type CheckState, withResult } from './check.ts';
import { mark } from './commands.ts';
import { type StopId, experimentOf, sameStop } from './page.ts';
import { staleTrace, traceHappened } from './trace.ts';
import { checkOf, markedLesson, openPage, openStops, pageRows, pageStateOf } from './select.ts';
import type { Event, State, Step } from './types.ts';

/** Code units of an experiment's output that are kept while it runs. */
const MOST_OUTPUT = 64 * 1024;

type Happened = Exclude<Event, { type: 'command' } | { type: 'resized' }>;

export function happened(state: State, event: Happened): Step {
  switch (event.type) {
    case 'kernel': {
      const next = { ...state, kernel: event.state, woken: state.woken || event.state.at === 'ready' };
      return [event.note === undefined ? next : say(next, event.note, 'warn'), []];
    }
    case 'progress':
      return [{ ...state, progress: event.progress }, []];
    case 'offered':
      return [{ ...state, offers: { ...state.offers, [event.lesson]: event.offer } }, []];
    case 'previewed':
      if (event.lesson !== state.open) return [state, []];
      return [{ ...state, view: { name: 'preview', scroll: 0, changes: event.changes, thenEdit: event.thenEdit } }, []];
    case 'started':
      return [say(state, event.changes.length === 0 ? t.start.doneNothing : t.start.done(event.changes.length)), []];
    case 'compared':
      return [state.view.name === 'diff' ? { ...state, view: { ...state.view, files: event.files } } : state, []];
    case 'traceBegan':
    case 'traceEnded':
    case 'traceFailed':
      return [traceHappened(state, event), []];
    case 'saved': {
      if (!markedLesson(state)) return [staleTrace(state), []];
      const [next, effects] = mark(staleTrace(state));
      return [say(next, t.message.saved(event.files.join(', '))), effects];
    }
    case 'checkBegan':
      return [ofRun(state, event.run, (check) => ({ ...check, at: 'running' })), []];
    case 'checkSyntax':
      return [ofRun(state, event.run, (check) => ({ ...check, syntax: event.problem })), []];
    case 'checkJudged':
      return [ofRun(state, event.run, (check) => withResult(check, event.result)), []];
    case 'checkEnded':
      return checkEnded(state, event);
    case 'checkFailed':
      return [ofRun(state, event.run, (check) => ({ ...check, at: event.cancelled ? 'cancelled' : 'failed', why: event.why })), []];
    case 'experimentBegan':
      return [followed(state, onExperiment(state, event.lesson, event.number, { at: 'running', output: '' }), event), []];
    case 'experimentWrote': {
      const before = experimentOf(pageStateOf(state, event.lesson), event.number);
      if (before.at !== 'running') return [state, []];
      const output = (before.output + event.text).slice(0, MOST_OUTPUT);
      return [followed(state, onExperiment(state, event.lesson, event.number, { at: 'running', output }), event), []];
    }
    case 'experimentEnded': {
      const next = onExperiment(state, event.lesson, event.number, { at: 'done', output: event.output, ending: event.ending });
      return [followed(state, ended(next, event), event), []];
    }
    case 'experimentFailed': {
      const before = experimentOf(pageStateOf(state, event.lesson), event.number);
      const output = before.at === 'running' ? before.output : '';
      const next = onExperiment(state, event.lesson, event.number, event.cancelled ? { at: 'cancelled', output } : { at: 'failed', why: event.why });
      return [followed(state, ended(next, event), event), []];
    }
    case 'said':
      return [{ ...state, message: event.message }, []];
    case 'left':
      return [{ ...state, leaving: event.code }, [{ type: 'quit', code: event.code }]];
  }
}

/** A change of the check that is under way; word of an earlier run is not listened to. */
function ofRun(state: State, run: number, change: (check: CheckState) => CheckState): State {
  if (run !== state.run || state.runOf === undefined) return state;
  return onCheck(state, state.runOf, change(checkOf(state, state.runOf)));
}

function checkEnded(state: State, event: Extract<Event, { type: 'checkEnded' }>): Step {
  const { verdict, leftovers } = event;
  const next = ofRun(state, event.run, (check) => ({
    ...check, at: 'done', results: verdict.checks, fresh: verdict.checks.map((result) => result.id), verdict, leftovers,
  }));
  if (next === state) return [state, []];
  // What was saved is no news any more; the verdict is.
  return [{ ...next, message: undefined }, [{ type: 'record', event: { type: 'marked', lesson: state.runOf ?? verdict.lesson, verdict } }]];
}

const ended = (state: State, { lesson, number }: { lesson: string; number: number }): State => ({
  ...state, waiting: state.waiting.filter((one) => one.lesson !== lesson || one.number !== number),
});

/**
 * Keeps what a reader asked for in view as it grows: the experiment with its output, and above it the question that it answers
 * with the explanation. But only where the one that was acted on was in view before, so that nobody is torn from what they read.
 */
function followed(before: State, after: State, { lesson, number }: { lesson: string; number: number }): State {
  if (lesson !== after.open || after.view.name !== 'page') return after;
  // One that runs only because the asked for needs it stands above: what was asked for is what is looked at.
  const waiting = before.waiting.find((one) => one.lesson === lesson && one.number === number) ?? before.waiting.find((one) => one.lesson === lesson);
  const question = waiting?.question;
  const experiment: StopId = { kind: 'experiment', number: waiting?.number ?? number };
  const asked: StopId | undefined = question === undefined ? undefined : { kind: 'prediction', number: question };
  if (!isInView(before, asked ?? experiment)) return after;
  const shown = showStop(after, experiment);
  return asked ? showStop(shown, asked) : shown;
}

function isInView(state: State, id: StopId): boolean {
  const { scroll } = openPage(state);
  const stop = openStops(state).find((one) => sameStop(one.id, id));
  return stop !== undefined && stop.bottom > scroll && stop.top < scroll + pageRows(state);
}
