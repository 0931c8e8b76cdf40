/**
 * A rule: one named mistake and the facts by which it is known.
 */
import type { Evidence } from '../wire/verdict.ts';
import type { Scene } from './scene.ts';

/** A text, or how to make it from the scene where it names what was seen. */
export type SceneText = string | ((scene: Scene) => string);

export type Rule = {
  /** kebab-case, unique in the whole course. */
  readonly id: string;
  /** The lesson that teaches it. The rule is silent in earlier lessons. */
  readonly lesson: string;
  /** The mistake in a few words. */
  readonly title: string;
  /** Why it has the effect that was seen. */
  readonly why: SceneText;
  /** Where to look; never the answer itself. */
  readonly look: SceneText;
  /** The checks it explains: ids of its own lesson, or `LESSON/CHECK`. Absent: every check of its own and later lessons. */
  readonly checks?: readonly string[];
  /** Rules that stay silent when this one fires: this is the cause, they are its effects. */
  readonly beats?: readonly string[];
  /** True where the facts show the mistake. Must be false where the facts it needs are missing. */
  readonly when: (scene: Scene) => boolean;
  /** The lines that show it, beyond the check's own evidence. */
  readonly evidence?: (scene: Scene) => readonly Evidence[];
};

/** True where a rule has anything to say about this check at all. */
export function concerns(rule: Rule, scene: Pick<Scene, 'lesson' | 'check'>): boolean {
  if (rule.checks !== undefined) return names(rule, scene);
  // Lesson ids begin with two digits, so their order is the order of text.
  return rule.lesson <= scene.lesson;
}

/** True where a rule lists this very check. */
export function names(rule: Rule, scene: Pick<Scene, 'lesson' | 'check'>): boolean {
  return rule.checks?.some((check) => (check.includes('/') ? check : `${rule.lesson}/${check}`) === `${scene.lesson}/${scene.check}`) ?? false;
}

/** What is wrong with a set of rules as a set: doubled ids, names of rules that are not there, circles. Empty when all is well. */
export function faultsOf(rules: readonly Rule[]): string[] {
  const byId = new Map(rules.map((rule) => [rule.id, rule]));
  const doubled = rules.filter((rule, index) => rules.findIndex((other) => other.id === rule.id) !== index);
  return [
    ...doubled.map((rule) => `${rule.lesson}: the id ${rule.id} is taken`),
    ...rules.filter((rule) => !/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(rule.id)).map((rule) => `${rule.lesson}: ${rule.id} is not kebab-case`),
    ...rules.flatMap((rule) => (rule.beats ?? []).filter((id) => !byId.has(id)).map((id) => `${rule.id} beats ${id}, which is no rule`)),
    ...rules.filter((rule) => beatsItself(rule, byId)).map((rule) => `${rule.id} beats itself`),
  ];
}

function beatsItself(rule: Rule, byId: ReadonlyMap<string, Rule>): boolean {
  const met = new Set<string>();
  const pending = [...(rule.beats ?? [])];
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    if (id === rule.id) return true;
    if (met.has(id)) continue;
    met.add(id);
    pending.push(...(byId.get(id)?.beats ?? []));
  }
  return false;
}
