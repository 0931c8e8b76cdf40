/**
 * A lesson as vitest sees it: a describe with a test for each check. A test's verdict is in its `meta.drydock`; it throws
 * unless the verdict is a pass, so that any vitest tells the same story.
 */
import { afterAll, beforeAll, describe, test } from 'vitest';
import type { CheckResult } from '../wire/verdict.ts';
import type { DefineLesson } from './api.ts';
import { judgeCheck } from './judge-check.ts';
import { Run } from './run.ts';
import { currentSession } from './session.ts';
import { ownSession } from './standalone.ts';

declare module 'vitest' {
  interface TaskMeta {
    drydock?: CheckResult;
  }
}

/** Describes the lesson to vitest. Throws PlanError where its checks are wrongly defined. */
export function describeLesson(id: string, define: Parameters<DefineLesson>[1]): void {
  const session = currentSession() ?? ownSession(id);
  if (session.lesson !== id) throw new Error(`this file defines the checks of ${id}, not of ${session.lesson}`);
  describe(id, () => {
    const run = new Run(session);
    beforeAll(() => run.begin());
    afterAll(async () => {
      await run.end();
      await session.close?.();
    });
    session.onRun?.(run);
    const context = run.context((check) => {
      test(check.id, { timeout: Infinity }, async ({ task }) => {
        const result = await judgeCheck(run, check);
        task.meta.drydock = result;
        if (result.status !== 'pass') throw new Error(`${result.status}\n${result.did}\nexpected: ${result.expected}\nobserved: ${result.observed}`);
      });
    });
    define(context);
  });
}
