/** What follows from the state: the lesson that is open, its page laid out, where the panes are. Pure; cached by identity. */
import type { Lesson } from '../../lesson/types.ts';
import { type Geometry, geometryOf } from '../layout/geometry.ts';
import { type Page, type PageInput, type Stop, focusOf, lastScroll, layoutPage, pageOfError, questionInView, stopsOf } from '../layout/page.ts';
import { type VerdictInput, panelHeight, wantsAttention } from '../layout/verdict.ts';
import type { LessonProgress } from '../ports.ts';
import { type CheckState, noCheck } from './check.ts';
import { type PageState, type StopId, freshPage } from './page.ts';
import type { State } from './types.ts';

const fresh: LessonProgress = { started: false, passed: false, attempts: 0, hints: 0, predictions: {}, solutionSeen: false, failsNow: false, seconds: 0 };

export function lessonOf(state: State, id: string): Lesson {
  const lesson = state.course.lessons.find((one) => one.id === id);
  if (!lesson) throw new RangeError(`no lesson ${id} in the course`);
  return lesson;
}

export const openLesson = (state: State): Lesson => lessonOf(state, state.open);

export function neighbour(state: State, id: string, direction: 1 | -1): Lesson | undefined {
  return state.course.lessons[state.course.lessons.findIndex((lesson) => lesson.id === id) + direction];
}

/** After the open one, from the last on to the first: what is not passed yet, or not any more. */
export function nextUnsolved(state: State): Lesson | undefined {
  const { lessons } = state.course;
  const at = lessons.findIndex((lesson) => lesson.id === state.open);
  return [...lessons.slice(at + 1), ...lessons.slice(0, at + 1)].find((lesson) => {
    const { passed, failsNow } = progressOf(state, lesson.id);
    return !passed || failsNow;
  });
}

export const progressOf = (state: State, id: string): LessonProgress => state.progress.lessons[id] ?? fresh;
export const pageStateOf = (state: State, id: string): PageState => state.pages[id] ?? restoredPage(state, id);
export const openPage = (state: State): PageState => pageStateOf(state, state.open);

/** A page that was not open yet in this session: the answers given in earlier ones are still given. */
function restoredPage(state: State, id: string): PageState {
  const answers = Object.entries(progressOf(state, id).predictions);
  if (answers.length === 0) return freshPage;
  return { ...freshPage, predictions: Object.fromEntries(answers.map(([number, choice]) => [number, { choice, committed: true }])) };
}

/** The lesson whose saves are marked: the one that was started last, not the one that is looked at. */
export const markedLesson = (state: State): Lesson | undefined =>
  state.progress.current === undefined ? undefined : state.course.lessons.find((lesson) => lesson.id === state.progress.current);

export const checkOf = (state: State, id: string | undefined): CheckState => (id === undefined ? noCheck : state.checks[id] ?? noCheck);
export const markedCheck = (state: State): CheckState => checkOf(state, state.progress.current);

export function verdictInput(state: State): VerdictInput {
  const marked = state.progress.current;
  return {
    check: markedCheck(state),
    next: marked === undefined ? undefined : neighbour(state, marked, 1)?.title,
    impossible: state.kernel.at === 'impossible' ? state.kernel : undefined,
    broken: state.course.lessons.filter((lesson) => lesson.id !== marked && progressOf(state, lesson.id).failsNow)
      .map((lesson) => ({ lesson, check: checkOf(state, lesson.id) })),
  };
}

export const geometry = (state: State): Geometry => geometryOf(state.size);

/** Rows of the verdict's panel under the page, its upper edge included; 0 where there is none or it is at the side. */
export function panelRows(state: State): number {
  const { wide, side, body } = geometry(state);
  if (wide || state.panelClosed || !wantsAttention(verdictInput(state))) return 0;
  const wanted = panelHeight(verdictInput(state), side) + 1;
  // Less than three lines of page are no page: then the panel takes all there is.
  return wanted > body - 3 ? body : wanted;
}

export const pageRows = (state: State): number => Math.max(1, geometry(state).body - panelRows(state));

let last: { input: PageInput; page: Page } | undefined;

/** The open page, laid out for the current width. A lesson that does not parse is a page that says so. */
export function openLayout(state: State): Page {
  const lesson = openLesson(state);
  const input: PageInput = {
    lesson,
    width: geometry(state).page,
    page: openPage(state),
    start: progressOf(state, lesson.id).started ? undefined : state.offers[lesson.id],
    next: neighbour(state, lesson.id, 1)?.title,
    box: state.box,
    unfinished: unfinishedBefore(state, lesson),
  };
  if (last && sameInput(last.input, input)) return last.page;
  const page = layoutOrSay(input);
  last = { input, page };
  return page;
}

/** What a lesson needs and the reader has begun, but not brought to a pass that still holds. What was skipped is another matter. */
function unfinishedBefore(state: State, { needs }: Lesson): Lesson[] {
  return state.course.lessons.filter(({ id }) => {
    const { started, passed, failsNow } = progressOf(state, id);
    return needs.includes(id) && started && (!passed || failsNow);
  });
}

function layoutOrSay(input: PageInput): Page {
  try {
    return layoutPage(input);
  } catch (error) {
    return pageOfError(error instanceof Error ? error.message : String(error), input.width);
  }
}

function sameInput(a: PageInput, b: PageInput): boolean {
  return (
    a.lesson === b.lesson && a.width === b.width && a.start === b.start && a.next === b.next && a.box === b.box &&
    a.unfinished.map(({ id }) => id).join() === b.unfinished.map(({ id }) => id).join() &&
    a.page.experiments === b.page.experiments && a.page.predictions === b.page.predictions
  );
}

export const openFocus = (state: State): StopId | undefined => focusOf(openLayout(state), openPage(state), pageRows(state));
export const openQuestionInView = (state: State): number | undefined => questionInView(openLayout(state), openPage(state), pageRows(state));
export const openStops = (state: State): Stop[] => stopsOf(openLayout(state));
export const clampScroll = (state: State, scroll: number): number => Math.max(0, Math.min(scroll, lastScroll(openLayout(state), pageRows(state))));

/** How far down the page is, in per cent; undefined where all of it is in view. */
export function shareRead(state: State): number | undefined {
  const furthest = lastScroll(openLayout(state), pageRows(state));
  return furthest === 0 ? undefined : Math.round((Math.min(openPage(state).scroll, furthest) / furthest) * 100);
}

/** Lessons that match a search: every word of it is in the id, the title, the goal or the part's title. */
export function matching(state: State, query: string): Lesson[] {
  const words = query.toLowerCase().split(/\s+/).filter((word) => word !== '');
  return state.course.lessons.filter((lesson) => {
    const part = state.course.parts.find((one) => one.lessons.includes(lesson.id))?.title ?? '';
    const text = `${lesson.id} ${lesson.title} ${lesson.goal} ${part}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
