/**
 * From a scene to the mistake that it shows. Pure.
 */
import type { Evidence, Mistake } from '../wire/verdict.ts';
import { concerns, names } from './rule.ts';
import type { Rule, SceneText } from './rule.ts';
import { rules as everyRule } from './rules.ts';
import type { Scene } from './scene.ts';

export type Diagnosis = {
  /** The most specific rule that fired. */
  readonly mistake?: Mistake;
  /** The lines that show it. */
  readonly evidence: readonly Evidence[];
  /** Ids of all rules that fired and that no other one beats, most specific first. */
  readonly fired: readonly string[];
  /** Rules that threw: our own fault, which the course gate reports. A verdict does not depend on them. */
  readonly broken: readonly { readonly id: string; readonly error: unknown }[];
};

/**
 * Applies every rule that concerns the scene's check. A rule comes first where it names the check; then the later lesson's,
 * as what was written last is likeliest to be wrong; then in the order in which the rules are written.
 */
export function diagnose(scene: Scene, rules: readonly Rule[] = everyRule): Diagnosis {
  const broken: { id: string; error: unknown }[] = [];
  const guarded = <T>(rule: Rule, otherwise: T, run: () => T): T => {
    try {
      return run();
    } catch (error) {
      broken.push({ id: rule.id, error });
      return otherwise;
    }
  };
  const holding = rules.filter((rule) => concerns(rule, scene) && guarded(rule, false, () => rule.when(scene)));
  const beaten = new Set(holding.flatMap((rule) => rule.beats ?? []));
  const fired = holding.filter((rule) => !beaten.has(rule.id)).toSorted((a, b) => bySpecificity(a, b, scene));
  const best = fired[0];
  if (best === undefined) return { evidence: [], fired: [], broken };
  const mistake = guarded(best, undefined, () => ({
    id: best.id, title: best.title, why: textOf(best.why, scene), look: textOf(best.look, scene),
  }));
  return {
    ...(mistake === undefined ? {} : { mistake }),
    evidence: guarded<readonly Evidence[]>(best, [], () => best.evidence?.(scene) ?? []),
    fired: fired.map((rule) => rule.id),
    broken,
  };
}

/** Array.sort is stable: rules that are equal here stay in the order in which they are written. */
function bySpecificity(a: Rule, b: Rule, scene: Scene): number {
  return Number(names(b, scene)) - Number(names(a, scene)) || (a.lesson < b.lesson ? 1 : a.lesson > b.lesson ? -1 : 0);
}

function textOf(text: SceneText, scene: Scene): string {
  return typeof text === 'string' ? text : text(scene);
}
