/** A submission that cannot be taken in: one sentence for whoever handed it in, and what to do. */
import { visible } from './show.ts';

export class Rejected extends Error {
  override name = 'Rejected';
  /** What to do about it. */
  readonly next: string;

  constructor(message: string, next: string) {
    super(message);
    this.next = next;
  }

  /** Both as one text. */
  get reason(): string {
    return `${this.message} ${this.next}`;
  }
}

/** A path from a submission as it may stand in a sentence: in quotes, short, and nothing in it that is not seen. */
export function quoted(path: string): string {
  const shown = visible(path);
  return `"${shown.length > 120 ? `${shown.slice(0, 60)}…${shown.slice(-50)}` : shown}"`;
}
