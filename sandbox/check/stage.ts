/** What one check does while it runs: the box uses it looked at, what it noted, how much it claimed. */
import type { Fact } from '../observe/fact.ts';
import type { BoxUse } from './use.ts';

export class Stage {
  /** Claims made so far. */
  claims = 0;
  /** Facts noted for the rules of diagnosis, by key. */
  readonly notes: Record<string, Fact<unknown>> = {};
  readonly #uses: BoxUse[] = [];
  /** What was done, in order: command lines, each with what was then done to it. */
  readonly #deeds: { line: string; then: string[]; of?: BoxUse }[] = [];

  /** The starts of box that this check has used, in the order it did. */
  get uses(): readonly BoxUse[] {
    return this.#uses;
  }

  /** This check uses this start of box, whoever started it. */
  use(use: BoxUse): void {
    if (this.#uses.includes(use)) return;
    this.#uses.push(use);
    this.#deeds.push({ line: use.line, then: [], of: use });
  }

  /** A command was run beside box. */
  ran(line: string): void {
    this.#deeds.push({ line, then: [] });
  }

  /** Something was done to a box that runs: `kill -TERM the command, from outside`. */
  did(use: BoxUse, what: string): void {
    this.#deeds.find((deed) => deed.of === use)?.then.push(what);
  }

  /** All of it as lines of shell. What no shell in the sandbox could do stands behind a `#`. */
  transcript(): string {
    return this.#deeds.map(({ line, then }) => (then.length === 0 ? line : `${line}   # then ${then.join(', then ')}`)).join('\n');
  }
}
