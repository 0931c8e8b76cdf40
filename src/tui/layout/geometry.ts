/**
 * Which part of the screen is whose, for the current size.
 *
 * From top to bottom: a line of title, the body, a line of status, a line of keys. A wide body is page | verdict; a narrow
 * one is the page with the verdict's panel under it. Invariant: the parts are never taller than the screen together.
 */
import type { Size } from '../state/types.ts';
import { MEASURE } from './page.ts';

export const SMALLEST: Size = { columns: 40, rows: 10 };
/** From this many columns on, page and verdict stand side by side. */
export const WIDE = 110;

export type Geometry = {
  /** Too small for anything but one line. */
  tiny: boolean;
  wide: boolean;
  columns: number;
  rows: number;
  /** Rows between title and status. */
  body: number;
  /** Blank columns left of the page. */
  margin: number;
  /** Columns of the page's text. */
  page: number;
  /** Columns of the verdict's text: the side pane's, or the panel's. */
  side: number;
};

export function geometryOf({ columns, rows }: Size): Geometry {
  const tiny = columns < SMALLEST.columns || rows < SMALLEST.rows;
  const wide = columns >= WIDE;
  const margin = columns >= 60 ? 2 : 1;
  const left = wide ? margin + MEASURE + 1 : columns;
  return {
    tiny,
    wide,
    columns,
    rows,
    body: Math.max(1, rows - 3),
    margin,
    page: wide ? MEASURE : columns - 2 * margin,
    // A wide screen: rule, blank, text, blank. A narrow one: the page's margins.
    side: wide ? columns - left - 3 : columns - 2 * margin,
  };
}
