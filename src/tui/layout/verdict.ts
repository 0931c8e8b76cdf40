/** The verdict as lines: a summary in one, a panel that fits into given rows, and everything, to be scrolled. */
import type { Leftover } from '../../check/wire.ts';
import type { CheckResult } from '../../check/wire.ts';
import { type CheckState, didNotPass, firstFailure, isBusy, passedCount } from '../state/check.ts';
import type { Lesson } from '../../lesson/types.ts';
import { t } from '../strings.ts';
import { type Line, type Segment, blank, indent, line, lineWidth, seg } from '../text/line.ts';
import { untrusted, untrustedLine } from '../text/untrusted.ts';
import { wrap } from '../text/wrap.ts';
import { layoutFailure } from './failure.ts';

export type VerdictInput = {
  check: CheckState;
  /** Title of the lesson after this one; undefined after the last. */
  next: string | undefined;
  /** Why there can be no verdict here, and what to do instead. */
  impossible: { message: string; next: readonly string[] } | undefined;
  /** Other lessons that had passed and do not any more; what is known of that in this session. */
  broken: readonly { lesson: Lesson; check: CheckState }[];
};

/** One line: how it stands. */
export function verdictSummary({ check }: VerdictInput): Line {
  const done = check.fresh.length;
  const passed = passedCount(check);
  switch (check.at) {
    case 'none':
      return line(t.verdict.none, 'label');
    case 'queued':
      return line(t.verdict.waiting, 'warn');
    case 'running':
      return line(t.verdict.running(done), 'warn');
    case 'cancelled':
      return line(t.verdict.cancelled, 'warn');
    case 'failed':
      return line(`${t.verdict.broken}: ${untrustedLine(check.why ?? '')}`, 'bad');
    case 'done':
      return check.verdict?.passed ? line(`✓ ${t.verdict.passed(passed)}`, 'good') : line(`✗ ${t.verdict.failed(passed, check.results.length)}`, 'bad');
  }
}

/** At most `rows` lines: the summary, the first failure, and as much of the rest as fits. */
export function layoutPanel(input: VerdictInput, width: number, rows: number): Line[] {
  const { check } = input;
  if (input.impossible) return layoutImpossible(input.impossible, width).slice(0, rows);
  const head = wrap(verdictSummary(input), width).slice(0, Math.max(1, Math.min(3, rows - 1)));
  const lines: Line[] = [...head];
  if (check.syntax) lines.push(...layoutSyntax(check.syntax, width));
  if (check.at === 'done' && check.verdict?.passed) {
    lines.push(...layoutBroken(input.broken, width));
    lines.push(...wrap(line(input.next === undefined ? t.verdict.lastLesson : t.verdict.nextLesson(input.next), 'key'), width));
    if (input.next === undefined) lines.push(...wrap(line(t.parity.lastLesson, 'key'), width));
    lines.push(...wrap(line(t.drill.offer, 'label'), width));
  }
  const failure = firstFailure(check);
  const tail = others(check, failure, width);
  const left = layoutLeftovers(check.leftovers, width);
  const whole = failure ? layoutFailure(failure, width) : [];
  const room = rows - lines.length;
  if (failure && whole.length + tail.length > room) {
    // The rest gives way to the failure, but for the line that names the key for it.
    const more = room > 3 ? [line(t.verdict.full, 'label')] : [];
    lines.push(...(whole.length <= room - more.length ? whole : layoutFailure(failure, width, room - more.length)));
    return [...lines, ...tail.slice(0, Math.max(0, rows - lines.length - more.length)), ...more].slice(0, rows);
  }
  lines.push(...whole, ...tail);
  lines.push(...left);
  return lines.slice(0, rows);
}

/** Everything, however long. */
export function layoutVerdict(input: VerdictInput, width: number): Line[] {
  const { check } = input;
  if (input.impossible) return layoutImpossible(input.impossible, width);
  const lines: Line[] = [...wrap(verdictSummary(input), width)];
  if (check.verdict) {
    const { durationMs, seed, kernel } = check.verdict;
    const facts = [t.verdict.took((durationMs / 1000).toFixed(1)), t.verdict.seed(seed), `${kernel.kind} ${kernel.release}`];
    lines.push(...wrap(line(untrustedLine(facts.join(' · ')), 'label'), width));
  }
  if (check.syntax) lines.push(blank, ...layoutSyntax(check.syntax, width));
  for (const result of check.results.filter(didNotPass)) lines.push(blank, ...layoutFailure(result, width));
  const rest = [...layoutBlocked(check, width), ...layoutPasses(check.results, width, false)];
  if (rest.length > 0) lines.push(blank, ...rest);
  const left = layoutLeftovers(check.leftovers, width);
  if (left.length > 0) lines.push(blank, ...left);
  if (input.broken.length > 0) lines.push(blank, ...layoutBroken(input.broken, width));
  return lines;
}

/** Earlier lessons that this box breaks: each with the first check that says so. */
function layoutBroken(broken: VerdictInput['broken'], width: number): Line[] {
  return broken.flatMap(({ lesson, check }) => {
    const failure = firstFailure(check);
    return [...wrap(line(`✗ ${t.verdict.brokeLesson(lesson.number, lesson.title)}`, 'bad'), width), ...(failure ? layoutFailure(failure, width) : [])];
  });
}

/** Checks that pass and are told by their titles: more would leave nothing of the page. */
const MOST_TITLES = 10;

/** What is known besides the failure that is explained, a line each; passes in one go. */
function others(check: CheckState, explained: CheckResult | undefined, width: number): Line[] {
  const failures = check.results
    .filter((result) => didNotPass(result) && result.id !== explained?.id)
    .flatMap((result) => wrap([seg(`✗ ${t.verdict.words[result.status]}  `, 'bad'), seg(untrustedLine(result.title))], width).slice(0, 1));
  const compact = explained !== undefined || check.results.length > MOST_TITLES;
  return [...failures, ...layoutBlocked(check, width), ...layoutPasses(check.results, width, compact)];
}

function layoutBlocked({ results, fresh }: CheckState, width: number): Line[] {
  const passes = (id: string): boolean => results.some((one) => one.id === id && one.status === 'pass');
  return results
    // What was blocked in the run before, by something that passes now, waits for its turn and for nothing else.
    .filter(({ id, status, blockedBy = [] }) => status === 'blocked' && (fresh.includes(id) || !blockedBy.every(passes)))
    .flatMap((result) => {
      const waits = t.verdict.blockedBy((result.blockedBy ?? []).join(', '));
      return wrap([seg(`· ${t.verdict.words.blocked}  `, 'label'), seg(untrustedLine(result.title), 'label'), seg(`  ${waits}`, 'label')], width);
    });
}

/** Passes: a line each, or their names one after the other. */
function layoutPasses(results: readonly CheckResult[], width: number, compact: boolean): Line[] {
  const passes = results.filter((result) => result.status === 'pass');
  if (!compact) return passes.flatMap((result) => indent(wrap(line(untrustedLine(result.title)), width - 8), [seg(`✓ ${t.verdict.passes}  `, 'good')]));
  if (passes.length === 0) return [];
  const names: Segment[] = [seg(`✓ ${passes.length} ${t.verdict.passes}  `, 'good'), seg(passes.map((result) => result.id).join(', '), 'label')];
  return wrap(names, width);
}

function layoutLeftovers(leftovers: readonly Leftover[], width: number): Line[] {
  if (leftovers.length === 0) return [];
  const rows = leftovers.flatMap((left) => indent(wrap(line(untrustedLine(t.verdict.left(left.kind, left.what))), width - 2), [seg('! ', 'warn')]));
  return [line(t.verdict.leftTitle, 'warn'), ...rows];
}

function layoutSyntax(problem: NonNullable<CheckState['syntax']>, width: number): Line[] {
  return [
    ...wrap(line(t.verdict.syntax(problem.file, problem.line), 'bad'), width),
    ...untrusted(problem.message, { lines: 6 }).flatMap((text) => wrap(line(text), width)),
  ];
}

function layoutImpossible({ message, next }: NonNullable<VerdictInput['impossible']>, width: number): Line[] {
  const ways = next.flatMap((way) => indent(wrap(line(untrustedLine(way)), width - 4), [seg('  → ', 'key')]));
  return [...untrusted(message).flatMap((text) => wrap(line(text, 'warn'), width)), ...ways, ...wrap(line(t.message.readingWorks, 'label'), width)];
}

/** True where the panel has something to say that a reader should not miss. */
export function wantsAttention({ check, impossible }: VerdictInput): boolean {
  return impossible !== undefined || check.at === 'failed' || check.at === 'done' || check.results.length > 0 || check.syntax !== undefined || isBusy(check);
}

/** Rows the panel would like, so that nothing of the first failure is cut. */
export function panelHeight(input: VerdictInput, width: number): number {
  const full = layoutPanel(input, width, 1000);
  let last = full.length;
  while (last > 0 && lineWidth(full[last - 1] ?? []) === 0) last--;
  return last;
}
