/** Lesson 12: commands that joined half a container, or the wrong one. */
import type { Rule } from '../rule.ts';

export const rules: readonly Rule[] = [];
