/** Classes to report on: twelve students and five lessons as life has them, and results in which every text is hostile. */
import type { CheckResult, CheckStatus } from '../../../src/check/wire.ts';
import type { LessonResult, Outcome, SubmissionResult } from '../../../src/grade/result.ts';
import type { ClassResults } from '../../../src/report/grade/index.ts';

export const lessons = [
  { id: '01-processes', title: 'A process, its streams and its end', maxPoints: 6 },
  { id: '02-syscalls', title: 'Calling the kernel', maxPoints: 7 },
  { id: '03-pid', title: 'Process one', maxPoints: 9 },
  { id: '04-mounts', title: 'Mounts of your own', maxPoints: 9 },
  { id: '05-root', title: 'Another root, and no way back', maxPoints: 10 },
] as const;

const blank = { did: '', expected: '', observed: '', evidence: [], durationMs: 12 };

const mistakes: Record<string, NonNullable<CheckResult['mistake']>> = {
  '01-processes': { id: 'exit-status-lost', title: 'The exit status of the command is lost', why: 'The status that wait(2) gives says whether the command exited or was killed. Node hands both over, and `box` reported 0 for either.', look: 'wait(2), WIFSIGNALED; the exit codes in the README of box' },
  '02-syscalls': { id: 'hostname-of-host', title: 'The host name is set for everybody', why: 'sethostname(2) changes the name in the UTS namespace of whoever calls it. It was called before unshare(2).', look: 'uts_namespaces(7)' },
  '03-pid': { id: 'unshare-without-fork', title: 'unshare(CLONE_NEWPID) without a new child', why: 'A process never changes its pid namespace: unshare(2) with CLONE_NEWPID only says where the next child will be born.', look: 'pid_namespaces(7), the paragraph on unshare(2) and setns(2)' },
  '04-mounts': { id: 'shared-propagation', title: 'Mounts travel back to the host', why: 'A mount in a shared peer group appears in every member of it, whatever namespace it lives in.', look: 'mount_namespaces(7), shared subtrees' },
  '05-root': { id: 'kept-old-root', title: 'The old root is still mounted', why: 'pivot_root(2) puts the old root somewhere below the new one. Until it is unmounted, it is a way back.', look: 'pivot_root(2), the example in its notes' },
};

/** The checks of a lesson; `bad` is the status of the second one, and the third is blocked by it. */
function checks(lesson: (typeof lessons)[number], bad: CheckStatus, named = true): CheckResult[] {
  const mistake = mistakes[lesson.id];
  return [
    { ...blank, id: 'starts', title: 'The command starts', points: 2, status: 'pass' },
    bad === 'pass'
      ? { ...blank, id: 'kernel-agrees', title: `The kernel shows it: ${lesson.title.toLowerCase()}`, points: lesson.maxPoints - 3, status: 'pass' }
      : {
        ...blank, id: 'kernel-agrees', title: `The kernel shows it: ${lesson.title.toLowerCase()}`, points: lesson.maxPoints - 3, status: bad,
        did: 'box run --hostname k3xw9 --rootfs /work/fixtures/k3xw9/root -- sleep 86400.193847',
        expected: 'the process ids of the command should end with process 1 in its own pid namespace',
        observed: 'the process ids of the command: 412; it has one id, so it lives in the pid namespace of the host',
        evidence: [{ source: '/proc/412/status', lines: ['NSpid:\t412'] }, { source: '/proc/412/mountinfo', lines: ['36 25 0:32 / / rw,relatime shared:1 - ext4 /dev/ubda rw', '41 36 0:38 / /proc rw,nosuid,nodev,noexec - proc proc rw'] }],
        ...(named && mistake ? { mistake } : {}),
      },
    bad === 'pass'
      ? { ...blank, id: 'nothing-left', title: 'Nothing is left behind', points: 1, status: 'pass' }
      : { ...blank, id: 'nothing-left', title: 'Nothing is left behind', points: 1, status: 'blocked', blockedBy: ['kernel-agrees'] },
  ];
}

function lessonResult(lesson: (typeof lessons)[number], state: Outcome, named = true): LessonResult {
  const statuses: Partial<Record<Outcome, CheckStatus>> = { pass: 'pass', fail: 'fail', error: 'error', timeout: 'timeout', memory: 'memory', pids: 'pids', output: 'output', disk: 'disk', tamper: 'tamper' };
  const judged = state === 'infra' ? [] : checks(lesson, statuses[state] ?? 'fail', named);
  const points = judged.filter(({ status }) => status === 'pass').reduce((sum, one) => sum + one.points, 0);
  return { lesson: lesson.id, title: lesson.title, outcome: state, points, maxPoints: lesson.maxPoints, checks: judged, leftovers: [], durationMs: 1840 };
}

type Made = { id: string; name: string; states: readonly Outcome[]; outcome?: Outcome; reason?: string; unnamed?: boolean };

/** A result of whoever that is, in these states. Fewer states than lessons: the rest was not graded. */
export function made({ id, name, states, outcome, reason, unnamed }: Made): SubmissionResult {
  const own = states.flatMap((state, at) => { const lesson = lessons[at]; return lesson ? [lessonResult(lesson, state, !unnamed)] : []; });
  const end = outcome ?? states.find((state) => state !== 'pass') ?? 'pass';
  return {
    schema: 'drydock.grade/1',
    key: `sha256:${id.padEnd(8, '0')}4bb1d3c0ffee`,
    submission: { name: `${id}.zip`, digest: end === 'rejected' ? '' : `sha256:9c${id.length}1f0e7b2d`, files: [{ path: 'box/run.ts', sha256: 'ab12', bytes: 1204 }], submittedAt: end === 'rejected' ? null : '2026-11-20T16:05:00.000Z' },
    student: { id, name, email: `${id}@example.edu`, pseudonym: false },
    outcome: end,
    points: own.reduce((sum, one) => sum + one.points, 0),
    maxPoints: lessons.reduce((sum, one) => sum + one.maxPoints, 0),
    lessons: own,
    discarded: [],
    ...(reason === undefined ? {} : { reason }),
    seed: 'k7fq2m',
    ...(own.length > 0 ? { kernel: { kind: 'uml', release: '6.1.174', image: 'sha256:0f1e2d3c4b5a' } as const } : {}),
    sharedKernel: false,
    course: { version: '0.1.0', title: 'Drydock' },
    attempts: 1,
    flaky: false,
    gradedAt: '2026-11-25T14:32:04.000Z',
    durationMs: 9_200,
  };
}

const all = (state: Outcome): Outcome[] => lessons.map(() => state);

const ada = made({ id: 'ada', name: 'Ada Lovelace', states: all('pass') });
const grace = made({ id: 'grace', name: 'Grace Hopper', states: ['pass', 'pass', 'pass', 'pass', 'fail'] });

export const results: readonly SubmissionResult[] = [
  ada,
  grace,
  made({ id: 'dennis', name: 'Dennis Ritchie', states: ['pass', 'pass', 'fail', 'fail', 'fail'] }),
  made({ id: 'margaret', name: 'Margaret Hamilton', states: ['pass', 'pass', 'pass', 'fail', 'fail'] }),
  { ...made({ id: 'zdenek', name: 'Zdeněk Kárník', states: ['pass', 'pass', 'pass', 'pass', 'fail'] }), discarded: [{ path: 'node_modules/', why: 'packages of your own are not used; the course has its own' }, { path: 'vitest.config.ts', why: 'a configuration of your own is not used' }] },
  made({ id: 'edsger', name: 'Edsger Dijkstra', states: ['pass', 'pass', 'timeout', 'fail', 'fail'] }),
  made({ id: 'barbara', name: 'Barbara Liskov', states: ['pass', 'pass', 'pass', 'memory', 'fail'], unnamed: true }),
  made({ id: 'mallory', name: 'Mallory Klein', states: ['pass', 'tamper', 'pids', 'output', 'disk'], outcome: 'tamper' }),
  made({ id: 'frances', name: 'Frances Allen', states: [], outcome: 'rejected', reason: 'The archive holds box/../../etc/passwd, a path that leads out of it. Pack the folder again with `drydock submit`.' }),
  made({ id: 'ken', name: 'Ken Thompson', states: ['pass', 'pass', 'infra', 'infra', 'infra'], outcome: 'infra', reason: 'The private kernel did not start three times in a row. Grade this submission again; nothing of it is lost.' }),
  { ...made({ id: 'jean', name: 'Jean Bartik', states: ['pass', 'fail', 'fail', 'fail', 'fail'] }), attempts: 2, flaky: true },
  made({ id: 'konrad', name: 'Konrad Zuse', states: ['fail', 'fail', 'error', 'fail', 'fail'], outcome: 'fail' }),
];

export const sample: ClassResults = { results, course: { title: 'Drydock: build a container runtime from scratch', lessons }, generatedAt: '2026-11-25T14:40:00.000Z' };

/** The same in another order. */
export const shuffled: ClassResults = { ...sample, results: [...results].reverse() };

/** A result in which every text that could come from a submission is this one. */
export function hostile(text: string, states: readonly Outcome[] = ['pass', 'fail', 'timeout', 'pass', 'fail']): SubmissionResult {
  const base = made({ id: 'x', name: 'x', states });
  return {
    ...base,
    submission: { ...base.submission, name: text, files: [{ path: text, sha256: 'ab', bytes: 1 }] },
    student: { id: text, name: text, email: text, pseudonym: false },
    lessons: base.lessons.map((lesson) => ({
      ...lesson,
      checks: lesson.checks.map((check) => (check.status === 'pass' ? check : {
        ...check, title: text, did: text, expected: text, observed: text, evidence: [{ source: text, lines: [text, text] }], mistake: { id: text, title: text, why: text, look: text },
      })),
      leftovers: [{ kind: 'file', what: text, lesson: '05-root', evidence: { source: text, lines: [text] } }],
    })),
    discarded: [{ path: text, why: text }],
    reason: text,
    seed: text,
  };
}

export function classOf(...own: SubmissionResult[]): ClassResults {
  return { ...sample, results: own };
}
