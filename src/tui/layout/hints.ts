/** The rungs of the ladder that were asked for, the newest last. */
import type { Block } from '../../lesson/types.ts';
import { t } from '../strings.ts';
import { type Line, blank, line } from '../text/line.ts';
import { wrap } from '../text/wrap.ts';
import { layoutBlocks } from './blocks.ts';

/** `newest`: the line on which the last rung begins. */
export function layoutHints(hints: readonly Block[][], shown: number, width: number): { lines: Line[]; newest: number } {
  if (hints.length === 0) return { lines: [line(t.hints.none, 'label')], newest: 0 };
  const rungs = hints.slice(0, shown).map((rung, index): Line[] => [line(t.hints.rung(index + 1), 'heading'), ...layoutBlocks(rung, width), blank]);
  const newest = rungs.slice(0, -1).reduce((sum, rung) => sum + rung.length, 0);
  return { lines: [...rungs.flat(), ...wrap(line(shown < hints.length ? t.hints.more : t.hints.last, 'label'), width)], newest };
}
