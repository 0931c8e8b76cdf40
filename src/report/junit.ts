/**
 * JUnit XML: a testsuite per lesson, a testcase per check. What build servers read.
 *
 * `fail` is a failure; what the learner's code could not be judged for (`error`, `tamper`) is an error; `blocked` is skipped; a
 * limit that was met is a failure whose type names it.
 */
import type { CheckResult } from '../check/wire.ts';
import { details } from './details.ts';
import { collecting } from './reporter.ts';
import type { Destination, Judged, Reporter } from './reporter.ts';
import { xmlAttribute, xmlText } from './sanitize.ts';

/** Writes one document when all lessons are judged. */
export function junitReporter(to: Destination): Reporter {
  return collecting((judged) => to.write(junit(judged)));
}

/** The document. Durations are in seconds, as JUnit has them. */
export function junit(judged: readonly Judged[]): string {
  const all = judged.flatMap((one) => one.verdict.checks);
  const total = judged.reduce((sum, one) => sum + one.verdict.durationMs, 0);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="drydock" ${counts(all, total)}>`,
    ...judged.flatMap(suite),
    '</testsuites>',
    '',
  ].join('\n');
}

function suite({ verdict, leftovers }: Judged): string[] {
  const properties = [
    ['seed', verdict.seed],
    ['kernel', `${verdict.kernel.kind} ${verdict.kernel.release}`],
    ['image', verdict.kernel.image],
    ...leftovers.map((left) => ['left behind', `${left.kind}: ${left.what}`]),
  ] as [string, string][];
  return [
    `  <testsuite name="${xmlAttribute(verdict.lesson)}" ${counts(verdict.checks, verdict.durationMs)}>`,
    '    <properties>',
    ...properties.map(([name, value]) => `      <property name="${name}" value="${xmlAttribute(value)}"/>`),
    '    </properties>',
    ...verdict.checks.flatMap((check) => testcase(verdict.lesson, check)),
    '  </testsuite>',
  ];
}

function testcase(lesson: string, check: CheckResult): string[] {
  const name = `${check.id}: ${check.title}`;
  const head = `    <testcase name="${xmlAttribute(name)}" classname="${xmlAttribute(lesson)}" time="${seconds(check.durationMs)}"`;
  if (check.status === 'pass') return [`${head}/>`];
  if (check.status === 'blocked') {
    return [`${head}>`, `      <skipped message="${xmlAttribute(`blocked by ${(check.blockedBy ?? []).join(', ')}`)}"/>`, '    </testcase>'];
  }
  const element = kindOf(check);
  const message = check.observed || check.status;
  return [
    `${head}>`,
    `      <${element} type="${check.status}" message="${xmlAttribute(message)}">${xmlText(details(check))}</${element}>`,
    '    </testcase>',
  ];
}

function kindOf(check: CheckResult): 'failure' | 'error' {
  return check.status === 'error' || check.status === 'tamper' ? 'error' : 'failure';
}

function counts(checks: readonly CheckResult[], durationMs: number): string {
  const judgedBad = checks.filter((check) => check.status !== 'pass' && check.status !== 'blocked');
  const errors = judgedBad.filter((check) => kindOf(check) === 'error').length;
  const skipped = checks.filter((check) => check.status === 'blocked').length;
  return `tests="${checks.length}" failures="${judgedBad.length - errors}" errors="${errors}" skipped="${skipped}" time="${seconds(durationMs)}"`;
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}
