/** A terminal's screen as SVG: crisp at any size, with the colours of a terminal, and text that is text. */
import type { Cell, Color, Terminal } from '../e2e/terminal.ts';

const CELL = { width: 8.4, height: 18 };
const PADDING = 16;
/** Height of the window's bar, with its three dots. */
const BAR = 28;

/** The sixteen colours, in the terminal's order: a dark theme with enough contrast for every role. */
const palette = [
  '#1d2330', '#f07178', '#9ccc7c', '#e6c07b', '#7aa2f7', '#c792ea', '#66d0d6', '#cdd3de',
  '#5c6577', '#ff8b92', '#b5e39a', '#ffd58e', '#9bbcff', '#dbb2ff', '#8ae6ea', '#ffffff',
];
const theme = { background: '#161a23', foreground: '#cdd3de', bar: '#232936', dots: ['#f07178', '#e6c07b', '#9ccc7c'] };

type Run = { column: number; cells: number; text: string; cell: Cell };

/** Draws what the terminal shows now. `title` is for those who cannot see the picture. */
export function screenToSvg(terminal: Terminal, title: string): string {
  const { columns, rows } = terminal.size;
  const width = Math.ceil(columns * CELL.width + 2 * PADDING);
  const height = Math.ceil(rows * CELL.height + 2 * PADDING + BAR);
  const drawn = Array.from({ length: rows }, (_, row) => drawRow(terminal.cells(row), row)).join('');
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
<title>${escape(title)}</title>
<style>text{font:14px ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace;white-space:pre}</style>
<rect width="${width}" height="${height}" rx="8" fill="${theme.background}"/>
<path d="M0 ${BAR}V8a8 8 0 0 1 8-8h${width - 16}a8 8 0 0 1 8 8v${BAR - 8}z" fill="${theme.bar}"/>
${theme.dots.map((fill, index) => `<circle cx="${18 + index * 20}" cy="${BAR / 2}" r="6" fill="${fill}"/>`).join('')}
${drawn}</svg>
`;
}

function drawRow(cells: readonly Cell[], row: number): string {
  const top = BAR + PADDING + row * CELL.height;
  return runsOf(cells).map((run) => drawRun(run, top)).join('');
}

/** Neighbours that look alike, as one piece of text. */
function runsOf(cells: readonly Cell[]): Run[] {
  const runs: Run[] = [];
  cells.forEach((cell, column) => {
    // The second half of a wide character has no text of its own.
    if (cell.width === 0) return;
    const last = runs.at(-1);
    const text = cell.text === '' ? ' ' : cell.text;
    if (last && cell.width === 1 && last.cell.width === 1 && look(last.cell) === look(cell)) {
      last.text += text;
      last.cells++;
    } else runs.push({ column, cells: cell.width, text, cell });
  });
  return runs;
}

function look({ text: _text, width: _width, ...rest }: Cell): string {
  return JSON.stringify(rest);
}

function drawRun({ column, cells, text, cell }: Run, top: number): string {
  const [front, back] = cell.inverse ? [fill(cell.background, theme.background), fill(cell.foreground, theme.foreground)] : [fill(cell.foreground, theme.foreground), fill(cell.background, '')];
  const [x, width] = [PADDING + column * CELL.width, cells * CELL.width];
  const behind = back === '' ? '' : `<rect x="${round(x)}" y="${top}" width="${round(width)}" height="${CELL.height}" fill="${back}"/>\n`;
  if (text.trim() === '') return behind;
  const style = [
    `fill="${front}"`,
    ...(cell.bold ? ['font-weight="bold"'] : []),
    ...(cell.italic ? ['font-style="italic"'] : []),
    ...(cell.underline ? ['text-decoration="underline"'] : []),
    ...(cell.dim ? ['opacity="0.62"'] : []),
  ];
  // The length is said, so that the columns stand under one another in every font.
  return `${behind}<text x="${round(x)}" y="${top + 13.5}" textLength="${round(width)}" lengthAdjust="spacingAndGlyphs" ${style.join(' ')}>${escape(text)}</text>\n`;
}

function fill(color: Color, otherwise: string): string {
  switch (color.kind) {
    case 'default':
      return otherwise;
    case 'palette':
      return palette[color.index] ?? otherwise;
    case 'rgb':
      return `#${color.value.toString(16).padStart(6, '0')}`;
  }
}

const round = (value: number): string => value.toFixed(1).replace(/\.0$/, '');

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
