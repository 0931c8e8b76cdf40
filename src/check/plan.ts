/** Which checks a lesson has and what they are worth, from its check file: what a verdict is held against. */
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import * as v from 'valibot';

const PlanSchema = v.record(v.string(), v.array(v.object({
  id: v.string(), title: v.string(), points: v.pipe(v.number(), v.integer(), v.minValue(0)),
})));

/** A check as its author defined it. */
export type PlannedCheck = { id: string; title: string; points: number };

/**
 * Lists the checks of these lessons, by lesson id. Only the course's own code runs, in a process of its own; no kernel is needed.
 * Rejects where a check file cannot be read or defines no checks.
 */
export async function listChecks(root: string, lessons: readonly { id: string; folder: string }[]): Promise<ReadonlyMap<string, readonly PlannedCheck[]>> {
  const words = lessons.map(({ id, folder }) => `${id}=${path.join(folder, 'checks.test.ts')}`);
  const list = path.join(root, 'sandbox/check/list.ts');
  const { stdout } = await promisify(execFile)(process.execPath, ['--disable-warning=ExperimentalWarning', list, ...words], { cwd: root, maxBuffer: 16 * 1024 * 1024, timeout: 60_000 });
  const plans = new Map(Object.entries(v.parse(PlanSchema, JSON.parse(stdout))));
  for (const { id } of lessons) if (!plans.get(id)?.length) throw new Error(`the lesson ${id} has no checks`);
  return plans;
}
