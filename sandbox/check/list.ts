/**
 * Lists the checks of lessons without a kernel: which there are, and what each is worth.
 *
 *   node list.ts LESSON=FILE…      prints {"LESSON": [{"id", "title", "points"}, …], …}
 *
 * A check file defines its checks when it is imported; running them is another matter. So vitest is replaced by something that
 * defines and never runs. For whoever must know what a verdict has to have, without believing the verdict.
 */
import { registerHooks } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Run } from './run.ts';

const definesOnly = 'export const describe = (_name, body) => body(); export const test = () => {}; export const beforeAll = test; export const afterAll = test; export const expect = test;';

registerHooks({
  resolve: (specifier, context, next) => (specifier === 'vitest' ? { url: `data:text/javascript,${encodeURIComponent(definesOnly)}`, shortCircuit: true } : next(specifier, context)),
});

const { enterSession } = await import('./session.ts');
const never = new Promise<never>(() => {});
const plans: Record<string, { id: string; title: string; points: number }[]> = {};
for (const word of process.argv.slice(2)) {
  const [lesson = '', file = ''] = word.split('=', 2);
  const runs: Run[] = [];
  using _session = enterSession({
    lesson, seed: 'list', allRules: false, wall: never, patience: 0, slowness: 1, signal: new AbortController().signal, onRun: (run) => void runs.push(run),
  });
  await import(pathToFileURL(path.resolve(file)).href);
  plans[lesson] = runs.flatMap((run) => run.plan.checks.map(({ id, title, points }) => ({ id, title, points })));
}
process.stdout.write(`${JSON.stringify(plans)}\n`, () => process.exit(0));
