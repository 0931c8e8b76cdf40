/** Files that the last judged lesson's checks laid in their wall: a command that a check did, pasted into a shell, needs them. */

/** A file by its absolute path in a wall. */
export type Fixture = { path: string; content: string; mode: number };

let last: readonly Fixture[] = [];

/** Remembers them, in place of those before. */
export function rememberFixtures(fixtures: readonly Fixture[]): void {
  last = fixtures;
}

/** The same list for as long as no other lesson has been judged. */
export function lastFixtures(): readonly Fixture[] {
  return last;
}
