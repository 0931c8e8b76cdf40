/**
 * What of a command line a runtime takes: asked with the real thing, a command that does nothing.
 *
 * Runtimes differ in what they can be asked for at all. What one refuses is left out of its container and told; what it takes
 * and does not do, the probes will find.
 */
import { LimitReached } from '../check/failure.ts';
import { telling, tellingLine } from '../check/said.ts';
import type { Session } from '../check/session.ts';
import { BoxUse } from '../check/use.ts';
import type { Wall } from '../wall/wall.ts';
import type { ParityRun } from '../wire/parity.ts';

/** Words that are asked for together. Of those with the same `instead`, the first that is taken is used. */
export type Feature = { flags: readonly string[]; instead?: string };

/** How long a text of a runtime's may be that is passed on, in characters. */
const LONGEST = 200;

export type Trials = { flags: string[]; refused: ParityRun['refused'] };

/** Which features are taken. Where all are at once, nothing else is tried; nor where not even a plain container starts. */
export async function takenOf(session: Session, wall: Wall, features: readonly Feature[]): Promise<Trials> {
  const firsts = features.filter(({ instead }, index) => instead === undefined || features.findIndex((other) => other.instead === instead) === index);
  const all: Trials = { flags: firsts.flatMap(({ flags }) => [...flags]), refused: [] };
  if ((await trial(session, wall, all.flags)).is === 'taken' || (await trial(session, wall, [])).is !== 'taken') return all;
  const taken: Feature[] = [];
  const refused: ParityRun['refused'] = [];
  for (const feature of features) {
    if (feature.instead !== undefined && taken.some(({ instead }) => instead === feature.instead)) continue;
    const tried = await trial(session, wall, feature.flags);
    // Who takes too long has not refused: the container itself will tell.
    if (tried.is === 'refused') refused.push({ flags: feature.flags.join(' '), why: tried.why });
    else taken.push(feature);
  }
  return { flags: taken.flatMap(({ flags }) => [...flags]), refused };
}

type Trial = { is: 'taken' | 'late' } | { is: 'refused'; /** In the runtime's words. */ why: string };

/** Runs a command that ends at once. */
async function trial(session: Session, wall: Wall, flags: readonly string[]): Promise<Trial> {
  const use = new BoxUse(session, wall, { argv: ['run', ...flags, '--', 'sleep', '0'], options: {} });
  use.process.endInput();
  try {
    const { exit } = await use.ended();
    return exit.value === 0 ? { is: 'taken' } : { is: 'refused', why: said(use) };
  } catch (error) {
    if (error instanceof LimitReached) return { is: 'late' };
    throw error;
  } finally {
    await use.end();
  }
}

/** Why a runtime did not do it, in one line. */
export function said(use: BoxUse): string {
  const text = use.process.stderr.toString('utf8');
  const line = tellingLine(text) || telling(text).at(-1) || `exit status ${use.ending?.code ?? use.ending?.signal ?? 'unknown'}`;
  return line.replace(/^box: /, '').slice(0, LONGEST);
}
