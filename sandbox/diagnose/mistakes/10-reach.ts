/** Lesson 10: packets that find no way, ports that lead nowhere, and names that nobody has told. */
import type { Rule } from '../rule.ts';

export const rules: readonly Rule[] = [];
