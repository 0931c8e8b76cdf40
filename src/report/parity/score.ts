/** What follows from a scorecard, for whoever writes it down. Pure. */
import type { ParityRow, Standing } from '../../check/wire.ts';
import type { Scorecard, Scored } from '../../parity/types.ts';
import { allProbes, type ProbeWords } from './words.ts';

export type OpenRow = { words: ProbeWords; row: ParityRow };

/** One runtime's answer to a probe. Where there is none it is unknown, never anything else. */
export function rowOf(runtime: Scored, id: string): ParityRow {
  return runtime.rows.find((row) => row.id === id) ?? { id, standing: 'unknown', value: '', evidence: [] };
}

/** How many of all probes were answered so. */
export function count(runtime: Scored, standing: Standing): number {
  return allProbes.filter(({ id }) => rowOf(runtime, id).standing === standing).length;
}

/** The probes that were answered so, with the answers. */
export function rowsThatAre(runtime: Scored, standing: Standing): OpenRow[] {
  return allProbes.map((words) => ({ words, row: rowOf(runtime, words.id) })).filter(({ row }) => row.standing === standing);
}

/** The box that is compared with the others. */
export function boxOf({ runtimes }: Scorecard): Scored | undefined {
  return runtimes.find(({ id }) => id === 'box');
}
