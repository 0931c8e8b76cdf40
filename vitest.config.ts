/** How the house's own tests are found. Lessons' checks are no tests of the house: the agent runs them in its own vitest. */
import os from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
    exclude: ['**/node_modules/**', 'test/fixtures/**', 'test/*/fixtures/**'],
    // Tests start processes; on a busy machine each takes seconds.
    testTimeout: 90_000,
    hookTimeout: 90_000,
    // A private kernel has one processor and waits for it: two files at once even on a machine of two.
    maxWorkers: Math.min(8, Math.max(2, os.availableParallelism() - 1)),
  },
});
