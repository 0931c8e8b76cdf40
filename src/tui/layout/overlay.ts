/** What fills the body instead of the page, as lines to be scrolled. */
import type { Against, State } from '../state/types.ts';
import { lessonOf, matching, openLesson, progressOf, verdictInput, geometry } from '../state/select.ts';
import { t } from '../strings.ts';
import { type Line, line } from '../text/line.ts';
import { wrap } from '../text/wrap.ts';
import { drilledLesson } from '../state/drill.ts';
import { layoutDrill } from './drill.ts';
import { layoutClosing } from './scorecard.ts';
import { type DiffWords, layoutFiles, layoutStartDiff, layoutUpdate } from './diff.ts';
import { layoutHelp } from './help.ts';
import { layoutHints } from './hints.ts';
import { layoutMap } from './map.ts';
import { MEASURE } from './page.ts';
import { layoutTrace } from './trace.ts';
import { layoutVerdict } from './verdict.ts';
import { layoutWidth, placeOf, xrayLayout } from '../state/xray.ts';
import { xrayTabs } from './xray.ts';

/** Columns of the map: the longest title with the longest word beside it. */
const MAP = 96;

export type Overlay = { title: string; lines: readonly Line[]; /** First line in view. */ scroll: number; /** Stays above the lines; a blank one without it. */ head?: Line };

/** Rows of the body that what covers the page has: the first one is blank. */
export const overlayRows = (state: State): number => Math.max(1, geometry(state).body - 1);

/** Lays out the view that covers the page, scrolled to where there is something; undefined where the page itself is in view. */
export function layoutOverlay(state: State): Overlay | undefined {
  const content = contentOf(state);
  if (!content) return undefined;
  const furthest = Math.max(0, content.lines.length - overlayRows(state));
  return { ...content, scroll: Math.max(0, Math.min(content.scroll, furthest)) };
}

function contentOf(state: State): Overlay | undefined {
  const { view } = state;
  const { columns, margin } = geometry(state);
  const whole = columns - 2 * margin;
  const width = Math.min(whole, MEASURE + 8);
  switch (view.name) {
    case 'page':
      return undefined;
    case 'map': {
      const map = layoutMap({ ...state, found: matching(state, view.query), query: view.query, selected: view.selected }, Math.min(whole, MAP));
      // The selected lesson stays in the middle.
      return { title: mapTitle(state), lines: map.lines, scroll: map.at - Math.floor(overlayRows(state) / 2) };
    }
    case 'help':
      return { title: t.help.title, lines: layoutHelp(width), scroll: view.scroll };
    case 'closing': {
      const passed = state.course.lessons.filter(({ id }) => progressOf(state, id).passed).length;
      return { title: t.parity.title(passed, state.course.lessons.length), lines: layoutClosing(state, width), scroll: view.scroll };
    }
    case 'drill':
      return { title: t.drill.title(drilledLesson(state)), lines: layoutDrill(state.drill, whole), scroll: view.scroll };
    case 'hints': {
      const { hints } = openLesson(state);
      const shown = progressOf(state, state.open).hints;
      const { lines, newest } = layoutHints(hints, shown, width);
      return { title: t.hints.title(Math.min(shown, hints.length), hints.length), lines, scroll: view.newest ? newest : view.scroll };
    }
    case 'verdict':
      return { title: verdictTitle(state), lines: layoutVerdict(verdictInput(state), whole), scroll: view.scroll };
    case 'diff':
      return { title: diffTitle(state), lines: layoutFiles(view.files, diffWords(view), whole), scroll: view.scroll };
    case 'xray': {
      const { lines, starts } = xrayLayout(state, layoutWidth(state));
      return { title: xrayTitle(state), ...(state.xray.xray?.container ? { head: xrayTabs(view.section, layoutWidth(state)) } : {}), lines, scroll: (starts[view.section] ?? 0) + view.line };
    }
    case 'trace': {
      const { lines, at } = layoutTrace(state.trace, view, whole);
      // The first difference stays in the upper half.
      return { title: traceTitle(state, view.mode), lines, scroll: view.newest ? at - Math.floor(overlayRows(state) / 3) : view.scroll };
    }
    case 'confirm':
      if (view.of === 'trace') return { title: t.keys.trace, lines: t.trace.confirm.flatMap((text) => wrap(line(text), width)), scroll: 0 };
      return { title: t.diff.reference, lines: t.diff.confirm.flatMap((text) => wrap(line(text), width)), scroll: 0 };
    case 'preview':
      if (view.news) return { title: t.update.title, lines: layoutUpdate(view.news, view.changes, whole), scroll: view.scroll };
      return { title: t.start.previewTitle, lines: layoutStartDiff(view.changes, whole), scroll: view.scroll };
  }
}

function diffTitle(state: State): string {
  if (state.view.name !== 'diff' || state.view.against === 'reference') return `${t.diff.reference}   ${t.diff.referenceLegend}`;
  const { version } = state.view;
  return version === undefined ? t.diff.passed : `${t.diff.passedOf(lessonOf(state, version).number)}   ${t.diff.passedLegend}`;
}

function diffWords({ against, version }: { against: Against; version: string | undefined }): DiffWords {
  if (against === 'reference') return { same: t.diff.same, absent: t.diff.notYours };
  return { same: version === undefined ? t.diff.nothingKept : t.diff.unchanged, absent: t.diff.newSince };
}

function mapTitle(state: State): string {
  if (state.view.name === 'map' && (state.view.typing || state.view.query !== '')) return `${t.map.search}: ${state.view.query}${state.view.typing ? '▏' : ''}`;
  const passed = state.course.lessons.filter((lesson) => progressOf(state, lesson.id).passed).length;
  return `${t.map.title}   ${t.map.summary(passed, state.course.lessons.length)}`;
}

function xrayTitle({ view, xray }: State): string {
  const { container } = xray.xray ?? {};
  if (!container) return t.xray.titleNone;
  const place = placeOf(view, xray);
  return t.xray.title(container.name, container.pid) + (place && place.all > 1 ? `  ${t.xray.which(place.number, place.all)}` : '');
}

function traceTitle(state: State, mode: 'calls' | 'timeline'): string {
  const lesson = lessonOf(state, state.trace?.lesson ?? state.open);
  return t.trace.title(lesson.number, mode);
}

function verdictTitle(state: State): string {
  const marked = state.progress.current;
  if (marked === undefined) return t.keys.verdict;
  const lesson = lessonOf(state, marked);
  return t.lesson(lesson.number, lesson.title);
}
