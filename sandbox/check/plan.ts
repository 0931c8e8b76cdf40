/** The checks of a lesson as they were defined, before any runs. Pure. */
import type { CheckContext, CheckOptions } from './api.ts';

/** One check as its author wrote it. */
export type PlannedCheck = {
  readonly id: string;
  readonly title: string;
  readonly points: number;
  readonly needs: readonly string[];
  readonly body: (context: CheckContext) => Promise<void>;
};

/** A lesson's checks are wrongly defined: the author's fault. */
export class PlanError extends Error {
  override name = 'PlanError';
}

export class Plan {
  readonly #checks = new Map<string, PlannedCheck>();

  /** Adds a check. Throws PlanError: no id or a doubled one, points that are no whole number, a need that is no earlier check. */
  add(id: string, title: string, options: CheckOptions, body: PlannedCheck['body']): PlannedCheck {
    if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(id)) throw new PlanError(`the check ${JSON.stringify(id)} needs an id of lower-case words joined by hyphens`);
    if (this.#checks.has(id)) throw new PlanError(`two checks are called ${id}`);
    if (title.trim() === '') throw new PlanError(`the check ${id} has no title`);
    if (!Number.isInteger(options.points) || options.points < 0) throw new PlanError(`the points of the check ${id} are no whole number`);
    const needs = options.needs ?? [];
    for (const need of needs) {
      if (!this.#checks.has(need)) throw new PlanError(`the check ${id} needs ${need}, which is no check before it`);
    }
    const planned = { id, title, points: options.points, needs, body };
    this.#checks.set(id, planned);
    return planned;
  }

  get checks(): readonly PlannedCheck[] {
    return [...this.#checks.values()];
  }
}
