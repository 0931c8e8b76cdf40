/**
 * The plain reporter: for people, in a terminal of any width or in a log. Words say everything; colour only helps.
 *
 *     pass     first-process  The command is process 1 of its own pid namespace
 *     FAIL     own-proc       /proc shows the container's processes only
 *       did       box run -- sleep 86400.193847
 *       expected  …
 */
import stringWidth from 'string-width';
import wrapAnsi from 'wrap-ansi';
import type { CheckResult, CheckStatus, Verdict } from '../check/wire.ts';
import { painter } from './colour.ts';
import type { Style } from './colour.ts';
import { parts } from './details.ts';
import type { Detail } from './details.ts';
import type { Destination, Reporter } from './reporter.ts';
import { harmlessLine, harmlessRow, harmlessText } from './sanitize.ts';

/** How a status is said, and painted. Capitals where something must be done. */
const words: Record<CheckStatus, [word: string, style: Style]> = {
  pass: ['pass', 'good'],
  fail: ['FAIL', 'bad'],
  blocked: ['blocked', 'dim'],
  error: ['ERROR', 'warn'],
  timeout: ['TIMEOUT', 'bad'],
  memory: ['MEMORY', 'bad'],
  pids: ['PIDS', 'bad'],
  output: ['OUTPUT', 'bad'],
  disk: ['DISK', 'bad'],
  tamper: ['TAMPER', 'bad'],
};

/** What a status means where the check's own texts do not say. */
const meanings: Partial<Record<CheckStatus, string>> = {
  error: 'the check could not be judged; this is not a verdict on your code',
  timeout: 'it took longer than it may',
  memory: 'it used more memory than it may',
  pids: 'it started more processes than it may',
  output: 'it wrote more output than it may',
  disk: 'it wrote more to disk than it may',
  tamper: 'it reached for the judge',
};

const LABEL = 10;

/** Writes each check as soon as it is judged. */
export function plainReporter(to: Destination): Reporter {
  const paint = painter(to.colour);
  const columns = Math.max(40, to.columns);
  const line = (text = ''): void => to.write(`${text}\n`);
  const shown = new Map<string, CheckResult>();

  const detail = ({ label, text, code }: Detail): void => {
    const rows = harmlessText(text).split('\n');
    // A command is left whole however long it is: a line break of ours would be in what one copies.
    const body = label === 'did' ? rows : rows.flatMap((row) => (code ? cut : wrap)(row, columns - LABEL - 4));
    body.forEach((row, index) => line(`    ${paint('dim', (index === 0 ? label : '').padEnd(LABEL))}${row}`.trimEnd()));
  };

  return {
    begin(lesson) {
      line(paint('strong', harmlessLine(`${lesson.id}  ${lesson.title}`)));
    },
    check(result) {
      shown.set(result.id, result);
      const [word, style] = words[result.status];
      const rows = wrap(harmlessLine(result.title), columns - 12);
      rows.forEach((row, index) => line(index === 0 ? `  ${paint(style, word.padEnd(9))} ${row}` : `            ${row}`));
      if (result.status === 'pass') return;
      if (result.status === 'blocked') {
        detail({ label: 'until', text: `${(result.blockedBy ?? []).join(', ')} pass${(result.blockedBy ?? []).length === 1 ? 'es' : ''}`, code: false });
        return;
      }
      const meaning = meanings[result.status];
      if (meaning) detail({ label: 'means', text: meaning, code: false });
      for (const part of parts(result)) detail(part);
    },
    end(verdict, leftovers) {
      for (const check of verdict.checks) {
        const news = sinceShown(check, shown.get(check.id));
        if (news.length > 0) line(`  ${paint('strong', 'more on')}   ${harmlessLine(check.title)}`);
        for (const part of news) detail(part);
      }
      shown.clear();
      for (const left of leftovers) {
        const rows = wrap(harmlessLine(`${left.kind}: ${left.what} (lesson ${left.lesson})`), columns - 14);
        rows.forEach((row, index) => line(`  ${index === 0 ? paint('warn', 'left behind') : ' '.repeat(11)} ${row}`));
        for (const row of left.evidence.lines.slice(0, 3)) line(paint('dim', `    ${cut(harmlessLine(`${left.evidence.source}: ${row}`), columns - 4)[0]}`));
      }
      for (const row of summary(verdict, columns, paint)) line(row);
    },
    finish() {},
  };
}

/** What became known of a check after it was shown: box may have been looked at more closely. */
function sinceShown(check: CheckResult, before: CheckResult | undefined): Detail[] {
  const known = new Set(before ? parts(before).map(({ label, text }) => `${label}\n${text}`) : []);
  return before ? parts(check).filter(({ label, text }) => !known.has(`${label}\n${text}`)) : [];
}

/** `Not passed: 3 of 5 checks pass, 5 of 9 points`, then what one needs to repeat it. */
function summary(verdict: Verdict, columns: number, paint: (style: Style, text: string) => string): string[] {
  const passed = verdict.checks.filter((check) => check.status === 'pass');
  const points = (checks: readonly CheckResult[]): number => checks.reduce((sum, check) => sum + check.points, 0);
  const count = `${passed.length} of ${verdict.checks.length} checks pass, ${points(passed)} of ${points(verdict.checks)} points`;
  const where = `${(verdict.durationMs / 1000).toFixed(1)} s, seed ${verdict.seed}, ${verdict.kernel.kind} ${verdict.kernel.release}`;
  const style = verdict.passed ? 'good' : 'bad';
  return [
    ...wrap(`${verdict.passed ? 'Passed' : 'Not passed'}: ${count}`, columns).map((row) => paint(style, row)),
    ...wrap(harmlessLine(where), columns).map((row) => paint('dim', row)),
  ];
}

/** Breaks prose at word boundaries; a word longer than the line is broken too. */
function wrap(text: string, width: number): string[] {
  return wrapAnsi(text, width, { hard: true, trim: true }).split('\n').map(harmlessRow);
}

/** Breaks a kernel's line wherever the screen's ends; its spaces mean something. */
function cut(text: string, width: number): string[] {
  if (stringWidth(text) <= width) return [text];
  return wrapAnsi(text, width, { hard: true, trim: false, wordWrap: false }).split('\n').map(harmlessRow);
}

