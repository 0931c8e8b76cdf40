/** What a call changed, in few words. Pure. */
import type { Area, Change, TraceStep } from '../check/wire.ts';

const areas: readonly Area[] = ['namespaces', 'mounts', 'cgroups', 'links', 'names'];

/** How many things are named one by one before they are only counted. */
const NAMED = 2;

/** One line for each area that changed: `mounts: /proc is new (proc, rw,…)`. Empty where nothing changed. */
export function effectOf(step: Pick<TraceStep, 'changes' | 'more'>): string[] {
  return areas.flatMap((area) => {
    const changes = step.changes.filter((change) => change.area === area);
    if (changes.length === 0) return [];
    const alike = sameTransition(changes);
    const all = [...new Set(changes.map(changeWords))];
    const named = all.slice(0, NAMED);
    const rest = all.length - named.length;
    const text = alike ?? [...named, ...(rest > 0 ? [`and ${rest} more`] : [])].join('; ');
    return [`${area}: ${text}${spread(changes)}`];
  });
}

/** `/proc is new (proc, rw)`, `hostname drydock → hold`. */
export function changeWords({ what, before, after }: Change): string {
  if (before === null) return `${what}: ${after}`;
  if (after === null) return `${what} is gone (${before})`;
  return `${what}: ${before} → ${after}`;
}

/** A mount or unmount that arrives in other namespaces as well: that is what propagation is. */
function spread(changes: readonly Change[]): string {
  const namespaces = new Set(changes.flatMap(({ where }) => (where.startsWith('mnt:[') ? [where] : [])));
  return namespaces.size > 1 ? `, in ${namespaces.size} mount namespaces at once` : '';
}

/** Many mounts that changed in the same way: their propagation, say, or all of them gone. */
function sameTransition(changes: readonly Change[]): string | undefined {
  if (changes.length <= NAMED) return undefined;
  if (changes.every(({ after }) => after === null)) return `${changes.length} are gone: ${changes.slice(0, 3).map(({ what }) => what).join(', ')}, …`;
  const changed = changes.map(({ before, after }) => (before === null || after === null ? undefined : difference(before, after)));
  const first = changed[0];
  return first !== undefined && changed.every((one) => one !== undefined && one.after === first.after) ? `${changes.length} changed: ${first.before.replace(/\d+$/, 'N')} → ${first.after}` : undefined;
}

/** The words, separated by ", ", that are not in both. */
function difference(before: string, after: string): { before: string; after: string } {
  const [a, b] = [before.split(', '), after.split(', ')];
  return { before: a.filter((word) => !b.includes(word)).join(', '), after: b.filter((word) => !a.includes(word)).join(', ') };
}
