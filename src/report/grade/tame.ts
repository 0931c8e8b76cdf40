/**
 * A submission's texts made fit to be shown: short, harmless, and without a name where the result is pseudonymous.
 *
 * Afterwards a format has to escape only what its own syntax means. It may do so with functions that make text harmless once
 * more: that changes nothing.
 */
import type { CheckResult, Evidence, Leftover } from '../../check/wire.ts';
import type { LessonResult, SubmissionResult } from '../../grade/result.ts';
import { harmlessLine, harmlessText } from '../sanitize.ts';

/** The most characters of each kind of text. What is longer says how much is missing. */
export const limits = { name: 120, line: 400, text: 2000, sources: 8, lines: 12, entries: 40 } as const;

/** At most `most` UTF-16 units of a text, and never half a character. */
export function capped(text: string, most: number): string {
  if (text.length <= most) return text;
  const end = /[\ud800-\udbff]/.test(text.charAt(most - 1)) ? most - 1 : most;
  return `${text.slice(0, end)} … (${text.length - end} more characters)`;
}

/** One line. A pile of combining marks is cut down: it would be drawn over its neighbours. */
export function line(text: string, most: number = limits.line): string {
  return thinned(harmlessLine(capped(text, most)));
}

export function block(text: string, most: number = limits.text): string {
  return thinned(harmlessText(capped(text, most)));
}

function thinned(text: string): string {
  return text.replace(/(\p{M}{4})\p{M}+/gu, '$1');
}

/** The whole result, tamed. Lists that are too long end with an entry that says how many more there were. */
export function tamed(result: SubmissionResult): SubmissionResult {
  const { student } = result;
  const without = student.pseudonym ? nameless(result) : (text: string): string => text;
  const said = (text: string): string => line(without(text));
  const { email, ...person } = student;
  const { id, claims, ...submission } = result.submission;
  return {
    ...result,
    key: line(result.key, limits.name),
    submission: {
      ...submission,
      ...(id === undefined ? {} : { id: line(id, limits.name) }),
      ...(claims === undefined ? {} : { claims: line(claims, limits.name) }),
      name: student.pseudonym ? line(student.id, limits.name) : line(result.submission.name, limits.name),
      digest: line(result.submission.digest, limits.name),
      files: result.submission.files.map((file) => ({ ...file, path: said(file.path), sha256: line(file.sha256, limits.name) })),
      submittedAt: result.submission.submittedAt === null ? null : line(result.submission.submittedAt, limits.name),
    },
    student: {
      ...person,
      id: line(student.id, limits.name),
      name: line(student.name, limits.name),
      ...(email !== undefined && !student.pseudonym ? { email: line(email, limits.name) } : {}),
    },
    lessons: result.lessons.map(lesson),
    discarded: shortened(result.discarded.map(({ path, why }) => ({ path: said(path), why: said(why) })), limits.entries,
      (more) => ({ path: `${more} more`, why: 'not listed here' })),
    ...(result.reason === undefined ? {} : { reason: said(result.reason) }),
    seed: line(result.seed, limits.name),
    ...(result.kernel ? { kernel: { ...result.kernel, release: line(result.kernel.release, limits.name), image: line(result.kernel.image, limits.name) } } : {}),
    course: { version: line(result.course.version, limits.name), title: line(result.course.title, limits.name) },
    gradedAt: line(result.gradedAt, limits.name),
  };
}

/** What a hand-in was called often has a person's name in it, and paths inside an archive repeat it. */
function nameless({ submission, student }: SubmissionResult): (text: string) => string {
  const names = [submission.name, submission.name.replace(/(\.(tar|zip|tgz|gz|zst))+$/i, '')].filter((name) => name.length > 2);
  return (text) => names.reduce((left, name) => left.replaceAll(name, student.id), text);
}

function lesson(of: LessonResult): LessonResult {
  return {
    ...of,
    lesson: line(of.lesson, limits.name),
    title: line(of.title, limits.name),
    checks: of.checks.map(check),
    leftovers: shortened(of.leftovers.map(leftover), limits.entries,
      (more) => ({ kind: 'file', what: `${more} more things, not listed here`, lesson: line(of.lesson, limits.name), evidence: { source: '', lines: [] } })),
  };
}

function check(of: CheckResult): CheckResult {
  const { mistake, blockedBy, fired: _unsaid, ...rest } = of;
  return {
    ...rest,
    id: line(of.id, limits.name),
    title: line(of.title),
    did: block(of.did),
    expected: block(of.expected),
    observed: block(of.observed),
    evidence: shortened(of.evidence.map(evidence), limits.sources, (more) => ({ source: `${more} more sources, not shown here`, lines: [] })),
    ...(mistake ? { mistake: { id: line(mistake.id, limits.name), title: line(mistake.title), why: block(mistake.why), look: block(mistake.look) } } : {}),
    ...(blockedBy ? { blockedBy: blockedBy.map((id) => line(id, limits.name)) } : {}),
  };
}

function evidence({ source, lines }: Evidence): Evidence {
  return { source: line(source), lines: shortened(lines.map((text) => line(text)), limits.lines, (more) => `… ${more} more lines`) };
}

function leftover(of: Leftover): Leftover {
  return { ...of, what: line(of.what), lesson: line(of.lesson, limits.name), evidence: evidence(of.evidence) };
}

function shortened<T>(list: readonly T[], most: number, rest: (more: number) => T): T[] {
  return list.length <= most ? [...list] : [...list.slice(0, most), rest(list.length - most)];
}
