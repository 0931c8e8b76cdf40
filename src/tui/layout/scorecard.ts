/** The closing page as lines: what the box can do, and the scorecard where it was asked for. */
import type { ParityRow, Standing } from '../../check/wire.ts';
import type { Scorecard, Scored } from '../../parity/types.ts';
import { boxOf, count, rowOf, rowsThatAre } from '../../report/parity/score.ts';
import { allProbes, groups, t as words } from '../../report/parity/words.ts';
import type { Course } from '../../lesson/types.ts';
import type { ProgressView } from '../ports.ts';
import type { ParityState } from '../state/parity.ts';
import { t } from '../strings.ts';
import { type Line, type Role, blank, fitLine, indent, line, padLine, seg } from '../text/line.ts';
import { untrustedLine } from '../text/untrusted.ts';
import { wrap } from '../text/wrap.ts';

/** Columns of the titles, and of each runtime. */
const TITLE = 21;
const CELL = 11;

const roles: Record<Standing, Role> = { good: 'good', bad: 'bad', neutral: 'label', unknown: 'warn' };

export type ClosingInput = { course: Course; progress: ProgressView; parity: ParityState };

export function layoutClosing({ course, progress, parity }: ClosingInput, width: number): Line[] {
  const passed = (id: string): boolean => progress.lessons[id]?.passed === true;
  const all = course.lessons.every(({ id }) => passed(id));
  return [
    ...stand(parity, width), blank,
    ...(parity.at === 'done' ? [...layoutScorecard(parity.card, width), blank] : []),
    ...wrap(line(all ? t.parity.built : t.parity.building, 'strong'), width),
    ...course.lessons.flatMap(({ id, goal }) => indent(wrap(line(goal, passed(id) ? 'text' : 'label'), width - 4), [seg(passed(id) ? '  ✓ ' : '  · ', passed(id) ? 'good' : 'label')])),
    ...(all ? [blank, ...wrap(line(t.parity.missing, 'label'), width)] : []),
  ];
}

/** What Enter does, or how far it is. */
function stand(parity: ParityState, width: number): Line[] {
  switch (parity.at) {
    case 'none':
      return wrap(line(t.parity.offer, 'key'), width);
    case 'running':
      return wrap(line(parity.step === undefined ? t.parity.waiting : t.parity.running(untrustedLine(parity.step.name, 40), parity.step.number, parity.step.all), 'warn'), width);
    case 'done':
      return wrap(line(t.parity.again, 'label'), width);
    case 'cancelled':
      return wrap(line(t.parity.cancelled, 'warn'), width);
    case 'failed':
      return wrap(line(t.parity.failed(untrustedLine(parity.why)), 'bad'), width);
  }
}

/** The table with as many runtimes as fit, the box first; then what is open, and what has to be said of it. */
export function layoutScorecard(card: Scorecard, width: number): Line[] {
  const shown = card.runtimes.slice(0, Math.max(1, Math.floor((width - TITLE) / CELL)));
  const hidden = card.runtimes.slice(shown.length);
  const box = boxOf(card);
  const prose = (text: string, role: Role = 'text'): Line[] => wrap(line(text, role), width);
  return [
    ...wrap((Object.keys(words.marks) as Standing[]).flatMap((standing) => [seg(`${words.marks[standing]} `, roles[standing]), seg(`${words.legend[standing]}   `, 'label')]), width),
    blank,
    ...table(shown).map((row) => fitLine(row, width)),
    ...(hidden.length > 0 ? prose(t.parity.narrow(hidden.map(({ name }) => untrustedLine(name)).join(', ')), 'label') : []),
    ...(box?.started ? layoutAbout(box, width) : []),
    ...layoutRemarks(card, width),
  ];
}

/** Who did not start, and what has to be known to read the rest. */
export function layoutRemarks(card: Scorecard, width: number): Line[] {
  const prose = (text: string, role: Role = 'text'): Line[] => wrap(line(text, role), width);
  return [
    ...card.runtimes.flatMap((runtime) => [
      ...(runtime.started ? [] : prose(words.notStarted(untrustedLine(runtime.name), untrustedLine(runtime.why ?? '')), 'warn')),
    ]),
    blank,
    ...(card.runtimes.some(({ id }) => id === 'runc' || id === 'crun') ? prose(words.oci, 'label') : []),
    ...(card.absent.length > 0 ? prose(words.absent(card.absent.join(', ')), 'label') : []),
    ...prose(words.limits, 'label'), ...prose(t.parity.keep, 'label'),
  ];
}

function table(runtimes: readonly Scored[]): Line[] {
  const title = (text: string, role: Role = 'text'): Line => padLine(line(text, role), TITLE);
  return [
    [...title(''), ...runtimes.flatMap(({ name }) => padLine(line(untrustedLine(name), 'strong'), CELL))],
    ...groups.flatMap(({ title: group, probes }): Line[] => [
      line(group, 'heading'),
      ...probes.map((probe): Line => [...title(`  ${probe.title}`), ...runtimes.flatMap((runtime) => cell(rowOf(runtime, probe.id)))]),
    ]),
    [...title(words.total, 'strong'), ...runtimes.flatMap((runtime) => padLine(line(words.of(count(runtime, 'good'), allProbes.length), 'strong'), CELL))],
  ];
}

function cell({ standing, value }: ParityRow): Line {
  const text = untrustedLine(value || (standing === 'unknown' ? words.noAnswer : ''), 40);
  return padLine([seg(`${words.marks[standing]} `, roles[standing]), ...fitLine(line(text, standing === 'good' ? 'text' : roles[standing]), CELL - 3)], CELL);
}

/** What the box leaves open, and what is not known of it, in sentences. */
export function layoutAbout(box: Scored, width: number): Line[] {
  const list = (heading: string, all: readonly { title: string; text: string }[]): Line[] => (all.length === 0 ? [] : [
    blank, line(heading, 'heading'),
    ...all.flatMap(({ title, text }) => (width < 2 * TITLE
      ? [line(`  ${title}`, 'label'), ...indent(wrap(line(text), width - 4), [seg('    ')])]
      : indent(wrap(line(text), width - TITLE), padLine(line(`  ${title}`, 'label'), TITLE)))),
  ]);
  const open = rowsThatAre(box, 'bad').map(({ words: { title, open: text } }) => ({ title, text }));
  const unknown = rowsThatAre(box, 'unknown').map(({ words: { title }, row }) => ({ title, text: untrustedLine(row.evidence[0]?.lines[0] ?? '') }));
  const nothing = open.length + unknown.length === 0 ? [blank, ...wrap(line(words.openNothing(box.name), 'good'), width)] : [];
  return [...nothing, ...list(words.openTitle(box.name), open), ...list(words.notKnownTitle(box.name), unknown)];
}
