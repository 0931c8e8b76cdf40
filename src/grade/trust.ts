/**
 * What is believed of what comes back from a kernel that a submission ran in: as little as possible.
 *
 * The judge's answer must be for this request (nonce, lesson, seed), have the schema's form, and say exactly one thing about
 * each check of the course. Titles and points are the course's own. Texts are cut to a size. Pure.
 */
import * as v from 'valibot';
import type { PlannedCheck } from '../check/plan.ts';
import { type CheckResult, CheckResultSchema, type Leftover, LeftoverSchema } from '../check/wire.ts';

const most = { text: 4000, line: 1000, lines: 50, sources: 20, leftovers: 50, checks: 500 } as const;

/** What a verdict has to be an answer to. */
export type Asked = { lesson: string; seed: string; nonce: string; plan: readonly PlannedCheck[] };

export type Believed = { checks: CheckResult[]; leftovers: Leftover[] };

const VerdictFormSchema = v.object({ lesson: v.string(), seed: v.string(), checks: v.pipe(v.array(v.unknown()), v.maxLength(most.checks)) });

/** The checks of an answer, one for each that the course has, and one more for each thing that is wrong with it. */
export function believe(answer: { verdict: unknown; leftovers: unknown; nonce?: unknown }, asked: Asked): Believed {
  const form = v.safeParse(VerdictFormSchema, answer.verdict);
  const leftovers = believeLeftovers(answer.leftovers);
  if (answer.nonce !== asked.nonce) return { checks: every(asked, 'tamper', 'the judge’s answer does not carry the secret of the request that it should answer'), leftovers };
  if (!form.success) return { checks: every(asked, 'error', 'the judge’s answer does not have the form of a verdict'), leftovers };
  const { lesson, seed, checks } = form.output;
  if (lesson !== asked.lesson || seed !== asked.seed) return { checks: every(asked, 'tamper', 'the judge’s answer is about another lesson or seed'), leftovers };
  return { checks: reconcile(checks, asked), leftovers };
}

/** Checks as they were told while the judging went on, the rest being `status`: for a lesson that was cut short. */
export function believePart(told: readonly unknown[], asked: Asked, status: CheckResult['status'], observed: string): CheckResult[] {
  return reconcile(told, asked, { status, observed });
}

function reconcile(raw: readonly unknown[], { plan }: Asked, missing: { status: CheckResult['status']; observed: string } = { status: 'error', observed: 'the judge said nothing about this check' }): CheckResult[] {
  const said = new Map<string, CheckResult[]>();
  const extra: CheckResult[] = [];
  for (const one of raw) {
    const read = v.safeParse(CheckResultSchema, one);
    if (!read.success) extra.push(made({ id: 'unreadable', title: 'Every result has the form of one', points: 0 }, 'error', 'a result of the judge does not have the form of one'));
    else if (plan.some(({ id }) => id === read.output.id)) said.set(read.output.id, [...(said.get(read.output.id) ?? []), read.output]);
    else extra.push(unknown(read.output));
  }
  const checks = plan.map((check) => {
    const [first, second] = said.get(check.id) ?? [];
    if (!first) return made(check, missing.status, missing.observed);
    if (second) return made(check, 'error', 'the judge said more than one thing about this check');
    return { ...cut(first), title: check.title, points: check.points };
  });
  return [...checks, ...extra.filter((one, at) => extra.findIndex(({ id }) => id === one.id) === at).slice(0, 5)];
}

/** A check that the course does not have can earn nothing, and is no pass. The judge names a check file that broke in this way. */
function unknown(check: CheckResult): CheckResult {
  const known = cut(check);
  const status = known.status === 'pass' || known.status === 'blocked' ? 'error' : known.status;
  return { ...known, id: `unknown-${known.id}`.slice(0, 80), title: `A check that the course does not have: ${known.title}`.slice(0, 200), points: 0, status };
}

function every({ plan }: Asked, status: CheckResult['status'], observed: string): CheckResult[] {
  return plan.map((check) => made(check, status, observed));
}

function made({ id, title, points }: PlannedCheck, status: CheckResult['status'], observed: string): CheckResult {
  return { id, title, points, status, did: '', expected: '', observed, evidence: [], durationMs: 0 };
}

function believeLeftovers(raw: unknown): Leftover[] {
  const read = v.safeParse(v.array(LeftoverSchema), raw);
  if (!read.success) return [];
  return read.output.slice(0, most.leftovers).map((left) => ({
    kind: left.kind, what: short(left.what, most.line), lesson: short(left.lesson, 60),
    evidence: { source: short(left.evidence.source, most.line), lines: left.evidence.lines.slice(0, most.lines).map((line) => short(line, most.line)) },
  }));
}

/** The same result with every text cut: a parsed object has only what the schema names. */
function cut(check: CheckResult): CheckResult {
  const { mistake, blockedBy, fired: _fired, ...rest } = check;
  return {
    ...rest,
    id: short(rest.id, 80), title: short(rest.title, 200), did: short(rest.did, most.text), expected: short(rest.expected, most.text), observed: short(rest.observed, most.text),
    durationMs: Number.isFinite(rest.durationMs) && rest.durationMs >= 0 ? Math.round(rest.durationMs) : 0,
    evidence: rest.evidence.slice(0, most.sources).map(({ source, lines }) => ({ source: short(source, most.line), lines: lines.slice(0, most.lines).map((line) => short(line, most.line)) })),
    ...(mistake ? { mistake: { id: short(mistake.id, 80), title: short(mistake.title, 200), why: short(mistake.why, most.text), look: short(mistake.look, most.text) } } : {}),
    ...(blockedBy ? { blockedBy: blockedBy.slice(0, 50).map((id) => short(id, 80)) } : {}),
  };
}

function short(text: string, length: number): string {
  const whole = text.toWellFormed();
  return whole.length <= length ? whole : `${whole.slice(0, length).toWellFormed()}…`;
}
