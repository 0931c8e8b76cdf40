/**
 * A judge for the tiny course that needs no kernel: it really runs the box, as a child of this process, and compares what it
 * prints. Only for tests of the gate; what it says about isolation is nothing.
 */
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Sandbox } from '../../src/check/types.ts';
import type { CheckResult, WireFile } from '../../src/check/wire.ts';
import { writeWhole } from '../../src/lesson/tree.ts';
import { temporaryFolder } from '../lesson/fixture.ts';

const run = promisify(execFile);

/** Which mistake an answer shows: the tiny course's rules of diagnosis. */
const rules: readonly { id: string; lesson: string; shows: (answer: string) => boolean }[] = [
  { id: 'shouts', lesson: '01-first', shows: (answer) => answer === 'HELLO you\n' },
  { id: 'forgets-the-name', lesson: '01-first', shows: (answer) => answer === 'hello\n' },
  { id: 'greets-twice', lesson: '01-first', shows: (answer) => answer === 'hello hello you\n' },
  { id: 'says-nothing', lesson: '01-first', shows: (answer) => answer === '\n' },
  { id: 'other-name', lesson: '01-first', shows: (answer) => answer === 'hello yous\n' },
  ...['whispers', 'half-loud', 'loud-twice', 'lower-case', 'loudest'].map((id) => ({ id, lesson: '02-second', shows: (answer: string) => answer.trimEnd().endsWith(` ${id}`) })),
];
export const tinyRules = rules.map(({ id, lesson }) => ({ id, lesson }));

export type Judged = { lesson: string; box: readonly WireFile[]; result: CheckResult };

/** A sandbox for the tiny course. `change` may spoil what it says, to see what the gate makes of it. */
export function tinyJudge(change: (judged: Judged) => CheckResult = ({ result }) => result): Sandbox & { sessions: string[] } {
  const sessions: string[] = [];
  const unused = () => {
    throw new Error('the gate does not need this');
  };
  return {
    sessions,
    state: { at: 'idle' },
    watch: () => () => {},
    start: async () => {},
    parity: unused,
    check: async ({ lesson, box, seed, allRules }) => {
      const answer = await greet(box);
      // The second lesson's box is loud, and the first lesson does not mind.
      const passes = lesson === '01-first' ? answer.toLowerCase() === 'hello you\n' && answer !== 'HELLO you\n' : answer === 'HELLO YOU\n';
      const fired = rules.filter((rule) => rule.lesson <= lesson && rule.shows(answer));
      const [mistake] = fired;
      const result = change({
        lesson, box,
        result: {
          id: 'greets', title: 'box greets', points: 1, status: passes ? 'pass' : 'fail', did: 'box greet you', expected: 'hello you', observed: answer.trim(), evidence: [], durationMs: 1,
          ...(mistake && !passes ? { mistake: { id: mistake.id, title: mistake.id, why: 'why', look: 'look' } } : {}),
          ...(allRules ? { fired: fired.map((rule) => rule.id) } : {}),
        },
      });
      return {
        verdict: { schema: 'drydock.verdict/1', lesson, passed: result.status === 'pass', seed, kernel: { kind: 'here', release: 'none', image: 'none' }, durationMs: 1, checks: [result] },
        leftovers: [],
      };
    },
    trace: () => Promise.reject(new Error('nothing is traced here')),
    experiment: async ({ session, script }) => {
      if (!sessions.includes(session)) sessions.push(session);
      const { stdout, code } = await run('sh', ['-c', script]).then(({ stdout: text }) => ({ stdout: text, code: 0 }), (error: { stdout: string; code: number }) => error);
      return { output: stdout, ending: { code, signal: null } };
    },
    run: unused,
    xray: unused,
    reset: async (session) => void sessions.splice(sessions.indexOf(session), 1),
    close: async () => {},
    stop: async () => {},
  };
}

/** What each box said, by its files: most of them are the same in every test. */
const answers = new Map<string, Promise<string>>();

function greet(box: readonly WireFile[]): Promise<string> {
  const key = JSON.stringify(box);
  const answer = answers.get(key) ?? start(box);
  answers.set(key, answer);
  return answer;
}

async function start(box: readonly WireFile[]): Promise<string> {
  using folder = temporaryFolder();
  for (const file of box) writeWhole(path.join(folder.path, file.path), { bytes: Buffer.from(file.base64, 'base64'), executable: false });
  return await run(process.execPath, ['box.ts', 'greet', 'you'], { cwd: folder.path }).then(({ stdout }) => stdout, () => 'it failed');
}
