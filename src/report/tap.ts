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

/**
 * One point of TAP: a check; a subtest that holds other points, with `notes` as comments below them; or something that was not
 * judged, which is skipped, or not ok for a reason.
 */
export type Point =
  | { check: CheckResult }
  | { name: string; passed: boolean; points: readonly Point[]; notes: readonly string[] }
  | { name: string; skip: string }
  | { name: string; refused: string };

/** Writes one document when all lessons are judged. `several`: each lesson is a subtest. */
export function tapReporter(to: Destination, several: boolean): Reporter {
  return collecting((judged) => to.write(tap(judged, several)));
}

export function tap(judged: readonly Judged[], several: boolean): string {
  if (several) return tapDocument(judged.map((one) => ({ name: one.verdict.lesson, passed: one.verdict.passed, ...pointsOf(one) })), []);
  const all = judged.map(pointsOf);
  return tapDocument(all.flatMap((one) => one.points), all.flatMap((one) => one.notes));
}

/** A document of any points: a plan, the points, and the notes as comments. */
export function tapDocument(points: readonly Point[], notes: readonly string[]): string {
  return ['TAP version 14', ...level(points, notes), ''].join('\n');
}

function pointsOf({ verdict, leftovers }: Judged): { points: Point[]; notes: string[] } {
  return {
    points: verdict.checks.map((check) => ({ check })),
    notes: [
      ...leftovers.map((left) => `left behind: ${left.kind}: ${left.what}`),
      `seed ${verdict.seed}, kernel ${verdict.kernel.kind} ${verdict.kernel.release}`,
    ],
  };
}

function level(points: readonly Point[], notes: readonly string[]): string[] {
  return [`1..${points.length}`, ...points.flatMap((one, index) => written(one, index + 1)), ...notes.map((note) => `# ${harmlessLine(note)}`)];
}

function written(of: Point, number: number): string[] {
  if ('check' in of) return point(of.check, number);
  const name = description(of.name);
  if ('skip' in of) return [`ok ${number} - ${name} # SKIP ${description(of.skip)}`];
  if ('refused' in of) return [`not ok ${number} - ${name}`, ...yaml([['reason', of.refused]])];
  return [
    `# Subtest: ${name}`,
    ...level(of.points, of.notes).map((line) => `    ${line}`),
    `${of.passed ? 'ok' : 'not ok'} ${number} - ${name}`,
  ];
}

function point(check: CheckResult, number: number): string[] {
  const name = description(`${check.id}: ${check.title}`);
  if (check.status === 'pass') return [`ok ${number} - ${name}`];
  if (check.status === 'blocked') return [`ok ${number} - ${name} # SKIP blocked by ${description((check.blockedBy ?? []).join(', '))}`];
  return [`not ok ${number} - ${name}`, ...yaml([['status', check.status], ...parts(check).map(({ label, text }) => [label, text] as const)])];
}

/** A JSON string is a YAML double-quoted scalar, so that nothing in it can end the block. */
function yaml(lines: readonly (readonly [key: string, text: string])[]): string[] {
  return ['  ---', ...lines.map(([key, text]) => `  ${key}: ${harmlessJson(text)}`), '  ...'];
}

/** A description: one line in which `#` and `\` cannot begin a directive. */
function description(text: string): string {
  return harmlessLine(text).replaceAll('\\', '\\\\').replaceAll('#', '\\#');
}
