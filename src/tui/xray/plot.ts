/** Small plots of block characters: a column a value, the newest at the right end. Pure. */

const blocks = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;

/**
 * `rows` strings of `width` cells, the upper one first. A value of 0 is the lowest mark, so that one sees that it was measured; what
 * is not known is blank. `top` is the value at the upper edge; what is above it is cut.
 */
export function plot(values: readonly (number | null)[], top: number, width: number, rows: number): string[] {
  const shown = width > 0 ? values.slice(-width) : [];
  const heights = [...Array.from({ length: Math.max(0, width - shown.length) }, () => 0), ...shown.map((value) => heightOf(value, top, rows * 8))];
  return Array.from({ length: rows }, (_, row) => heights.map((height) => {
    const filled = height - (rows - 1 - row) * 8;
    return blocks[Math.max(0, Math.min(8, filled))];
  }).join(''));
}

function heightOf(value: number | null, top: number, most: number): number {
  if (value === null || !Number.isFinite(value)) return 0;
  return Math.max(1, Math.min(most, Math.round((value / top) * most) || 0));
}

/** The upper edge of a plot: the limit where there is one that the values come near, else a round number above them all. */
export function topOf(values: readonly (number | null)[], limit: number | null, least: number): number {
  const known = values.filter((value): value is number => value !== null && Number.isFinite(value));
  const highest = Math.max(least, ...known);
  if (limit !== null && limit > 0 && highest * 4 >= limit) return Math.max(limit, highest);
  const step = 2 ** Math.ceil(Math.log2(highest));
  return limit !== null && limit > 0 ? Math.min(limit, step) : step;
}
