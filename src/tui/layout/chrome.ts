/** The lines around the body: title above, status and keys below. The same in every view. */
import { geometry, lessonOf, markedCheck, markedLesson, neighbour, openFocus, openLesson, openPage, progressOf, shareRead, verdictInput } from '../state/select.ts';
import { experimentOf, predictionOf } from '../state/page.ts';
import type { State } from '../state/types.ts';
import { t } from '../strings.ts';
import { type Line, type Role, type Segment, fitLine, lineWidth, padLine, seg, spread } from '../text/line.ts';
import { untrustedLine } from '../text/untrusted.ts';
import { layoutOverlay } from './overlay.ts';
import { verdictSummary } from './verdict.ts';

/** Product, lesson, how far down the page; or the title of what covers the page. */
export function titleLine(state: State): Line {
  const { columns } = geometry(state);
  const lesson = openLesson(state);
  const overlay = layoutOverlay(state);
  const share = overlay ? undefined : shareRead(state);
  const passed = progressOf(state, lesson.id).passed;
  const right: Segment[] = [
    ...(passed && !overlay ? [seg(`✓ ${t.map.passed} `, 'bar')] : []),
    ...(share === undefined ? [] : [seg(` ${t.percent(share).padStart(4)}`, 'bar')]),
    seg(' ', 'bar'),
  ];
  const title = overlay ? overlay.title : t.lesson(lesson.number, lesson.title);
  return padLine(spread([seg(` ${t.product}  `, 'bar'), seg(untrustedLine(title), 'bar')], right, columns, 'bar'), columns, 'bar');
}

/** The kernel, the verdict, and what was just said. */
export function statusLine(state: State): Line {
  const { columns, wide } = geometry(state);
  const left: Segment[] = [seg(' '), kernelWords(state, columns < 80)];
  const { message } = state;
  if (message) {
    const role: Role = message.tone === 'bad' ? 'bad' : message.tone === 'warn' ? 'warn' : 'strong';
    const said = seg(untrustedLine(message.text), role);
    // A message is what the reader has just asked for: where both do not fit, the kernel gives way.
    const both = [...left, seg('  '), said];
    return lineWidth(both) <= columns - 1 ? both : fitLine([seg(' '), said], columns - 1);
  }
  const marked = markedLesson(state);
  if (!marked) return fitLine(left, columns - 1);
  const other = marked.id === state.open ? '' : `${t.verdict.lessonOther(marked.number)}: `;
  const check = markedCheck(state);
  const none = progressOf(state, marked.id).attempts > 0 ? t.verdict.noneSince : t.verdict.noneShort;
  const known = check.at === 'none' ? [seg(none, 'label')] : wide && other === '' ? [] : verdictSummary(verdictInput(state));
  const { broken } = verdictInput(state);
  const again = state.regression
    ? [seg(t.verdict.again(lessonOf(state, state.regression.lesson).number), 'label')]
    : check.verdict?.passed && broken.length > 0 ? [seg(t.verdict.brokeShort(broken.map(({ lesson }) => lesson.number)), 'bad')] : [];
  const summary = known.length > 0 && again.length > 0 ? [...known, seg('  ·  ', 'label'), ...again] : [...known, ...again];
  if (summary.length === 0) return fitLine(left, columns - 1);
  const verdict = [seg(other, 'label'), ...summary];
  const both = [...left, seg('  ·  ', 'label'), ...verdict];
  // A kernel that is ready is no news; what it said is.
  return lineWidth(both) <= columns - 1 || state.kernel.at !== 'ready' ? fitLine(both, columns - 1) : fitLine([seg(' '), ...verdict], columns - 1);
}

/** The state of the kernel in words; `good` only where it can be used now. */
export function kernelWords({ kernel, woken }: Pick<State, 'kernel' | 'woken'>, brief: boolean): Segment {
  switch (kernel.at) {
    case 'idle':
      return seg(woken ? t.kernel.asleep : t.kernel.starting, 'label');
    case 'setting-up':
      return seg(t.kernel.settingUp(untrustedLine(kernel.what, 60), amount(kernel)), 'warn');
    case 'booting':
      return seg(t.kernel.booting(kernel.kind), 'warn');
    case 'ready':
      return seg(brief ? t.kernel.readyBrief : t.kernel.ready(kernel.kernel.kind, untrustedLine(kernel.kernel.release, 30)), 'good');
    case 'lost':
      return seg(t.kernel.lost, 'warn');
    case 'impossible':
      return seg(t.kernel.impossible, 'bad');
  }
}

/** ` 42/60`, in whole numbers so that the line does not flicker; nothing where the end is not known. */
function amount({ done, total }: { done?: number; total?: number }): string {
  if (done === undefined) return '';
  return total === undefined ? ` ${Math.floor(done)}` : ` ${Math.floor(done)}/${Math.floor(total)}`;
}

type Hint = { key: string; word: string; /** Goes first where the line is short; 0 stays longest. */ rank: number };

/** The keys that do something here, most useful first to stay when the line is short. */
export function keysLine(state: State): Line {
  const { columns } = geometry(state);
  const hints = keysFor(state);
  for (let most = 9; most >= 0; most--) {
    const shown = hints.filter((hint) => hint.rank <= most);
    const parts: Segment[] = shown.flatMap((hint) => [seg(` ${hint.key}`, 'key'), seg(` ${hint.word} `, 'label')]);
    if (lineWidth(parts) <= columns - 1 || most === 0) return fitLine(parts, columns - 1);
  }
  return [];
}

function keysFor(state: State): Hint[] {
  const { view } = state;
  const always: Hint[] = [{ key: '?', word: t.keys.help, rank: 0 }, { key: 'q', word: t.keys.quit, rank: 0 }];
  switch (view.name) {
    case 'page':
      return [...pageKeys(state), ...always];
    case 'map':
      if (view.typing) return [{ key: 'Enter', word: t.keys.open, rank: 0 }, { key: '↑↓', word: t.keys.move, rank: 1 }, { key: 'Esc', word: t.keys.back, rank: 0 }];
      return [
        { key: 'j/k', word: t.keys.move, rank: 2 }, { key: 'Enter', word: t.keys.open, rank: 0 }, { key: '/', word: t.keys.search, rank: 1 },
        { key: 'Esc', word: t.keys.back, rank: 1 }, ...always,
      ];
    case 'trace':
      return traceKeys(state, view.mode, always);
    case 'confirm':
      return [...(view.of === 'trace' ? [{ key: 't', word: t.keys.mineOnly, rank: 0 }] : []), { key: 'y', word: t.keys.yes, rank: 0 }, { key: 'Esc', word: t.keys.no, rank: 0 }];
    case 'preview':
      return [{ key: 'Enter', word: t.keys.accept, rank: 0 }, { key: 'j/k', word: t.keys.scroll, rank: 1 }, { key: 'Esc', word: t.keys.back, rank: 0 }, ...always];
    case 'xray':
      return [...xrayKeys(state), ...always];
    case 'hints':
      return [...(progressOf(state, state.open).hints < openLesson(state).hints.length ? [{ key: 'h', word: t.keys.reveal, rank: 0 }] : [{ key: 'd', word: t.keys.diff, rank: 0 }]), { key: 'j/k', word: t.keys.scroll, rank: 1 }, { key: 'Esc', word: t.keys.back, rank: 1 }, ...always];
    case 'closing':
    case 'drill':
      return [
        { key: 'Enter', word: view.name === 'closing' ? t.keys.run : t.keys.answer, rank: 0 }, { key: 'j/k', word: t.keys.scroll, rank: 1 },
        ...(view.name === 'drill' ? [{ key: '1–4', word: t.drill.keyChoose, rank: 1 }, { key: 's', word: t.keys.shell, rank: 2 }] : []),
        { key: 'Esc', word: t.keys.back, rank: 0 }, ...always,
      ];
    default:
      return [{ key: 'j/k', word: t.keys.scroll, rank: 1 }, { key: 'Esc', word: t.keys.back, rank: 0 }, ...always];
  }
}

function xrayKeys({ xray: { xray, run } }: State): Hint[] {
  const idle = run.at === 'none' || run.at === 'ended';
  return [
    ...(xray?.container ? [{ key: '1–6', word: t.xray.keys.section, rank: 0 }, { key: 'j/k', word: t.keys.scroll, rank: 1 }] : idle ? [{ key: 'Enter', word: t.xray.keys.start, rank: 0 }] : []),
    ...((xray?.containers.length ?? 0) > 1 ? [{ key: 'n/p', word: t.xray.keys.container, rank: 1 }] : []),
    { key: 'x', word: t.xray.keys.close, rank: 0 }, { key: 's', word: t.keys.shell, rank: 2 },
  ];
}

function traceKeys(state: State, mode: 'calls' | 'timeline', always: readonly Hint[]): Hint[] {
  const done = state.trace?.at === 'done';
  return [
    ...(done ? [{ key: '←/→', word: t.keys.step, rank: mode === 'timeline' ? 0 : 3 }] : []),
    { key: 'j/k', word: t.keys.scroll, rank: 2 },
    ...(done && state.trace?.reference === true ? [{ key: 'Tab', word: mode === 'timeline' ? t.keys.calls : t.keys.timeline, rank: 0 }] : []),
    { key: 'r', word: t.keys.again, rank: 3 }, { key: 'Esc', word: t.keys.back, rank: 0 }, ...always,
  ];
}

function pageKeys(state: State): Hint[] {
  const focus = openFocus(state);
  const enter = focus?.kind === 'prediction' ? t.keys.answer : focus?.kind === 'start' ? t.keys.start : t.keys.run;
  const done = focus?.kind === 'prediction' && predictionOf(openPage(state), focus.number).committed;
  const runs = focus?.kind === 'experiment' && ['queued', 'running'].includes(experimentOf(openPage(state), focus.number).at);
  return [
    { key: 'j/k', word: t.keys.scroll, rank: 2 },
    ...(focus && !runs && !done ? [{ key: 'Enter', word: enter, rank: 0 }] : []),
    { key: neighbour(state, state.open, -1) ? 'n/p' : 'n', word: t.keys.lessons, rank: 3 },
    { key: 'l', word: t.keys.list, rank: 1 },
    { key: 'h', word: t.keys.hint, rank: 1 },
    { key: 'e', word: t.keys.editor, rank: 1 },
    ...(markedCheck(state).at === 'none' && state.kernel.at !== 'impossible' ? [] : [{ key: 'v', word: t.keys.verdict, rank: 4 }]),
    ...(progressOf(state, state.open).passed ? [{ key: 'm', word: t.drill.key, rank: 8 }] : []),
    { key: 's', word: t.keys.shell, rank: 5 },
    { key: 'x', word: t.keys.xray, rank: 6 },
    { key: 'd', word: t.keys.diff, rank: 6 },
    { key: 't', word: t.keys.trace, rank: 6 },
    { key: 'r', word: t.keys.rerun, rank: 7 },
  ];
}
