/**
 * The verdict as JSON. One lesson: the verdict object itself (schema `drydock.verdict/1`). Several: one object of schema
 * `drydock.verdicts/1` that holds them in order.
 */
import { harmlessJson } from './sanitize.ts';
import { collecting } from './reporter.ts';
import type { Destination, Reporter } from './reporter.ts';

/** Writes when all lessons are judged. `several` says which of the two forms, whatever number was judged. */
export function jsonReporter(to: Destination, several: boolean): Reporter {
  return collecting((judged) => {
    const verdicts = judged.map((one) => one.verdict);
    const value = several
      ? { schema: 'drydock.verdicts/1', passed: verdicts.every((verdict) => verdict.passed), verdicts }
      : verdicts[0];
    to.write(`${harmlessJson(value ?? null, 2)}\n`);
  });
}
