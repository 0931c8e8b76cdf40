/** Says what the first difference is, and why it matters: what the call is for, and what it changed in the run that made it. Pure. */
import type { TraceRun, TraceStep } from '../check/wire.ts';
import { likeness, SAME_THING } from './align.ts';
import { briefOf } from './brief.ts';
import { effectOf } from './effect.ts';
import { normalise } from './normal.ts';
import { purposeOf } from './purpose.ts';
import type { Difference, Row } from './types.ts';

/** Explains the row at `at`. */
export function explainDifference(at: number, rows: readonly Row[], mine: TraceRun, reference: TraceRun): Difference {
  const row = rows[at];
  const [own, theirs] = [row?.mine == null ? undefined : mine.steps[row.mine], row?.reference == null ? undefined : reference.steps[row.reference]];
  const said = ((): Omit<Difference, 'row'> => {
    switch (row?.kind) {
      case 'fails':
        return failing(own, theirs, row.mine ?? 0, mine, reference);
      case 'differs':
        return differing(row, own, theirs, mine, reference);
      case 'extra':
        return { title: `Only your box calls ${briefOf(own)}.`, why: [...purpose(own), ...effects(own, 'It changed')], look: 'Everything else is the same. What is this call for?' };
      case 'moved':
        return elsewhere(row, rows, own ?? theirs, mine, reference);
      default:
        return missing(at, rows, theirs, mine);
    }
  })();
  return { row: at, ...said };
}

function failing(own: TraceStep | undefined, theirs: TraceStep | undefined, index: number, mine: TraceRun, reference: TraceRun): Omit<Difference, 'row'> {
  const failure = own?.failure;
  const refused = normalise(mine.steps, reference.steps)[index];
  const made = refused !== undefined && normalise(reference.steps, mine.steps).some((one) => likeness(refused, one) >= SAME_THING);
  const there = theirs !== undefined ? 'In the reference it succeeds.' : made ? 'In the reference it is made at another moment, and succeeds.' : 'The reference does not make this call.';
  return {
    title: `${briefOf(own)} is refused: ${own?.errno ?? ''}. ${there}`,
    why: failure === undefined ? purpose(theirs) : [failure.condition],
    look: failure?.advice ?? 'What was different in the run before this call?',
  };
}

/** A call that both make, at different moments. */
function elsewhere(row: Row, rows: readonly Row[], step: TraceStep | undefined, mine: TraceRun, reference: TraceRun): Omit<Difference, 'row'> {
  const call = briefOf(step);
  const same = (run: TraceRun, index: number | null): number => index ?? run.steps.findIndex((one) => briefOf(one) === call);
  const [here, there] = [same(mine, row.mine), same(reference, row.reference)];
  const after = (run: TraceRun, index: number): string => (index > 0 ? `after ${briefOf(run.steps[index - 1])}` : 'at the very beginning');
  const place = here < 0 || there < 0 ? [] : [`In your run it comes ${after(mine, here)}; in the reference ${after(reference, there)}.`];
  return {
    title: `The same calls, in another order: ${call}.`,
    why: [...place, ...purpose(step), ...effects(here < 0 ? undefined : mine.steps[here], 'Yours changed'), ...effects(there < 0 ? undefined : reference.steps[there], 'The reference\'s changed')],
    look: `Does it matter when this happens, and to whom? Rows with ~ (${rows.filter(({ kind }) => kind === 'moved').length}) are calls at another place.`,
  };
}

function missing(at: number, rows: readonly Row[], theirs: TraceStep | undefined, mine: TraceRun): Omit<Difference, 'row'> {
  const over = rows.slice(at).every((row) => row.mine === null);
  const end = over ? endOf(mine) : undefined;
  return {
    title: `The reference calls ${briefOf(theirs)}; your box does not.`,
    why: [...(end === undefined ? [] : [end]), ...purpose(theirs), ...effects(theirs, 'In the reference it changed')],
    look: over && mine.steps.length > 0 ? `Your run ends here. What should come after ${briefOf(mine.steps.at(-1))}?` : 'Which process should make this call, and before what?',
  };
}

/** How the run ended, where it did not end well. */
function endOf(run: TraceRun): string | undefined {
  const { code, signal, limit } = run.ending;
  if (limit !== undefined) return `Your box was ended there: it met its limit (${limit}).`;
  if (signal !== null) return `Your box was ended there by ${signal}.`;
  const last = run.stderr.trim().split('\n').at(-1) ?? '';
  if (code === 0) return undefined;
  return `Your box ended there with status ${code}${last === '' ? '.' : `, saying: ${last.slice(0, 300)}`}`;
}

function differing(row: Row, own: TraceStep | undefined, theirs: TraceStep | undefined, mine: TraceRun, reference: TraceRun): Omit<Difference, 'row'> {
  const [one, other] = [normalise(mine.steps, reference.steps)[row.mine ?? 0], normalise(reference.steps, mine.steps)[row.reference ?? 0]];
  const lacks = (other?.manner ?? []).filter((word) => !one?.manner.includes(word));
  const adds = (one?.manner ?? []).filter((word) => !other?.manner.includes(word));
  const title = lacks.length > 0
    ? `Your ${own?.name ?? 'call'} goes without ${lacks.join(', ')}.`
    : adds.length > 0 ? `Your ${own?.name ?? 'call'} has ${adds.join(', ')} as well.` : `${briefOf(own)}, where the reference has ${briefOf(theirs)}.`;
  const words = [...(theirs === undefined ? [] : purposeOf(theirs, lacks)), ...(own === undefined ? [] : purposeOf(own, adds))];
  return {
    title,
    why: [...(words.length > 0 ? words : purpose(theirs)), ...effects(own, 'Yours changed'), ...effects(theirs, 'The reference\'s changed')],
    look: 'Compare what each of the two changed: timeline, step by step.',
  };
}

function purpose(step: TraceStep | undefined): string[] {
  return step === undefined ? [] : purposeOf(step);
}

function effects(step: TraceStep | undefined, before: string): string[] {
  const lines = step === undefined ? [] : effectOf(step);
  if (step === undefined || step.errno !== undefined) return [];
  return lines.length === 0 ? [`${before} nothing that can be seen from outside.`] : lines.map((line) => `${before} ${line}.`);
}
