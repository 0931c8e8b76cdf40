/** What to say when the state has changed: the difference between two states, in sentences. Pure. */
import { renderAnswer, renderBlocks } from '../../lesson/text.ts';
import { kernelWords } from '../layout/chrome.ts';
import { endingWords } from '../layout/experiment.ts';
import { layoutOverlay } from '../layout/overlay.ts';
import { layoutVerdict } from '../layout/verdict.ts';
import { type ExperimentState, experimentOf, isRevealed } from '../state/page.ts';
import { lessonOf, openLesson, pageStateOf, progressOf, verdictInput } from '../state/select.ts';
import type { State } from '../state/types.ts';
import { isXrayTold, xrayLayout } from '../state/xray.ts';
import { t } from '../strings.ts';
import { spokenDiff, spokenStart } from './compared.ts';
import { ofTrace } from './trace.ts';
import { ofTrials, spokenClosing, spokenDrill } from './trials.ts';
import { type Line, lineText } from '../text/line.ts';
import { untrusted } from '../text/untrusted.ts';
import { layoutSections } from '../xray/sections.ts';

/** Columns of text; also what a braille line or a magnified window can do with. */
export const WIDTH = 72;

/** Lines of an experiment's output that are read out; the rest is counted. */
const MOST_OUTPUT = 200;

const texts = (lines: readonly Line[]): string[] => lines.map((parts) => lineText(parts).trimEnd());

/** The lines to print after a step; empty where there is nothing a listener has to know. */
export function announce(before: State, after: State): string[] {
  return [
    ...ofKernel(before, after),
    ...ofPage(before, after),
    ...ofOffer(before, after),
    ...ofExperiments(before, after),
    ...ofQuestions(before, after),
    ...ofCheck(before, after),
    ...ofEarlier(before, after),
    ...ofView(before, after),
    ...ofTrials(before, after, WIDTH),
    ...ofMessage(before, after),
  ];
}

/** What was just read out need not be said to be there. */
function ofMessage({ message: before }: State, { message }: State): string[] {
  if (!message || message === before || message.text === t.drill.ready || message.text === t.parity.ready) return [];
  return untrusted(message.text);
}

/** One line for each stage, not for every megabyte. */
function ofKernel({ kernel: before }: State, state: State): string[] {
  const { kernel: after } = state;
  if (before.at === after.at && (after.at !== 'setting-up' || (before.at === 'setting-up' && before.what === after.what))) return [];
  if (after.at === 'impossible') return [...untrusted(after.message), ...after.next.map((way) => `  ${way}`), t.message.readingWorks];
  if (after.at === 'setting-up') return [t.kernel.settingUp(after.what, '')];
  return after.at === 'idle' ? [] : [kernelWords(state, false).text];
}

function ofPage(before: State, after: State): string[] {
  return before.open === after.open ? [] : pageHead(after);
}

/** What a page begins with. */
export function pageHead(state: State): string[] {
  const lesson = openLesson(state);
  const { passed, started } = progressOf(state, lesson.id);
  const where = passed ? t.map.passed : started ? t.map.started : t.plain.notStarted;
  return ['', t.plain.lesson(lesson.number, lesson.title), t.plain.facts(lesson.minutes, where), `${t.goal}: ${lesson.goal}`, t.plain.readOn];
}

function ofOffer(before: State, after: State): string[] {
  const offer = after.offers[after.open];
  if (!offer || offer === before.offers[after.open] || progressOf(after, after.open).started) return [];
  const parts = [
    ...(offer.adds.length > 0 ? [t.start.adds(offer.adds.join(', '))] : []),
    ...(offer.changes.length > 0 ? [t.start.changes(offer.changes.join(', '))] : []),
    ...(offer.reference.length > 0 ? [t.start.reference(offer.reference.join(', '))] : []),
  ];
  return [t.plain.offer, ...parts.map((part) => `  ${part}`)];
}

function ofExperiments(before: State, after: State): string[] {
  const lines: string[] = [];
  for (const id of Object.keys(after.pages)) {
    const [old, now] = [pageStateOf(before, id), pageStateOf(after, id)];
    if (old.experiments === now.experiments) continue;
    for (const number of Object.keys(now.experiments).map(Number)) {
      const [was, is] = [experimentOf(old, number), experimentOf(now, number)];
      if (was.at !== is.at) lines.push(...saidOf(after, id, number, is));
    }
  }
  return lines;
}

function saidOf(state: State, lesson: string, number: number, experiment: ExperimentState): string[] {
  const title = t.experiment.title(number);
  switch (experiment.at) {
    case 'idle':
      return [];
    case 'queued':
      return state.kernel.at === 'ready' ? [] : [`${title}: ${t.experiment.queued}`];
    case 'running':
      return [`${title}: ${t.plain.runs}`];
    case 'cancelled':
      return [`${title}: ${t.experiment.cancelled}`];
    case 'failed':
      return [`${title}: ${t.experiment.failed}`, ...untrusted(experiment.why, { lines: 6 })];
    case 'done': {
      const block = lessonOf(state, lesson).blocks.find((one) => one.kind === 'experiment' && one.number === number);
      const fails = block?.kind === 'experiment' && block.fails;
      const output = experiment.output.trim() === '' ? [t.experiment.noOutput] : untrusted(experiment.output, { lines: MOST_OUTPUT });
      return [`${title}, ${t.experiment.output}:`, ...output, `${title}: ${endingWords(experiment.ending, fails).text}`];
    }
  }
}

function ofQuestions(before: State, after: State): string[] {
  const lesson = openLesson(after);
  const [old, now] = [pageStateOf(before, lesson.id), pageStateOf(after, lesson.id)];
  if (old === now || before.open !== after.open) return [];
  return lesson.blocks.flatMap((block) => {
    if (block.kind !== 'prediction' || !isRevealed(lesson, now, block.number) || isRevealed(lesson, old, block.number)) return [];
    const right = block.choices[now.predictions[block.number]?.choice ?? -1]?.right === true;
    return [t.plain.answerOf(right), ...renderAnswer(block, WIDTH)];
  });
}

function ofCheck(before: State, after: State): string[] {
  const marked = after.progress.current;
  if (marked === undefined || marked !== before.progress.current) return [];
  const [was, is] = [before.checks[marked]?.at, after.checks[marked]?.at];
  if (was === is) return [];
  if (is === 'done' || is === 'failed') return texts(layoutVerdict(verdictInput(after), WIDTH));
  return is === 'running' ? [t.verdict.running(0)] : is === 'cancelled' ? [t.verdict.cancelled] : is === 'queued' && after.kernel.at !== 'ready' ? [t.verdict.waiting] : [];
}

/** Lessons that had passed and do not any more: said once, when it is found. */
function ofEarlier(before: State, after: State): string[] {
  if (before.progress === after.progress) return [];
  return after.course.lessons
    .filter(({ id }) => progressOf(after, id).failsNow && !progressOf(before, id).failsNow)
    .map(({ number, title }) => t.verdict.brokeLesson(number, title));
}

/** What covers the page on a screen is read out here; then the page is the place to be again. */
function ofView(before: State, after: State): string[] {
  const { view } = after;
  if (view.name === 'hints') return ofHints(before, after);
  if (view.name === 'xray') return ofXray(before, after);
  if (view.name === 'trace') return ofTrace(before, after);
  if (view === before.view || view.name === 'page') return [];
  if (view.name === 'help') return t.plain.help.map(([words, does]) => `${words}: ${does}`);
  if (view.name === 'diff') return view.files ? spokenDiff(after, view) : [t.diff.loading];
  if (view.name === 'preview') return spokenStart(view);
  if (view.name === 'drill') return spokenDrill({ at: 'none' }, after, WIDTH);
  if (view.name === 'closing') return spokenClosing(after, WIDTH);
  const overlay = layoutOverlay(after);
  if (!overlay) return [];
  const lines = texts(overlay.lines);
  // It ends with the keys of the screen.
  if (view.name === 'confirm') return view.of === 'trace' ? ['', ...lines.slice(0, -1), t.plain.confirmTrace] : ['', t.diff.confirm[0], t.plain.confirm];
  return ['', overlay.title, ...lines];
}

/** All that is known, once; there is nobody who would watch it move. */
function ofXray(before: State, after: State): string[] {
  if (!isXrayTold(after) || isXrayTold(before)) return [];
  const { xray, history } = after.xray;
  if (!xray?.container) return texts(xrayLayout(after, WIDTH, true).lines);
  const { container, containers } = xray;
  const others = containers.filter(({ id }) => id !== container.id).map(({ name, pid, command }) => untrusted(`${t.xray.title(name, pid)}: ${command}`).join(' '));
  return [
    '', untrusted(t.xray.title(container.name, container.pid)).join(' '),
    ...layoutSections(container, history, WIDTH, { drawn: false }).flatMap(({ title, lines }) => ['', title, ...texts(lines)]),
    ...(others.length > 0 ? ['', t.xray.others, ...others] : []),
  ];
}

/** The rung that has just been shown; all of them where there is no other, or where they are asked for again. */
function ofHints(before: State, after: State): string[] {
  const { hints } = openLesson(after);
  const [was, is] = [progressOf(before, after.open).hints, progressOf(after, after.open).hints];
  const again = after.view !== before.view && was === is && is > 0 && (before.view.name !== 'hints' || is >= hints.length);
  if (was === is && !again) return hints.length === 0 && after.view !== before.view ? [t.hints.none] : [];
  const from = again ? 0 : is - 1;
  const rungs = hints.slice(from, is).flatMap((rung, index) => ['', t.hints.rung(from + index + 1), ...renderBlocks(rung, WIDTH)]);
  return [...rungs, is < hints.length ? t.plain.moreHints : t.hints.last];
}
