/** Numbers in words, and the pieces that all sections of the X-ray are made of. Pure. */
import { t } from '../strings.ts';
import { type Line, type Role, type Segment, fitLine, line, lineWidth, padLine, seg } from '../text/line.ts';
import { untrustedLine } from '../text/untrusted.ts';
import { wrap } from '../text/wrap.ts';

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

/** How many cells there are, and whether to draw with lines and blocks, or only to say it. */
export type Room = { width: number; drawn: boolean };

/** `426 B`, `1.2 KiB`, `32.0 MiB`. */
export function bytes(count: number): string {
  let [value, unit] = [count, 0];
  while (value >= 1024 && unit < units.length - 1) [value, unit] = [value / 1024, unit + 1];
  return `${unit === 0 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** Where what follows was read, as a line or more. */
export function from(sources: readonly string[], width: number): Line[] {
  return wrap(line(t.xray.from([...new Set(sources)].map((source) => untrustedLine(source)).join(', ')), 'label'), width);
}

/** A sentence. */
export const say = (text: string, width: number, role: Role = 'text'): Line[] => wrap(line(text, role), width);

/** Cells of fixed widths with two spaces between; the last one gets what is left of `width`, and is cut there. */
export function cells(parts: readonly Segment[], widths: readonly number[], width: number): Line {
  const row: Segment[] = [];
  parts.forEach((part, index) => {
    const own = widths[index];
    if (own === undefined || index === parts.length - 1) row.push(...fitLine([part], Math.max(0, width - lineWidth(row))));
    else row.push(...padLine([part], own), seg('  '));
  });
  return fitLine(row, width);
}

/** The widest of these texts, between two bounds. */
export function widest(texts: readonly string[], least: number, most: number): number {
  return Math.min(most, Math.max(least, ...texts.map((text) => lineWidth(line(text)))));
}

/** What stands before each line of a tree whose depths these are: `├─ `, `└─ `, and bars for those that go on; or spaces alone. */
export function branches(depths: readonly number[], drawn = true): string[] {
  if (!drawn) return depths.map((depth) => '  '.repeat(depth));
  return depths.map((depth, index) => {
    let text = '';
    for (let level = 1; level <= depth; level++) {
      const goesOn = continues(depths, index, level);
      text += level === depth ? (goesOn ? '├─ ' : '└─ ') : goesOn ? '│  ' : '   ';
    }
    return text;
  });
}

/** Whether another line of this level follows before one that is higher up. */
function continues(depths: readonly number[], index: number, level: number): boolean {
  for (let next = index + 1; next < depths.length; next++) {
    const depth = depths[next] ?? 0;
    if (depth < level) return false;
    if (depth === level) return true;
  }
  return false;
}
