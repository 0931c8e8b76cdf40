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

/** A testsuite. `unjudged`: what stands in it where no check was judged. */
export type Suite = {
  name: string;
  properties: readonly (readonly [name: string, value: string])[];
  checks: readonly CheckResult[];
  durationMs: number;
  unjudged?: { element: 'skipped' | 'failure'; type: string; message: string };
};

/** Writes one document when all lessons are judged. */
export function junitReporter(to: Destination): Reporter {
  return collecting((judged) => to.write(junit(judged)));
}

/** The document. Durations are in seconds, as JUnit has them. */
export function junit(judged: readonly Judged[]): string {
  return junitDocument(judged.map(({ verdict, leftovers }) => ({
    name: verdict.lesson,
    properties: [
      ['seed', verdict.seed],
      ['kernel', `${verdict.kernel.kind} ${verdict.kernel.release}`],
      ['image', verdict.kernel.image],
      ...leftovers.map((left) => ['left behind', `${left.kind}: ${left.what}`] as const),
    ],
    checks: verdict.checks,
    durationMs: verdict.durationMs,
  })));
}

/** A document of any suites. */
export function junitDocument(suites: readonly Suite[]): string {
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="drydock" ${counts(suites)}>`,
    ...suites.flatMap(suite),
    '</testsuites>',
    '',
  ].join('\n');
}

function suite(of: Suite): string[] {
  return [
    `  <testsuite name="${xmlAttribute(of.name)}" ${counts([of])}>`,
    '    <properties>',
    ...of.properties.map(([name, value]) => `      <property name="${xmlAttribute(name)}" value="${xmlAttribute(value)}"/>`),
    '    </properties>',
    ...(of.unjudged ? [unjudged(of.name, of.unjudged)] : []),
    ...of.checks.flatMap((check) => testcase(of.name, check)),
    '  </testsuite>',
  ];
}

function unjudged(name: string, { element, type, message }: NonNullable<Suite['unjudged']>): string {
  const kind = element === 'failure' ? ` type="${xmlAttribute(type)}"` : '';
  return `    <testcase name="${xmlAttribute(type)}" classname="${xmlAttribute(name)}" time="0.000"><${element}${kind} message="${xmlAttribute(message)}"/></testcase>`;
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

function counts(suites: readonly Suite[]): string {
  const checks = suites.flatMap((one) => one.checks);
  const others = suites.flatMap((one) => one.unjudged?.element ?? []);
  const judgedBad = checks.filter((check) => check.status !== 'pass' && check.status !== 'blocked');
  const errors = judgedBad.filter((check) => kindOf(check) === 'error').length;
  const failures = judgedBad.length - errors + others.filter((element) => element === 'failure').length;
  const skipped = checks.filter((check) => check.status === 'blocked').length + others.filter((element) => element === 'skipped').length;
  const durationMs = suites.reduce((sum, one) => sum + one.durationMs, 0);
  return `tests="${checks.length + others.length}" failures="${failures}" errors="${errors}" skipped="${skipped}" time="${seconds(durationMs)}"`;
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}
