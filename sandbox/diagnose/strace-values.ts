/**
 * The values in strace's argument lists: quoted strings, flags, numbers, descriptors, structures. Pure.
 */

/** A string argument. `cut`: strace printed only its beginning. */
export type StraceString = { readonly text: string; readonly cut: boolean };

const escapes: Readonly<Record<string, number>> = { n: 10, t: 9, r: 13, v: 11, f: 12, '"': 34, '\\': 92 };

/**
 * Cuts an argument list at its top-level commas. `start` is the place after the opening parenthesis; `end` the one after the
 * closing one. Undefined where the list does not end.
 */
export function splitArguments(text: string, start: number): { args: string[]; end: number } | undefined {
  const args: string[] = [];
  let depth = 0;
  let from = start;
  const take = (to: number): void => {
    const arg = text.slice(from, to).trim();
    if (arg !== '' || args.length > 0) args.push(arg);
    from = to + 1;
  };
  for (let at = start; at < text.length; at += 1) {
    const char = text[at];
    if (char === '"') {
      at = endOfString(text, at);
      if (at < 0) return undefined;
    } else if (char === '<' && /\d|D/.test(text[at - 1] ?? '')) {
      // A descriptor with its path, `3</a, b>` or `AT_FDCWD</work>`: a path may hold anything, strace escapes ">" in it.
      const close = text.indexOf('>', at);
      if (close > 0) at = close;
    } else if (char === '/' && text[at + 1] === '*') {
      const close = text.indexOf('*/', at);
      if (close > 0) at = close + 1;
    } else if (char === '(' || char === '[' || char === '{') {
      depth += 1;
    } else if (char === ')' || char === ']' || char === '}') {
      if (depth === 0 && char === ')') {
        take(at);
        return { args, end: at + 1 };
      }
      depth -= 1;
    } else if (char === ',' && depth === 0) {
      take(at);
    }
  }
  return undefined;
}

/** The text of a quoted argument, escapes undone; undefined for NULL, an address or anything else that is no string. */
export function stringArgument(arg: string | undefined): StraceString | undefined {
  if (arg === undefined || !arg.startsWith('"')) return undefined;
  const end = endOfString(arg, 0);
  if (end < 0) return undefined;
  const tail = arg.slice(end + 1);
  if (tail !== '' && tail !== '...') return undefined;
  return { text: unquote(arg.slice(1, end)), cut: tail === '...' };
}

/** The elements of an array of strings, `["a", "b"]`; undefined for anything else. `...` at its end is left out. */
export function stringList(arg: string | undefined): string[] | undefined {
  if (arg === undefined || !arg.startsWith('[')) return undefined;
  // An array is cut like an argument list; its bracket is made to look like one.
  const found = splitArguments(`${arg.slice(1, arg.lastIndexOf(']'))})`, 0);
  return found?.args.flatMap((element) => stringArgument(element)?.text ?? []);
}

/** The names in `MS_REC|MS_PRIVATE`, without numbers and comments; of a named argument (`flags=…`) its value. */
export function flagsArgument(arg: string | undefined): Set<string> {
  const value = (arg ?? '').replace(/\/\*.*?\*\//gs, '').replace(/^\w+=/, '');
  return new Set(value.split('|').map((word) => word.trim()).filter((word) => /^[A-Z][A-Z0-9_]*$/.test(word)));
}

/** Bits without a name in a flags argument: `0x40000000 /* MS_??? *\/`. */
export function unnamedBits(arg: string | undefined): string[] {
  return (arg ?? '').split('|').map((word) => word.trim().split(' ')[0] ?? '').filter((word) => /^0x[0-9a-f]+$/.test(word) && Number(word) !== 0);
}

/** A decimal, octal or hexadecimal number; undefined for anything else. */
export function numberArgument(arg: string | undefined): number | undefined {
  const word = arg?.replace(/^\w+=/, '') ?? '';
  if (/^0[0-7]+$/.test(word)) return Number.parseInt(word, 8);
  return /^-?(\d+|0x[0-9a-f]+)$/.test(word) ? Number(word) : undefined;
}

/** A descriptor printed with -y, `3</proc/1/ns/uts>`, and what it is open for. */
export function descriptorArgument(arg: string | undefined): { number: number; path?: string } | undefined {
  const [, number, path] = /^(-?\d+|AT_FDCWD)(?:<(.*)>)?$/s.exec(arg ?? '') ?? [];
  if (number === undefined) return undefined;
  return { number: number === 'AT_FDCWD' ? -100 : Number(number), ...(path === undefined ? {} : { path: unquote(path) }) };
}

/** True for an argument that strace could not follow or that is no pointer at all: a bare address. */
export function isAddress(arg: string | undefined): boolean {
  return /^0x[0-9a-f]+$/.test(arg ?? '');
}

/** The place of the closing quote of the string that begins at `start`; -1 where there is none. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '"') return at;
  }
  return -1;
}

/** Undoes C's escapes: `\n`, `\"`, `\33`, `\x1b`. The bytes are UTF-8. */
function unquote(text: string): string {
  const bytes: number[] = [];
  for (const [token, octal, hex, simple] of text.matchAll(/\\(?:([0-7]{1,3})|x([0-9a-f]{2})|(.))|[^\\]+/gs)) {
    if (octal !== undefined) bytes.push(Number.parseInt(octal, 8) & 0xff);
    else if (hex !== undefined) bytes.push(Number.parseInt(hex, 16));
    else if (simple !== undefined) bytes.push(...(escapes[simple] === undefined ? Buffer.from(simple) : [escapes[simple]]));
    else bytes.push(...Buffer.from(token));
  }
  return Buffer.from(bytes).toString('utf8');
}
