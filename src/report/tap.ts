/**
 * TAP 14 (testanything.org): a line per check, a YAML block below one that did not pass. Several lessons are subtests.
 *
 * A blocked check is `# SKIP`, as TAP has no word for it; it is never the only one that did not pass, since what blocks it
 * is `not ok`.
 */
import type { CheckResult } from '../check/wire.ts';
import { parts } from './details.ts';
import { collecting } from './reporter.ts';
import type { Destination, Judged, Reporter } from './reporter.ts';
import { harmlessJson, harmlessLine } from './sanitize.ts';

/** Writes one document when all lessons are judged. `several`: each lesson is a subtest. */
export function tapReporter(to: Destination, several: boolean): Reporter {
  return collecting((judged) => to.write(tap(judged, several)));
}

export function tap(judged: readonly Judged[], several: boolean): string {
  const body = several
    ? [`1..${judged.length}`, ...judged.flatMap((one, index) => subtest(one, index + 1))]
    : judged.flatMap((one) => points(one));
  return ['TAP version 14', ...body, ''].join('\n');
}

function subtest(judged: Judged, number: number): string[] {
  const name = description(judged.verdict.lesson);
  return [
    `# Subtest: ${name}`,
    ...points(judged).map((line) => `    ${line}`),
    `${judged.verdict.passed ? 'ok' : 'not ok'} ${number} - ${name}`,
  ];
}

function points({ verdict, leftovers }: Judged): string[] {
  return [
    `1..${verdict.checks.length}`,
    ...verdict.checks.flatMap((check, index) => point(check, index + 1)),
    ...leftovers.map((left) => `# left behind: ${harmlessLine(`${left.kind}: ${left.what}`)}`),
    `# seed ${harmlessLine(verdict.seed)}, kernel ${harmlessLine(`${verdict.kernel.kind} ${verdict.kernel.release}`)}`,
  ];
}

function point(check: CheckResult, number: number): string[] {
  const name = description(`${check.id}: ${check.title}`);
  if (check.status === 'pass') return [`ok ${number} - ${name}`];
  if (check.status === 'blocked') return [`ok ${number} - ${name} # SKIP blocked by ${description((check.blockedBy ?? []).join(', '))}`];
  // A JSON string is a YAML double-quoted scalar, so that nothing in it can end the block.
  const lines = [['status', check.status] as const, ...parts(check).map(({ label, text }) => [label, text] as const)];
  return [
    `not ok ${number} - ${name}`,
    '  ---',
    ...lines.map(([key, text]) => `  ${key}: ${harmlessJson(text)}`),
    '  ...',
  ];
}

/** A description: one line in which `#` and `\` cannot begin a directive. */
function description(text: string): string {
  return harmlessLine(text).replaceAll('\\', '\\\\').replaceAll('#', '\\#');
}
