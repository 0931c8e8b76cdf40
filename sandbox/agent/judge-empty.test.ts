/** The file that vitest is warmed with: running it loads everything that running a lesson needs. */
import { test } from 'vitest';

test('is here', () => {});
