/** Tables: columns as wide as they need to be, and narrower, with wrapped cells, where the page is too narrow. */
import type { Block } from '../../lesson/types.ts';
import { type Line, lineWidth, padLine, seg } from '../text/line.ts';
import { wrap } from '../text/wrap.ts';
import { segmentsOf } from './spans.ts';

const GAP = 2;
const NARROWEST = 6;

export function layoutTable(block: Extract<Block, { kind: 'table' }>, width: number): Line[] {
  const rows = [block.head.map((cell) => segmentsOf(cell, 'strong')), ...block.rows.map((row) => row.map((cell) => segmentsOf(cell)))];
  const columns = Math.max(...rows.map((row) => row.length));
  const natural = Array.from({ length: columns }, (_, column) => Math.max(1, ...rows.map((row) => lineWidth(row[column] ?? []))));
  const widths = shrink(natural, width - GAP * (columns - 1));
  const lines: Line[] = [];
  rows.forEach((row, index) => {
    const cells = widths.map((cells_, column) => wrap(row[column] ?? [], cells_));
    const height = Math.max(...cells.map((cell) => cell.length));
    for (let y = 0; y < height; y++) {
      lines.push(
        widths.flatMap((cellWidth, column) => {
          const cell = cells[column]?.[y] ?? [];
          return column === columns - 1 ? [...cell] : [...padLine(cell, cellWidth), seg(' '.repeat(GAP))];
        }),
      );
    }
    if (index === 0) lines.push([seg('─'.repeat(widths.reduce((sum, one) => sum + one, GAP * (columns - 1))), 'frame')]);
  });
  return lines;
}

/** Takes cells from the widest column until all fit, never below NARROWEST. */
function shrink(natural: readonly number[], room: number): number[] {
  const widths = [...natural];
  let sum = widths.reduce((total, one) => total + one, 0);
  while (sum > room) {
    const widest = widths.indexOf(Math.max(...widths));
    if ((widths[widest] ?? 0) <= NARROWEST) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
    sum--;
  }
  return widths;
}
