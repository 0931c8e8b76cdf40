/** How many cells a text takes, and where to cut it. Wide characters (CJK, emoji) take two cells. */
import stringWidth from 'string-width';

/**
 * Characters that are one cell each and never join: printable ASCII, Latin letters, quotes and dashes, arrows, the letters of
 * frames and pictures. Nearly all that we show is of these, and the general way costs fifty times as much.
 */
const plain = /^[\x20-\x7e\u00a1-\u00ac\u00ae-\u02ff\u2010-\u2027\u2030-\u203b\u2190-\u21ff\u2500-\u25a9\u25b6-\u25fc\u2713\u2717]*$/;
const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** Cells that `text` takes; it must hold no control sequences and no newline. */
export function widthOf(text: string): number {
  return plain.test(text) ? text.length : stringWidth(text);
}

const sgr = /\u001B\[[\d;]*m/g;

/**
 * What the bundle takes for `string-width` everywhere, in ink too (bin/setup/rolldown.mjs): the same answers, but for ordinary text
 * without its regular expressions, whose first use alone takes a quarter of the time to the first frame.
 */
export default function quickWidth(text: string, options?: Parameters<typeof stringWidth>[1]): number {
  if (options !== undefined || typeof text !== 'string') return stringWidth(text, options);
  const bare = text.includes('\u001B') ? text.replace(sgr, '') : text;
  return plain.test(bare) ? bare.length : stringWidth(text);
}

/** The longest beginning of `text` that fits into `cells`, in whole graphemes, and the rest. */
export function splitAt(text: string, cells: number): [head: string, tail: string] {
  if (plain.test(text)) return [text.slice(0, cells), text.slice(cells)];
  let used = 0;
  for (const { segment, index } of segmenter.segment(text)) {
    used += widthOf(segment);
    if (used > cells) return [text.slice(0, index), text.slice(index)];
  }
  return [text, ''];
}

/** `text` in at most `cells`, with an ellipsis where something was cut. */
export function fit(text: string, cells: number): string {
  if (widthOf(text) <= cells) return text;
  return cells <= 0 ? '' : `${splitAt(text, cells - 1)[0]}…`;
}
