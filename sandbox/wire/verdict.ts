/**
 * The verdict: what `drydock check --json` prints, what the tutor shows and what the grader stores.
 *
 * The schema is checked wherever a verdict crosses a trust boundary, so the types are derived from it.
 */
import * as v from 'valibot';

/** How one check ended. Only `pass` earns its points. */
export const checkStatuses = ['pass', 'fail', 'blocked', 'error', 'timeout', 'memory', 'pids', 'output', 'disk', 'tamper'] as const;

/** Lines of a kernel file that matter, and where they were read. `source` is a path as the judge sees it. */
export const EvidenceSchema = v.object({ source: v.string(), lines: v.array(v.string()) });

/** A named mistake: what it is, why it has this effect, and where to look; never the pasted answer. */
export const MistakeSchema = v.object({ id: v.string(), title: v.string(), why: v.string(), look: v.string() });

/** One check's outcome. Texts are empty where they would say nothing (a pass, a blocked check). */
export const CheckResultSchema = v.object({
  id: v.string(),
  title: v.string(),
  points: v.pipe(v.number(), v.integer(), v.minValue(0)),
  status: v.picklist(checkStatuses),
  /** The exact command, ready to be pasted into `drydock shell`. */
  did: v.string(),
  expected: v.string(),
  observed: v.string(),
  evidence: v.array(EvidenceSchema),
  mistake: v.optional(MistakeSchema),
  /** The checks that must pass first, where the status is `blocked`. */
  blockedBy: v.optional(v.array(v.string())),
  /** Ids of every mistake rule that fired on this check's facts, whatever its status. Only when asked for (the gate). */
  fired: v.optional(v.array(v.string())),
  durationMs: v.number(),
});

/** Something a run left behind, and the lesson that teaches how not to. */
export const LeftoverSchema = v.object({
  kind: v.picklist(['process', 'mount', 'cgroup', 'link', 'rule', 'namespace', 'file']),
  what: v.string(),
  lesson: v.string(),
  evidence: EvidenceSchema,
});

/** The kernel that judged: its kind, release and the hash of the guest image it ran. */
export const KernelSchema = v.object({ kind: v.picklist(['uml', 'here']), release: v.string(), image: v.string() });

/** All checks of one lesson, judged once. */
export const VerdictSchema = v.object({
  schema: v.literal('drydock.verdict/1'),
  lesson: v.string(),
  passed: v.boolean(),
  seed: v.string(),
  kernel: KernelSchema,
  durationMs: v.number(),
  checks: v.array(CheckResultSchema),
});

export type CheckStatus = (typeof checkStatuses)[number];
export type Evidence = v.InferOutput<typeof EvidenceSchema>;
export type Mistake = v.InferOutput<typeof MistakeSchema>;
export type CheckResult = v.InferOutput<typeof CheckResultSchema>;
export type Leftover = v.InferOutput<typeof LeftoverSchema>;
export type KernelInfo = v.InferOutput<typeof KernelSchema>;
export type Verdict = v.InferOutput<typeof VerdictSchema>;
