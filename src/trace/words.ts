/** The words of a trace, for the command line and the screens. One place, ready to be translated. */
import type { Area, TraceRun, TraceStep } from '../check/wire.ts';
import type { RowKind } from './types.ts';

/** A sign beside a row, and the word that says the same. */
export const marks: Readonly<Record<RowKind, { sign: string; word: string }>> = {
  same: { sign: ' ', word: 'same' },
  differs: { sign: '≠', word: 'differs' },
  fails: { sign: '!', word: 'fails' },
  missing: { sign: '-', word: 'only the reference' },
  extra: { sign: '+', word: 'only yours' },
  moved: { sign: '~', word: 'elsewhere' },
};

export const legend = '! fails   ≠ differs   - only the reference   + only yours   ~ elsewhere';

export const areas: readonly { area: Area; title: string }[] = [
  { area: 'namespaces', title: 'namespaces' },
  { area: 'mounts', title: 'mounts' },
  { area: 'cgroups', title: 'cgroups' },
  { area: 'links', title: 'links' },
  { area: 'names', title: 'host name' },
];

export const w = {
  yours: 'your box',
  reference: 'reference',
  first: 'First difference',
  none: 'No difference: your box makes the calls that the reference makes. If a check fails all the same, it is about something that this one command does not do.',
  asBefore: 'as before',
  look: 'Look',
  step: (number: number, all: number) => `Step ${number} of ${all}`,
  noSteps: 'Your box made no call that makes a container.',
  more: (count: number) => `and ${count} more`,
  beside: (calls: string) => `${calls} of another process ran beside it: some of this may be its doing.`,
  gone: 'The process ended in this call: nobody was left to look at.',
  failed: (errno: string) => `refused: ${errno}`,
  perhaps: 'Probably:',
} as const;

/** `= 0`, `= -1 EINVAL`. */
export function resultWords({ result, errno }: Pick<TraceStep, 'result' | 'errno'>): string {
  if (errno !== undefined) return `= -1 ${errno}`;
  return result === null ? '= ?' : `= ${result}`;
}

/** `box.ts stage (process 2)`. */
export function processWords(run: TraceRun, step: Pick<TraceStep, 'process'>): string {
  const process = run.processes.find((one) => one.id === step.process);
  return `${process?.label ?? 'a process'} (process ${step.process})`;
}

/** How a run ended, where that needs a word; undefined where all went well. */
export function endingWords(run: TraceRun): string | undefined {
  const { code, signal, limit } = run.ending;
  if (run.cut === 'calls') return 'There were too many calls: the run was ended, and this is its beginning.';
  if (run.cut === 'time') return 'The run took too long and was ended.';
  if (limit !== undefined) return `The run was ended: it met its limit (${limit}).`;
  if (signal !== null) return `The run was ended by ${signal}.`;
  return code === 0 ? undefined : `The run ended with status ${code}.`;
}

/** What the caller has now, on one line. */
export function stateWords({ state }: TraceStep): string | undefined {
  if (state === undefined) return undefined;
  const { hostname, cgroup, root, cwd, mounts, links } = state;
  return [
    ...(hostname === null ? [] : [`host name ${hostname}`]), `${mounts} mounts`, ...(root === null ? [] : [`root ${root}`]), ...(cwd === null ? [] : [`cwd ${cwd}`]),
    ...(cgroup === null ? [] : [`cgroup ${cgroup}`]), `links ${links.join(', ') || 'none'}`,
  ].join(' · ');
}
