/**
 * The small pieces that the kernel's text files are made of: lines, numbers, escapes. Pure.
 */
import { ParseError } from './errors.ts';

/**
 * The lines of a kernel file, without the empty one after the last newline. Only `\n` ends a line: a path may contain
 * any other character, U+2028 too.
 */
export function linesOf(text: string): string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** A decimal integer that a double holds exactly. Throws ParseError otherwise. */
export function integer(text: string | undefined, source: string, line: string): number {
  const value = text !== undefined && /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value)) throw new ParseError(source, line, `expected a whole number, found ${quote(text)}`);
  return value;
}

/** A hexadecimal mask without prefix, as in the Sig and Cap lines of /proc/PID/status: the numbers of the bits that are set. */
export function maskBits(text: string, source: string, line: string): number[] {
  if (!/^[0-9a-fA-F]{1,64}$/.test(text)) throw new ParseError(source, line, `expected a hexadecimal mask, found ${quote(text)}`);
  const bits: number[] = [];
  // Digit by digit from the right: a mask has more bits than a bitwise operation takes, and this is read often.
  for (let at = text.length - 1, first = 0; at >= 0; at -= 1, first += 4) {
    const digit = Number.parseInt(text[at] ?? '0', 16);
    for (let bit = 0; bit < 4; bit += 1) if (digit & (1 << bit)) bits.push(first + bit);
  }
  return bits;
}

/**
 * Undoes the kernel's octal escapes: `\040` is a space. The kernel escapes white space, backslashes and separators this
 * way (seq_file's mangle); anything else that follows a backslash is left as it stands.
 */
export function unescapeOctal(text: string): string {
  return text.replace(/\\([0-3][0-7]{2})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}

/** How a value is shown in an error: quoted, or "nothing". */
export function quote(text: string | undefined): string {
  return text === undefined ? 'nothing' : JSON.stringify(text);
}
