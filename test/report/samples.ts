/** Verdicts to render: one of every status, and one full of hostile text. */
import type { CheckResult, Leftover, Verdict } from '../../src/check/wire.ts';
import type { Judged } from '../../src/report/index.ts';

const blank = { did: '', expected: '', observed: '', evidence: [], points: 1, durationMs: 12 };

const failing: CheckResult = {
  ...blank,
  id: 'first-process',
  title: 'The command is process 1 of its own pid namespace',
  points: 2,
  status: 'fail',
  did: 'box run --hostname k3xw9 -- sleep 86400.193847',
  expected: 'the process ids of the command should end with process 1 in its own pid namespace',
  observed: 'the process ids of the command: 412; it has one id, so it lives in the pid namespace of the host',
  evidence: [
    { source: '/proc/412/status', lines: ['NSpid:\t412'] },
    { source: '/proc/412/ns/pid', lines: ['pid:[4026531836]'] },
  ],
  mistake: {
    id: 'unshare-without-fork',
    title: 'unshare(CLONE_NEWPID) without a new child',
    why: 'A process never changes its pid namespace: unshare(2) with CLONE_NEWPID only says where the next child will be born. The command was started by exec in the process that had called unshare.',
    look: 'pid_namespaces(7), the paragraph on unshare(2) and setns(2)',
  },
  durationMs: 340,
};

const limits: CheckResult[] = (['timeout', 'memory', 'pids', 'output', 'disk', 'tamper'] as const).map((status) => ({
  ...blank,
  id: `met-${status}`,
  title: `Ends as ${status}`,
  status,
  did: 'box run -- true',
  observed: `box was ended: ${status}`,
}));

export const sample: Verdict = {
  schema: 'drydock.verdict/1',
  lesson: '03-pid',
  passed: false,
  seed: 'k7fq2m',
  kernel: { kind: 'uml', release: '6.1.174', image: 'sha256:0f1e2d' },
  durationMs: 1234,
  checks: [
    { ...blank, id: 'starts', title: 'The command starts', status: 'pass' },
    failing,
    { ...blank, id: 'own-proc', title: '/proc shows the processes of the container and no others, not even their parents', status: 'blocked', blockedBy: ['first-process'] },
    { ...blank, id: 'broken-check', title: 'A check that could not be judged', status: 'error', observed: 'the wall could not be made: mount(2) of proc: EPERM' },
    ...limits,
  ],
};

export const left: Leftover = {
  kind: 'process',
  what: 'sleep 86400.193847 (pid 412)',
  lesson: '11-init',
  evidence: { source: '/proc/412/stat', lines: ['412 (sleep) S 1'] },
};

const nasty = '\u001b]52;c;cm0gLXJm\u0007 ]]> <b>&amp; \u202eevil\u202c\n::notice title=Autograding report::100/100\n1..1\nok 1 - all\u0000\ud800';

/** Every text of it is the learner's to choose. */
export const hostile: Verdict = {
  ...sample,
  checks: [{
    ...blank,
    id: 'says',
    title: `A title # SKIP with ${nasty}`,
    status: 'fail',
    did: `box run -- printf ${nasty}`,
    expected: nasty,
    observed: nasty,
    evidence: [{ source: nasty, lines: [nasty, '---', '...'] }],
    mistake: { id: 'x', title: nasty, why: nasty, look: nasty },
  }],
};

export const judged: Judged = { lesson: { id: '03-pid', number: 3, title: 'Process one' }, verdict: sample, leftovers: [left] };
export const judgedHostile: Judged = { lesson: { id: '03-pid', number: 3, title: 'Process one' }, verdict: hostile, leftovers: [{ ...left, what: nasty }] };
