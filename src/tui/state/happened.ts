/** What the world did: the kernel's state, progress, saves, verdicts, experiments. */
import type { LessonNews, StartChange } from '../ports.ts';
import { t } from '../strings.ts';
import { onCheck, onExperiment, say, showStop } from './change.ts';
import { type CheckState, withResult } from './check.ts';
import { mark } from './commands.ts';
import { drilled } from './drill.ts';
import { probed } from './parity.ts';
import { type StopId, experimentOf, sameStop } from './page.ts';
import { staleTrace, traceHappened } from './trace.ts';
import { checkOf, markedLesson, openPage, openStops, pageRows, pageStateOf, progressOf } from './select.ts';
import type { Effect, Event, State, Step } from './types.ts';
import { xrayHappened } from './xray.ts';

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
    case 'parity':
      return [probed(state, event.state), []];
    case 'drill':
      return [drilled(state, event.state), []];
    case 'offered':
      return [{ ...state, offers: { ...state.offers, [event.lesson]: event.offer } }, []];
    case 'previewed':
      if (event.lesson !== state.open) return [state, []];
      return [{ ...state, view: { name: 'preview', scroll: 0, changes: event.changes, thenEdit: event.thenEdit } }, []];
    case 'started':
      return [sayStarted(state, event.changes), []];
    case 'courseChanged':
      // It asks only whom it does not disturb.
      if (event.changes.length > 0 && state.view.name === 'page') return [{ ...state, view: { name: 'preview', scroll: 0, changes: event.changes, thenEdit: false, news: event.news } }, []];
      return [say(state, event.changes.length > 0 ? t.update.later : t.update.onlyRead(newsOf(event.news)), 'plain'), []];
    case 'updated':
      return [sayUpdated(state, event.changes), []];
    case 'compared':
      if (state.view.name !== 'diff' || state.view.against !== event.against) return [state, []];
      return [{ ...state, view: { ...state.view, files: event.files, version: event.version } }, []];
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
    case 'regressionBegan':
      return [event.run === state.run ? { ...state, regression: { run: event.run, lesson: event.lesson } } : state, []];
    case 'regressed':
      return regressed(state, event);
    case 'regressionEnded':
      return [state.regression?.run === event.run ? { ...state, regression: undefined } : state, []];
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
    case 'xrayed':
    case 'xrayFailed':
    case 'xrayStarted':
    case 'xrayEnded':
      return xrayHappened(state, event);
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
  const marked: Effect = { type: 'record', event: { type: 'marked', lesson: state.runOf ?? verdict.lesson, verdict } };
  const earlier = verdict.passed ? passedBefore(state, state.runOf ?? verdict.lesson) : [];
  return [{ ...next, message: undefined }, [marked, ...(earlier.length > 0 ? [{ type: 'regress', lessons: earlier, run: event.run } as const] : [])]];
}

/** What was passed before may be broken by what makes a later lesson pass. Nearest first: that is where it breaks. */
function passedBefore(state: State, id: string): string[] {
  const at = state.course.lessons.findIndex((lesson) => lesson.id === id);
  return state.course.lessons.slice(0, Math.max(0, at)).filter((lesson) => progressOf(state, lesson.id).passed).map((lesson) => lesson.id).reverse();
}

function regressed(state: State, { run, lesson, verdict }: Extract<Event, { type: 'regressed' }>): Step {
  if (run !== state.run) return [state, []];
  const next = onCheck(state, lesson, { at: 'done', results: verdict.checks, fresh: verdict.checks.map((result) => result.id), verdict, leftovers: [], syntax: undefined, why: undefined });
  return [next, [{ type: 'record', event: { type: 'remarked', lesson, verdict } }]];
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

/** `03: its page; 05: its checks`. */
const newsOf = (news: readonly LessonNews[]): string => news.map((one) => t.update.lesson(one.lesson, one)).join('; ');

function sayUpdated(state: State, changes: readonly StartChange[]): State {
  const sides = changes.flatMap(({ side }) => (side === undefined ? [] : [side]));
  return sides.length > 0 ? say(state, t.update.doneConflicts(sides.join(', ')), 'warn') : say(state, t.update.done(changes.length));
}

/** What a conflict leaves to do is more worth saying than how many files there were. */
function sayStarted(state: State, changes: readonly StartChange[]): State {
  const sides = changes.flatMap(({ side }) => (side === undefined ? [] : [side]));
  if (sides.length > 0) return say(state, t.start.doneConflicts(sides.join(', ')), 'warn');
  return say(state, changes.length === 0 ? t.start.doneNothing : t.start.done(changes.length));
}
