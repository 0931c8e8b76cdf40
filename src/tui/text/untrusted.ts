/**
 * Text that somebody else's program wrote (a learner's output, an error message, a file's name), made fit for our screen.
 *
 * Sequences that a terminal would obey (colours, a cleared screen, a window title, links) are taken out, so that coloured
 * output reads as it was meant; whatever control character is left is shown by its picture (src/report/sanitize.ts), tabs
 * become spaces, and what is too long is cut and says so.
 */
import { visible } from '../../report/sanitize.ts';

/**
 * ECMA-48 sequences: strings (OSC, DCS, SOS, PM, APC) up to BEL or ST, control sequences (CSI), character set choices and
 * two-byte escapes; in their 7-bit and, where there is one, their 8-bit form. Each ends with the text at the latest.
 */
const sequences =
  // oxlint-disable-next-line no-control-regex
  /(?:\u001B[P\]X^_]|[\u0090\u0098\u009D-\u009F])[^\u0007\u001B\u009C]*(?:\u0007|\u001B\\|\u009C|$)|(?:\u001B\[|\u009B)[0-?]*[ -/]*(?:[@-~]|$)|\u001B[ -/]+[0-~]?|\u001B[0-~]?/g;

/** Code units looked at, unless told otherwise. */
const MOST = 64 * 1024;

export type Limits = {
  /** Lines kept; what is left out is counted in a last line. */
  lines?: number;
  /** UTF-16 code units kept. */
  length?: number;
};

/** Lines that are safe to show. Never throws. */
export function untrusted(text: string, limits: Limits = {}): string[] {
  const length = limits.length ?? MOST;
  const cut = text.length > length;
  const clean = visible(expandTabs((cut ? text.slice(0, length) : text).replace(sequences, '').replace(/\r\n?/g, '\n')));
  const lines = clean.replace(/\n+$/, '').split('\n');
  const most = limits.lines ?? Infinity;
  if (lines.length > most) return [...lines.slice(0, most), `… ${lines.length - most}${cut ? ' and more' : ''} more lines`];
  return cut ? [...lines, `… ${text.length - length} more characters`] : lines;
}

/** One line of safe text: newlines become spaces. */
export function untrustedLine(text: string, length = 500): string {
  const clean = untrusted(text.slice(0, length + 1), { length: length + 1 }).map((part) => part.trim()).join(' ').trim();
  return clean.length > length ? `${clean.slice(0, length - 1)}…` : clean;
}

/** Tabs to the next multiple of eight, counted in characters from the line's start. */
function expandTabs(text: string): string {
  if (!text.includes('\t')) return text;
  const expand = (line: string): string => {
    let out = '';
    for (const part of line.split(/(\t)/)) out += part === '\t' ? ' '.repeat(8 - (out.length % 8)) : part;
    return out;
  };
  return text.split('\n').map(expand).join('\n');
}
