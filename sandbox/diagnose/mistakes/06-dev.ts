/** Lesson 06: its named mistakes. */
import type { Rule } from '../rule.ts';

export const rules: readonly Rule[] = [];
