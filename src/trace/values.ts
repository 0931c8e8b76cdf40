/** Reads the arguments of a step, which are as strace(1) prints them. Pure. */

/** The text of a quoted argument, escapes undone as far as they are printable; undefined for anything else. */
export function textOf(arg: string | undefined): string | undefined {
  const quoted = /^"((?:[^"\\]|\\.)*)"(?:\.\.\.)?$/s.exec(arg ?? '')?.[1];
  if (quoted === undefined) return undefined;
  const bytes: number[] = [];
  const simple: Readonly<Record<string, number>> = { n: 10, t: 9, r: 13, v: 11, f: 12 };
  for (const [token, octal, char] of quoted.matchAll(/\\(?:([0-7]{1,3})|(.))|[^\\]/gsu)) {
    if (octal !== undefined) bytes.push(Number.parseInt(octal, 8) & 0xff);
    else bytes.push(...(char === undefined ? Buffer.from(token) : simple[char] === undefined ? Buffer.from(char) : [simple[char]]));
  }
  return Buffer.from(bytes).toString('utf8');
}

/** The words of an array argument: `["ip", "link"]`. */
export function wordsOf(arg: string | undefined): string[] {
  if (arg?.startsWith('[') !== true) return [];
  return [...arg.matchAll(/"(?:[^"\\]|\\.)*"/gs)].map(([word]) => textOf(word) ?? '');
}

/** The names in `MS_REC|MS_PRIVATE`. */
export function flagsOf(arg: string | undefined): string[] {
  return (arg ?? '').replace(/^\{?\w+=/, '').replace(/\}$/, '').split('|').filter((word) => /^[A-Z][A-Z0-9_]+$/.test(word));
}

/** What a descriptor is open on: `3</proc/7/ns/net>`. */
export function pathOfDescriptor(arg: string | undefined): string | undefined {
  return /^(?:-?\d+|AT_FDCWD)<(.*)>$/s.exec(arg ?? '')?.[1];
}

/** The options of a mount, `mode=755,size=64k`, by name. */
export function optionsOf(arg: string | undefined): Map<string, string> {
  const text = textOf(arg) ?? '';
  return new Map(text.split(',').filter((word) => word !== '').map((word) => {
    const equals = word.indexOf('=');
    return equals < 0 ? [word, ''] : [word.slice(0, equals), word.slice(equals + 1)];
  }));
}

/** A last part of a path; the whole where there is none. */
export function lastPart(path: string): string {
  return path.split('/').filter((part) => part !== '').at(-1) ?? path;
}
