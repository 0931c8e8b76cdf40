import { UserError } from '../../errors.ts';

/** An error as a sentence or two for the status line: what happened, and what to do about it where that is known. */
export function explain(error: unknown): string {
  if (error instanceof UserError) return [error.message, ...error.next].join('\n');
  return error instanceof Error ? error.message : String(error);
}
