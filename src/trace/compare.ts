/** From two runs to the rows of a comparison and the first difference that matters. Pure. */
import type { TraceRun, TraceStep } from '../check/wire.ts';
import { align, likeness, SAME_THING } from './align.ts';
import { explainDifference } from './explain.ts';
import { normalise } from './normal.ts';
import type { Normal } from './normal.ts';
import type { Comparison, Row, RowKind } from './types.ts';

/** Calls by which one only gets somewhere: that one run makes them and another does not says little. */
const minorFamilies = new Set(['chdir', 'setsid', 'prctl', 'kill', 'exec', 'setns', 'ioctl']);

/** Names of bits that are one's own affair: they change nothing that a container is. */
const minorManner = new Set(['MS_SILENT', 'MS_RELATIME', 'MS_NOATIME', 'open', 'source']);

export function compare(mine: TraceRun, reference: TraceRun): Comparison {
  const [a, b] = [normalise(mine.steps, reference.steps), normalise(reference.steps, mine.steps)];
  const rows = moved(align(a, b).map((pair): Row => ({ ...pair, kind: kindOf(pair, mine.steps, reference.steps, a, b) })), a, b);
  const first = firstOf(rows, a, b);
  return { rows, difference: first === undefined ? null : explainDifference(first, rows, mine, reference) };
}

function kindOf(pair: { mine: number | null; reference: number | null }, mine: readonly TraceStep[], reference: readonly TraceStep[], a: readonly Normal[], b: readonly Normal[]): RowKind {
  if (pair.mine === null) return 'missing';
  if (pair.reference === null) return mine[pair.mine]?.failure === undefined ? 'extra' : 'fails';
  if (mine[pair.mine]?.errno !== undefined && reference[pair.reference]?.errno === undefined) return 'fails';
  const [one, other] = [a[pair.mine], b[pair.reference]];
  if (one === undefined || other === undefined) return 'same';
  const alike = one.subject === other.subject && differing(one, other).length === 0 && (one.family !== 'write' || one.detail === other.detail);
  return alike ? 'same' : 'differs';
}

/** Words of the manner that only one of two calls has. */
export function differing(one: Normal, other: Normal): string[] {
  const only = (from: Normal, against: Normal): string[] => from.manner.filter((word) => !against.manner.includes(word) && !minorManner.has(word));
  return [...only(one, other), ...only(other, one)];
}

/** A call that both make, at places that could not be put beside each other. */
function moved(rows: readonly Row[], a: readonly Normal[], b: readonly Normal[]): Row[] {
  const free = new Set(rows.flatMap((row) => (row.kind === 'missing' && row.reference !== null ? [row.reference] : [])));
  const partners = new Set<number>();
  const found = rows.map((row): Row => {
    if (row.kind !== 'extra' || row.mine === null) return row;
    const mine = a[row.mine];
    const partner = mine === undefined ? undefined : [...free].find((index) => isAlike(mine, b[index]));
    if (partner === undefined) return row;
    free.delete(partner);
    partners.add(partner);
    return { ...row, kind: 'moved' };
  });
  return found.map((row) => (row.kind === 'missing' && row.reference !== null && partners.has(row.reference) ? { ...row, kind: 'moved' } : row));
}

function isAlike(one: Normal, other: Normal | undefined): boolean {
  return other !== undefined && likeness(one, other) >= 0.9;
}

/** The place of the first row that is wrong; else of the first that is another way; undefined where all is the same. */
function firstOf(rows: readonly Row[], a: readonly Normal[], b: readonly Normal[]): number | undefined {
  const wrong = rows.findIndex((row) => matters(row, a, b));
  if (wrong >= 0) return refusedLater(rows, wrong, a, b) ?? wrong;
  // In the end the calls that matter were made: then the order is what is left to look at, and what is more than was needed.
  for (const kind of ['moved', 'extra', 'differs', 'missing'] as const) {
    const at = rows.findIndex((row) => row.kind === kind && !isMinor(row, a, b));
    if (at >= 0) return at;
  }
  const little = rows.findIndex((row) => row.kind !== 'same');
  return little < 0 ? undefined : little;
}

/** A call that seems to be missing, and is made at another moment, at which it is refused: why it is says more. */
function refusedLater(rows: readonly Row[], at: number, a: readonly Normal[], b: readonly Normal[]): number | undefined {
  const wanted = rows[at]?.kind === 'missing' ? b[rows[at]?.reference ?? -1] : undefined;
  const later = wanted === undefined ? -1 : rows.findIndex((row) => row.kind === 'fails' && row.reference === null && likeness(a[row.mine ?? 0] ?? wanted, wanted) >= SAME_THING);
  return later < 0 ? undefined : later;
}

function matters(row: Row, a: readonly Normal[], b: readonly Normal[]): boolean {
  if (row.kind === 'fails') return true;
  if ((row.kind !== 'missing' && row.kind !== 'differs') || isMinor(row, a, b)) return false;
  const [one, other] = [row.mine === null ? undefined : a[row.mine], row.reference === null ? undefined : b[row.reference]];
  // Namespaces may be made in one call or in several, by this process or by its child.
  if (other?.family === 'unshare') {
    const [all, wanted] = [namespacesIn(a), namespacesIn(b)];
    return other.manner.some((flag) => !all.has(flag)) || (one?.manner.some((flag) => !wanted.has(flag)) ?? false);
  }
  return true;
}

function isMinor(row: Row, a: readonly Normal[], b: readonly Normal[]): boolean {
  const one = row.mine === null ? b[row.reference ?? 0] : a[row.mine];
  return one !== undefined && minorFamilies.has(one.family);
}

function namespacesIn(normals: readonly Normal[]): Set<string> {
  return new Set(normals.filter(({ family }) => family === 'unshare').flatMap(({ manner }) => manner));
}
