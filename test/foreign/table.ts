/** The table of real runtimes: what was judged, against the gaps that are known, and as a page. Pure. */
import { parse } from 'smol-toml';
import * as v from 'valibot';
import type { CheckResult, Leftover, Verdict } from '../../sandbox/wire/verdict.ts';

/** The runtimes that sandbox/foreign wraps, in the page's order, with what they are. */
export const runtimes = {
  runc: 'the OCI runtime under Docker and Kubernetes',
  crun: 'the OCI runtime under Podman',
  bubblewrap: 'what Flatpak builds its sandboxes with',
  unshare: 'util-linux: `unshare`, with `hostname` for the name',
} as const;
export type Runtime = keyof typeof runtimes;

const Reasons = v.record(v.string(), v.pipe(v.string(), v.minLength(20, 'a reason is a sentence')));
const GapsSchema = v.strictObject(v.entriesFromList(Object.keys(runtimes) as Runtime[], v.optional(v.record(v.string(), Reasons), {})));

/** Why a runtime does not pass a check: by runtime, lesson, check. */
export type Gaps = v.InferOutput<typeof GapsSchema>;

/** Reads gaps.toml. Throws where it is not in the form that its head describes. */
export function readGaps(text: string): Gaps {
  return v.parse(GapsSchema, parse(text));
}

/** A killed container cannot tidy up; its runtime's state and its empty cgroup stay, by which it would be deleted later. */
const mayStay = new Set<Leftover['kind']>(['file', 'cgroup']);

/** Where a verdict is not what the gaps say, in sentences. */
export function surprises(verdict: Verdict, leftovers: readonly Leftover[], gaps: Readonly<Record<string, string>> = {}): string[] {
  const known = new Set(verdict.checks.map(({ id }) => id));
  return [
    ...verdict.checks.flatMap((check) => surprise(check, gaps[check.id] !== undefined)),
    ...Object.keys(gaps).filter((id) => !known.has(id)).map((id) => `${id}: gaps.toml knows a check that ${verdict.lesson} does not have`),
    ...leftovers.filter(({ kind }) => !mayStay.has(kind)).map(({ kind, what }) => `a ${kind} was left behind: ${what}`),
  ];
}

function surprise(check: CheckResult, isGap: boolean): string[] {
  const { id, status, expected, observed, fired = [] } = check;
  switch (status) {
    case 'pass':
      if (isGap) return [`${id}: passes, and gaps.toml says that it does not`];
      // A rule of diagnosis that finds fault with what is right would do so with a learner's box, too.
      return fired.map((rule) => `${id}: passes, and the rule "${rule}" fires`);
    case 'blocked':
      // By what has failed, which is in the table or is a surprise itself.
      return isGap ? [`${id}: was not tried, so gaps.toml cannot know`] : [];
    case 'fail':
      return isGap ? [] : [`${id}: fails: expected ${expected}; observed ${observed}`];
    default:
      return [`${id}: ends as "${status}": ${observed}`];
  }
}

/** One lesson as every runtime was judged. */
export type Judged = { id: string; title: string; verdicts: Record<Runtime, Verdict> };

/** The page docs/runtimes.md. */
export function page(lessons: readonly Judged[], gaps: Gaps): string {
  const names = Object.keys(runtimes) as Runtime[];
  const notes: string[] = [];
  const cell = (runtime: Runtime, lesson: Judged, id: string): string => {
    const check = lesson.verdicts[runtime].checks.find((one) => one.id === id);
    if (check?.status === 'pass') return 'passes';
    if (check?.status === 'blocked') return `needs ${check.blockedBy?.map((other) => `\`${other}\``).join(', ')}`;
    notes.push(`${lesson.id}, \`${id}\`, ${runtime}: ${gaps[runtime][lesson.id]?.[id]}.`);
    return `no (${notes.length})`;
  };
  const tables = lessons.map((lesson) => [
    `## ${lesson.id}: ${lesson.title}`, '',
    row('check', '', ...names), `|${'---|'.repeat(names.length + 2)}`,
    ...lesson.verdicts.runc.checks.map(({ id, title }) => row(`\`${id}\``, title, ...names.map((name) => cell(name, lesson, id)))), '',
  ].join('\n'));
  return [
    '# Real runtimes as `box`', '',
    'The checks of the course see `box` as a black box, so a real runtime that is given its command line must pass the checks of all that it',
    'does. `npm test` wraps these, in the versions of `sandbox/image/lock.json` (sandbox/foreign), and judges them like anybody\'s box:', '',
    ...names.map((name) => `- **${name}**: ${runtimes[name]}`), '',
    'Where a runtime does not do what a lesson asks for, the table says so and why. This page is made by the test:',
    '`npm test -- test/foreign -u`.', '',
    ...tables,
    '## What they do not do', '',
    ...notes.map((note, index) => `${index + 1}. ${note}`), '',
  ].join('\n');
}

function row(...cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
