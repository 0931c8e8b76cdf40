/** Short ways to have a check file judged in a private kernel. */
import fs from 'node:fs';
import path from 'node:path';
import type { CheckResult, Leftover, Verdict } from '../../sandbox/wire/verdict.ts';
import type { Request } from '../../sandbox/wire/messages.ts';
import { boxFile } from '../agent/guest.ts';
import type { Guest } from '../agent/guest.ts';

type CheckRequest = Extract<Request, { op: 'check' }>;

export type Asked = { verdict: Verdict; leftovers: Leftover[]; told: CheckResult[] };

/** The check file that most tests use. */
export const statuses = fs.readFileSync(path.join(import.meta.dirname, 'fixtures/statuses.ts'), 'utf8');

/** `box run … -- COMMAND` as a box of nine lines of shell does it: the command is a child, its status comes back. */
export const rightBox = `
while [ "$1" != -- ]; do shift; done; shift
exec 3<&0
"$@" <&3 3<&- & command=$!
exec 3<&-
trap 'kill -TERM $command' TERM
wait $command
exit $?
`;

/** Judges a box that is a shell script. `more` replaces parts of the request. */
export async function judgeScript(guest: Guest, script: string, more: Partial<CheckRequest> = {}, signal?: AbortSignal): Promise<Asked> {
  return await judgeFiles(guest, { box: [boxFile('box.sh', script)], command: 'sh box/box.sh', ...more }, signal);
}

export async function judgeFiles(guest: Guest, more: Partial<CheckRequest>, signal?: AbortSignal): Promise<Asked> {
  const told: CheckResult[] = [];
  const value = await guest.client.request({
    op: 'check', lesson: '00-judge', checks: [boxFile('checks.test.ts', statuses)], box: [], seed: 'seed', ...more,
  }, {
    ...(signal === undefined ? {} : { signal }),
    onEvent: (event) => {
      if (event.event === 'check') told.push(event.result);
    },
  });
  if (value.op !== 'check') throw new Error(`a check was answered with ${value.op}`);
  return { verdict: value.verdict, leftovers: value.leftovers, told };
}

/** `runs: pass, lives: pass, …` */
export function outcomes({ verdict }: Asked): string {
  return verdict.checks.map(({ id, status }) => `${id}: ${status}`).join(', ');
}

/** One check's result. */
export function resultOf({ verdict }: Asked, id: string): CheckResult {
  const result = verdict.checks.find((check) => check.id === id);
  if (!result) throw new Error(`no check ${id} in ${verdict.checks.map((check) => check.id).join(', ')}`);
  return result;
}
